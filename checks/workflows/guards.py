"""The checks on conditions that do not hold what they promise."""

from __future__ import annotations

import json
from collections.abc import Iterator

from checks.model import Aspect, Confidence, Edit, Severity
from checks.registry import CODE_ROLES, WORKFLOW, check
from checks.report import Report
from checks.workflows.contexts import PRIVILEGED
from checks.workflows.event import WorkflowEvent
from checks.workflows.expressions import Binary, Call, Expression, Literal, Not, path_of
from checks.workflows.model import Condition, Document, Job, Step

_ACTORS = frozenset({"github.actor", "github.triggering_actor", "github.event.sender.login"})
_AUTHORS = {
    "pull_request_target": "github.event.pull_request.user.login",
    "issue_comment": "github.event.comment.user.login",
    "issues": "github.event.issue.user.login",
}
_CHOSEN = frozenset(
    {"github.actor", "github.triggering_actor", "github.head_ref", "github.ref", "github.ref_name",
     "github.base_ref", "github.event.pull_request.head.ref", "github.event.sender.login",
     "github.event.pull_request.user.login", "github.event.comment.user.login"}
)  # fmt: skip


@check(
    id="workflow-spoofable-actor",
    title="Author told by who acted last",
    aspect=Aspect.INPUT,
    severity=Severity.MEDIUM,
    confidence=Confidence.MEDIUM,
    roles=CODE_ROLES,
    on=WORKFLOW,
    languages=frozenset({"yaml"}),
    cwe=(290,),
    security=True,
)
def workflow_spoofable_actor(event: WorkflowEvent, report: Report) -> None:
    """A workflow with the repository's rights trusts a pull request because a bot acted last.

    `github.actor` is whoever caused the last event, not the author of the pull request.

    Why:
        A stranger can get a bot to act on a pull request of theirs, with a command in a comment for
        one, and the condition is true for their code.
    Bad:
        # file: .github/workflows/merge.yml
        on: pull_request_target
        jobs:
          merge:
            if: github.actor == 'dependabot[bot]'
            runs-on: ubuntu-latest
            steps:
              - run: gh pr merge --auto "$URL"
    Good:
        # file: .github/workflows/merge.yml
        on: pull_request_target
        jobs:
          merge:
            if: github.event.pull_request.user.login == 'dependabot[bot]'
            runs-on: ubuntu-latest
            steps:
              - run: gh pr merge --auto "$URL"
    Suppress:
        Where being the last to act is what is meant.
    """
    document = event.document
    names = [name for name in document.triggers if name in PRIVILEGED]
    if not names:
        return
    author = _AUTHORS.get(names[0]) if len(document.triggers) == 1 else None
    for job, step, condition in _conditions(document):
        if condition.expression is None:
            continue
        path = next(_trusted_bots(condition.expression), None)
        if path is None:
            continue
        text = condition.text.text
        at = text.lower().find(path)
        whole = condition.text.span
        span = whole if at < 0 else condition.text.scalar.span_of(at, at + len(path))
        certain = author is not None and span != whole and text.lower().count(path) == 1
        report(
            at=whole,
            message=f"`{path}` is who acted last, not who wrote the pull request.",
            why="A stranger can get a bot to act on a pull request of theirs.",
            fix=f"Compare `{author or _AUTHORS['pull_request_target']}` instead.",
            edits=(Edit(span, author),) if certain and author is not None else (),
            scope=job.scope if step is None else job.scope_of(step),
        )


def _trusted_bots(expression: Expression) -> Iterator[str]:
    """The contexts that have to be a bot's name for the condition to be true."""
    match expression:
        case Binary("&&" | "||", left, right):
            yield from _trusted_bots(left)
            yield from _trusted_bots(right)
        case Binary("==", left, right):
            for one, other in ((left, right), (right, left)):
                path = path_of(one)
                bot = isinstance(other, Literal) and str(other.value).lower().endswith("[bot]")
                if path is not None and path in _ACTORS and bot:
                    yield path
        case _:
            return


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
    for job, step, condition in _conditions(event.document):
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
    for job, step, condition in _conditions(event.document):
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


def _conditions(document: Document) -> Iterator[tuple[Job, Step | None, Condition]]:
    for job in document.jobs:
        if job.condition is not None:
            yield job, None, job.condition
        for step in job.steps:
            if step.condition is not None:
                yield job, step, step.condition
