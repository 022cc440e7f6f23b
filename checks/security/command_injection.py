"""The check ``command-injection``: a command line for a shell, put together from data."""

from __future__ import annotations

import itertools

from checks.events import Call, Flow, Value
from checks.model import Aspect, Confidence, Severity, Surface
from checks.registry import PRODUCTION_ROLES, calls, check, flows
from checks.report import Report
from checks.secrets.masking import masked
from checks.security.edits.commands import as_list
from checks.security.flowing import is_decided, sink_of, tell
from checks.security.origins import harmless, is_parameter, is_request

_QUOTING = frozenset({"shlex.quote", "shlex.join", "pipes.quote", "subprocess.list2cmdline"})
_SHELLS = frozenset({"sh", "bash", "zsh", "dash", "ksh", "cmd", "cmd.exe", "powershell",
                     "powershell.exe", "pwsh"})  # fmt: skip
_RUN_FLAGS = frozenset({"-c", "-lc", "-ec", "-xc", "-ic", "/c", "/C", "-Command", "-command"})
_BY_NATURE = frozenset(
    {"os.system", "os.popen", "subprocess.getoutput", "subprocess.getstatusoutput",
     "commands.getoutput", "commands.getstatusoutput", "asyncio.create_subprocess_shell",
     "asyncio.subprocess.create_subprocess_shell"}
)  # fmt: skip
_WHY = "A `;`, `|` or `$(…)` in a value becomes a command of its own."
_FIX = "Pass a list of arguments without `shell=True`, or quote each value with `shlex.quote`."
_WHY_PROGRAM = "Whoever sends the request decides which program runs."
_FIX_PROGRAM = "Look the program up in a list of those that are allowed."
_REMOTE = "paramiko.SSHClient().exec_command"


@check(
    id="command-injection",
    title="Shell command is made from data",
    aspect=Aspect.INPUT,
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    roles=PRODUCTION_ROLES,
    on=(
        flows("command"),
        calls(
            "subprocess.{run,call,check_call,check_output,Popen,getoutput,getstatusoutput}",
            "os.{system,popen}",
            "commands.{getoutput,getstatusoutput}",
            "asyncio.{create_subprocess_shell,create_subprocess_exec}",
            "asyncio.subprocess.create_subprocess_shell",
            "trio.run_process",
            "*.subprocess_shell",
            _REMOTE,
        ),
    ),
    cwe=(78,),
    security=True,
)
def command_injection(event: Call | Flow, report: Report) -> None:
    """A command line that a shell reads is put together from values that are not constants.

    A list of arguments without a shell, and values quoted with `shlex.quote`, are clean.

    Why:
        The shell reads `;`, `|`, `$(…)` and line ends in a value as more commands, so whoever
        can influence the value runs programs with the rights of the application.
    Bad:
        import subprocess

        def archive(year):
            subprocess.run(f"tar czf /srv/{year}.tar.gz /srv/{year}", shell=True, check=True)
    Bad:
        import os

        def ping(host):
            os.system("ping -c 1 " + host)
    Good:
        import subprocess

        def archive(year):
            subprocess.run(["tar", "czf", f"/srv/{year}.tar.gz", f"/srv/{year}"], check=True)
    Good:
        import shlex
        import subprocess

        def archive(year):
            subprocess.run(f"tar czf - {shlex.quote(year)} | wc -c", shell=True, check=True)
    Good:
        import subprocess

        def clean():
            subprocess.run("rm -rf build/*", shell=True, check=True)
    Suppress:
        Where the command comes from the person who runs the program, as in a build tool: say so
        in the reason.
    """
    if isinstance(event, Flow):
        program = event.label == "program"
        tell(
            event,
            report,
            how=" as the program to run" if program else " as part of a command",
            why=_WHY_PROGRAM if program else _WHY,
            fix=_FIX_PROGRAM if program else _FIX,
            severity=Severity.CRITICAL,
            edits=[] if (sink := sink_of(event)) is None else as_list(sink),
        )
    else:
        _look_at(event, report)


def _look_at(call: Call, report: Report) -> None:
    """Judge a call by itself, where the flow analysis does not know the origin."""
    command = _command(call)
    if command is None or harmless(command, _is_quoted):
        return
    if is_decided(call, report, "command"):
        return
    confidence, severity, surface = _judge(command)
    shell = "the remote shell" if call.name == _REMOTE else "a shell"
    report(
        at=call,
        message=f"{shell.capitalize()} runs `{masked(command.short)}`, which is not a constant.",
        why=_WHY,
        fix=_FIX,
        severity=severity,
        confidence=confidence,
        surface=surface,
        edits=as_list(call),
    )


def _command(call: Call) -> Value | None:
    """The text that a shell reads; ``None`` when no shell is certain to read it."""
    name = call.name or ""
    if call.method == "subprocess_shell":
        return call.argument(1, "cmd")
    if name in _BY_NATURE or name == _REMOTE:
        return _given(call)
    if name == "asyncio.create_subprocess_exec":
        return _after_shell(call.arguments)
    value = call.argument(0, "args") or call.argument(None, "command")
    if value is None:
        return None
    elements = value.elements
    if call_has_shell(call):
        # On POSIX only the first element is read as a command line.
        return elements[0] if elements else None if elements is not None else value
    return None if elements is None else _after_shell(elements)


def call_has_shell(call: Call) -> bool:
    """Whether ``shell`` is given and certainly true."""
    shell = call.argument(None, "shell")
    return shell is not None and shell.constant in (True, 1)


def _given(call: Call) -> Value | None:
    for keyword in ("command", "cmd"):
        if (value := call.argument(0, keyword)) is not None:
            return value
    return None


def _after_shell(elements: tuple[Value, ...]) -> Value | None:
    """What stands after ``-c`` in ``["bash", "-c", text]``."""
    first = elements[0].constant if elements else None
    if not isinstance(first, str) or first.rpartition("/")[2] not in _SHELLS:
        return None
    for flag, text in itertools.pairwise(elements[1:]):
        constant = flag.constant
        if isinstance(constant, str) and constant in _RUN_FLAGS:
            return text
    return None


def _is_quoted(value: Value) -> bool:
    return value.callee_name in _QUOTING or value.name in _QUOTING


def _judge(command: Value) -> tuple[Confidence, Severity, Surface]:
    if is_request(command) or any(is_request(part) for part in command.parts):
        return Confidence.HIGH, Severity.CRITICAL, Surface.INLINE
    if command.built:
        varying = [part for part in command.parts if not harmless(part, _is_quoted)]
        if any(part.context.function is not None for part in varying):
            return Confidence.HIGH, Severity.HIGH, Surface.INLINE
        # At module level it is a script, whose values are most often its own.
        return Confidence.MEDIUM, Severity.MEDIUM, Surface.INLINE
    if is_parameter(command.origin):
        return Confidence.MEDIUM, Severity.MEDIUM, Surface.INLINE
    return Confidence.LOW, Severity.MEDIUM, Surface.SUMMARY
