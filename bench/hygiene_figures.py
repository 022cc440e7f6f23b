"""The figures of the hygiene benchmark: what was found, for each project and each check."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from bench.suites import Found
from checks.model import Surface

MOST_INLINE, MOST_SUMMARY = 0.5, 2.0
"""Findings in 1,000 lines that a well-kept suite may get, on each surface."""


@dataclass(frozen=True, slots=True)
class Suite:
    """One test suite, and what was found in it."""

    project: str
    """Name and version, as the archive's: ``click-8.1.7``."""
    files: int
    lines: int
    """All lines of the test code, empty ones too."""
    findings: tuple[Found, ...]
    not_analysed: tuple[str, ...]
    """Files that were not read, each with the reason."""
    ruff: int | None
    """Findings of ruff; ``None`` when it is not installed."""
    bandit: int | None
    """Findings of bandit; ``None`` when it is not installed."""

    def count(self, surface: Surface) -> int:
        """How many findings are shown there."""
        return sum(one.surface == surface for one in self.findings)

    def rate(self, count: int) -> float:
        """A count in 1,000 lines."""
        return count / self.lines * 1_000 if self.lines else 0.0

    @property
    def within_budget(self) -> bool:
        """Whether both surfaces are as quiet as they should be."""
        inline, summary = (self.rate(self.count(one)) for one in (Surface.INLINE, Surface.SUMMARY))
        return inline <= MOST_INLINE and summary <= MOST_SUMMARY


def together(suites: Sequence[Suite]) -> Suite:
    """All suites as one."""
    return Suite(
        project="all",
        files=sum(one.files for one in suites),
        lines=sum(one.lines for one in suites),
        findings=tuple(found for one in suites for found in one.findings),
        not_analysed=tuple(line for one in suites for line in one.not_analysed),
        ruff=_sum(one.ruff for one in suites),
        bandit=_sum(one.bandit for one in suites),
    )


def values(suites: Sequence[Suite]) -> dict[str, Any]:
    """For ``--json``."""
    return {
        "suites": [
            {
                **dataclasses.asdict(one),
                "inline": one.rate(one.count(Surface.INLINE)),
                "summary": one.rate(one.count(Surface.SUMMARY)),
                "within_budget": one.within_budget,
            }
            for one in suites
        ],
        "checks": {
            check: {str(surface): count for surface, count in row.items()}
            for check, row in by_check(suites).items()
        },
    }


def by_check(suites: Sequence[Suite]) -> dict[str, Counter[Surface]]:
    """How often each check spoke on each surface; the loudest first."""
    found: dict[str, Counter[Surface]] = {}
    for suite in suites:
        for one in suite.findings:
            found.setdefault(one.check, Counter())[Surface(one.surface)] += 1
    return dict(sorted(found.items(), key=lambda item: (-item[1].total(), item[0])))


def table(suites: Sequence[Suite]) -> str:
    """The figures for a person."""
    rows: list[tuple[str, ...]] = [
        ("findings in 1,000 lines", "files", "lines", "inline", "summary", "ruff", "bandit")
    ]
    rows += [_row(one) for one in (*suites, together(suites))]
    lines = _aligned(rows)
    lines += ["", *_aligned([("findings by check", "inline", "summary"), *_checks(suites)])]
    lines += [f"not read: {line}" for one in suites for line in one.not_analysed]
    for name, counted in (("ruff", "ruff"), ("bandit", "bandit")):
        if any(getattr(one, counted) is None for one in suites):
            lines.append(f"{name} is not installed: nothing to compare with")
    loud = [one.project for one in suites if not one.within_budget]
    if loud:
        lines.append(
            f"over {MOST_INLINE} inline or {MOST_SUMMARY:g} in the summary: {', '.join(loud)}"
        )
    return "\n".join(lines)


def _row(one: Suite) -> tuple[str, ...]:
    counts = (one.count(Surface.INLINE), one.count(Surface.SUMMARY), one.ruff, one.bandit)
    rates = ("–" if count is None else f"{one.rate(count):.2f}" for count in counts)
    return (one.project, str(one.files), f"{one.lines:,}", *rates)


def _checks(suites: Sequence[Suite]) -> list[tuple[str, ...]]:
    return [
        (check, str(row[Surface.INLINE]), str(row[Surface.SUMMARY]))
        for check, row in by_check(suites).items()
    ]


def _aligned(rows: Sequence[tuple[str, ...]]) -> list[str]:
    """The cells in columns, the first to the left and figures to the right."""
    widths = [max(len(cell) for cell in column) for column in zip(*rows, strict=True)]
    return [
        "  ".join(
            [row[0].ljust(widths[0])]
            + [cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True)]
        )
        for row in rows
    ]


def _sum(counts: Iterable[int | None]) -> int | None:
    known = list(counts)
    return None if None in known else sum(one for one in known if one is not None)
