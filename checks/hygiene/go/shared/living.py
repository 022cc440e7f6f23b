"""What Go tests leave running: things that others close, and goroutines without an end."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import tree_sitter

from checks.hygiene.go.shared.places import own_test
from checks.hygiene.go.shared.releases import assigned_to, is_released
from checks.languages.go.blocks import Block
from checks.languages.go.calls import GoCall
from checks.languages.go.file import GoFile
from checks.languages.syntax.located import Located
from checks.model import Span

_CLOSING = ("Close", "Shutdown", "Stop", "Terminate")
_MAKING = ("create", "make", "new", "run", "start")
_MOST = 300
"""Makers of one file that are held against each other."""
_FEW = 3
"""So many times as often as not something is closed, where it is to be closed."""
_LEAVING = ("return_statement", "break_statement", "goto_statement", "receive_statement")
_ENDING = frozenset({"Exit", "Fatal", "Fatalf", "Goexit", "FailNow", "panic", "Skip", "SkipNow"})


def unlike_others(file: GoFile) -> Iterator[tuple[GoCall, str, str]]:
    """What a test makes and keeps open, while most tests of the file close the like of it."""
    made: dict[str, list[tuple[GoCall, Block, str]]] = {}
    for call in itertools.islice(_makers(file), _MOST):
        block, name = own_test(file, call), assigned_to(call)
        if block is not None and block.is_test:
            made.setdefault(_maker(call), []).append((call, block, name))
    for some in made.values():
        closed = [how for call, block, name in some if (how := _closed(file, block, name))]
        if not closed:
            continue
        open_ones = [
            one
            for one in some
            if not _closed(file, one[1], one[2]) and not is_released(one[0], one[1], one[2], ())
        ]
        if len(closed) >= _FEW * len(open_ones):
            for call, _, name in open_ones:
                yield call, name, closed[0]


def _makers(file: GoFile) -> Iterator[GoCall]:
    for call in file.calls():
        makes = call.method[:1].isupper() or call.method.startswith(_MAKING)
        if makes and assigned_to(call):
            yield call


def _maker(call: GoCall) -> str:
    """What makes it: a function by its full name, a method by its own."""
    return call.short if not call.is_method or _is_package(call) else f".{call.method}"


def _is_package(call: GoCall) -> bool:
    receiver = call.receiver
    return receiver is not None and receiver.type == "identifier" and "." in (call.name or "")


def _closed(file: GoFile, block: Block, name: str) -> str:
    """By which method a test closes something, also when it hands the method on."""
    for one in file.within(block.body, "selector_expression"):
        owner, field = one.child("operand"), one.child("field")
        if owner is None or field is None or file.text_of(owner) != name:
            continue
        if (word := file.text_of(field)) in _CLOSING:
            return word
    return ""


def endless(file: GoFile) -> Iterator[Located]:
    """The goroutines of tests that run a loop which nothing leaves."""
    for runner in file.nodes("go_statement"):
        block = file.block_at(runner.node)
        if block is None or not block.is_test:
            continue
        function = _literal(runner.node)
        body = None if function is None else function.child_by_field_name("body")
        if body is None:
            continue
        for loop in file.within(body, "for_statement"):
            inner = loop.children()
            if len(inner) == 1 and inner[0].type == "block" and not _is_left(file, loop):
                yield runner
                break


def _literal(node: tree_sitter.Node) -> tree_sitter.Node | None:
    """The function literal that a ``go`` statement runs."""
    call = next(iter(node.named_children), None)
    target = None if call is None else call.child_by_field_name("function")
    return target if target is not None and target.type == "func_literal" else None


def _is_left(file: GoFile, loop: Located) -> bool:
    """Whether anything may leave the loop, or hold it until something comes."""
    if any(True for _ in file.within(loop.node, *_LEAVING, "send_statement", "select_statement")):
        return True
    if any(one.text.startswith("<-") for one in file.within(loop.node, "unary_expression")):
        return True
    return any(one.method in _ENDING for one in file.calls_in(Span(*loop.node.byte_range)))
