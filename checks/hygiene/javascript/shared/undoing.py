"""Whether what a test changes is put back, and whether it is put back when the test fails, too."""

from __future__ import annotations

import enum
from collections.abc import Iterable

from checks.hygiene.javascript.shared.assertions import asserts
from checks.hygiene.javascript.shared.places import test_around
from checks.languages.javascript.blocks import Block
from checks.languages.javascript.file import JavaScriptFile
from checks.languages.javascript.grammar import FUNCTIONS
from checks.languages.syntax.located import Located
from checks.model import Span

_LATER = frozenset(
    {
        "addCleanup",
        "addCleanupTask",
        "after",
        "afterAll",
        "afterEach",
        "cleanup",
        "defer",
        "finally",
        "onCleanup",
        "onTestFailed",
        "onTestFinished",
        "tearDown",
        "teardown",
    }
)
"""Methods and functions that keep a function for the end of the test, however it ends.

Sources: https://node-tap.org/api/#tteardownfn, https://nodejs.org/api/test.html#contextafterfn-options,
https://vitest.dev/api/#ontestfinished, https://tc39.es/ecma262/#sec-promise.prototype.finally
"""
_EVENTS = frozenset({"on", "once"})
_ENDS = frozenset({"end", "teardown", "exit"})


class Undo(enum.Enum):
    """How a change is put back."""

    NEVER = enum.auto()
    ON_SUCCESS = enum.auto()
    """In the test itself, behind an assertion that may fail."""
    ALWAYS = enum.auto()


def undone(file: JavaScriptFile, change: Located, block: Block, undoing: Iterable[Located]) -> Undo:
    """How a change that a test makes is put back, when these are the places that put it back."""
    found = Undo.NEVER
    for one in undoing:
        if one.node == change.node:
            continue
        if _comes_always(file, one, block):
            return Undo.ALWAYS
        if test_around(file, one.node) is not block:
            continue
        if not _may_fail_between(file, change, one):
            return Undo.ALWAYS
        found = Undo.ON_SUCCESS
    return found


def _comes_always(file: JavaScriptFile, one: Located, block: Block) -> bool:
    """Whether it runs also when an assertion of the test fails."""
    where = file.block_at(one.node)
    if where is None or where.is_suite:
        return True
    if where.is_hook:
        return where.parent is None or where.parent is block or where.parent in block.around()
    if test_around(file, one.node) is not block:
        return False
    for above in one.ancestors():
        if above.node == block.callback:
            return False
        kind = above.kind
        if kind in ("finally_clause", "catch_clause"):
            return True
        if kind == "call_expression" and _keeps(file, above):
            return True
        if kind in FUNCTIONS and _is_named(above):
            return True  # who runs it is not known
    return False


def _keeps(file: JavaScriptFile, call: Located) -> bool:
    """Whether a call keeps a function for the end of the test: ``t.after(() => …)``."""
    callee = call.child("function")
    if callee is None:
        return False
    name = callee.child_by_field_name("property") or callee
    word = file.text_of(name) if name.type != "call_expression" else ""
    if word in _LATER:
        return True
    arguments = call.child("arguments")
    first = None if arguments is None else next(iter(arguments.named_children), None)
    return word in _EVENTS and first is not None and file.string(first) in _ENDS


def _is_named(function: Located) -> bool:
    """Whether a function is kept under a name: a helper of the test."""
    above = function.parent
    return function.kind.endswith("_declaration") or (
        above is not None and above.kind in ("variable_declarator", "pair", "assignment_expression")
    )


def _may_fail_between(file: JavaScriptFile, change: Located, undo: Located) -> bool:
    """Whether an assertion stands between the change and what puts it back."""
    start, end = change.node.end_byte, undo.node.start_byte
    if end <= start:
        return False
    for call in file.calls_in(Span(start, end)):
        if call.node.end_byte <= end and asserts(file, call):
            return True
    return False
