"""The checks on what a job's token may do."""

from __future__ import annotations

from checks.model import Aspect, Confidence, Severity, Span, Surface
from checks.registry import CODE_ROLES, WORKFLOW, WORKFLOW_CHANGE, check
from checks.report import Report
from checks.workflows.contexts import PRIVILEGED
from checks.workflows.event import WorkflowEvent
from checks.workflows.model import Document, Job, Level, Permissions
from checks.workflows.paths import Kind

_HARMLESS = frozenset({"id-token", "attestations", "checks", "statuses"})
"""Scopes of which more is no news by itself."""


@check(
    id="workflow-permissions-broad",
    title="Token that may write everything",
    aspect=Aspect.CREDENTIALS,
    severity=Severity.MEDIUM,
    confidence=Confidence.HIGH,
    roles=CODE_ROLES,
    on=WORKFLOW,
    languages=frozenset({"yaml"}),
    cwe=(250, 732),
    security=True,
)
def workflow_permissions_broad(event: WorkflowEvent, report: Report) -> None:
    """A workflow or a job asks for `write-all`.

    A workflow that says nothing about permissions has what the repository's settings say, which the
    file cannot tell: that is a note in the summary, and only where strangers start the workflow.

    Why:
        Every action and every script of the job can then change code, releases, packages and
        settings. No job needs all of it, and an action that was taken over uses what is there.
    Bad:
        # file: .github/workflows/release.yml
        on: push
        permissions: write-all
        jobs:
          publish:
            runs-on: ubuntu-latest
            steps:
              - run: ./publish.sh
    Good:
        # file: .github/workflows/release.yml
        on: push
        permissions:
          contents: read
        jobs:
          publish:
            permissions:
              contents: write
            runs-on: ubuntu-latest
            steps:
              - run: ./publish.sh
    Suppress:
        Where a job truly does everything: name what it needs instead, it is rarely more than three.
    """
    document = event.document
    if document.kind is Kind.ACTION:
        return
    for permissions, scope in _all(document):
        if permissions.everything is Level.WRITE:
            report(
                at=permissions.node.span,
                message="`write-all` lets the job's token change everything in the repository.",
                why="Every action of the job has it, and one that is taken over will use it.",
                fix="Name what is needed, such as `contents: read`, and leave out the rest.",
                scope=scope,
            )
    bare = [job for job in document.jobs if document.permissions_of(job) is None]
    key = document.root.key("jobs")
    if bare and key is not None and not PRIVILEGED.isdisjoint(document.triggers):
        report(
            at=key.span,
            message="Strangers start this workflow, and it does not say what its token may do.",
            why="The repository's settings decide, and where they are old it may write everything.",
            fix="Add `permissions: {contents: read}` at the top, and more where it is needed.",
            severity=Severity.INFO,
            surface=Surface.SUMMARY,
            scope="",
        )


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


def _all(document: Document) -> list[tuple[Permissions, str]]:
    found = [] if document.permissions is None else [(document.permissions, "")]
    found += [(job.permissions, job.scope) for job in document.jobs if job.permissions is not None]
    return found
