"""What a run of the analysis benchmark found: values, and the table that a person reads."""

from __future__ import annotations

import dataclasses
from collections import Counter
from dataclasses import dataclass
from statistics import median
from typing import Any


@dataclass(frozen=True, slots=True)
class Figure:
    """One measurement of one process."""

    files: int
    lines: int
    cpu: float
    """Processor seconds."""
    peak: int
    """The highest resident set, in bytes."""

    @property
    def lines_per_second(self) -> float:
        """Of processor time."""
        return self.lines / self.cpu if self.cpu else 0.0

    def against(self, other: Figure) -> float:
        """The cost of a line as a multiple of another measurement's."""
        mine, theirs = self.lines_per_second, other.lines_per_second
        return theirs / mine if mine else 0.0


@dataclass(frozen=True, slots=True)
class Tool:
    """Another program over the same files; ``None`` in its place when it is not installed."""

    findings: int
    cpu: float
    seconds: float


@dataclass(frozen=True, slots=True)
class Start:
    """Runs of ``assay scan`` over one file."""

    lines: int
    cpu: tuple[float, ...]
    """Processor seconds of each run, worker included."""
    seconds: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Tree:
    """One run of ``assay scan`` over all sources."""

    lines: int
    cpu: float
    seconds: float
    parent: int | None
    """The peak of the command's own process, in bytes; ``None`` where it is not known."""
    worker: int | None
    """That of its largest worker."""
    workers: int


@dataclass(frozen=True, slots=True)
class Figures:
    """One run of the benchmark."""

    machine: str
    projects: tuple[str, ...]
    parse: Figure
    cold: Figure
    warm: Figure
    push: Figure
    change: Figure
    change_parse: Figure
    start: Start
    tree: Tree
    tools: dict[str, Tool | None]
    not_analysed: int
    """Files that the warm run gave up, for their size or their time."""
    asked_lines: int
    """Lines of code that is neither test nor generated."""
    findings: tuple[tuple[str, str, int], ...]
    """In those lines: check, surface, number."""

    def values(self) -> dict[str, Any]:
        """For ``--json``."""
        return {
            **dataclasses.asdict(self),
            "ratio_warm": self.warm.against(self.parse),
            "ratio_change": self.change.against(self.change_parse),
            "findings_per_1000_lines": self.per_thousand(sum(row[2] for row in self.findings)),
        }

    def per_thousand(self, number: int) -> float:
        """A number of findings for every 1,000 lines of non-test code."""
        return number / self.asked_lines * 1_000 if self.asked_lines else 0.0


def table(found: Figures) -> str:
    """The figures for a person, one a line, and then the findings by check."""
    start, tree = found.start, found.tree
    rows = {
        "machine": found.machine,
        "sources": f"{', '.join(found.projects)}: {found.warm.files:,} files, "
        f"{found.warm.lines:,} lines",
        "tree-sitter's parse": _speed(found.parse),
        "Assay, cold": _compared(found.cold, found.parse),
        "Assay, warm": f"{_compared(found.warm, found.parse)}; "
        f"{found.not_analysed} files not analysed",
        "Assay, 2 % of files": _compared(found.push, found.parse),
        "one change, warm": f"{found.change.files} files, {found.change.lines:,} lines: "
        f"{found.change.cpu:.2f} s, {found.change.against(found.change_parse):.1f} × the parse, "
        f"{_megabytes(found.change.peak)}",
        "start-up": f"{start.lines} lines: {median(start.seconds):.2f} s, "
        f"{median(start.cpu):.2f} s of processor (medians of {len(start.cpu)})",
        "assay scan of all": f"{tree.lines:,} lines: {tree.seconds:.1f} s, {tree.cpu:.1f} s of "
        f"processor; {_megabytes(tree.parent)} the command, {_megabytes(tree.worker)} "
        f"its largest worker ({tree.workers} of them)",
    }
    for name, tool in found.tools.items():
        rows[name] = "not installed" if tool is None else _tool(tool, found)
    total = sum(number for _, _, number in found.findings)
    surfaces: Counter[str] = Counter()
    for _, surface, number in found.findings:
        surfaces[surface] += number
    said = ", ".join(f"{number} {surface}" for surface, number in sorted(surfaces.items()))
    rows["findings"] = (
        f"{total} in {found.asked_lines:,} lines of non-test code"
        f"{f' ({said})' if said else ''}: {found.per_thousand(total):.3f} per 1,000 lines"
    )
    width = max(map(len, rows))
    lines = [f"{name:<{width}}  {value}" for name, value in rows.items()]
    for check, surface, number in sorted(found.findings, key=lambda row: (-row[2], row)):
        lines.append(f"  {number:>5}  {found.per_thousand(number):.4f}  {surface:<8}  {check}")
    return "\n".join(lines)


def _speed(one: Figure) -> str:
    return f"{one.lines_per_second:,.0f} lines/s ({one.cpu:.2f} s), {_megabytes(one.peak)}"


def _compared(one: Figure, parse: Figure) -> str:
    return f"{_speed(one)}, {one.against(parse):.1f} × the parse"


def _tool(one: Tool, found: Figures) -> str:
    rate = found.warm.lines / one.cpu if one.cpu else 0.0
    return (
        f"{rate:,.0f} lines/s ({one.cpu:.1f} s of processor), {one.findings:,} findings in all code"
    )


def _megabytes(size: int | None) -> str:
    return "not known" if size is None else f"{size / 1_048_576:,.0f} MB"
