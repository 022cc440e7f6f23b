"""The check ``workflow-spoofable-actor``: a bot known by who acted last."""

from __future__ import annotations

from collections.abc import Iterator

from checks.model import Aspect, Confidence, Edit, Severity
from checks.registry import CODE_ROLES, WORKFLOW, check
from checks.report import Report
from checks.workflows.contexts import PRIVILEGED
from checks.workflows.event import WorkflowEvent
from checks.workflows.expressions import Binary, Expression, Literal, path_of

_ACTORS = frozenset({"github.actor", "github.triggering_actor", "github.event.sender.login"})
_AUTHORS = {
    "pull_request_target": "github.event.pull_request.user.login",
    "issue_comment": "github.event.comment.user.login",
    "issues": "github.event.issue.user.login",
}


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
    for job, step, condition in document.conditions():
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
            fix=f"Compare the author, `{author or _AUTHORS['pull_request_target']}`, instead.",
            edits=(Edit(span, author),) if certain and author is not None else (),
            scope=job.scope if step is None else job.scope_of(step),
        )


def _trusted_bots(expression: Expression) -> Iterator[str]:
    """The contexts that have to be a bot's name for the condition to be true."""
    match expression:
        case Binary("&&", left, right) if _names_author(left) or _names_author(right):
            return
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


def _names_author(expression: Expression) -> bool:
    """Whether a condition asks for the author as well: then who acted last decides nothing."""
    match expression:
        case Binary("==", left, right):
            paths = (path_of(left), path_of(right))
            return any(one is not None and one.endswith(".user.login") for one in paths)
        case Binary("&&", left, right):
            return _names_author(left) or _names_author(right)
        case _:
            return False
