"""The check ``workflow-permissions-widened``: a change that gives a token more rights."""

from __future__ import annotations

from checks.model import Aspect, Confidence, Severity, Span, Surface
from checks.registry import CODE_ROLES, WORKFLOW_CHANGE, check
from checks.report import Report
from checks.workflows.contexts import PRIVILEGED
from checks.workflows.event import WorkflowEvent
from checks.workflows.model import Document, Job, Level, Permissions
from checks.workflows.paths import Kind

_HARMLESS = frozenset({"id-token", "attestations", "checks", "statuses"})
"""Scopes of which more is no news by itself."""


@check(
    id="workflow-permissions-widened",
    title="Workflow that gains permissions",
    aspect=Aspect.CREDENTIALS,
    severity=Severity.LOW,
    confidence=Confidence.HIGH,
    roles=CODE_ROLES,
    on=WORKFLOW_CHANGE,
    languages=frozenset({"yaml"}),
    cwe=(250,),
    surface=Surface.SUMMARY,
    security=True,
)
def workflow_permissions_widened(event: WorkflowEvent, report: Report) -> None:
    """The change lets a job's token do more than before.

    Told in the summary, so that a reviewer sees it; on the line where strangers can start the
    workflow, and where the permissions were taken away as a whole and the defaults hold again.

    Why:
        More rights are easily waved through among other lines, and stay when the need is gone.
    Bad:
        # file: .github/workflows/triage.yml
        # before
        on: issues
        permissions:
          issues: write
        jobs:
          label:
            runs-on: ubuntu-latest
            steps:
              - run: ./label.sh
        # after
        on: issues
        permissions:
          issues: write
          contents: write
        jobs:
          label:
            runs-on: ubuntu-latest
            steps:
              - run: ./label.sh
    Good:
        # file: .github/workflows/triage.yml
        # before
        on: issues
        permissions:
          issues: write
          contents: write
        jobs:
          label:
            runs-on: ubuntu-latest
            steps:
              - run: ./label.sh
        # after
        on: issues
        permissions:
          contents: read
        jobs:
          label:
            permissions:
              issues: write
              contents: write
            runs-on: ubuntu-latest
            steps:
              - run: ./label.sh
    Suppress:
        Not needed: it is told once, by the change that brings it.
    """
    document, base = event.document, event.base
    if base is None or document.kind is Kind.ACTION:
        return
    open_to_all = not PRIVILEGED.isdisjoint(document.triggers)
    told: set[Span] = set()
    for job in document.jobs:
        before = base.job(job.id)
        if before is None:
            continue
        had, has = base.permissions_of(before), document.permissions_of(job)
        if had is None:
            continue
        if has is None:
            _dropped(document, job, report, told)
            continue
        _widened(has, had, job, report, told, open_to_all=open_to_all)


def _dropped(document: Document, job: Job, report: Report, told: set[Span]) -> None:
    key = job.key or document.root.key("jobs")
    if key is None or told:
        return
    told.add(key.span)
    report(
        at=key.span,
        message="The permissions of this job are gone, so that the repository's defaults hold.",
        why="The defaults may let its token write everything.",
        fix="Say what the token may do, as before.",
        severity=Severity.MEDIUM,
        surface=Surface.INLINE,
        scope=job.scope,
    )


def _widened(
    has: Permissions,
    had: Permissions,
    job: Job,
    report: Report,
    told: set[Span],
    *,
    open_to_all: bool,
) -> None:
    if has.everything is Level.WRITE:
        # The check on broad permissions speaks of it.
        return
    for name in has.writes:
        level, span = has.scopes[name]
        if had.level(name) >= level or span in told or name in _HARMLESS:
            continue
        told.add(span)
        report(
            at=span,
            message=f"The token may write `{name}` now.",
            why="Strangers can start this workflow, so its rights are what they may get at."
            if open_to_all
            else "Every action and script that runs with it may use this right.",
            fix="Give it to the one job that needs it, or leave it out.",
            severity=Severity.MEDIUM if open_to_all else None,
            surface=Surface.INLINE if open_to_all else None,
            scope=job.scope,
        )
