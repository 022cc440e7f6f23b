"""The check ``useless-comparison``: a comparison whose result nobody looks at."""

from __future__ import annotations

import tree_sitter

from checks.events import Function, Node
from checks.hygiene.shared.blocks import block_of, nested, statements
from checks.hygiene.shared.tests import is_test, is_test_class
from checks.model import Aspect, Confidence, Edit, Severity, Span
from checks.registry import TEST_ROLES, check, nodes
from checks.report import Report

_EXPECTING = ("raise", "warn", "deprecat", "suppress", "error", "benchmark", "assert", "expect",
              "patch", "mock", "fail")  # fmt: skip
_BENCHMARKS = frozenset({"benchmark", "bench", "timer"})
_DUNDER = "__"


@check(
    id="useless-comparison",
    title="Comparison whose result is thrown away",
    aspect=Aspect.ERRORS,
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    roles=TEST_ROLES,
    on=nodes("expression_statement"),
    cwe=(670,),
)
def useless_comparison(event: Node, report: Report) -> None:
    """A comparison stands alone as a statement of a test: ``assert`` is missing in front of it.

    Why:
        The comparison is made and its result dropped, so the test passes whatever it gives.
    Bad:
        # file: tests/test_api.py
        def test_status(response):
            response.status == 200
    Bad:
        # file: tests/test_api.py
        async def test_body(response, payload):
            await response.read() == payload
    Good:
        # file: tests/test_api.py
        def test_status(response):
            assert response.status == 200
    Good:
        # file: tests/test_order.py
        import pytest

        def test_no_order(left, right):
            with pytest.raises(TypeError):
                left < right
    Suppress:
        Where the comparison itself is what must not raise; better still, assert its result.
    """
    parts = event.children()
    if not parts or len(parts) > 2 or parts[0].type != "comparison_operator":
        return
    function = event.function
    if function is None or not _is_checked(function, report):
        return
    if _is_exercise(event) or _counts_its_calls(event, parts[0]):
        return
    text = event.value(parts[0]).short
    report(
        at=event,
        message=f"The result of `{text}` is thrown away.",
        why="The test passes whatever the comparison gives.",
        fix="Put `assert` in front of it.",
        edits=[Edit(Span(event.span.start, event.span.start), "assert ")],
    )


def _is_checked(function: Function, report: Report) -> bool:
    """Whether the function is a test or a helper of tests, which no one hands to ``raises``."""
    if nested(function) or function.name.startswith(_DUNDER):
        return False
    if any(one.name in _BENCHMARKS for one in function.parameters):
        return False
    if function.name.startswith("bench"):
        return False
    if is_test(function):
        return True
    return function.is_method and is_test_class(function.cls, report.index)


def _is_exercise(event: Node) -> bool:
    """Whether the comparison is made to see what it does: raise, warn, or call something."""
    for value in event.entered():
        if any(word in value.text[:200].lower() for word in _EXPECTING):
            return True
    for block in event.enclosing("with_statement"):
        if len(block_of(block.node)) == 1:
            return True
    for block in event.enclosing("try_statement"):
        if any(one.type.startswith("except") for one in block.node.named_children):
            return True
    return False


def _counts_its_calls(event: Node, comparison: tree_sitter.Node) -> bool:
    """Whether the operands record that they are compared, as the next statement then asserts.

    ``left == right; assert left.compared``: the comparison is an act, not a question. Names that
    stand alone on both sides are told from what a test computes and wants to see.
    """
    operands = [one for one in comparison.named_children if one.type != "comment"]
    if not all(one.type == "identifier" for one in operands):
        return False
    above = event.parent
    rest = [] if above is None else statements(above.node)
    later = [one for one in rest if one.start_byte >= event.node.end_byte]
    if not later:
        return False
    text = event.module.text_of(later[0])
    return any(event.module.text_of(one) + "." in text for one in operands) or "call" in text
