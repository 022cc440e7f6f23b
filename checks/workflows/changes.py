"""The checks on what only a change shows: guards that go, secrets that come within reach."""

from __future__ import annotations

from collections.abc import Iterator

from checks.model import Aspect, Confidence, Severity, Span
from checks.registry import CODE_ROLES, WORKFLOW_CHANGE, check
from checks.report import Report
from checks.workflows.conditions import Reach, reach_of
from checks.workflows.contexts import PRIVILEGED
from checks.workflows.event import WorkflowEvent
from checks.workflows.flow import Values
from checks.workflows.judging import secrets_of
from checks.workflows.model import Document, Job, Step
from checks.workflows.template_injection import Found, found_in

_FROM_FORKS = frozenset({"pull_request_target", "workflow_run", "issue_comment"})
"""Events of strangers that may be about a fork's pull request."""
_NAMED = 3


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


@check(
    id="workflow-trigger-adds-rights",
    title="New event that gives old code the repository's rights",
    aspect=Aspect.INPUT,
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    roles=CODE_ROLES,
    on=WORKFLOW_CHANGE,
    languages=frozenset({"yaml"}),
    cwe=(94,),
    security=True,
)
def workflow_trigger_adds_rights(event: WorkflowEvent, report: Report) -> None:
    """A script took up a stranger's text without rights, and a new event gives it the rights.

    Why:
        With `pull_request` the run of a fork can do little, and the line was let be. With the new
        event the same line hands the repository's token and secrets to whoever writes the text.
    Bad:
        # file: .github/workflows/name.yml
        # before
        on: pull_request
        jobs:
          name:
            runs-on: ubuntu-latest
            steps:
              - run: echo "${{ github.head_ref }}"
        # after
        on: pull_request_target
        jobs:
          name:
            runs-on: ubuntu-latest
            steps:
              - run: echo "${{ github.head_ref }}"
    Good:
        # file: .github/workflows/name.yml
        # before
        on: pull_request
        jobs:
          name:
            runs-on: ubuntu-latest
            steps:
              - run: echo "${{ github.head_ref }}"
        # after
        on: pull_request_target
        jobs:
          name:
            runs-on: ubuntu-latest
            steps:
              - env:
                  BRANCH: ${{ github.head_ref }}
                run: echo "$BRANCH"
    Suppress:
        Where the text can only come from people who may run code here anyway: say who.
    """
    document, base = event.document, event.base
    if base is None or not (PRIVILEGED & set(document.triggers)) - set(base.triggers):
        return
    before = {one.message: one.weight.severity for one in _injections(base)}
    told: set[str] = set()
    for one in _injections(document):
        was = before.get(one.message)
        if was is None or was >= one.weight.severity or one.message in told:
            continue
        if one.weight.event not in PRIVILEGED:
            continue
        told.add(one.message)
        report(
            at=one.span,
            message=one.message,
            why=f"It did before, but `{one.weight.event}` is new, and gives it rights and secrets.",
            fix=one.fix,
            severity=one.weight.severity,
            confidence=one.weight.confidence,
            trace=one.taint.steps(event.path, event.source, one.span, one.end),
            edits=one.edits,
            scope=one.job.scope_of(one.step),
        )


def _injections(document: Document) -> Iterator[Found]:
    values = Values(document)
    for job, step in document.steps():
        yield from found_in(document, values, job, step)
