"""The check ``workflow-secret-printed``: a secret in the log."""

from __future__ import annotations

from collections.abc import Mapping

from checks.model import Aspect, Confidence, Severity
from checks.registry import CODE_ROLES, WORKFLOW, check
from checks.report import Report
from checks.workflows import scripts, shell
from checks.workflows.event import WorkflowEvent
from checks.workflows.expressions import Binary, Call, Expression, Not, paths_in
from checks.workflows.judging import only_path, secret_in
from checks.workflows.model import Document, Job, Step, Text, secret_of

_PRINTERS = frozenset({"echo", "printf", "Write-Host", "Write-Output"})
_DISGUISES = frozenset({"base64", "rev", "xxd", "od", "hexdump", "fold", "cut", "sed", "tr",
                        "gzip", "openssl"})  # fmt: skip
"""Programs that give a text another look, so that the log's mask does not fit it."""
_SHOWN = 60


@check(
    id="workflow-secret-printed",
    title="Secret in the log of a workflow",
    aspect=Aspect.LOGGING,
    severity=Severity.MEDIUM,
    confidence=Confidence.HIGH,
    roles=CODE_ROLES,
    on=WORKFLOW,
    languages=frozenset({"yaml"}),
    cwe=(532,),
    security=True,
)
def workflow_secret_printed(event: WorkflowEvent, report: Report) -> None:
    """A script prints a secret, or all of them are written out at once.

    GitHub masks a secret in the log where it appears exactly as it is stored. One that is encoded,
    cut or part of JSON is not masked. Secrets that are piped to a program, or redirected to a file,
    are clean.

    Why:
        The log of a public repository can be read by anybody, for months.
    Bad:
        # file: .github/workflows/deploy.yml
        on: push
        jobs:
          deploy:
            runs-on: ubuntu-latest
            steps:
              - run: echo "$KEY" | base64
                env:
                  KEY: ${{ secrets.DEPLOY_KEY }}
    Bad:
        # file: .github/workflows/deploy.yml
        on: push
        jobs:
          deploy:
            runs-on: ubuntu-latest
            steps:
              - run: echo "$ALL"
                env:
                  ALL: ${{ toJSON(secrets) }}
    Good:
        # file: .github/workflows/deploy.yml
        on: push
        jobs:
          deploy:
            runs-on: ubuntu-latest
            steps:
              - run: echo "$PASSWORD" | docker login --username acme --password-stdin
                env:
                  PASSWORD: ${{ secrets.REGISTRY_PASSWORD }}
              - run: echo "$KEY" | base64 --decode > key.pem
                env:
                  KEY: ${{ secrets.DEPLOY_KEY }}
    Suppress:
        Where the value is no secret, such as an address that is kept among them.
    """
    document = event.document
    for job, step in document.steps():
        if step.run is not None and scripts.is_posix(step.shell):
            _printed(report, document, job, step, step.run)
    for job in document.jobs:
        for text in job.texts:
            for placed in text.expressions:
                if placed.expression is not None and _takes_all(placed.expression):
                    report(
                        at=text.place(placed),
                        message="`toJSON(secrets)` takes all secrets of the repository at once.",
                        why="Within JSON the log does not mask them, and the job needs only a few.",
                        fix="Name the secrets that are needed, one by one.",
                        scope=job.scope,
                    )


def _takes_all(expression: Expression) -> bool:
    match expression:
        case Call("tojson", arguments):
            return any("secrets" in paths_in(one) for one in arguments)
        case Call(_, arguments):
            return any(_takes_all(one) for one in arguments)
        case Binary(_, left, right):
            return _takes_all(left) or _takes_all(right)
        case Not(operand):
            return _takes_all(operand)
        case _:
            return False


def _printed(report: Report, document: Document, job: Job, step: Step, run: Text) -> None:
    variables = _secret_variables(document, job, step)
    commands = run.commands
    for number, command in enumerate(commands):
        if command.program not in _PRINTERS or command.writes_to:
            continue
        name = _printed_secret(run, command, variables)
        if name is None or "::add-mask::" in run.text[command.start : command.end]:
            continue
        if _is_inner(run.text, command):
            continue
        disguised = False
        last = command
        following = iter(commands[number + 1 :])
        while last.piped:
            last = next(following, last)
            if last.program not in _DISGUISES or last.writes_to:
                break
            disguised = True
        if last.piped or last.writes_to or (last is not command and not disguised):
            continue
        if last.program not in (*_DISGUISES, *_PRINTERS):
            continue
        span = run.scalar.span_of(command.words[0].start, last.end)
        report(
            at=span,
            message=f"The secret `{name[:_SHOWN]}` is printed"
            + (" in another form." if disguised else "."),
            why="The log does not mask it in that form, and may be read by anybody."
            if disguised
            else "Only the log's mask stands between it and everybody who can read the log.",
            fix="Do not print it; hand it to the program that needs it.",
            severity=None if disguised else Severity.LOW,
            scope=job.scope_of(step),
        )


def _is_inner(text: str, command: shell.Command) -> bool:
    """Whether the command stands in ``$(…)``: its output is taken, not shown."""
    before = text[: command.words[0].start].rstrip()
    return before.endswith(("$(", "`", "<("))


def _printed_secret(run: Text, command: shell.Command, variables: Mapping[str, str]) -> str | None:
    for placed in run.expressions:
        if command.words[0].start <= placed.start < command.end and placed.expression is not None:
            for path in paths_in(placed.expression):
                name = secret_of(path)
                if name not in (None, "*") and path == only_path(placed.expression):
                    return name
    for word in command.arguments:
        for one in shell.variables(word.text):
            if one in variables:
                return variables[one]
    return None


def _secret_variables(document: Document, job: Job, step: Step) -> dict[str, str]:
    """The variables of a step's environment that hold a secret, and which."""
    found: dict[str, str] = {}
    for variable in (*document.env, *job.env, *step.env):
        name = secret_in(variable)
        if name is not None:
            found[variable.name] = name
    return found
