"""Where a job brings in the code of a pull request that anybody may have opened."""

from __future__ import annotations

from collections.abc import Iterator

from checks.light import dataclass
from checks.model import Span
from checks.workflows import execution, shell
from checks.workflows.expressions import Expression, paths_in, results
from checks.workflows.model import Document, Job, Step, Text

_FIXED = frozenset(
    {"github.event.pull_request.head.sha", "github.event.pull_request.merge_commit_sha",
     "github.event.workflow_run.head_sha", "github.event.workflow_run.head_commit.id"}
)  # fmt: skip
"""Contexts that name the commit that the event was about."""
_MOVING = frozenset({"github.head_ref", "github.event.pull_request.head.ref"})
"""Contexts that name a branch: its author may push to it at any time."""
_FORKS = ("github.event.pull_request.head.repo.", "github.event.workflow_run.head_repository.")
_PULL_REFS = ("refs/pull/", "pull/${{", "pull/$", "refs/remotes/pull/")
_ASKS_FOR_HEAD = ("pulls.get", "gh pr view", "/pulls/", "pull-request-comment-branch",
                  "get-workflow-origin", "pull_request.head", "headRefOid", "headRefName",
                  "get-pr-ref", "pull-request-number-to-branch")  # fmt: skip
_HEAD_WORDS = ("head", "sha", "ref", "branch", "commit")
_BRINGS = frozenset({"checkout", "merge", "pull", "rebase", "reset", "switch", "worktree",
                     "cherry-pick", "clone"})  # fmt: skip


@dataclass(frozen=True, slots=True)
class HeadCheckout:
    """A step that puts a pull request's code into the workspace."""

    step: Step
    span: Span
    folder: str
    """Where to, relative to the workspace; ``""`` for the workspace itself."""
    what: str
    """As people call it."""
    fixed: bool
    """Whether it is the commit that the event was about, whatever is pushed later."""


def head_checkouts(document: Document, job: Job) -> list[HeadCheckout]:
    """The steps of a job that check out the head of a pull request."""
    found = []
    for step in job.steps:
        if step.uses is not None and step.uses.name == "actions/checkout":
            one = _by_action(document, job, step)
        elif step.run is not None:
            one = _by_git(document, job, step, step.run)
        else:
            one = None
        if one is not None:
            found.append(one)
    return found


def trusted_folders(job: Job, heads: list[HeadCheckout]) -> frozenset[str]:
    """Folders into which something else is checked out."""
    steps = {one.step.index for one in heads}
    folders = [
        execution.relative(step.input("path") or "")
        for step in job.steps
        if step.uses is not None
        and step.uses.name == "actions/checkout"
        and step.index not in steps
    ]
    return frozenset(one for one in folders if one)


def _by_action(document: Document, job: Job, step: Step) -> HeadCheckout | None:
    folder = execution.relative(step.input("path") or "")
    for name in ("ref", "repository"):
        variable = step.inputs.get(name)
        if variable is None:
            continue
        kind = _head_in(document, job, variable.value)
        if kind is not None:
            what = "the head of the pull request"
            return HeadCheckout(step, variable.value.span, folder, what, kind == "fixed")
    return None


def _head_in(document: Document, job: Job, text: Text) -> str | None:
    """``fixed`` or ``moving`` for a text that names a pull request's head."""
    if any(one in text.text for one in _PULL_REFS):
        return "moving"
    kinds = {
        _kind(document, job, path)
        for placed in text.expressions
        if placed.expression is not None
        for path in _values(placed.expression)
    }
    if "moving" in kinds:
        return "moving"
    return "fixed" if "fixed" in kinds else None


def _values(expression: Expression) -> Iterator[str]:
    for one in results(expression):
        yield one.path


def _kind(document: Document, job: Job, path: str, depth: int = 0) -> str | None:
    if path in _FIXED:
        return "fixed"
    if path in _MOVING or path.startswith(_FORKS):
        return "moving"
    parts = path.split(".")
    if depth > 5:
        return None
    match parts:
        case ["env", name]:
            for variable in (*job.env, *document.env):
                if variable.name.lower() == name:
                    return _head_of(document, job, variable.value, depth)
            return None
        case ["needs", name, "outputs", output]:
            other = next((one for one in document.jobs if one.id.lower() == name), None)
            text = None if other is None else other.outputs.get(output)
            if other is None or text is None:
                return None
            return _head_of(document, other, text, depth)
        case ["steps", name, "outputs", output]:
            return _by_output(job, name, output)
        case _:
            return None


def _head_of(document: Document, job: Job, text: Text, depth: int) -> str | None:
    for placed in text.expressions:
        if placed.expression is not None:
            for path in _values(placed.expression):
                kind = _kind(document, job, path, depth + 1)
                if kind is not None:
                    return kind
    return None


def _by_output(job: Job, name: str, output: str) -> str | None:
    """An output of a step that asked GitHub for the pull request's head."""
    step = next((one for one in job.steps if one.id.lower() == name), None)
    if step is None:
        return None
    texts = [one.value.text for one in step.inputs.values()]
    if step.run is not None:
        texts.append(step.run.text)
    if step.uses is not None:
        texts.append(step.uses.scalar.text)
    if output == "result":
        # What a script of `actions/github-script` returns.
        returned = (line for text in texts for line in text.split("\n") if "return" in line)
        return "moving" if any("head.sha" in one or "head.ref" in one for one in returned) else None
    if not any(word in output for word in _HEAD_WORDS) or "base" in output:
        return None
    return "moving" if any(mark in text for text in texts for mark in _ASKS_FOR_HEAD) else None


def _by_git(document: Document, job: Job, step: Step, run: Text) -> HeadCheckout | None:
    text = run.text
    if "git " not in text and "gh " not in text:
        return None
    heads = {
        variable.name
        for variable in (*document.env, *job.env, *step.env)
        if not variable.value.is_constant and _head_in(document, job, variable.value)
    }
    fetched = False
    folder = execution.relative(step.working_directory)
    for command in run.commands:
        words = [one.plain for one in command.arguments]
        if command.program in ("gh", "hub") and words[:2] == ["pr", "checkout"]:
            return _at(step, run, command, folder)
        if command.program != "git" or not words:
            continue
        verb = next((one for one in words if one in _BRINGS or one == "fetch"), "")
        whole = text[command.words[0].start : command.end]
        names_head = _names_head(document, job, run, command, heads) or any(
            one in whole for one in _PULL_REFS
        )
        if verb == "fetch":
            fetched = fetched or names_head
        elif verb and (names_head or (fetched and "FETCH_HEAD" in whole)):
            return _at(step, run, command, folder)
    return None


def _names_head(
    document: Document, job: Job, run: Text, command: shell.Command, heads: set[str]
) -> bool:
    start, end = command.words[0].start, command.end
    for placed in run.expressions:
        if start <= placed.start < end and placed.expression is not None:
            for path in paths_in(placed.expression):
                if _kind(document, job, path) is not None:
                    return True
    return any(name in heads for word in command.words for name in shell.variables(word.text))


def _at(step: Step, run: Text, command: shell.Command, folder: str) -> HeadCheckout:
    span = run.scalar.span_of(command.words[0].start, command.end)
    return HeadCheckout(step, span, folder, "the head of the pull request", fixed=False)
