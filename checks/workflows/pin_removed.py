"""The check ``workflow-pin-removed``: a pinned action that is pinned no more."""

from __future__ import annotations

from checks.model import Aspect, Confidence, Severity
from checks.registry import CODE_ROLES, WORKFLOW_CHANGE, check
from checks.report import Report
from checks.workflows import knowledge
from checks.workflows.event import WorkflowEvent
from checks.workflows.model import UseKind

_SHOWN = 60


@check(
    id="workflow-pin-removed",
    title="Pinned action that becomes unpinned",
    aspect=Aspect.CREDENTIALS,
    severity=Severity.MEDIUM,
    confidence=Confidence.HIGH,
    roles=CODE_ROLES,
    on=WORKFLOW_CHANGE,
    languages=frozenset({"yaml"}),
    cwe=(829,),
    security=True,
)
def workflow_pin_removed(event: WorkflowEvent, report: Report) -> None:
    """An action that was pinned to a commit is named by a tag or a branch now.

    Why:
        The pin was there so that nobody else can change what runs. With the tag they can, and
        nothing in this repository shows it when they do.
    Bad:
        # file: .github/workflows/release.yml
        # before
        on: push
        jobs:
          publish:
            runs-on: ubuntu-latest
            steps:
              - uses: acme/publish@c7f1a0e9d4b35a26c85f0e1d2b3a4f5968778695 # v3.2.0
        # after
        on: push
        jobs:
          publish:
            runs-on: ubuntu-latest
            steps:
              - uses: acme/publish@v4
    Good:
        # file: .github/workflows/release.yml
        # before
        on: push
        jobs:
          publish:
            runs-on: ubuntu-latest
            steps:
              - uses: acme/publish@c7f1a0e9d4b35a26c85f0e1d2b3a4f5968778695 # v3.2.0
        # after
        on: push
        jobs:
          publish:
            runs-on: ubuntu-latest
            steps:
              - uses: acme/publish@0f4e8b1c2d3a4958675e6f7a8b9c0d1e2f3a4b5c # v4.0.0
    Suppress:
        Where the action moved to an owner that the repository trusts as itself.
    """
    if event.base is None:
        return
    pinned = {use.full_name for _, _, use in event.base.uses() if use.is_pinned}
    loose = {use.full_name for _, _, use in event.base.uses() if not use.is_pinned}
    told: set[str] = set()
    for job, step, use in event.document.uses():
        name = use.full_name
        if not use.is_loose or name not in pinned - loose or name in told:
            continue
        told.add(name)
        ref = use.ref if use.kind is UseKind.REMOTE else use.name
        first_party = use.owner in knowledge.FIRST_PARTY
        report(
            at=use.scalar.span,
            message=f"`{name[:_SHOWN]}` was pinned to a commit, and is `{ref[:_SHOWN]}` now.",
            why="Whoever can move that name decides what runs here from now on.",
            fix="Name the commit's full SHA, with the version in a comment after it.",
            severity=Severity.LOW if first_party else None,
            scope=job.scope if step is None else job.scope_of(step),
        )
