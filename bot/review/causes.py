"""One finding a root cause, over all files of a review.

The analysis reports file by file, as soon as each is ready. Data that enters in one file and does
harm in another is told at the call through which it leaves, with the way that it takes; the place
where it does harm may have been found on its own as well, or be reached from several calls. The
defect is mended at that one place, so it is said once: with the way, and at the gravest call. Pure.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import TypeAlias

from checks.model import FileReport, Finding

_Place: TypeAlias = tuple[str, str, int, int]
"""Check, path, first line and column: where the harm is done."""


def one_per_cause(reports: Sequence[FileReport]) -> tuple[FileReport, ...]:
    """The reports without the findings that another one tells better, in the same order."""
    elsewhere = {_harm(finding) for finding in _all(reports) if _leaves(finding)}
    if not elsewhere:
        # Within one file the analysis itself tells a defect once.
        return tuple(reports)
    told: dict[_Place, Finding] = {}
    for finding in _all(reports):
        if finding.trace and (place := _harm(finding)) in elsewhere:
            told[place] = min(told.get(place, finding), finding, key=_worth)
    return tuple(
        replace(one, findings=tuple(each for each in one.findings if _stands(each, told)))
        for one in reports
    )


def _all(reports: Sequence[FileReport]) -> Iterable[Finding]:
    return (finding for one in reports for finding in one.findings)


def _leaves(finding: Finding) -> bool:
    """Whether the harm is done in another file than the one in which the finding is told."""
    return bool(finding.trace) and finding.trace[-1].path != finding.path


def _stands(finding: Finding, told: dict[_Place, Finding]) -> bool:
    best = told.get(_harm(finding))
    return best is None or best is finding


def _harm(finding: Finding) -> _Place:
    if finding.trace:
        step = finding.trace[-1]
        return (finding.check, step.path, step.region.start_line, step.region.start_column)
    region = finding.region
    return (finding.check, finding.path, region.start_line, region.start_column)


def _worth(finding: Finding) -> tuple[int, int, str, int]:
    """The gravest, then the surest, then the first."""
    return (-finding.severity, -finding.confidence, finding.path, finding.region.start_line)
