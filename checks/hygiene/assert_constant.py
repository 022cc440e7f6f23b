"""The check ``assert-constant``: an assertion that cannot fail, or cannot pass."""

from __future__ import annotations

import tree_sitter

from checks.events import UNKNOWN, Call, Node
from checks.hygiene.shared.blocks import block_of
from checks.hygiene.shared.certain import of_callable, of_literals, of_own_update
from checks.hygiene.shared.conditions import bare
from checks.hygiene.shared.equalities import equalities, equality_of
from checks.hygiene.shared.texts import words
from checks.hygiene.shared.truths import of_method, of_object, rearranges
from checks.hygiene.shared.unentered import (
    ASSERTING,
    ASSERTING_FUNCTIONS,
    is_lost_assertion,
    tell_lost_assertion,
)
from checks.languages.python.context import Located
from checks.model import Aspect, Confidence, Edit, Severity, Surface
from checks.registry import TEST_ROLES, calls, check, nodes
from checks.report import Report

_LITERALS = frozenset(
    {"concatenated_string", "dictionary", "float", "integer", "list", "string", "true", "set",
     "lambda", "generator_expression"}
)  # fmt: skip
_OBJECTS = {"lambda": "a function", "generator_expression": "a generator"}
"""Expressions that make an object which is true whatever it would give, and what they make."""
_COMPARED = ("attribute", "call", "subscript")
_OPERANDS = frozenset({"concatenated_string", "float", "integer", "string", "true"})
_MOST_OPERANDS = 50
_TRUTHS = frozenset({"assertTrue", "assertFalse", "assert_", "failUnless"})
_TWICE = frozenset(
    {"cache", "cached", "caches", "deterministic", "eq", "equal", "equality", "equals", "hash",
     "identity", "memoized", "reflexive", "same", "singleton", "stable", "compare", "comparison"}
)  # fmt: skip


@check(
    id="assert-constant",
    title="Assertion that cannot fail or cannot pass",
    aspect=Aspect.ERRORS,
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    roles=TEST_ROLES,
    on=(
        nodes("assert_statement"),
        calls(
            "*.{assertTrue,assertFalse,assert_,failUnless,assertEqual,assertEquals,assertIs,"
            "assertIsNone,assertIsNotNone}"
        ),
        calls(*ASSERTING_FUNCTIONS, f"*.{{{','.join(ASSERTING)}}}"),
    ),
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
        def test_state(job):
            assert job.state == "done" or "failed"
    Bad:
        # file: tests/test_form.py
        def test_names(names):
            assert (name.islower() for name in names)
    Bad:
        # file: tests/test_form.py
        import unittest

        class Form(unittest.TestCase):
            def test_name(self):
                self.assertTrue(True)
    Bad:
        # file: tests/test_form.py
        import os
        import unittest

        class Form(unittest.TestCase):
            def test_saved(self):
                self.assertTrue(os.path.exists, self.path)
    Bad:
        # file: tests/test_form.py
        import unittest

        class Form(unittest.TestCase):
            def test_owner(self):
                self.assertIsNone(None, self.form.owner)
    Bad:
        # file: tests/test_worker.py
        import unittest

        class Worker(unittest.TestCase):
            def test_runs(self):
                self.assertTrue(self.worker.thread.is_alive)
    Bad:
        # file: tests/test_form.py
        import pytest

        def test_bad_name(form):
            pytest.raises(ValueError)
            form.save(name="")
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
        if is_lost_assertion(event, report.index):
            tell_lost_assertion(event, report)
            return
        known = _of_itself(event, report) or of_own_update(event, report)
        if not known and not of_literals(event, report):
            _call(event, report)
        return
    parts = event.children()
    if _of_itself(event, report) or of_own_update(event, report) or not parts:
        return
    if _of_operands(event, parts[0], report) or _of_sure(event, parts[0], report):
        return
    if _of_object(event, parts[0], report):
        return
    if parts[0].type not in _LITERALS:
        return
    if parts[0].type in _OBJECTS:
        _tell_object(event, parts[0], report)
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


def _of_itself(event: Located, report: Report) -> bool:
    """Report ``a.b == a.b``: an attribute that is compared with itself."""
    equality = equality_of(event)
    if equality is None or equality.left.node.type not in _COMPARED:
        return False
    function = event.function
    same = "".join(equality.left.text.split()) == "".join(equality.right.text.split())
    # What an object does when it is asked twice, or compared, may be what is tested.
    if not same or function is None:
        return False
    if "(" in equality.left.text and not rearranges(equality.left, report.index):
        return False
    if not _TWICE.isdisjoint(words(function.name)):
        return False
    texts = [{"".join(side.text.split()) for side, _ in one.sides} for one in equalities(function)]
    if any("".join(equality.left.text.split()) in one and len(one) > 1 for one in texts):
        return False  # It is held against its value as well: this looks a second time.
    report(
        at=event,
        message=f"`{equality.left.short}` is compared with itself.",
        why="It is equal whatever the code does, so the test proves nothing.",
        fix="Compare it with the value that is expected.",
    )
    return True


def _of_operands(event: Located, node: tree_sitter.Node, report: Report) -> bool:
    """Report an operand of ``or`` or ``and`` that is a literal, and so always true."""
    found = _true_operand(event, bare(node))
    if found is None:
        return False
    operand, operator = found
    shown = event.value(operand).short
    if operator == "or":
        report(
            at=operand,
            message=f"`{shown}` is always true, and with it this `or`.",
            why="It is not compared with anything: the test passes whatever the code does.",
            fix="Compare with each value, or say `in (…)` with all of them.",
        )
    else:
        report(
            at=operand,
            message=f"`{shown}` in this `and` is always true, so it is not looked for.",
            why="Only the other side is compared: the test passes when this one is missing.",
            fix="Write out the comparison for each value.",
        )
    return True


def _true_operand(event: Located, node: tree_sitter.Node) -> tuple[tree_sitter.Node, str] | None:
    """The first literal that is always true among the operands of a condition, and its operator."""
    stack = [node] if node.type == "boolean_operator" else []
    for _ in range(_MOST_OPERANDS):
        if not stack:
            return None
        one = stack.pop()
        operator = one.child_by_field_name("operator")
        sides = [one.child_by_field_name("left"), one.child_by_field_name("right")]
        operands = [bare(side) for side in sides if side is not None]
        # "a == b and 'a message'" is a way to say why: there the comparison counts.
        looked_at = operands[:1] if operator is not None and operator.type == "and" else operands
        for operand in looked_at:
            if operand.type in _OPERANDS and operator is not None:
                known = event.value(operand).constant
                if known is not UNKNOWN and known:
                    return operand, operator.type
        stack += [operand for operand in operands if operand.type == "boolean_operator"]
    return None


def _of_sure(event: Located, node: tree_sitter.Node, report: Report) -> bool:
    """Report a comparison whose outcome stands in the text, or whose value is only half of it.

    ``len(x) >= 0``, ``"secret" not in "page"``, ``kind == ("letter" or "char")``.
    """
    comparison = bare(node)
    if comparison.type != "comparison_operator":
        return False
    if _same_object(event, comparison, report):
        return True
    sides = [one for one in comparison.named_children if one.type != "comment"]
    signs = [one.type for one in comparison.children if not one.is_named]
    if len(sides) != 2 or len(signs) != 1:
        return False
    left, right = event.value(sides[0]), event.value(sides[1])
    if signs[0] == ">=" and left.callee_name == "len" and right.constant == 0:
        report(
            at=event,
            message=f"`{left.short}` is never below zero, so this can never fail.",
            why="It also holds for what is empty: the test passes whatever the code does.",
            fix="Say how many there must be, or `> 0`.",
        )
        return True
    if all(one.type == "string" and one.named_child_count for one in sides) and not any(
        part.type == "interpolation" for one in sides for part in one.named_children
    ):
        report(
            at=event,
            message=f"`{event.value(comparison).short}` compares one literal with another.",
            why="It says nothing about the code, so the test passes whatever the code does.",
            fix="Compare with the value that the code gives.",
        )
        return True
    for side in sides:
        choice = bare(side)
        if choice.type != "boolean_operator":
            continue
        found = _true_operand(event, choice)
        if found is not None and found[0].start_byte == choice.start_byte and found[1] == "or":
            report(
                at=event,
                message=f"`{event.value(side).short}` gives `{event.value(found[0]).short}`.",
                why="What stands after this `or` is never looked at.",
                fix="Say `in (…)` with all the values.",
            )
            return True
    return False


def _same_object(event: Located, comparison: tree_sitter.Node, report: Report) -> bool:
    """Report ``thread is thread``: a name is always the object that it is."""
    sides = [one for one in comparison.named_children if one.type != "comment"]
    signs = [one.type for one in comparison.children if not one.is_named]
    if signs != ["is"] or any(one.type not in ("identifier", "attribute") for one in sides):
        return False
    texts = {"".join(event.module.text_of(one).split()) for one in sides}
    # An attribute may be made anew each time; that it is not may be what is asked.
    if len(texts) > 1 or sides[0].type == "attribute":
        return False
    report(
        at=event,
        message=f"`{event.value(comparison).short}` compares one name with itself.",
        why="It is the same object whatever the code does, so the test proves nothing.",
        fix="Compare it with the other object that is meant.",
    )
    return True


def _of_object(event: Located, node: tree_sitter.Node, report: Report) -> bool:
    """Report an object that is true whatever it would give, and is not written as a literal."""
    value = event.value(node)
    if of_callable(event, value, None, report) or of_method(event, value, report):
        return True
    literal = isinstance(event, Node) and node.type in (*_LITERALS, "tuple")
    return not literal and of_object(event, node, report)


def _tell_object(event: Located, node: tree_sitter.Node, report: Report) -> None:
    """Report an assertion of a function or a generator, which is never run."""
    lazy = node.type == "generator_expression"
    report(
        at=event,
        message=f"This asserts {_OBJECTS[node.type]}, which is always true.",
        why="Nothing of what stands in it is run, so the test passes whatever the code does.",
        fix="Wrap it in `all(…)` or `any(…)`." if lazy else "Call it, and assert what it gives.",
    )


def _call(call: Call, report: Report) -> None:
    if call.receiver is None or call.receiver.text not in ("self", "cls", "case"):
        return
    made = call.child("arguments")
    if made is not None and made.type == "generator_expression":
        if call.method != "assertFalse":
            _tell_object(call, made, report)
        return
    first = call.argument(0, "expr")
    if first is None or call.method not in _TRUTHS:
        return
    second = call.argument(1, "msg")
    if of_callable(call, first, second, report):
        return
    if call.method != "assertFalse" and _of_object(call, first.node, report):
        return
    if call.method != "assertFalse" and _of_operands(call, first.node, report):
        return
    if call.method != "assertFalse" and _of_sure(call, first.node, report):
        return
    if first.node.type in _OBJECTS and call.method != "assertFalse":
        _tell_object(call, first.node, report)
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
            surface=Surface.SUMMARY,
            edits=[Edit(call.span, f"{call.receiver.text}.fail({text})")],
        )
        return
    report(
        at=call,
        message=f"`{call.value().short}` can never fail.",
        why="It says nothing about the code, so the test passes whatever the code does.",
        fix="Assert something that the code decides, or delete it.",
    )
