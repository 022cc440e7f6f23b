"""The check ``workflow-insecure-commands``: the old commands that anything printed can give."""

from __future__ import annotations

from checks.model import Aspect, Confidence, Severity, Span
from checks.registry import CODE_ROLES, WORKFLOW, check
from checks.report import Report
from checks.workflows.event import WorkflowEvent
from checks.workflows.model import Variable

_NAME = "ACTIONS_ALLOW_UNSECURE_COMMANDS"
_OFF = frozenset({"", "false", "0", "no", "off"})


@check(
    id="workflow-insecure-commands",
    title="Commands allowed that any output can give",
    aspect=Aspect.INPUT,
    severity=Severity.MEDIUM,
    confidence=Confidence.HIGH,
    roles=CODE_ROLES,
    on=WORKFLOW,
    languages=frozenset({"yaml"}),
    cwe=(77,),
    security=True,
)
def workflow_insecure_commands(event: WorkflowEvent, report: Report) -> None:
    """`ACTIONS_ALLOW_UNSECURE_COMMANDS` brings back `::set-env::` and `::add-path::`.

    Why:
        These commands were switched off (CVE-2020-15228) because whatever prints such a line, a
        test that logs a stranger's text for one, sets variables for the steps that follow.
    Bad:
        # file: .github/workflows/build.yml
        on: push
        env:
          ACTIONS_ALLOW_UNSECURE_COMMANDS: true
        jobs:
          build:
            runs-on: ubuntu-latest
            steps:
              - run: make
    Good:
        # file: .github/workflows/build.yml
        on: push
        jobs:
          build:
            runs-on: ubuntu-latest
            steps:
              - run: echo "MODE=release" >> "$GITHUB_ENV"
              - run: make
    Suppress:
        Where an action that cannot be replaced needs it, in the `env:` of that step.
    """
    document = event.document
    found: list[tuple[Variable, str]] = [(one, "env") for one in document.env]
    for job in document.jobs:
        found += [(one, job.scope) for one in job.env]
        found += [(one, job.scope_of(step)) for step in job.steps for one in step.env]
    for variable, scope in found:
        if variable.name.upper() != _NAME or variable.value.text.strip().lower() in _OFF:
            continue
        report(
            at=Span(variable.key.span.start, variable.value.span.end),
            message=f"`{_NAME}` brings back commands that were switched off.",
            why="Any step that prints a stranger's line can then set variables for the others.",
            fix="Remove it, and write to `$GITHUB_ENV` and `$GITHUB_PATH` instead.",
            scope=scope,
        )
