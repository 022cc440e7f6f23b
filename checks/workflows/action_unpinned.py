"""The check ``workflow-action-unpinned``: an action named by something that may move."""

from __future__ import annotations

from checks.model import Aspect, Confidence, Severity, Surface
from checks.registry import CODE_ROLES, WORKFLOW_CHANGE, check
from checks.report import Report
from checks.workflows import knowledge
from checks.workflows.event import WorkflowEvent
from checks.workflows.model import Document, Use, UseKind

_NAMED = 3
_SHOWN = 60


@check(
    id="workflow-action-unpinned",
    title="Action not pinned to a commit",
    aspect=Aspect.CREDENTIALS,
    severity=Severity.LOW,
    confidence=Confidence.HIGH,
    roles=CODE_ROLES,
    on=WORKFLOW_CHANGE,
    languages=frozenset({"yaml"}),
    cwe=(829, 1357),
    security=True,
)
def workflow_action_unpinned(event: WorkflowEvent, report: Report) -> None:
    """A workflow begins to use an action of somebody else by a tag or a branch.

    Only actions that the change brings into the file are told of, once a file: a new version of one
    that was there before is no news. GitHub's own actions, `actions/…` and `github/…`, are a note
    in the summary.

    Why:
        A tag can be moved. In March 2025 all tags of `tj-actions/changed-files` were, to a commit
        that printed the secrets of every workflow that used it.
    Bad:
        # file: .github/workflows/release.yml
        on: push
        jobs:
          publish:
            runs-on: ubuntu-latest
            steps:
              - uses: acme/publish@v3
    Bad:
        # file: .github/workflows/lint.yml
        on: push
        jobs:
          lint:
            runs-on: ubuntu-latest
            steps:
              - uses: docker://ghcr.io/acme/lint:2.1
    Good:
        # file: .github/workflows/release.yml
        on: push
        jobs:
          publish:
            runs-on: ubuntu-latest
            steps:
              - uses: acme/publish@c7f1a0e9d4b35a26c85f0e1d2b3a4f5968778695 # v3.2.0
              - uses: ./.github/actions/notify
    Good:
        # file: .github/workflows/release.yml
        # before
        on: push
        jobs:
          publish:
            runs-on: ubuntu-latest
            steps:
              - uses: acme/publish@v3
        # after
        on: push
        jobs:
          publish:
            runs-on: ubuntu-latest
            steps:
              - uses: acme/publish@v4
    Suppress:
        Where the owner of the action is trusted as much as the repository itself.
    """
    before = _names(event.base)
    fresh = [
        (job, step, use)
        for job, step, use in event.document.uses()
        if use.is_loose and use.full_name not in before
    ]
    others = [one for one in fresh if one[2].owner not in knowledge.FIRST_PARTY]
    told = others or fresh
    if not told:
        return
    job, step, use = told[0]
    message = (
        f"`{_shown(use)}` is not pinned to a {'digest' if use.kind is UseKind.IMAGE else 'commit'}."
    )
    rest = list(dict.fromkeys(_shown(one) for _, _, one in told[1:] if _shown(one) != _shown(use)))
    if rest:
        named = ", ".join(f"`{one}`" for one in rest[:_NAMED])
        more = f" and {len(rest) - _NAMED} more" if len(rest) > _NAMED else ""
        message = f"{message[:-1]}; nor are {named}{more}."
        if len(rest) == 1:
            message = message.replace("; nor are ", "; nor is ")
    report(
        at=use.scalar.span,
        message=message,
        why="Whoever can move the tag decides what runs here, with the job's token and secrets.",
        fix="Name the commit's full SHA, with the version in a comment after it.",
        severity=None if others else Severity.INFO,
        surface=None if others else Surface.SUMMARY,
        scope=job.scope if step is None else job.scope_of(step),
    )


def _shown(use: Use) -> str:
    return use.scalar.text.strip()[:_SHOWN]


def _names(document: Document | None) -> frozenset[str]:
    """The actions that a file used before, pinned or not, images without their tag."""
    if document is None:
        return frozenset()
    return frozenset(use.full_name for _, _, use in document.uses())
