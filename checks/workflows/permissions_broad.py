"""The check ``workflow-permissions-broad``: a token that may write everything."""

from __future__ import annotations

from checks.model import Aspect, Confidence, Severity, Surface
from checks.registry import CODE_ROLES, WORKFLOW, check
from checks.report import Report
from checks.workflows.contexts import PRIVILEGED
from checks.workflows.event import WorkflowEvent
from checks.workflows.model import Document, Level, Permissions
from checks.workflows.paths import Kind


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


def _all(document: Document) -> list[tuple[Permissions, str]]:
    found = [] if document.permissions is None else [(document.permissions, "")]
    found += [(job.permissions, job.scope) for job in document.jobs if job.permissions is not None]
    return found
