"""The check ``check-then-use-race``: a file is asked about, and opened a moment later."""

from __future__ import annotations

from checks.events import Call, Value, argument_nodes
from checks.languages.python.context import Context
from checks.model import Aspect, Confidence, Severity, Surface
from checks.registry import PRODUCTION_ROLES, calls, check
from checks.report import Report

_SHARED = ("/tmp/", "/var/tmp/", "/dev/shm/")  # noqa: S108


@check(
    id="check-then-use-race",
    title="File is checked, then opened",
    aspect=Aspect.CLEANUP,
    severity=Severity.LOW,
    confidence=Confidence.MEDIUM,
    surface=Surface.SUMMARY,
    roles=PRODUCTION_ROLES,
    on=calls("open", "io.open"),
    cwe=(367,),
    security=True,
)
def check_then_use_race(call: Call, report: Report) -> None:
    """A file is opened because a question about its path was answered well a moment before.

    Meant are `os.access` before opening, which asks for another user's rights, and `os.path.exists`
    before a file is made. In a folder that all users share it is a comment.

    Why:
        Between the two calls another program can put a link in the place of the file. The question
        was asked about something else than what is opened.
    Bad:
        import os

        def read(path):
            if os.access(path, os.R_OK):
                with open(path) as file:
                    return file.read()
    Bad:
        import os

        def claim(path):
            if not os.path.exists(path):
                with open(path, "w") as file:
                    file.write(str(os.getpid()))
    Good:
        import os

        def claim(path):
            with open(path, "x") as file:
                file.write(str(os.getpid()))
    Good:
        import os

        def read(path):
            if os.path.exists(path):
                with open(path) as file:
                    return file.read()
    Suppress:
        Where nobody else can write in the folder.
    """
    path, mode = call.argument(0, "file"), call.argument(1, "mode")
    if path is None or path.node.type not in ("identifier", "attribute", "string"):
        return
    wanted = "r" if mode is None else mode.constant
    if not isinstance(wanted, str) or "x" in wanted:
        return
    for context in call.enclosing("if_statement", "elif_clause"):
        question = _asked(call, context, path.text)
        if question is None:
            continue
        by_rights = question == "os.access"
        if not by_rights and not {"w", "a"} & set(wanted):
            continue
        constant = path.constant
        shared = isinstance(constant, str) and constant.startswith(_SHARED)
        report(
            at=call,
            message=f"`{path.short}` is opened after `{question}` was asked about it.",
            why="Another program can put a link in its place between the two.",
            fix='Open it with mode "x", or open it and handle the error.'
            if not by_rights
            else "Open it, and handle `PermissionError`.",
            severity=Severity.MEDIUM if shared else None,
            surface=Surface.INLINE if shared else Surface.SUMMARY,
        )
        return


def _asked(call: Call, context: Context, path: str) -> str | None:
    """The question about the path that the condition asks: absence, or a right."""
    condition = context.node.child_by_field_name("condition")
    if condition is None:
        return None
    absent = condition.type == "not_operator"
    asked = condition.child_by_field_name("argument") if absent else condition
    if asked is None or asked.type != "call":
        return None
    arguments = argument_nodes(asked)
    if not arguments or call.module.text_of(arguments[0]) != path:
        return None
    name = Value(call.module, asked, context).callee_name
    if absent:
        return name if name in ("os.path.exists", "os.path.isfile", "os.path.lexists") else None
    return name if name == "os.access" else None
