"""The check ``workflow-credentials-persisted``: the token of a checkout in an artifact."""

from __future__ import annotations

from checks.model import Aspect, Confidence, Edit, Severity, Span
from checks.registry import CODE_ROLES, WORKFLOW, check
from checks.report import Report
from checks.workflows import execution
from checks.workflows.event import WorkflowEvent
from checks.workflows.model import Job, Step
from checks.workflows.tree import Mapping

_OLD_UPLOADS = ("v1", "v2", "v3", "v4.0", "v4.1", "v4.2", "v4.3")
"""Versions of the upload that take hidden files without being asked."""
_OLD_CHECKOUTS = ("v1", "v2", "v3", "v4", "v5")
"""Versions of the checkout that put the token into ``.git/config``."""


@check(
    id="workflow-credentials-persisted",
    title="Token in an artifact",
    aspect=Aspect.CREDENTIALS,
    severity=Severity.MEDIUM,
    confidence=Confidence.HIGH,
    roles=CODE_ROLES,
    on=WORKFLOW,
    languages=frozenset({"yaml"}),
    cwe=(522, 312),
    security=True,
)
def workflow_credentials_persisted(event: WorkflowEvent, report: Report) -> None:
    """A job uploads its workspace, hidden files included, with the token that the checkout left.

    `actions/checkout` before version 6 writes the job's token into `.git/config`. An upload leaves
    hidden files out unless it is told to take them, or is older than version 4.4.

    Why:
        Everybody who can read the run can download the artifact, and use the token as long as the
        job goes on.
    Bad:
        # file: .github/workflows/build.yml
        on: push
        jobs:
          build:
            runs-on: ubuntu-latest
            steps:
              - uses: actions/checkout@v4
              - uses: actions/upload-artifact@v4
                with:
                  path: .
                  include-hidden-files: true
    Good:
        # file: .github/workflows/build.yml
        on: push
        jobs:
          build:
            runs-on: ubuntu-latest
            steps:
              - uses: actions/checkout@v4
                with:
                  persist-credentials: false
              - uses: actions/upload-artifact@v4
                with:
                  path: .
                  include-hidden-files: true
    Good:
        # file: .github/workflows/build.yml
        on: push
        jobs:
          build:
            runs-on: ubuntu-latest
            steps:
              - uses: actions/checkout@v4
              - uses: actions/upload-artifact@v4
                with:
                  path: .
    Suppress:
        Where the folder that is uploaded does not hold `.git`.
    """
    for job in event.document.jobs:
        for step in job.steps:
            if not _keeps_token(step):
                continue
            folder = execution.relative(step.input("path") or "")
            upload = _upload(job, step, folder)
            if upload is None or step.uses is None:
                continue
            report(
                at=step.uses.scalar.span,
                message=f"The token that this leaves in `.git` is uploaded: `{upload.label[:50]}`.",
                why="Whoever can read the run can download it, and use it while the job goes on.",
                fix="Add `persist-credentials: false` here.",
                edits=_switch_off(event, step),
                scope=job.scope_of(step),
            )


def _keeps_token(step: Step) -> bool:
    use = step.uses
    if use is None or use.name != "actions/checkout":
        return False
    if (step.input("persist-credentials") or "").strip().lower() == "false":
        return False
    version = use.ref.split(".")[0]
    return version in _OLD_CHECKOUTS or use.is_pinned


def _upload(job: Job, checkout: Step, folder: str) -> Step | None:
    for step in job.steps[checkout.index + 1 :]:
        use = step.uses
        if use is None or use.name != "actions/upload-artifact":
            continue
        asked = (step.input("include-hidden-files") or "").strip().lower() == "true"
        old = any(use.ref == one or use.ref.startswith(f"{one}.") for one in _OLD_UPLOADS)
        paths = (step.input("path") or "").split("\n")
        if (asked or old) and any(_holds_git(one, folder) for one in paths):
            return step
    return None


def _holds_git(path: str, folder: str) -> bool:
    """Whether a path to upload takes in ``.git`` of a checkout."""
    text = path.strip()
    if not text or text.startswith("!"):
        return False
    here = execution.relative(text.removesuffix("/**").removesuffix("/*"))
    git = f"{folder}/.git" if folder else ".git"
    if text.strip("./") in ("", "*", "**", "**/*"):
        return True
    if "*" in here or here.startswith(("/", "~", "$")):
        return False
    return here in (folder, git) or git.startswith(f"{here}/")


def _switch_off(event: WorkflowEvent, step: Step) -> tuple[Edit, ...]:
    """The edit that adds the input where its place is plain: a block of ``with``, or none."""
    use, given = step.uses, step.node.get("with")
    if use is None:
        return ()
    source = event.source
    if given is None:
        line = source.line_of(use.scalar.span.start)
        key = step.node.key("uses")
        if key is None:
            return ()
        indent = " " * (source.column_of(key.span.start) - 1)
        end = source.line_span(line).end
        text = f"\n{indent}with:\n{indent}  persist-credentials: false"
        return (Edit(Span(end, end), text),)
    if not isinstance(given, Mapping) or not given.pairs or "persist-credentials" in step.inputs:
        return ()
    first = given.pairs[0][0]
    start = first.span.start
    line = source.line_of(start)
    column = source.column_of(start)
    if source.line_text(line)[: column - 1].strip():
        return ()
    indent = " " * (column - 1)
    return (Edit(Span(start, start), f"persist-credentials: false\n{indent}"),)
