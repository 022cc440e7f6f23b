"""The check ``check-then-use-race``: a file is asked about, and opened a moment later."""

from __future__ import annotations

from collections.abc import Iterator

import tree_sitter

from checks.events import Call, Node, Value, argument_nodes
from checks.languages.python import evaluate
from checks.languages.python.context import Context
from checks.model import Aspect, Confidence, Severity, Surface
from checks.registry import PRODUCTION_ROLES, calls, check, nodes
from checks.report import Report

_SHARED = ("/tmp/", "/var/tmp/", "/dev/shm/")  # noqa: S108
_PRESENCE = ("os.path.exists", "os.path.isfile", "os.path.lexists")
_LEAVING = frozenset({"return_statement", "raise_statement", "continue_statement",
                      "break_statement"})  # fmt: skip
_ENDS = frozenset({"function_definition", "class_definition", "lambda"})
_MAX_TEXT = 20_000
_WRITING = frozenset({"write_text", "write_bytes"})


@check(
    id="check-then-use-race",
    title="Something is checked, then used",
    aspect=Aspect.CLEANUP,
    severity=Severity.LOW,
    confidence=Confidence.MEDIUM,
    surface=Surface.SUMMARY,
    roles=PRODUCTION_ROLES,
    on=(
        calls("open", "io.open", "*.{write_text,write_bytes}"),
        nodes("augmented_assignment"),
    ),
    cwe=(367, 362),
    security=True,
)
def check_then_use_race(event: Call | Node, report: Report) -> None:
    """A file is opened because a question about its path was answered well a moment before.

    Meant are `os.access` before opening, which asks for another user's rights, and `os.path.exists`
    before a file is made. In a folder that all users share it is a comment. The same holds for a
    row of a database that is counted down after a look at what is left.

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
    if isinstance(event, Node):
        _lost_update(event, report)
        return
    call = event
    if call.method in _WRITING:
        _written_over(call, report)
        return
    path, mode = call.argument(0, "file"), call.argument(1, "mode")
    if path is None or path.node.type not in ("identifier", "attribute", "string"):
        return
    wanted = "r" if mode is None else mode.constant
    if not isinstance(wanted, str) or "x" in wanted:
        return
    for question in _questions(call, path.text):
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


def _written_over(call: Call, report: Report) -> None:
    """``if not path.exists(): path.write_text(…)``."""
    path = call.receiver
    if path is None or path.node.type not in ("identifier", "attribute"):
        return
    for context in call.enclosing("if_statement", "elif_clause"):
        condition = context.node.child_by_field_name("condition")
        if condition is None or condition.type != "not_operator":
            continue
        if call.module.text_of(condition).split() == ["not", f"{path.text}.exists()"]:
            report(
                at=call,
                message=f"`{path.short}` is written after `exists` was asked about it.",
                why="Another program can put a link in its place between the two.",
                fix='Open it with mode "x", and handle `FileExistsError`.',
            )
            return


def _questions(call: Call, path: str) -> Iterator[str]:
    """What was asked of the path: by a condition around the call, or by one above that leaves."""
    for context in call.enclosing("if_statement", "elif_clause"):
        question = _asked(call, context, path)
        if question is not None:
            yield question
    for above in call.ancestors():
        if above.kind in _ENDS:
            return
        one = above.node.prev_named_sibling if above.kind.endswith("_statement") else None
        while one is not None:
            question = _left_if(call, one, path) if one.type == "if_statement" else None
            if question is not None:
                yield question
            one = one.prev_named_sibling


def _left_if(call: Call, node: tree_sitter.Node, path: str) -> str | None:
    """``if os.path.exists(path): return``: below it the path was not there."""
    block = node.child_by_field_name("consequence")
    asked = node.child_by_field_name("condition")
    statements = [] if block is None else evaluate.children(block)
    if asked is None or not statements or statements[-1].type not in _LEAVING:
        return None
    there = asked.type != "not_operator"
    inner = asked if there else asked.child_by_field_name("argument")
    if inner is None or inner.type != "call":
        return None
    arguments = argument_nodes(inner)
    if not arguments or call.module.text_of(arguments[0]) != path:
        return None
    name = Value(call.module, inner, call.context).callee_name
    wanted = _PRESENCE if there else ("os.access",)
    return name if name in wanted else None


def _lost_update(event: Node, report: Report) -> None:
    """``if voucher.left > 0: voucher.left -= 1; voucher.save()`` for a row that is not locked."""
    left = event.child("left")
    owner = None if left is None else left.child_by_field_name("object")
    function = event.function
    if left is None or left.type != "attribute" or owner is None or function is None:
        return
    if owner.type != "identifier" or not _is_compared(event, event.module.text_of(left)):
        return
    made = event.value(owner).origin
    name = event.module.text_of(owner)
    text = function.text[:_MAX_TEXT]
    if "for_update" in text or not _is_row(made):
        return
    if f"{name}.save(" not in text and ".commit(" not in text:
        return
    report(
        at=event,
        message=f"`{event.module.text_of(left)[:60]}` is asked, and changed a moment later.",
        why="Two requests at once both read the old value, and both are let through.",
        fix="Lock the row while it is looked at, or let one statement test and change it.",
        severity=Severity.MEDIUM,
    )


def _is_compared(event: Node, attribute: str) -> bool:
    for context in event.enclosing("if_statement", "elif_clause"):
        condition = context.node.child_by_field_name("condition")
        if condition is None or condition.type != "comparison_operator":
            continue
        if any(event.module.text_of(one) == attribute for one in condition.named_children):
            return True
    one = event.statement.node.prev_named_sibling
    while one is not None:
        block = one.child_by_field_name("consequence") if one.type == "if_statement" else None
        condition = one.child_by_field_name("condition")
        statements = [] if block is None else evaluate.children(block)
        if condition is not None and condition.type == "comparison_operator" and statements:
            compared = any(event.module.text_of(s) == attribute for s in condition.named_children)
            if compared and statements[-1].type in _LEAVING:
                return True
        one = one.prev_named_sibling
    return False


def _is_row(made: Value) -> bool:
    """Whether a value is a row that an ORM has read: Django's or SQLAlchemy's."""
    if made.node.type != "call":
        return False
    name = made.callee_name or ""
    function = made.node.child_by_field_name("function")
    written = "" if function is None else made.module.text_of(function)[-120:]
    owner, _, method = written.rpartition(".")
    if name.endswith(".get_object_or_404"):
        return True
    if ".objects." in written and method in ("get", "first", "last", "latest"):
        return True
    if ".query." in written or ".query(" in written:
        return method in ("get", "first", "one", "get_or_404", "one_or_none")
    first = argument_nodes(made.node)[:1]
    is_model = (
        bool(first)
        and first[0].type == "identifier"
        and made.module.text_of(first[0])[:1].isupper()
    )
    return method == "get" and owner.rpartition(".")[2] in ("session", "db") and is_model


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
        return name if name in _PRESENCE else None
    return name if name == "os.access" else None
