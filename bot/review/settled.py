"""Which findings do not count, because people decided so: ignored, dismissed, or all in test code.

They are listed in the summary with who, when and why, and take no part in the conclusion. Pure.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from bot.review.model import Says, Standing
from bot.review.state import Decision
from bot.review.threads import Pairs
from checks.model import FileReport, Finding


@dataclass(frozen=True, slots=True)
class Settled:
    """A finding that does not count."""

    finding: Finding
    decision: Decision
    """Who decided; no time is known of a thread that somebody resolved."""
    dismissed: bool = False
    """Its thread was resolved; otherwise somebody asked to ignore it."""
    tests: bool = False
    """Somebody asked to ignore all findings in test code."""


def settle(
    findings: Iterable[Finding], test_paths: frozenset[str], standing: Standing, pairs: Pairs
) -> tuple[Settled, ...]:
    """The findings that do not count, in their order.

    A thread that a person resolved counts as dismissed when that person may write to the
    repository: the author of a pull request may resolve threads without, and the conclusion is a
    gate. A resolved thread whose finding was fixed before is no decision about its return.
    """
    memory = standing.memory
    ignored = {one.fingerprint: one for one in memory.ignored}
    settled = []
    for found in findings:
        decision = next(
            (ignored[name].decision for name in sorted(pairs.names(found)) if name in ignored), None
        )
        if decision is not None:
            settled.append(Settled(found, decision))
        elif memory.tests is not None and found.path in test_paths:
            settled.append(Settled(found, memory.tests, tests=True))
        elif who := _dismissed_by(found, standing, pairs):
            settled.append(Settled(found, Decision(who, ""), dismissed=True))
    return tuple(settled)


def _dismissed_by(found: Finding, standing: Standing, pairs: Pairs) -> str:
    comment = pairs.comments.get(found.fingerprint)
    if comment is None or not comment.resolved or comment.says is Says.FIXED:
        return ""
    return comment.resolved_by if comment.resolved_by in standing.writers else ""


def without(
    reports: Sequence[FileReport], settled: Mapping[str, Settled]
) -> tuple[FileReport, ...]:
    """The reports without the findings that do not count, at none of their places."""
    names = {place.fingerprint for one in settled.values() for place in one.finding.also}
    names.update(settled)
    return tuple(
        replace(one, findings=tuple(each for each in one.findings if each.fingerprint not in names))
        if any(each.fingerprint in names for each in one.findings)
        else one
        for one in reports
    )
