"""The check ``workflow-trigger-adds-rights``: an event that makes an old line dangerous."""

from __future__ import annotations

from collections.abc import Iterator

from checks.model import Aspect, Confidence, Severity
from checks.registry import CODE_ROLES, WORKFLOW_CHANGE, check
from checks.report import Report
from checks.workflows.contexts import PRIVILEGED
from checks.workflows.event import WorkflowEvent
from checks.workflows.flow import Values
from checks.workflows.model import Document
from checks.workflows.template_injection import Found, found_in


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
