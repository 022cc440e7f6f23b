"""The check ``workflow-guard-removed``: what kept strangers out is gone."""

from __future__ import annotations

from checks.model import Aspect, Confidence, Severity, Span
from checks.registry import CODE_ROLES, WORKFLOW_CHANGE, check
from checks.report import Report
from checks.workflows.conditions import Reach, reach_of
from checks.workflows.contexts import PRIVILEGED
from checks.workflows.event import WorkflowEvent
from checks.workflows.model import Document, Job, Step


@check(
    id="workflow-guard-removed",
    title="Condition against strangers removed",
    aspect=Aspect.INPUT,
    severity=Severity.MEDIUM,
    confidence=Confidence.HIGH,
    roles=CODE_ROLES,
    on=WORKFLOW_CHANGE,
    languages=frozenset({"yaml"}),
    cwe=(862, 284),
    security=True,
)
def workflow_guard_removed(event: WorkflowEvent, report: Report) -> None:
    """A condition or an environment that kept strangers out of a job or step is gone.

    Only for events that anybody can cause and that run with the repository's rights.

    Why:
        Conditions look like noise when a workflow is tidied up. Without this one a stranger's event
        starts the job, with the repository's token and secrets.
    Bad:
        # file: .github/workflows/command.yml
        # before
        on: issue_comment
        jobs:
          deploy:
            if: github.event.comment.author_association == 'MEMBER'
            runs-on: ubuntu-latest
            steps:
              - run: ./deploy.sh
        # after
        on: issue_comment
        jobs:
          deploy:
            runs-on: ubuntu-latest
            steps:
              - run: ./deploy.sh
    Good:
        # file: .github/workflows/command.yml
        # before
        on: issue_comment
        jobs:
          deploy:
            if: github.event.comment.author_association == 'MEMBER'
            runs-on: ubuntu-latest
            steps:
              - run: ./deploy.sh
        # after
        on: issue_comment
        jobs:
          deploy:
            if: contains(fromJSON('["MEMBER", "OWNER"]'), github.event.comment.author_association)
            runs-on: ubuntu-latest
            steps:
              - run: ./deploy.sh
    Suppress:
        Not needed: it is told once, by the change that brings it.
    """
    document, base = event.document, event.base
    if base is None:
        return
    for job in document.jobs:
        before = base.job(job.id)
        if before is None or job.key is None:
            continue
        name = _freed(document, base, job, None, before, None)
        if name is not None:
            _tell_freed(report, job.key.span, "job", name, job.scope)
            continue
        for step in job.steps:
            was = _counterpart(step, before)
            name = None if was is None else _freed(document, base, job, step, before, was)
            if name is not None:
                key = step.key
                span = step.node.span if key is None else key.span
                _tell_freed(report, span, "step", name, job.scope_of(step))
                break


def _freed(
    document: Document,
    base: Document,
    job: Job,
    step: Step | None,
    before: Job,
    was: Step | None,
) -> str | None:
    """An event of strangers that a guard kept away before, and that nothing keeps away now."""
    for name in sorted(PRIVILEGED & set(document.triggers) & set(base.triggers)):
        if reach_of(document, job, step, name) is not Reach.OPEN:
            continue
        if reach_of(base, before, was, name) in (Reach.CLOSED, Reach.APPROVED):
            return name
    return None


def _counterpart(step: Step, before: Job) -> Step | None:
    """The same step in the base: by its id or name, or by what it does."""
    for one in before.steps:
        if step.id and one.id == step.id:
            return one
        if step.name and one.name == step.name:
            return one
        if step.run is not None and one.run is not None and one.run.text == step.run.text:
            return one
    return None


def _tell_freed(report: Report, span: Span, what: str, name: str, scope: str) -> None:
    report(
        at=span,
        message=f"What kept strangers out of this {what} is gone.",
        why=f"Anybody can cause `{name}`, and the {what} has the repository's token and secrets.",
        fix="Keep the condition, or say elsewhere who may start it.",
        scope=scope,
    )
