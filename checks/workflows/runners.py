"""The check ``workflow-self-hosted-runner``: strangers' code on a machine of one's own."""

from __future__ import annotations

from checks.model import Aspect, Confidence, Severity
from checks.registry import CODE_ROLES, WORKFLOW, check
from checks.report import Report
from checks.workflows.conditions import Reach, Stranger, evaluate, reach_of
from checks.workflows.contexts import PRIVILEGED, PULL_REQUEST_EVENTS
from checks.workflows.event import WorkflowEvent
from checks.workflows.expressions import path_of
from checks.workflows.model import Job, Text

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
        for name in names:
            label = _label(job, name)
            if label is None or reach_of(document, job, None, name) <= Reach.CHECKED:
                continue
            report(
                at=label.span,
                message=f"`{name}` starts this job on a self-hosted runner.",
                why="In a public repository anybody's pull request runs code on that machine.",
                fix="Use a hosted runner, or let only pull requests of this repository start it.",
                scope=job.scope,
            )
            break


def _label(job: Job, event: str) -> Text | None:
    """The label of the job that names a self-hosted runner when an event of strangers starts it."""
    for label in job.runs_on:
        if label.is_constant:
            if _is_own(label.text):
                return label
            continue
        for placed in label.expressions:
            if placed.expression is None:
                continue
            value = evaluate(placed.expression, Stranger(event).value)
            if isinstance(value, str) and _is_own(value):
                return label
            path = path_of(placed.expression) or ""
            if path.startswith("matrix."):
                texts = job.matrix.get(path.removeprefix("matrix."), ())
                found = next((one for one in texts if _is_own(one.text)), None)
                if found is not None:
                    return found
    return None


def _is_own(label: str) -> bool:
    return "self-hosted" in label.lower()
