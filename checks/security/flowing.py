"""How the checks that follow data report it.

A flow from the person who runs the program (its command line, its environment) is told of by no
check: who runs a program may do what it does. Where the settings say that arguments are not
trusted, it is told of as less grave.
"""

from __future__ import annotations

from collections.abc import Sequence

from checks.events import Call, Flow, calls_of
from checks.flow.results import Reach
from checks.model import Confidence, Edit, Severity, Surface
from checks.report import Report


def sink_of(flow: Flow) -> Call | None:
    """The call that data reaches, where it stands in this file."""
    if not flow.here:
        return None
    module = flow.module
    by_span = module.remember(
        "calls by their bytes", lambda: {one.span: one for one in calls_of(module)}
    )
    return by_span.get(flow.span)


def is_decided(call: Call, report: Report, kind: str) -> bool:
    """Whether a check that looks at a call by itself has nothing to add to the flow analysis.

    Nothing reaches the call that could do harm, or a flow is told of where it was found.
    """
    return report.reach(call, kind) in (Reach.CLEAN, Reach.TAINTED)


def tell(
    flow: Flow,
    report: Report,
    *,
    how: str,
    why: str,
    fix: str,
    severity: Severity = Severity.HIGH,
    surface: Surface | None = None,
    edits: Sequence[Edit] = (),
) -> None:
    """Report a flow: "`name` from the query string reaches `cursor.execute` <how>."."""
    if flow.origin == "local":
        if report.settings.trusted_arguments:
            return
        severity = Severity(max(severity - 1, Severity.LOW))
    confidence = flow.confidence
    if flow.origin == "queued":
        # Another program of the same people put it there, as a rule.
        confidence = Confidence.MEDIUM if confidence is Confidence.HIGH else Confidence.LOW
        surface = Surface.SUMMARY
    if confidence is not Confidence.HIGH:
        if severity is not Severity.CRITICAL:
            # A function that is not known handed it on, and may have made it harmless.
            surface = Surface.SUMMARY
        severity = Severity(max(severity - 1, Severity.LOW))
    there = "" if flow.here else f", in `{flow.trace[-1].path.rpartition('/')[2]}`"
    report(
        at=flow.span,
        message=f"{_capital(flow.source)} reaches {flow.sink}{how}{there}.",
        why=why,
        fix=fix,
        severity=severity,
        confidence=confidence,
        surface=surface,
        trace=flow.trace,
        edits=edits,
    )


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]
