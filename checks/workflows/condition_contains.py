"""The check ``workflow-condition-contains``: a list of words searched as a text."""

from __future__ import annotations

import json
from collections.abc import Iterator

from checks.model import Aspect, Confidence, Edit, Severity
from checks.registry import CODE_ROLES, WORKFLOW, check
from checks.report import Report
from checks.workflows.event import WorkflowEvent
from checks.workflows.expressions import Binary, Call, Expression, Literal, Not, path_of

_CHOSEN = frozenset(
    {"github.actor", "github.triggering_actor", "github.head_ref", "github.ref", "github.ref_name",
     "github.base_ref", "github.event.pull_request.head.ref", "github.event.sender.login",
     "github.event.pull_request.user.login", "github.event.comment.user.login"}
)  # fmt: skip


@check(
    id="workflow-condition-contains",
    title="List of words searched as a text",
    aspect=Aspect.INPUT,
    severity=Severity.MEDIUM,
    confidence=Confidence.HIGH,
    roles=CODE_ROLES,
    on=WORKFLOW,
    languages=frozenset({"yaml"}),
    cwe=(697, 187),
    security=True,
)
def workflow_condition_contains(event: WorkflowEvent, report: Report) -> None:
    """A condition looks for a name in a text of several names.

    `contains` with a text finds parts of words: `main` is in `maintenance`, and `a` in nearly
    everything. With a list it compares whole names.

    Why:
        Somebody whose branch or account has a name that is part of the text passes the condition.
    Bad:
        # file: .github/workflows/deploy.yml
        on: push
        jobs:
          deploy:
            if: contains('refs/heads/main refs/heads/production', github.ref)
            runs-on: ubuntu-latest
            steps:
              - run: ./deploy.sh
    Good:
        # file: .github/workflows/deploy.yml
        on: push
        jobs:
          deploy:
            if: contains(fromJSON('["refs/heads/main", "refs/heads/production"]'), github.ref)
            runs-on: ubuntu-latest
            steps:
              - run: ./deploy.sh
          label:
            if: contains(github.event.pull_request.labels.*.name, 'safe')
            runs-on: ubuntu-latest
            steps:
              - run: ./label.sh
    Suppress:
        Where a part of a name is enough.
    """
    for job, step, condition in event.document.conditions():
        if condition.expression is None:
            continue
        for words, path in _searched(condition.expression):
            text = condition.text
            quoted = f"'{words}'"
            at = text.text.find(quoted)
            edits: tuple[Edit, ...] = ()
            if at >= 0 and text.text.count(quoted) == 1 and "'" not in words:
                span = text.scalar.span_of(at, at + len(quoted))
                listed = json.dumps(words.replace(",", " ").split(), ensure_ascii=False)
                if span != text.span and text.scalar.style in ("", "|"):
                    edits = (Edit(span, f"fromJSON('{listed}')"),)
            report(
                at=text.span,
                message=f"`{path}` is looked for as a part of a text, not as one of its words.",
                why="A name that is a part of the text passes, and others choose that name.",
                fix="Make a list of the words: `contains(fromJSON('[\"…\"]'), …)`.",
                edits=edits,
                scope=job.scope if step is None else job.scope_of(step),
            )


def _searched(expression: Expression) -> Iterator[tuple[str, str]]:
    """The texts of several words in which a name is looked for that others choose."""
    match expression:
        case Call("contains", (Literal(str() as words), needle)):
            path = path_of(needle)
            several = len(words.replace(",", " ").split()) > 1
            if path is not None and path in _CHOSEN and several:
                yield words, path
        case Call(_, arguments):
            for one in arguments:
                yield from _searched(one)
        case Binary(_, left, right):
            yield from _searched(left)
            yield from _searched(right)
        case Not(operand):
            yield from _searched(operand)
        case _:
            return
