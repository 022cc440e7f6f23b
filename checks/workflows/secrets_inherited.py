"""The check ``workflow-secrets-inherited``: all secrets for a workflow of others."""

from __future__ import annotations

from checks.model import Aspect, Confidence, Severity, Surface
from checks.registry import CODE_ROLES, WORKFLOW, check
from checks.report import Report
from checks.workflows.event import WorkflowEvent
from checks.workflows.model import UseKind
from checks.workflows.tree import Scalar

_SHOWN = 60


@check(
    id="workflow-secrets-inherited",
    title="All secrets handed to another repository's workflow",
    aspect=Aspect.CREDENTIALS,
    severity=Severity.LOW,
    confidence=Confidence.MEDIUM,
    roles=CODE_ROLES,
    on=WORKFLOW,
    languages=frozenset({"yaml"}),
    cwe=(200, 250),
    security=True,
)
def workflow_secrets_inherited(event: WorkflowEvent, report: Report) -> None:
    """`secrets: inherit` hands every secret to a workflow of another repository.

    A workflow of the same repository is clean. One that is pinned to a commit is a note in the
    summary: what it does with the secrets can be read, and does not change.

    Why:
        The other repository gets secrets that it never asked for, those that are added next year
        among them, and whoever can push there can read them.
    Bad:
        # file: .github/workflows/release.yml
        on: push
        jobs:
          publish:
            uses: acme/pipelines/.github/workflows/publish.yml@main
            secrets: inherit
    Good:
        # file: .github/workflows/release.yml
        on: push
        jobs:
          publish:
            uses: acme/pipelines/.github/workflows/publish.yml@main
            secrets:
              token: ${{ secrets.PUBLISH_TOKEN }}
          test:
            uses: ./.github/workflows/test.yml
            secrets: inherit
    Suppress:
        Where the other repository belongs to the same people, and needs all of them.
    """
    for job in event.document.jobs:
        use, secrets = job.uses, job.secrets
        if use is None or use.kind is not UseKind.REMOTE:
            continue
        if not isinstance(secrets, Scalar) or secrets.text.strip() != "inherit":
            continue
        report(
            at=secrets.span,
            message=f"Every secret of the repository goes to `{use.name[:_SHOWN]}`.",
            why="It gets secrets that it does not need, and those that are added later.",
            fix="Name the secrets that it needs below `secrets:`.",
            surface=Surface.SUMMARY if use.is_pinned else None,
            scope=job.scope,
        )
