"""The check ``workflow-secret-within-reach``: a fork gets at a secret by a change."""

from __future__ import annotations

from checks.model import Aspect, Confidence, Severity
from checks.registry import CODE_ROLES, WORKFLOW_CHANGE, check
from checks.report import Report
from checks.workflows.conditions import Reach, reach_of
from checks.workflows.event import WorkflowEvent
from checks.workflows.judging import secrets_of
from checks.workflows.model import Document, Job

_FROM_FORKS = frozenset({"pull_request_target", "workflow_run", "issue_comment"})
"""Events of strangers that may be about a fork's pull request."""
_NAMED = 3


@check(
    id="workflow-secret-within-reach",
    title="Secret that comes within reach of forks",
    aspect=Aspect.CREDENTIALS,
    severity=Severity.LOW,
    confidence=Confidence.MEDIUM,
    roles=CODE_ROLES,
    on=WORKFLOW_CHANGE,
    languages=frozenset({"yaml"}),
    cwe=(200, 668),
    security=True,
)
def workflow_secret_within_reach(event: WorkflowEvent, report: Report) -> None:
    """A change lets a fork's pull request start a job that has a secret.

    With `pull_request` a fork's run has no secrets. With `pull_request_target`, `workflow_run` and
    `issue_comment` it has. The job may be harmless; whether it is should be looked at once, here.

    Why:
        The event is often changed to make a failing job pass for forks. Everything that the job
        runs can then read the secret on a stranger's behalf.
    Bad:
        # file: .github/workflows/preview.yml
        # before
        on: pull_request
        jobs:
          preview:
            runs-on: ubuntu-latest
            steps:
              - run: ./preview.sh
                env:
                  TOKEN: ${{ secrets.PREVIEW_TOKEN }}
        # after
        on: pull_request_target
        jobs:
          preview:
            runs-on: ubuntu-latest
            steps:
              - run: ./preview.sh
                env:
                  TOKEN: ${{ secrets.PREVIEW_TOKEN }}
    Good:
        # file: .github/workflows/preview.yml
        # before
        on: pull_request
        jobs:
          preview:
            runs-on: ubuntu-latest
            steps:
              - run: ./preview.sh
                env:
                  TOKEN: ${{ secrets.PREVIEW_TOKEN }}
        # after
        on: [pull_request, push]
        jobs:
          preview:
            runs-on: ubuntu-latest
            steps:
              - run: ./preview.sh
                env:
                  TOKEN: ${{ secrets.PREVIEW_TOKEN }}
    Suppress:
        Not needed: it is told once, by the change that brings it.
    """
    document, base = event.document, event.base
    if base is None:
        return
    for name in sorted(_FROM_FORKS & set(document.triggers)):
        found: dict[str, Job] = {}
        for job in document.jobs:
            if reach_of(document, job, None, name) is not Reach.OPEN:
                continue
            had = _had(base, job, name)
            for secret in secrets_of(document, job):
                if secret not in had:
                    found.setdefault(secret, job)
        if not found:
            continue
        job = next(iter(found.values()))
        is_new = name not in base.triggers
        at = document.triggers[name].key.span
        if not is_new and job.key is not None:
            at = job.key.span
        names = ["all secrets" if one == "*" else f"`{one[:60]}`" for one in found]
        more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
        report(
            at=at,
            message=f"A fork's pull request can start a job that has {', '.join(names[:_NAMED])}"
            f"{more} now.",
            why=f"`{name}` gives the run of a fork the repository's secrets.",
            fix="Use `pull_request`, or hand the secret only to a job that strangers cannot start.",
            scope="on" if is_new else job.scope,
        )


def _had(base: Document, job: Job, name: str) -> frozenset[str]:
    """The secrets of a job that strangers could start by this event before."""
    before = base.job(job.id)
    if before is None or name not in base.triggers:
        return frozenset()
    if reach_of(base, before, None, name) is not Reach.OPEN:
        return frozenset()
    return frozenset(secrets_of(base, before))
