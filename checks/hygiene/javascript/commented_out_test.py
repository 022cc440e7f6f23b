"""The check ``commented-out-test`` in JavaScript."""

from __future__ import annotations

from collections.abc import Iterator

import re2

from checks.languages.javascript.events import JsFileEvent
from checks.languages.javascript.file import JavaScriptFile
from checks.model import Role, Span
from checks.registry import JAVASCRIPT, MODULE, also
from checks.report import Report

_OPENING = re2.compile(r"""^\s*(?:it|test|describe)(?:\.\w+)*\(\s*['"`]""")
_LEAST = 3


@also(
    "commented-out-test",
    languages=JAVASCRIPT,
    on=MODULE,
    roles=frozenset({Role.TEST}),
)
def commented_out_test(event: JsFileEvent, report: Report) -> None:
    """A test that stands in a comment.

    Bad:
        // file: test/cart.test.js
        // it('adds a line', () => {
        //   expect(add([], 'tea')).toEqual(['tea']);
        // });
        it('takes a line', () => {
          expect(take(['tea'], 'tea')).toEqual([]);
        });
    Good:
        // file: test/cart.test.js
        // it('adds a line') is in lines.test.js
        it('takes a line', () => {
          expect(take(['tea'], 'tea')).toEqual([]);
        });
    """
    for span, lines in _runs(event.file):
        code = [line for line in lines if line.strip()]
        first = next((i for i, line in enumerate(code) if _OPENING.match(line)), None)
        if first is None or len(code) - first < _LEAST:
            continue
        if not any(line.rstrip().endswith((");", "})", ")", "{")) for line in code[first + 1 :]):
            continue
        report(
            at=span,
            message="A test is commented out.",
            why="It does not run, and grows old unseen.",
            fix="Delete it, or skip it with a reason: the history keeps it.",
        )


def _runs(file: JavaScriptFile) -> Iterator[tuple[Span, list[str]]]:
    """Comments that follow each other line by line, as one, and their text without the marks."""
    start = end = -1
    last = 0
    lines: list[str] = []
    for node in file.comment_nodes:
        text = file.text_of(node)
        if text.startswith("/*"):
            if not text.startswith("/**"):  # that is documentation, with examples
                yield Span(*node.byte_range), text[2:-2].split("\n")
            continue
        line = file.lines(node).start
        if start >= 0 and line != last + 1:
            yield Span(start, end), lines
            start, lines = -1, []
        if start < 0:
            start = node.start_byte
        end, last = node.end_byte, line
        lines.append(text[2:])
    if start >= 0:
        yield Span(start, end), lines
