"""The check ``assert-on-tuple``: an assertion that cannot fail."""

from __future__ import annotations

from checks.events import Node, Value
from checks.model import Aspect, Confidence, Edit, Severity, Span
from checks.registry import CODE_ROLES, check, nodes
from checks.report import Report

_WITH_MESSAGE = 2
"""Elements of a tuple that was meant as a condition and its message."""


@check(
    id="assert-on-tuple",
    title="Assertion on a tuple is always true",
    aspect=Aspect.ERRORS,
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    roles=CODE_ROLES,
    on=nodes("assert_statement"),
    cwe=(670,),
)
def assert_on_tuple(event: Node, report: Report) -> None:
    """An assertion on a tuple can never fail, because a tuple that is not empty is true.

    Why:
        `assert (condition, "message")` asserts the pair, not the condition: the test passes
        whatever the code does.
    Bad:
        # file: tests/test_api.py
        def test_status(response):
            assert (response.status == 200, "bad status")
    Good:
        # file: tests/test_api.py
        def test_status(response):
            assert response.status == 200, "bad status"
    Good:
        # file: tests/test_api.py
        def test_pair(response):
            assert (response.status, response.reason) == (200, "OK")
    Bad:
        # file: tests/test_rows.py
        def test_keys(row):
            assert ("id", "name"), row.keys()
    Suppress:
        There is no good reason to keep it.
    """
    parts = event.children()
    if not parts or parts[0].type != "tuple":
        return
    pair = event.value(parts[0])
    elements = pair.elements
    if not elements:
        return
    if len(parts) > 1:
        _with_message(event, pair, event.value(parts[1]), report)
        return
    edits = []
    if len(elements) == _WITH_MESSAGE and report.source.line_of(
        pair.span.start
    ) == report.source.line_of(pair.span.end):
        # On one line the parentheses hold nothing together and can be dropped.
        edits = [
            Edit(Span(pair.span.start, elements[0].span.start), ""),
            Edit(Span(elements[1].span.end, pair.span.end), ""),
        ]
    report(
        at=event,
        message=f"`assert` on the tuple `{pair.short}` can never fail.",
        why="A tuple that is not empty is true, so the test passes whatever the code does.",
        fix="Drop the parentheses around the condition and its message.",
        edits=edits,
    )


def _with_message(event: Node, pair: Value, second: Value, report: Report) -> None:
    """Report ``assert ("id", "name"), row.keys()``: what was to be compared is the message."""
    compared = second.node.type in ("attribute", "await", "call", "subscript")
    edits = [Edit(event.span, f"assert {pair.text} == {second.text}")] if compared else []
    report(
        at=event,
        message=f"`assert` on the tuple `{pair.short}` can never fail.",
        why="A tuple that is not empty is true, so the test passes whatever the code does.",
        fix="Compare it with the value that the code gives."
        if compared
        else "Assert what the tuple should be equal to.",
        edits=edits,
    )
