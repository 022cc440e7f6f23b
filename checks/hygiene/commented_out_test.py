"""The check ``commented-out-test``: a test that is only a comment any more."""

from __future__ import annotations

from collections.abc import Iterator

import re2
import tree_sitter

from checks.events import Module, TextEvent
from checks.languages.python.parse import parse
from checks.model import Aspect, Confidence, Edit, Severity, Span, Surface
from checks.registry import TEST_ROLES, TEXT, check
from checks.report import Report

_BEGINS = re2.compile(rb"^[ \t]*(?:async[ \t]+)?def[ \t]+test\w*[ \t]*\(")
_SHORTEST = 3
_MAX_BLOCK = 20_000
"""Bytes of one commented block that are parsed."""


@check(
    id="commented-out-test",
    title="Commented-out test",
    aspect=Aspect.ERRORS,
    severity=Severity.INFO,
    confidence=Confidence.HIGH,
    surface=Surface.SUMMARY,
    roles=TEST_ROLES,
    on=TEXT,
)
def commented_out_test(event: TextEvent, report: Report) -> None:
    """A test that is commented out proves nothing, and nobody is told that it is missing.

    Why:
        A skipped test is counted and has a reason; a commented one is forgotten, and what it
        proved breaks unseen. The history keeps the code anyway.
    Bad:
        # file: tests/test_orders.py
        # def test_refund(order):
        #     order.refund()
        #     assert order.total == 0
    Good:
        # file: tests/test_orders.py
        import pytest

        @pytest.mark.skip(reason="refunds come with the next release")
        def test_refund(order):
            order.refund()
            assert order.total == 0
    Good:
        # file: tests/test_orders.py
        # Refunds are tested in test_refunds.py, because they need a provider:
        # see def test_refund() there.
        def test_total(order):
            assert order.total == 3
    Suppress:
        Where the comment shows how a test is to be written.
    """
    module = event.module
    if module is None:
        return
    for block in _blocks(module):
        found = _test_in(module, block)
        if found is None:
            continue
        first, last = Span(*block[found].byte_range), Span(*block[-1].byte_range)
        if not event.is_added(report.source.line_of(first.start)):
            continue
        name = _name(module.source.data[first.start : first.end])
        start = _line_start(module.source.data, block[found].start_byte)
        end = module.source.data.find(b"\n", last.end)
        report(
            at=Span(first.start, last.end),
            message=f"`{name}` is commented out.",
            why="Nobody is told that the test is missing, and what it proved breaks unseen.",
            fix="Delete it, or skip it with a reason.",
            edits=[Edit(Span(start, len(module.source.data) if end < 0 else end + 1), "")],
        )


def _blocks(module: Module) -> Iterator[list[tree_sitter.Node]]:
    """The runs of whole-line comments on lines that follow each other, in one column."""
    block: list[tree_sitter.Node] = []
    for node, _ in module.comment_nodes:
        alone = not module.source.data[
            _line_start(module.source.data, node.start_byte) : node.start_byte
        ].strip()
        follows = (
            block
            and node.start_point.row == block[-1].start_point.row + 1
            and node.start_point.column == block[-1].start_point.column
        )
        if block and not (alone and follows):
            yield block
            block = []
        if alone:
            block.append(node)
    if block:
        yield block


def _test_in(module: Module, block: list[tree_sitter.Node]) -> int | None:
    """The number of the comment with which a whole test begins, when the rest of them is it."""
    texts = [_uncommented(module.source.data[one.start_byte : one.end_byte]) for one in block]
    for number, text in enumerate(texts):
        if _BEGINS.search(text) is None or len(texts) - number < _SHORTEST:
            continue
        if _is_test(texts[number:]):
            return number
    return None


def _uncommented(comment: bytes) -> bytes:
    text = comment.lstrip(b"#")
    return text[1:] if text.startswith(b" ") else text


def _is_test(lines: list[bytes]) -> bool:
    """Whether the lines are one or more functions with a body, and nothing else."""
    indent = len(lines[0]) - len(lines[0].lstrip())
    text = b"\n".join(one[indent:] if one[:indent].strip() == b"" else one for one in lines)
    if len(text) > _MAX_BLOCK:
        return False
    tree = parse(text + b"\n")
    root = tree.root_node
    if root.has_error:
        return False
    kinds = {one.type for one in root.named_children}
    if not kinds <= {"function_definition", "decorated_definition", "comment"}:
        return False
    first = root.named_children[0]
    body = first.child_by_field_name("body")
    return body is not None and any(
        one.type not in ("comment", "pass_statement") for one in body.named_children
    )


def _name(comment: bytes) -> str:
    return comment.partition(b"def ")[2].partition(b"(")[0].strip().decode("utf-8", "replace")[:60]


def _line_start(data: bytes, offset: int) -> int:
    return data.rfind(b"\n", 0, offset) + 1
