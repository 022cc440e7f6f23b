"""The check ``workflow-self-hosted-runner``: strangers' code on a machine of one's own."""

from __future__ import annotations

from checks.model import Aspect, Confidence, Severity
from checks.registry import CODE_ROLES, WORKFLOW, check
from checks.report import Report
from checks.workflows.conditions import Reach, reach_of
from checks.workflows.contexts import PRIVILEGED, PULL_REQUEST_EVENTS
from checks.workflows.event import WorkflowEvent

_EVENTS = sorted((PULL_REQUEST_EVENTS - {"pull_request_review"}) | (PRIVILEGED & {"issue_comment"}))


@check(
    id="workflow-self-hosted-runner",
    title="Self-hosted runner for strangers' pull requests",
    aspect=Aspect.CREDENTIALS,
    severity=Severity.MEDIUM,
    confidence=Confidence.MEDIUM,
    roles=CODE_ROLES,
    on=WORKFLOW,
    languages=frozenset({"yaml"}),
    cwe=(829,),
    security=True,
)
def workflow_self_hosted_runner(event: WorkflowEvent, report: Report) -> None:
    """A job that a pull request starts runs on a self-hosted runner.

    Jobs that only start for pull requests of the same repository are clean. Whether the repository
    is public is not known here: in a private one there are no strangers.

    Why:
        In a public repository a fork's pull request runs its code on that machine. What it leaves
        behind is there for the jobs that follow, and the machine's network is within reach.
    Bad:
        # file: .github/workflows/test.yml
        on: pull_request
        jobs:
          test:
            runs-on: [self-hosted, linux, gpu]
            steps:
              - run: make test
    Good:
        # file: .github/workflows/test.yml
        on: pull_request
        jobs:
          test:
            runs-on: ubuntu-latest
            steps:
              - run: make test
          gpu:
            if: github.event.pull_request.head.repo.full_name == github.repository
            runs-on: [self-hosted, linux, gpu]
            steps:
              - run: make test-gpu
    Suppress:
        Where the repository is private, or the runner is made anew for each job.
    """
    document = event.document
    names = [name for name in _EVENTS if name in document.triggers]
    for job in document.jobs:
        label = next((one for one in job.runs_on if "self-hosted" in one.text.lower()), None)
        if label is None:
            continue
        reached = [name for name in names if reach_of(document, job, None, name) > Reach.CHECKED]
        if not reached:
            continue
        report(
            at=label.span,
            message=f"`{reached[0]}` starts this job on a self-hosted runner.",
            why="In a public repository anybody's pull request runs code on that machine.",
            fix="Use a hosted runner, or let only pull requests of this repository start it.",
            scope=job.scope,
        )
