"""The check ``assert-constant``: an assertion that cannot fail, or cannot pass."""

from __future__ import annotations

import tree_sitter

from checks.events import UNKNOWN, Call, Node
from checks.hygiene.shared.blocks import block_of
from checks.languages.python.context import Located
from checks.model import Aspect, Confidence, Edit, Severity
from checks.registry import TEST_ROLES, calls, check, nodes
from checks.report import Report

_LITERALS = frozenset(
    {"concatenated_string", "dictionary", "float", "integer", "list", "string", "true", "set",
     "lambda"}
)  # fmt: skip


@check(
    id="assert-constant",
    title="Assertion that cannot fail or cannot pass",
    aspect=Aspect.ERRORS,
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    roles=TEST_ROLES,
    on=(nodes("assert_statement"), calls("*.{assertTrue,assertFalse,assert_,failUnless}")),
    cwe=(670,),
)
def assert_constant(event: Node | Call, report: Report) -> None:
    """What is asserted is a literal, so the assertion says nothing about the code.

    Why:
        `assert b"123", data["name"]` asserts that `b"123"` is not empty: the comparison that was
        meant is never made, and the test passes whatever the code does.
    Bad:
        # file: tests/test_form.py
        def test_name(data):
            assert b"123", data["name"]
    Bad:
        # file: tests/test_form.py
        import unittest

        class Form(unittest.TestCase):
            def test_name(self):
                self.assertTrue(True)
    Good:
        # file: tests/test_form.py
        def test_name(data):
            assert data["name"] == b"123"
    Good:
        # file: tests/test_form.py
        def test_kind(kind):
            if kind == "a":
                assert handle(kind)
            else:
                assert False, f"unknown kind {kind}"
    Suppress:
        There is no good reason to keep it.
    """
    if isinstance(event, Call):
        _call(event, report)
        return
    parts = event.children()
    if not parts or parts[0].type not in _LITERALS:
        return
    value = event.value(parts[0])
    if (
        parts[0].type in ("list", "dictionary")
        and not value.constant
        and (value.constant is not UNKNOWN)
    ):
        return
    if parts[0].type == "string" and any(
        one.type == "interpolation" for one in parts[0].named_children
    ):
        return
    if value.constant is not UNKNOWN and not value.constant:
        return  # assert 0, assert "": it fails, as pytest.fail does
    if parts[0].type in ("true", "integer", "string") and _only_marks(event, parts):
        return
    edits = []
    if len(parts) == 2 and _is_comparable(parts[1]) and parts[0].type != "true":
        text = f"assert {event.module.text_of(parts[1])} == {value.text}"
        edits = [Edit(event.span, text)]
    report(
        at=event,
        message=f"`assert {value.short}` can never fail.",
        why="It asserts the literal itself, so the test passes whatever the code does.",
        fix="Compare the literal with the value that the code gives."
        if edits
        else "Assert something that the code decides.",
        edits=edits,
    )


def _only_marks(event: Located, parts: list[tree_sitter.Node]) -> bool:
    """``assert True`` alone at the end of a branch says "getting here is enough"."""
    if parts[0].type != "true" or len(parts) > 1:
        return False
    return any(
        context.kind in ("except_clause", "else_clause", "elif_clause", "if_statement")
        and len(block_of(context.node)) == 1
        for context in event.context.chain()
    )


def _is_comparable(node: tree_sitter.Node) -> bool:
    """Whether the second part is a value of the code and not a message."""
    return node.type in ("attribute", "subscript", "call", "await")


def _call(call: Call, report: Report) -> None:
    first = call.argument(0, "expr")
    if first is None or call.receiver is None or call.receiver.text not in ("self", "cls", "case"):
        return
    if first.node.type not in ("true", "false", "none", "integer", "string"):
        return
    known = first.constant
    if known is UNKNOWN:
        return
    fails = bool(known) is (call.method == "assertFalse")
    if fails:
        message = call.argument(1, "msg")
        text = "" if message is None else message.text
        report(
            at=call,
            message=f"`{call.value().short}` can never pass.",
            why="It is a failure that is written like a question.",
            fix="Say `self.fail()` with the reason.",
            severity=Severity.LOW,
            edits=[Edit(call.span, f"{call.receiver.text}.fail({text})")],
        )
        return
    report(
        at=call,
        message=f"`{call.value().short}` can never fail.",
        why="It says nothing about the code, so the test passes whatever the code does.",
        fix="Assert something that the code decides, or delete it.",
    )
