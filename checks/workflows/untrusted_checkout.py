"""The check ``workflow-untrusted-checkout``: strangers' code run with the repository's rights."""

from __future__ import annotations

import bisect
import sys

from checks.light import dataclass
from checks.model import Aspect, Confidence, Severity, Surface
from checks.model import Step as Hop
from checks.registry import CODE_ROLES, WORKFLOW, check
from checks.report import Report
from checks.workflows.checkouts import HeadCheckout, head_checkouts, trusted_folders
from checks.workflows.conditions import Reach, reach_of
from checks.workflows.event import WorkflowEvent
from checks.workflows.execution import Execution, executes, relative
from checks.workflows.judging import has_rights
from checks.workflows.model import Document, Job, Step

_EVENTS = ("pull_request_target", "workflow_run", "issue_comment", "issues")
"""Events of anybody's that run with the repository's rights and may be about a pull request."""
_ASKS = ("permission", "collaborator", "author_association", "membership", "team-member",
         "orgs/")  # fmt: skip
_STOPS = ("exit 1", "setFailed", "throw ", "core.error", "exit(1)")
_LABELS = ({"labeled"}, {"labeled", "unlabeled"})


@check(
    id="workflow-untrusted-checkout",
    title="Code of strangers run with the repository's rights",
    aspect=Aspect.INPUT,
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    roles=CODE_ROLES,
    on=WORKFLOW,
    languages=frozenset({"yaml"}),
    cwe=(829, 94),
    security=True,
)
def workflow_untrusted_checkout(event: WorkflowEvent, report: Report) -> None:
    """A workflow with the repository's rights checks out a pull request's code and runs it.

    `pull_request_target`, `workflow_run` and `issue_comment` run with a token that may write and
    with secrets, also when a stranger's fork is the cause. Checking out the fork's code is harmless
    as long as it is only read; a build, an install, a test or a local action runs it. Conditions
    that keep strangers away are seen: the pull request comes from the same repository, the author
    is a member, the pull request was merged. A label is weaker, because the author can push after
    it was given; an approval of an environment, or a check in an earlier step, is a note.

    Why:
        Anybody can open a pull request that changes a build script, and so read the secrets and
        write to the repository before anyone has looked at it.
    Bad:
        # file: .github/workflows/preview.yml
        on: pull_request_target
        jobs:
          build:
            runs-on: ubuntu-latest
            steps:
              - uses: actions/checkout@11bd71901bbe5b1630ceea73d27597364c9af683
                with:
                  ref: ${{ github.event.pull_request.head.sha }}
              - run: npm ci && npm run build
    Bad:
        # file: .github/workflows/command.yml
        on: issue_comment
        jobs:
          test:
            if: contains(github.event.comment.body, '/test')
            runs-on: ubuntu-latest
            steps:
              - uses: actions/checkout@11bd71901bbe5b1630ceea73d27597364c9af683
              - run: |
                  gh pr checkout "$NUMBER"
                  make test
                env:
                  NUMBER: ${{ github.event.issue.number }}
    Good:
        # file: .github/workflows/test.yml
        on: pull_request
        jobs:
          build:
            runs-on: ubuntu-latest
            steps:
              - uses: actions/checkout@11bd71901bbe5b1630ceea73d27597364c9af683
              - run: npm ci && npm run build
    Good:
        # file: .github/workflows/size.yml
        on: pull_request_target
        jobs:
          count:
            runs-on: ubuntu-latest
            steps:
              - uses: actions/checkout@11bd71901bbe5b1630ceea73d27597364c9af683
                with:
                  ref: ${{ github.event.pull_request.head.sha }}
                  path: theirs
              - run: git -C theirs diff --stat origin/main
    Good:
        # file: .github/workflows/preview.yml
        on: pull_request_target
        jobs:
          build:
            if: github.event.pull_request.head.repo.full_name == github.repository
            runs-on: ubuntu-latest
            steps:
              - uses: actions/checkout@11bd71901bbe5b1630ceea73d27597364c9af683
                with:
                  ref: ${{ github.event.pull_request.head.sha }}
              - run: npm ci && npm run build
    Suppress:
        Where nobody but members can start the job: say what keeps others away.
    """
    document = event.document
    names = [name for name in _EVENTS if name in document.triggers]
    if not names:
        return
    for job in document.jobs:
        heads = head_checkouts(document, job)
        trusted = trusted_folders(job, heads)
        folders: dict[str, _Folder] = {}
        for head in heads:
            if report.is_full:
                return
            folder = folders.get(head.folder)
            if folder is None:
                folder = folders[head.folder] = _Folder.of(job, head.folder, trusted)
            execution = folder.after(head)
            if execution is not None:
                _judge(event, report, job, head, names, *execution)


@dataclass(frozen=True, slots=True)
class _Folder:
    """What a job does with a folder of its workspace."""

    surely: tuple[tuple[Step, Execution], ...]
    """What runs files of it, in order."""
    maybe: tuple[tuple[Step, Execution], ...]
    """What may, or does so away from the job's rights."""
    replaced: tuple[int, ...]
    """Steps that check out something trusted there."""

    @classmethod
    def of(cls, job: Job, folder: str, trusted: frozenset[str]) -> _Folder:
        """Look at all steps of a job."""
        surely: list[tuple[Step, Execution]] = []
        maybe: list[tuple[Step, Execution]] = []
        for step in job.steps:
            found = executes(step, folder, trusted)
            if found is not None:
                (surely if found.certain and not found.apart else maybe).append((step, found))
        replaced = [step.index for step in job.steps if _replaces(step, folder)]
        return cls(tuple(surely), tuple(maybe), tuple(replaced))

    def after(self, head: HeadCheckout) -> tuple[Step, Execution] | None:
        """The first step that runs what was checked out; one that surely does, if there is one."""
        # A script that checks out may go on to build; an action that does not.
        start = head.step.index + (head.step.run is None)
        at = bisect.bisect_right(self.replaced, head.step.index)
        end = self.replaced[at] if at < len(self.replaced) else sys.maxsize
        for found in (self.surely, self.maybe):
            index = bisect.bisect_left(found, start, key=lambda one: one[0].index)
            if index < len(found) and found[index][0].index < end:
                return found[index]
        return None


def _replaces(step: Step, folder: str) -> bool:
    """Whether a step checks out something trusted in a folder."""
    use = step.uses
    if use is None or use.name != "actions/checkout":
        return False
    return relative(step.input("path") or "") == folder and not step.input("ref")


@dataclass(frozen=True, slots=True)
class _Verdict:
    severity: Severity
    confidence: Confidence
    surface: Surface
    why: str


def _judge(
    event: WorkflowEvent,
    report: Report,
    job: Job,
    head: HeadCheckout,
    names: list[str],
    step: Step,
    execution: Execution,
) -> None:
    document = event.document
    verdicts = [
        verdict
        for name in names
        if (verdict := _verdict(document, job, head, step, execution, name)) is not None
    ]
    if not verdicts:
        return
    worst = max(verdicts, key=lambda one: (one.surface is Surface.INLINE, one.severity))
    source = event.source
    ran = "may run" if not execution.certain else "runs"
    report(
        at=head.span,
        message=f"This checks out {head.what}, and `{execution.what}` {ran} it.",
        why=worst.why,
        fix="Build strangers' code in a `pull_request` workflow, and hand over results as data.",
        severity=worst.severity,
        confidence=worst.confidence,
        surface=worst.surface,
        trace=(
            Hop(event.path, source.region(head.span), f"{head.what} comes into the workspace"),
            Hop(event.path, source.region(execution.span), f"`{execution.what}` {ran} it"),
        ),
        scope=job.scope_of(head.step),
    )


def _verdict(
    document: Document, job: Job, head: HeadCheckout, step: Step, execution: Execution, name: str
) -> _Verdict | None:
    """What the checkout weighs in the runs of one event."""
    reach = min(
        reach_of(document, job, head.step, name), reach_of(document, job, step, name)
    )  # fmt: skip
    types = set(document.triggers[name].types)
    if name == "pull_request_target" and types == {"closed"}:
        # Code of a pull request that was closed without being merged is nothing that comes later.
        reach = min(reach, Reach.CHECKED)
    if reach is Reach.OPEN and name == "pull_request_target" and types in _LABELS:
        reach = Reach.LABELLED
    if reach > Reach.CHECKED and _is_checked_before(job, head):
        reach = Reach.CHECKED
    if reach is Reach.CLOSED:
        return None
    if reach is Reach.LABELLED and head.fixed and types in _LABELS:
        # The run is about the very commit that was there when the label was given.
        return None
    rights = has_rights(document, job)
    if reach in (Reach.APPROVED, Reach.CHECKED):
        why = "Something decides before whether this runs; the code can still change after that."
        return _Verdict(Severity.LOW, Confidence.MEDIUM, Surface.SUMMARY, why)
    if not execution.certain:
        why = f"In `{name}` it has the repository's token, and anybody can write that code."
        return _Verdict(Severity.LOW, Confidence.LOW, Surface.SUMMARY, why)
    if reach is Reach.LABELLED:
        why = "After somebody has given the label, the author can push other code, and it runs too."
        return _Verdict(Severity.MEDIUM, Confidence.MEDIUM, Surface.INLINE, why)
    if execution.apart or not rights:
        why = f"In `{name}` it shares caches with the default branch, and anybody can write it."
        return _Verdict(Severity.MEDIUM, Confidence.MEDIUM, Surface.INLINE, why)
    why = f"In `{name}` it has the repository's token and secrets, and anybody can write that code."
    return _Verdict(Severity.HIGH, Confidence.HIGH, Surface.INLINE, why)


def _is_checked_before(job: Job, head: HeadCheckout) -> bool:
    """Whether an earlier step asks who it is, and ends the job for strangers."""
    for step in job.steps[: head.step.index]:
        name = "" if step.uses is None else step.uses.full_name
        texts = [one.value.text for one in step.inputs.values()]
        if step.run is not None:
            texts.append(step.run.text)
        if any(word in name for word in _ASKS):
            return True
        for text in texts:
            if any(word in text for word in _ASKS) and any(word in text for word in _STOPS):
                return True
    return False
