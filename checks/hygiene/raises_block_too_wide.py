"""The check ``raises-block-too-wide``: an assertion after the call that raises never runs."""

from __future__ import annotations

import itertools
from typing import NamedTuple

import tree_sitter

from checks.events import Node, Value, as_call
from checks.hygiene.shared.alternatives import unreached_case
from checks.hygiene.shared.assertions import is_assertion
from checks.hygiene.shared.blocks import block_of, mentions
from checks.languages.python.context import Located
from checks.model import Aspect, Confidence, Edit, Severity, Span, Surface
from checks.registry import TEST_ROLES, check, nodes
from checks.report import Report

_EXPECTING = frozenset(
    {"assertRaises", "assertRaisesRegex", "assertRaisesRegexp", "assertRaisesMessage", "raises",
     "RaisesGroup"}
)  # fmt: skip
_ANYTHING = ("AssertionError", "BaseException", "Exception", "Failed", "failureException",
             "StandardError", "fail.Exception")  # fmt: skip
"""What a failing assertion raises, and what stands above it."""

_CATCHING = (*sorted(_EXPECTING), "suppress", "warns", "fail")
_PURE = frozenset(
    {"all", "any", "bool", "int", "isinstance", "len", "list", "repr", "set", "sorted", "str",
     "tuple", "type"}
)  # fmt: skip


_SCOPES = frozenset({"CancelScope", "fail_after", "fail_at", "move_on_after", "move_on_at",
                     "open_cancel_scope", "timeout", "timeout_at"})  # fmt: skip
"""Context managers that end a block by cancelling it."""

_ENDLESS = "sleep_forever"
_LONG = 100
"""Seconds from which on a sleep inside such a block is there to be cancelled."""


class _Expectation(NamedTuple):
    value: Value
    alias: str
    """The name after ``as``."""


@check(
    id="raises-block-too-wide",
    title="Assertion after the call that raises",
    aspect=Aspect.ERRORS,
    severity=Severity.MEDIUM,
    confidence=Confidence.HIGH,
    roles=TEST_ROLES,
    on=nodes("with_statement"),
    cwe=(561,),
)
def raises_block_too_wide(event: Node, report: Report) -> None:
    """What stands after the raising call inside `with raises(...)` is never run.

    Why:
        The exception leaves the block, so an assertion below the call is dead: it cannot fail,
        and the test proves less than it says.
    Bad:
        # file: tests/test_store.py
        import pytest

        def test_missing(store):
            with pytest.raises(KeyError) as caught:
                store.load("missing")
                assert caught.value.args == ("missing",)
    Good:
        # file: tests/test_store.py
        import pytest

        def test_missing(store):
            with pytest.raises(KeyError) as caught:
                store.load("missing")
            assert caught.value.args == ("missing",)
    Good:
        # file: tests/test_store.py
        import pytest

        def test_assertion():
            with pytest.raises(AssertionError):
                value = compute()
                assert value == 3
    Bad:
        # file: tests/test_scope.py
        import trio

        async def test_deadline():
            with trio.CancelScope(deadline=0) as scope:
                await trio.sleep_forever()
                assert scope.cancelled_caught
    Suppress:
        There is no good reason to keep it.
    """
    expectation = _expectation(event)
    block = block_of(event.node)
    if expectation is None:
        _report_cancelled(event, block, report)
        return
    if _may_be_assertion(expectation.value):
        return
    case = unreached_case(event, block)
    if case is not None:
        report(
            at=case,
            message=f"Only the first of these calls of `{case.target.short}` is proved to raise.",
            why="The exception leaves the block, so the others never run.",
            fix="Give each call a block of its own, or parametrise the test.",
            surface=Surface.SUMMARY,
        )
        return
    before: tree_sitter.Node | None = None
    for node in block:
        if before is not None and _asks_what_was_caught(event, node, expectation):
            _report(event, node, before, expectation.alias, report)
            return
        if _may_raise(event, node):
            before = node
    # What follows the last statement that may raise: if that one did not, the test fails anyway.
    first = len(block)
    while first and _is_dead(event, block[first - 1], expectation):
        first -= 1
    raising = block[first - 1] if first else None
    if first < len(block) and raising is not None and _may_raise(event, raising):
        _report(event, block[first], raising, expectation.alias, report)


def _report_cancelled(event: Node, block: list[tree_sitter.Node], report: Report) -> None:
    """Report an assertion below a wait that only the cancelling of the block ends."""
    entered = [
        event.module.text_of(item).partition("(")[0].strip().rpartition(".")[2].rpartition(" ")[2]
        for clause in event.children()
        if clause.type == "with_clause"
        for item in clause.named_children
    ]
    if _SCOPES.isdisjoint(entered):
        return
    for waiting, node in itertools.pairwise(block):
        if _waits_to_be_cancelled(event, waiting) and _asserts(event, node):
            report(
                at=node,
                message=f"This assertion never runs: `{event.value(waiting).short}` above it ends "
                "only when the block is cancelled.",
                why="The cancellation leaves the block, so the test proves less than it says.",
                fix="Move the assertion out of the `with` block.",
                edits=_edits(event, node, ""),
            )
            return


def _waits_to_be_cancelled(event: Node, node: tree_sitter.Node) -> bool:
    inner = node.named_children[0] if node.named_children else node
    if node.type != "expression_statement" or inner.type != "await" or not inner.named_children:
        return False
    call = as_call(_at(event, inner.named_children[0]))
    if call is None:
        return False
    if call.method == _ENDLESS:
        return True
    first = call.argument(0) if call.method == "sleep" else None
    seconds = None if first is None else first.constant
    return isinstance(seconds, (int, float)) and seconds >= _LONG


def _asserts(event: Node, node: tree_sitter.Node) -> bool:
    if node.type == "assert_statement":
        return True
    inner = node.named_children[0] if node.named_children else node
    call = as_call(_at(event, inner)) if inner.type == "call" else None
    return node.type == "expression_statement" and call is not None and is_assertion(call)


def _expectation(event: Node) -> _Expectation | None:
    """The one context manager of the statement that expects an exception."""
    found = []
    for clause in event.children():
        if clause.type != "with_clause":
            continue
        for item in clause.named_children:
            expression = item.child_by_field_name("value") if item.type == "with_item" else None
            alias = ""
            if expression is not None and expression.type == "as_pattern":
                target = expression.child_by_field_name("alias")
                alias = "" if target is None else event.module.text_of(target)
                expression = expression.named_children[0]
            if expression is not None and expression.type == "call":
                text = event.module.text_of(expression).partition("(")[0].rpartition(".")[2]
                if text in _EXPECTING:
                    found.append(_Expectation(event.value(expression), alias))
    return found[0] if len(found) == 1 else None


def _may_be_assertion(value: Value) -> bool:
    """Whether what is expected could be the assertion's own failure."""
    arguments = value.node.child_by_field_name("arguments")
    given = [] if arguments is None else arguments.named_children
    expected = next((one for one in given if one.type not in ("keyword_argument", "comment")), None)
    if expected is None:
        return True
    kinds = expected.named_children if expected.type in ("tuple", "list") else [expected]
    for kind in kinds:
        if kind.type not in ("identifier", "attribute"):
            return True
        one = Value(value.module, kind, value.context)
        if (one.name or one.text).endswith(_ANYTHING):
            return True
        scope = value.context.scope.find(one.text) if kind.type == "identifier" else None
        if scope is not None and scope.kind == "function":
            return True  # A parameter: some of the cases may expect a failed assertion.
    return False


def _may_raise(event: Node, node: tree_sitter.Node) -> bool:
    """Whether a statement is of the kind that is there to raise."""
    if node.type in ("raise_statement", "delete_statement"):
        return True
    if node.type == "with_statement":
        opening = event.module.text_of(node).partition("\n")[0]
        return not any(f"{word}(" in opening for word in _CATCHING)
    if node.type != "expression_statement":
        return False
    inner = node.named_children[0] if node.named_children else node
    if inner.type in ("call", "await", "subscript", "attribute", "yield"):
        call = as_call(_at(event, inner)) if inner.type == "call" else None
        return call is None or not is_assertion(call)
    if inner.type in ("assignment", "augmented_assignment"):
        right = inner.child_by_field_name("right")
        return right is not None and right.type in ("call", "await", "subscript")
    return False


def _at(event: Node, node: tree_sitter.Node) -> Located:
    for one in event.module.within(event.node, node.type):
        if one.node == node:
            return one
    return event


def _asks_what_was_caught(event: Node, node: tree_sitter.Node, expectation: _Expectation) -> bool:
    """Whether an assertion is on the caught exception, which is known after the block only."""
    return (
        bool(expectation.alias)
        and _is_dead(event, node, expectation)
        and any(True for _ in mentions(event.module, node, expectation.alias))
    )


def _is_dead(event: Node, node: tree_sitter.Node, expectation: _Expectation) -> bool:
    """Whether a statement is an assertion that cannot itself raise what is expected."""
    inner = node
    if node.type == "expression_statement" and node.named_children:
        inner = node.named_children[0]
        call = as_call(_at(event, inner)) if inner.type == "call" else None
        if call is None or not is_assertion(call) or call.method in _EXPECTING:
            return False
    elif node.type != "assert_statement":
        return False
    module = event.module
    if expectation.alias and any(True for _ in mentions(module, inner, expectation.alias)):
        return True
    if "AttributeError" in expectation.value.text:
        return False
    outer = as_call(_at(event, inner)) if inner.type == "call" else None
    for one in module.within(inner, "call", "subscript", "await", "binary_operator", "yield"):
        made = as_call(one)
        if made is None or made.name not in _PURE:
            return False
    # "mock.assert_called_once()" raises nothing else; a bare "self.check(x)" might.
    return outer is None or outer.method.lstrip("_").startswith("assert")


def _report(
    event: Node, node: tree_sitter.Node, raising: tree_sitter.Node, alias: str, report: Report
) -> None:
    value = event.value(raising)
    report(
        at=node,
        message=f"This assertion never runs: `{value.short}` above it raises.",
        why="The exception leaves the block, so the test proves less than it says.",
        fix="Move the assertion out of the `with` block.",
        edits=_edits(event, node, alias),
    )


def _edits(event: Node, dead: tree_sitter.Node, alias: str) -> list[Edit]:
    """Move what follows the raising call behind the block, when all of it are assertions."""
    module = event.module
    body = block_of(event.node)
    if dead not in body:
        return []
    moved = body[body.index(dead) :]
    bound = {
        module.text_of(left)
        for one in module.within(event.node, "assignment", "named_expression", "as_pattern_target")
        if module.text_of(left := one.child("left") or one.child("name") or one.node) != alias
    }
    data = module.source.data
    edits = []
    column = event.node.start_point.column
    for node in moved:
        assertion = node.type == "assert_statement" or "assert" in module.text_of(node)
        if not assertion or any(any(True for _ in mentions(module, node, one)) for one in bound):
            return []
        start = data.rfind(b"\n", 0, node.start_byte) + 1
        if data[start : node.start_byte].strip(b" ") or b"\n" in data[
            node.start_byte : node.end_byte
        ]:  # fmt: skip
            return []
        edits.append(Edit(Span(start, node.start_byte), " " * column))
    return edits
