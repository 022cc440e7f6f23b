"""The check ``suboptimal-assert`` in JavaScript: an assertion that cannot say what differs."""

from __future__ import annotations

import tree_sitter

from checks.hygiene.javascript.shared.places import text
from checks.languages.javascript.events import JsFileEvent
from checks.languages.javascript.expects import Expect
from checks.languages.javascript.file import JavaScriptFile
from checks.languages.javascript.grammar import bare
from checks.model import Edit, Span
from checks.registry import JAVASCRIPT, MODULE, also
from checks.report import Report

_BETTER = {
    "===": ("toBe", False),
    "!==": ("toBe", True),
    "<": ("toBeLessThan", False),
    "<=": ("toBeLessThanOrEqual", False),
    ">": ("toBeGreaterThan", False),
    ">=": ("toBeGreaterThanOrEqual", False),
}
_NEGATABLE = frozenset({"===", "!=="})


@also("suboptimal-assert", languages=JAVASCRIPT, on=MODULE)
def suboptimal_assert(event: JsFileEvent, report: Report) -> None:
    """A comparison is asserted to be true.

    Bad:
        // file: test/cart.test.js
        it('adds a line', () => {
          expect(cart.lines.length === 1).toBe(true);
        });
    Bad:
        // file: test/cart.test.js
        it('adds a line', () => {
          expect(cart.lines.includes('tea')).toBe(true);
        });
    Good:
        // file: test/cart.test.js
        it('adds a line', () => {
          expect(cart.lines.length).toBe(1);
          expect(cart.lines).toContain('tea');
        });
    """
    file = event.file
    for one in file.expects:
        better = _better(file, one)
        if better is None:
            continue
        report(
            at=one.whole,
            message=f"`{text(file, one.whole.node)}` says only that something is not true.",
            why="A better assertion shows both values when it fails.",
            fix=f"Write `{' '.join(better.split())[:100]}`.",
            edits=(Edit(Span(*one.whole.node.byte_range), better),),
        )


def _better(file: JavaScriptFile, one: Expect) -> str | None:
    """The assertion that says the same and shows both values."""
    if one.matcher is None or one.is_async or (one.call.name or "") != "expect":
        return None
    if one.subject is None or len(one.call.arguments) != 1:
        return None
    truth = _truth(file, one)
    subject = bare(one.subject)
    if truth is None or any(node.type == "comment" for node in subject.children):
        return None
    if subject.type == "binary_expression":
        return _comparison(file, subject, truth)
    if subject.type == "call_expression":
        return _inclusion(file, subject, truth)
    return None


def _truth(file: JavaScriptFile, one: Expect) -> bool | None:
    """Which truth value is asserted."""
    if one.words not in (("toBe",), ("toEqual",), ("toStrictEqual",)):
        return None
    expected = None if one.matcher is None else one.matcher.argument(0)
    if expected is None or expected.type not in ("true", "false"):
        return None
    return file.text_of(expected) == "true"


def _comparison(file: JavaScriptFile, node: tree_sitter.Node, truth: bool) -> str | None:
    operator = node.child_by_field_name("operator")
    left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
    if operator is None or left is None or right is None or operator.type not in _BETTER:
        return None
    if not truth and operator.type not in _NEGATABLE:
        return None
    matcher, negated = _BETTER[operator.type]
    negation = ".not" if negated == truth else ""
    a, b = file.text_of(left), file.text_of(right)
    if operator.type in ("===", "!==") and any(
        "NaN" in one or one in ("0", "-0") for one in (a, b)
    ):
        return None  # `toBe` tells -0 from 0, and finds NaN equal to itself
    return f"expect({a}){negation}.{matcher}({b})"


def _inclusion(file: JavaScriptFile, node: tree_sitter.Node, truth: bool) -> str | None:
    callee, arguments = node.child_by_field_name("function"), node.child_by_field_name("arguments")
    if callee is None or arguments is None or callee.type != "member_expression":
        return None
    name, owner = callee.child_by_field_name("property"), callee.child_by_field_name("object")
    given = [one for one in arguments.named_children if one.type != "comment"]
    if name is None or owner is None or file.text_of(name) != "includes" or len(given) != 1:
        return None
    if callee.child_by_field_name("optional_chain") is not None:
        return None
    negation = "" if truth else ".not"
    return f"expect({file.text_of(owner)}){negation}.toContain({file.text_of(given[0])})"
