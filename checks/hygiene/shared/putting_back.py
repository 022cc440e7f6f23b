"""Fixtures that take back only the last of what they gave out, and files written back too late."""

from __future__ import annotations

from collections.abc import Iterator

from checks.events import Call, Function
from checks.hygiene.shared.assertions import asserts
from checks.hygiene.shared.blocks import mentions
from checks.hygiene.shared.resources import RELEASES
from checks.hygiene.shared.tests import is_fixture, is_test, own_calls
from checks.languages.python.context import Located
from checks.model import Surface
from checks.report import Report

_UNDOING = frozenset({*RELEASES, "disable", "disconnect", "restore", "undo", "unload", "quit"})
_WRITING = frozenset({"write", "write_text", "write_bytes", "writelines"})
_READING = frozenset({"read", "read_text", "read_bytes", "readlines"})
_MOST = 20
"""Functions inside a fixture that are looked at."""


def tell_putting_back(function: Function, report: Report) -> None:
    """Report what a function takes back in part, or only where nothing fails before."""
    if is_fixture(function) and function.is_generator:
        kept = _kept_last(function)
        if kept is not None:
            report(
                at=kept,
                message=f"Only the last `{kept.value().short.partition(' =')[0]}` is taken back.",
                why=f"`{function.name}` may be called twice in a test: what the first call set up "
                "stays for the tests after.",
                fix="Keep them in a list, and take back each after the `yield`.",
                surface=Surface.SUMMARY,
            )
    if is_test(function):
        late = _late_write(function)
        if late is not None:
            report(
                at=late,
                message=f"`{late.value().short}` is left out when an assertion before it fails.",
                why="The file then keeps what the test wrote, for the tests after and in the "
                "working copy.",
                fix="Write it back in a `finally`, or let the test work on a copy in `tmp_path`.",
                surface=Surface.SUMMARY,
            )


def _kept_last(fixture: Function) -> Located | None:
    """Where a function that a fixture yields overwrites the last thing that it set up.

    ``def freeze(at): freezer[0] = freeze_time(at); freezer[0].start()``, with one
    ``freezer[0].stop()`` after the ``yield``.
    """
    steps = list(fixture.own("yield"))
    if len(steps) != 1:
        return None
    inner = [
        one
        for one in fixture.module.functions
        if one.context.function is fixture
        and next(mentions(fixture.module, steps[0].node, one.name), None) is not None
    ]
    taken = set(_taken_back(fixture, steps[0]))
    for function in inner[:_MOST]:
        for one in function.own("assignment"):
            left, right = one.child("left"), one.child("right")
            if left is None or right is None or right.type != "call":
                continue
            text = fixture.module.text_of(left)
            shared = left.type == "subscript" or text in function.scope_of_body.elsewhere
            if shared and text in taken and f"{text}.append" not in function.text:
                return one
    return None


def _taken_back(fixture: Function, step: Located) -> Iterator[str]:
    """What is undone after the ``yield`` by a call of its own, outside of any loop."""
    for call in own_calls(fixture):
        if call.node.start_byte < step.node.end_byte or call.receiver is None:
            continue
        if call.method in _UNDOING and not any(True for _ in call.enclosing("for_statement")):
            yield call.receiver.text


def _late_write(test: Function) -> Call | None:
    """The call that writes back what a test read from a file before it changed the file."""
    for call in own_calls(test):
        given = call.argument(0)
        if call.method not in _WRITING or given is None or given.node.type != "identifier":
            continue
        made = given.assignments
        if len(made) != 1 or made[0].node.type != "call":
            continue
        read = made[0].text.partition("(")[0].rpartition(".")[2]
        nested = made[0].text.rpartition("(")[0].rpartition(".")[2]
        if read not in _READING and nested not in _READING:
            continue
        if any(True for _ in call.enclosing("try_statement")) or any(
            one.kind in ("finally_clause", "except_clause") for one in call.context.chain()
        ):
            continue
        if _is_changed_between(test, made[0].node.end_byte, call):
            return call
    return None


def _is_changed_between(test: Function, start: int, end: Call) -> bool:
    """Whether the file is written and something asserted between the reading and a place."""
    written = [
        one.node.end_byte
        for one in own_calls(test)
        if one.method in _WRITING and start <= one.node.start_byte < end.node.start_byte
    ]
    return bool(written) and any(
        written[0] <= one.node.start_byte < end.node.start_byte and asserts(one)
        for one in test.own("assert_statement", "call")
    )
