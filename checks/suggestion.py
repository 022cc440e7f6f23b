"""Edits as GitHub applies them: whole lines, replaced with one click.

An edit becomes a suggestion only when it is proved: the edited file still parses, the finding is
gone, and nothing new has appeared. The proof needs the engine and is handed in.
"""

from __future__ import annotations

from collections.abc import Sequence

from checks.model import Edit, Finding, Lines, Suggestion
from checks.text import SourceText

MAX_LINES = 60
"""A suggestion of more lines is not read before it is clicked."""


def edited(source: SourceText, edits: Sequence[Edit]) -> bytes | None:
    """The text with the edits made; ``None`` when they overlap or lie outside it."""
    pieces: list[bytes] = []
    position = 0
    for edit in sorted(edits, key=lambda one: one.span):
        span = edit.span
        if not position <= span.start <= span.end <= len(source.data):
            return None
        pieces += [source.data[position : span.start], _in_style(edit.text, source)]
        position = span.end
    return b"".join([*pieces, source.data[position:]])


def as_lines(source: SourceText, edits: Sequence[Edit]) -> Suggestion | None:
    """The edits as whole lines; ``None`` when they cannot be.

    They cannot when they overlap, touch too many lines, or the lines are not UTF-8.
    """
    after = edited(source, edits)
    if after is None or not edits:
        return None
    spans = sorted(edit.span for edit in edits)
    bottom = max(source.line_count, 1)
    # What is added after the last newline belongs to the last line: there is none below it.
    first = min(source.line_of(spans[0].start), bottom)
    last_span = spans[-1]
    last = min(source.line_of(max(last_span.start, last_span.end - 1)), bottom)
    start = source.line_span(first).start
    end = _end_of(source, last)
    changed = after[start : len(after) - (len(source.data) - end)]
    if not _ends_line(changed) and last < source.line_count and end > source.line_span(last).end:
        # The edit took the line's end away: the line after it is part of what changes.
        last += 1
        end = _end_of(source, last)
        changed = after[start : len(after) - (len(source.data) - end)]
    if last - first >= MAX_LINES:
        return None
    try:
        text = changed.decode()
    except UnicodeDecodeError:
        return None
    if not text:
        return Suggestion(Lines(first, last), "", deletes=True)
    return Suggestion(Lines(first, last), text.removesuffix("\n").removesuffix("\r"))


def without_clashes(
    offered: Sequence[tuple[Finding, Suggestion]],
) -> list[tuple[Finding, Suggestion]]:
    """Of suggestions for the same lines, the one for the gravest finding, in the order given.

    GitHub applies a suggestion to the lines as they were: after one of two, the other would take
    its words back. What is left out is offered when the first has been applied.
    """
    taken: list[Lines] = []
    kept: list[int] = []
    order = sorted(range(len(offered)), key=lambda index: -offered[index][0].severity)
    for index in order:
        lines = offered[index][1].lines
        if not any(lines.start <= one.end and one.start <= lines.end for one in taken):
            taken.append(lines)
            kept.append(index)
    return [offered[index] for index in sorted(kept)]


def _end_of(source: SourceText, line: int) -> int:
    """The byte after a line and its newline."""
    end = source.data.find(b"\n", source.line_span(line).start)
    return len(source.data) if end < 0 else end + 1


def _ends_line(text: bytes) -> bool:
    return not text or text.endswith(b"\n")


def _in_style(text: str, source: SourceText) -> bytes:
    plain = text.replace("\r\n", "\n")
    return plain.replace("\n", source.newline).encode("utf-8", "surrogatepass")
