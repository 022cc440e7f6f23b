"""A scan as a person reads it in a terminal: findings by file, the eight aspects, the verdict.

Text of the scanned files is shown with its control characters made visible, so that it cannot move
the cursor, change colours or hide.
"""

from __future__ import annotations

import shutil
import textwrap
from collections.abc import Iterator, Sequence
from itertools import groupby

from bot.review.model import AspectRow
from bot.review.words.escape import one_line, visible
from bot.review.words.place import span
from bot.review.words.sentences import ASPECTS
from bot.scan.run import Scan
from checks.model import Finding, Severity, State

_WIDEST = 100
_NAME = 30
_STATE = 14
_RANGES = 4

_STATES = {
    State.FINDING: ("●", "31"),
    State.NOTE: ("○", "33"),
    State.CLEAN: ("✓", "32"),
    State.NOT_APPLICABLE: ("–", "2"),
}
_SEVERITIES = {
    Severity.CRITICAL: "1;31",
    Severity.HIGH: "31",
    Severity.MEDIUM: "33",
    Severity.LOW: "36",
    Severity.INFO: "2",
}


def write(scan: Scan, *, colour: bool, width: int | None = None) -> str:
    """The scan as text. ``colour`` adds ANSI colours; ``width`` is that of the terminal."""
    pen = _Pen(colour, min(width or shutil.get_terminal_size().columns, _WIDEST))
    report = scan.report
    order = {one.path: index for index, one in enumerate(report.files)}
    by_file = sorted(
        report.findings, key=lambda one: (order.get(one.path, len(order)), one.path, one.region)
    )
    lines: list[str] = []
    for problem in scan.problems:
        key = f" {visible(problem.key)}:" if problem.key else ""
        lines.append(f"configuration, line {problem.line}:{key} {one_line(problem.message)}")
    if scan.problems:
        lines.append("")
    for path, findings in groupby(by_file, key=lambda one: one.path):
        lines.append(pen.paint(visible(path), "1"))
        for finding in findings:
            lines += _finding(finding, pen)
        lines.append("")
    if report.not_looked_at:
        lines.append(pen.paint("Not looked at", "1"))
        lines += [f"  {visible(one.path)}: {one_line(one.reason)}" for one in report.not_looked_at]
        lines.append("")
    for row in report.rows:
        lines += _row(row, pen, several=len(report.files) > 1)
    lines += ["", *pen.wrapped(report.verdict, "")]
    return "\n".join(lines) + "\n"


def _finding(finding: Finding, pen: _Pen) -> Iterator[str]:
    place = f"{finding.region.start_line}:{finding.region.start_column}"
    severity = pen.paint(finding.severity.name.lower(), _SEVERITIES[finding.severity])
    yield f"  {place}  {severity}  {visible(finding.check)}"
    for text in (finding.message, finding.why, finding.fix):
        if text.strip():
            yield from pen.wrapped(_sentence(text), "    ")
    for also in finding.also:
        yield f"      also at {visible(also.path)}:{also.region.start_line}"
    for number, step in enumerate(finding.trace, 1):
        where = f"{visible(step.path)}:{step.region.start_line}"
        yield f"      {number}. {where}  {one_line(step.note)}"


def _row(row: AspectRow, pen: _Pen, *, several: bool) -> Iterator[str]:
    sign, style = _STATES[row.state]
    where = _places(row, several=several)
    words = f"{one_line(row.clause)}{f' ({where})' if where else ''}"
    indent = " " * (_STATE + _NAME + 4)
    first, *rest = pen.wrapped(words, indent) or [indent]
    state = pen.paint(f"{sign} {row.state.value:<{_STATE}}", style)
    yield f"{state} {ASPECTS[row.aspect]:<{_NAME}} {first.strip()}"
    yield from rest


def _places(row: AspectRow, *, several: bool) -> str:
    said = []
    for path, ranges in row.places[:1]:
        lines = ", ".join(span(one) for one in ranges[:_RANGES])
        more = f" +{len(ranges) - _RANGES}" if len(ranges) > _RANGES else ""
        said.append(f"{visible(path)} {lines}{more}" if several else f"{lines}{more}")
    if len(row.places) > 1:
        said.append(f"+{len(row.places) - 1} files" if len(row.places) > 2 else "+1 file")
    return " ".join(said)


def _sentence(text: str) -> str:
    words = one_line(text)
    return words if words.endswith((".", "?", ":")) else f"{words}."


class _Pen:
    """Writes with or without colours, in lines of bounded width."""

    def __init__(self, colour: bool, width: int) -> None:
        self._colour = colour
        self._width = max(40, width)

    def paint(self, text: str, style: str) -> str:
        return f"\x1b[{style}m{text}\x1b[0m" if self._colour else text

    def wrapped(self, text: str, indent: str) -> Sequence[str]:
        return textwrap.wrap(
            one_line(text), self._width, initial_indent=indent, subsequent_indent=indent
        )
