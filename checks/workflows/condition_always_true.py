"""The check ``workflow-condition-always-true``: a condition that is a text."""

from __future__ import annotations

from checks.model import Aspect, Confidence, Edit, Severity
from checks.registry import CODE_ROLES, WORKFLOW, check
from checks.report import Report
from checks.workflows.event import WorkflowEvent
from checks.workflows.model import Condition


@check(
    id="workflow-condition-always-true",
    title="Condition that is always true",
    aspect=Aspect.ERRORS,
    severity=Severity.MEDIUM,
    confidence=Confidence.HIGH,
    roles=CODE_ROLES,
    on=WORKFLOW,
    languages=frozenset({"yaml"}),
    cwe=(571, 697),
    security=True,
)
def workflow_condition_always_true(event: WorkflowEvent, report: Report) -> None:
    """An `if` has something around its `${{ … }}`, so that it is a text, and a text is true.

    Only where nothing but one `${{ … }}` stands in the `if` is its value what decides. An operator
    outside of the braces, or the line break that a block (`|`, `>`) ends with, makes it a text.

    Why:
        The job or step runs whatever the condition says. A guard that was written is not there.
    Bad:
        # file: .github/workflows/deploy.yml
        on: push
        jobs:
          deploy:
            if: ${{ github.ref == 'refs/heads/main' }} && ${{ github.repository == 'acme/app' }}
            runs-on: ubuntu-latest
            steps:
              - run: ./deploy.sh
    Bad:
        # file: .github/workflows/deploy.yml
        on: push
        jobs:
          deploy:
            if: |
              ${{ github.ref == 'refs/heads/main' }}
            runs-on: ubuntu-latest
            steps:
              - run: ./deploy.sh
    Good:
        # file: .github/workflows/deploy.yml
        on: push
        jobs:
          deploy:
            if: ${{ github.ref == 'refs/heads/main' && github.repository == 'acme/app' }}
            runs-on: ubuntu-latest
            steps:
              - run: ./deploy.sh
    Good:
        # file: .github/workflows/deploy.yml
        on: push
        jobs:
          deploy:
            if: |
              github.ref == 'refs/heads/main' &&
              github.repository == 'acme/app'
            runs-on: ubuntu-latest
            steps:
              - run: ./deploy.sh
    Suppress:
        Not needed: remove the condition where it shall always be true.
    """
    for job, step, condition in event.document.conditions():
        text = condition.text
        found = text.expressions
        if not found or (found[0].start == 0 and found[0].end == len(text.text)):
            continue
        outside = text.text[: found[0].start] + text.text[found[-1].end :]
        blank = len(found) == 1 and not outside.strip()
        if blank and "\n" not in outside:
            continue
        report(
            at=text.span,
            message="This condition is always true: something stands outside of its `${{ … }}`.",
            why="It becomes a text, the line break at its end counted, and a text is true."
            if blank
            else "It becomes a text, and a text that is not empty is true.",
            fix="Leave the braces out, and write the whole condition as one expression.",
            edits=_unbraced(condition) if blank else (),
            scope=job.scope if step is None else job.scope_of(step),
        )


def _unbraced(condition: Condition) -> tuple[Edit, ...]:
    """The edit that takes the braces away from a block with one expression."""
    text = condition.text
    (placed,) = text.expressions
    span = text.place(placed)
    if span == text.span:
        return ()
    inner = text.text[placed.start + 3 : placed.end - 2].strip()
    return (Edit(span, inner),)
