"""The check ``workflow-environment-file``: a stranger's text sets variables of the job."""

from __future__ import annotations

from checks.model import Aspect, Confidence, Severity
from checks.registry import CODE_ROLES, WORKFLOW, check
from checks.report import Report
from checks.workflows.contexts import Level
from checks.workflows.event import WorkflowEvent
from checks.workflows.flow import Values
from checks.workflows.judging import weight_of_text
from checks.workflows.model import Job, Step, Text
from checks.workflows.scripts import Target, Write


@check(
    id="workflow-environment-file",
    title="Text of others written to the job's environment",
    aspect=Aspect.INPUT,
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    roles=CODE_ROLES,
    on=WORKFLOW,
    languages=frozenset({"yaml"}),
    cwe=(77, 454),
    security=True,
)
def workflow_environment_file(event: WorkflowEvent, report: Report) -> None:
    """Text of several lines that somebody else wrote goes to `$GITHUB_ENV` or `$GITHUB_PATH`.

    Each line of `$GITHUB_ENV` sets a variable for all steps that follow. A text with a line break
    in it sets more of them than was meant, `LD_PRELOAD` or `NODE_OPTIONS` for one. Titles and names
    of branches have one line and are clean; texts, comments, commit messages and files of an
    artifact are not, unless they stand between two lines that nobody can foresee.

    Why:
        With a variable like `NODE_OPTIONS` the next step runs what the stranger chose, with the
        job's token and secrets.
    Bad:
        # file: .github/workflows/note.yml
        on: issue_comment
        jobs:
          note:
            runs-on: ubuntu-latest
            steps:
              - run: echo "COMMENT=$BODY" >> "$GITHUB_ENV"
                env:
                  BODY: ${{ github.event.comment.body }}
              - run: node note.js
    Good:
        # file: .github/workflows/note.yml
        on: issue_comment
        jobs:
          note:
            runs-on: ubuntu-latest
            steps:
              - run: node note.js
                env:
                  COMMENT: ${{ github.event.comment.body }}
    Good:
        # file: .github/workflows/note.yml
        on: issue_comment
        jobs:
          note:
            runs-on: ubuntu-latest
            steps:
              - run: |
                  mark=$(openssl rand -hex 16)
                  {
                    echo "COMMENT<<$mark"
                    echo "$BODY"
                    echo "$mark"
                  } >> "$GITHUB_ENV"
                env:
                  BODY: ${{ github.event.comment.body }}
    Suppress:
        Where the text is known to have one line: say what makes it so.
    """
    values = Values(event.document)
    for job, step in event.document.steps():
        if step.run is None:
            continue
        for one in values.writes(job, step):
            if _matters(one):
                _tell(event, report, job, step, step.run, one)


def _matters(write: Write) -> bool:
    taint = write.taint
    if taint is None or taint.level is not Level.OUTSIDER:
        return False
    if write.target is Target.PATH:
        return True
    return write.target is Target.ENVIRONMENT and taint.lines and not write.fenced


def _tell(
    event: WorkflowEvent, report: Report, job: Job, step: Step, run: Text, write: Write
) -> None:
    taint = write.taint
    if taint is None:
        return
    weight = weight_of_text(event.document, job, step, taint)
    if weight is None:
        return
    span = run.scalar.span_of(write.start, write.end)
    what = "a folder of programs" if write.target is Target.PATH else "any variable"
    report(
        at=span,
        message=f"This writes {taint.what} to `${write.target}`.",
        why=f"Whoever writes it can set {what} for the steps that follow, and so run commands.",
        fix="Hand it to the step that needs it in `env:`.",
        severity=weight.severity,
        confidence=weight.confidence,
        surface=weight.surface,
        trace=taint.steps(event.path, event.source, span, f"is written to `${write.target}`"),
        scope=job.scope_of(step),
    )
