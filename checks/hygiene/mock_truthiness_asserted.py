"""The check ``mock-truthiness-asserted``: an assertion on the truth of an automatic mock."""

from __future__ import annotations

import tree_sitter

from checks.events import Node
from checks.hygiene.shared.conditions import asserted, bare, comparison
from checks.hygiene.shared.doubles import RECORDS, automatic_mock, is_told
from checks.model import Aspect, Confidence, Severity
from checks.registry import TEST_ROLES, check, nodes
from checks.report import Report


@check(
    id="mock-truthiness-asserted",
    title="Assertion on the truth of an automatic mock",
    aspect=Aspect.MOCKS,
    severity=Severity.MEDIUM,
    confidence=Confidence.HIGH,
    roles=TEST_ROLES,
    on=nodes("assert_statement", "call"),
    cwe=(670,),
)
def mock_truthiness_asserted(event: Node, report: Report) -> None:
    """What a mock answers by itself is another mock, and a mock is always true.

    Why:
        `assert mock.is_alive()` passes whatever the code does, because nobody told the mock what
        `is_alive` returns.
    Bad:
        # file: tests/test_connection.py
        from unittest import mock

        def test_reconnect():
            connection = mock.Mock()
            reconnect(connection)
            assert connection.is_alive()
    Good:
        # file: tests/test_connection.py
        from unittest import mock

        def test_reconnect():
            connection = mock.Mock()
            reconnect(connection)
            connection.open.assert_called_once_with()
    Good:
        # file: tests/test_connection.py
        from unittest import mock

        def test_reconnect():
            connection = mock.Mock()
            connection.is_alive.return_value = True
            assert reconnect(connection).is_alive()
    Suppress:
        Where the code under test sets the attribute, assert its value instead.
    """
    wanted = asserted(event)
    if wanted is None or not wanted.truth:
        return
    node = bare(wanted.node)
    if node.type not in ("call", "attribute") or _is_comparison(event):
        return
    if not _is_plain_chain(event, node):
        return
    root = automatic_mock(event, node)
    text = event.module.text_of(node)
    if not root or text == root or is_told(event, root, report.index):
        return
    value = event.value(node)
    report(
        at=event,
        message=f"`{value.short}` is a mock that was told nothing, so it is always true.",
        why="The test passes whatever the code under test does.",
        fix="Assert what was called, or give the mock a `return_value` first.",
    )


def _is_comparison(event: Node) -> bool:
    """Whether more than truth is asserted: ``is not None`` is truth, ``== 3`` is not."""
    parts = event.children()
    return (
        event.kind == "assert_statement"
        and bool(parts)
        and (pair := comparison(bare(parts[0]))) is not None
        and pair.right.type != "none"
    )


def _is_plain_chain(event: Node, node: tree_sitter.Node) -> bool:
    """Whether it is only attributes and calls of the mock, and none of its records."""
    module = event.module
    while True:
        if node.type == "identifier":
            return True
        if node.type == "attribute":
            word, inner = node.child_by_field_name("attribute"), node.child_by_field_name("object")
            if word is None or inner is None:
                return False
            name = module.text_of(word)
            if name in RECORDS or name.startswith(("assert_", "_")):
                return False
            node = inner
        elif node.type == "call":
            function = node.child_by_field_name("function")
            if function is None:
                return False
            node = function
        else:
            return False
