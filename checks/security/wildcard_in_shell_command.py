"""The check ``wildcard-in-shell-command``: file names that a program takes for options."""

from __future__ import annotations

from checks.events import Call
from checks.model import Aspect, Confidence, Severity, Surface
from checks.registry import PRODUCTION_ROLES, calls, check
from checks.report import Report

_DANGEROUS = {
    "7z": "@listfiles",
    "chmod": "--reference",
    "chown": "--reference",
    "rsync": "-e",
    "scp": "-S",
    "tar": "--checkpoint-action",
    "zip": "--unzip-command",
}
"""Programs, and the option by which a file's name does harm."""
_GLOB = ("*", "?", "[")
_SEPARATORS = frozenset({"&&", "||", ";", "|", "&"})
_MAX_COMMAND = 10_000


@check(
    id="wildcard-in-shell-command",
    title="Wildcard that can become an option",
    aspect=Aspect.INPUT,
    severity=Severity.LOW,
    confidence=Confidence.MEDIUM,
    surface=Surface.SUMMARY,
    roles=PRODUCTION_ROLES,
    on=calls(
        "os.{system,popen}",
        "subprocess.{run,call,check_call,check_output,Popen,getoutput,getstatusoutput}",
    ),
    cwe=(155, 88),
    security=True,
)
def wildcard_in_shell_command(call: Call, report: Report) -> None:
    """A shell command gives a bare `*` to a program that has dangerous options.

    Only a pattern that *begins* with a wildcard can become a name that begins with a dash:
    `bar/*`, `./*` and everything after `--` are clean.

    Why:
        The shell replaces `*` by the names of files, and a file may be called
        `--checkpoint-action=exec=sh x.sh`. Whoever can put a file into the folder chooses options.
    Bad:
        import os

        def pack():
            os.system("tar cf /backup/all.tar *")
    Good:
        import os

        def pack():
            os.system("tar cf /backup/all.tar ./*")
    Good:
        import subprocess

        def own():
            subprocess.run("chown www-data -- *", shell=True, check=True)
    Suppress:
        Where only this program writes into the folder.
    """
    if (call.name or "").startswith("subprocess.") and not _is_shell(call):
        return
    command = call.argument(0, "args" if "args" in call.keywords else "cmd")
    text = None if command is None else command.constant
    if not isinstance(text, str) or len(text) > _MAX_COMMAND:
        return
    found = _wildcard(text)
    if found is not None:
        program, word = found
        report(
            at=call,
            message=f"`{word}` can become an option of `{program}`: a file may be named so.",
            why=f"Whoever puts a file there can set `{_DANGEROUS[program]}`, for example.",
            fix=f"Write `./{word}`, or put `--` before it.",
        )


def _is_shell(call: Call) -> bool:
    if (call.name or "").endswith(("getoutput", "getstatusoutput")):
        return True
    shell = call.argument(None, "shell")
    return shell is not None and shell.constant in (True, 1)


def _wildcard(text: str) -> tuple[str, str] | None:
    """The program and the word that begins with a wildcard, of the first such command."""
    program = ""
    for word in text.replace(";", " ; ").split():
        if word in _SEPARATORS:
            program = ""
        elif not program:
            name = word.rpartition("/")[2]
            # `sudo`, `FOO=bar` and their kind stand before the program.
            program = name if name in _DANGEROUS else ("" if _is_prefix(word) else "-")
        elif word == "--":
            program = "-"
        elif program in _DANGEROUS and word.startswith(_GLOB):
            return program, word
    return None


def _is_prefix(word: str) -> bool:
    return word in ("sudo", "exec", "env", "nice", "nohup", "time") or "=" in word
