"""Context managers and decorators of tests that clean up only where nothing has failed."""

from __future__ import annotations

import re2
import tree_sitter

from checks.events import Call, Function, Value, argument_nodes
from checks.hygiene.shared.assertions import asserts
from checks.hygiene.shared.blocks import following, mentions, statements
from checks.hygiene.shared.switches import SWITCHES
from checks.hygiene.shared.tests import own_calls
from checks.hygiene.shared.texts import words
from checks.languages.python.context import Located
from checks.languages.python.scopes import Bound
from checks.light import dataclass

_MANAGERS = ("contextlib.contextmanager", "contextlib.asynccontextmanager")
_UNDOING = re2.compile(
    r"^(?:await )?(?:[\w.\[\]'\"()]+\.)?(?:\w*_)?(?:chdir|clear|deactivate|disable|disconnect|kill|"
    r"putenv|remove|reset|restore|rmtree|stop|stopall|terminate|undo|uninstall|unlink|unpatch|"
    r"unregister|unsetenv|unsubscribe|cache_clear)\w*\("
)
_RESETTING = frozenset({"clear", "reset", "restore", "unregister", "deactivate", "uninstall"})
"""Words with which the names of functions begin that put a module into its first state."""

_RELEASING = frozenset({"cleanup", "close", "disconnect", "kill", "quit", "release", "shutdown",
                        "stop", "terminate", "unlink"})  # fmt: skip
_ENOUGH = 2
_ASSIGNED = ("attribute", "subscript")
_MAX_STATEMENTS = 20


_REMOVING = frozenset({"os.remove", "os.rmdir", "os.unlink", "os.removedirs", "shutil.rmtree"})
_FOLDERS = ("chdir", "isolated_filesystem", "tmp_dir", "tmp_path", "tmpdir")
"""Fixtures in whose folder a test works, and which take it along."""


@dataclass(frozen=True, slots=True)
class Skipped:
    """A clean-up that a failure in between leaves out."""

    at: Located
    """The ``yield``, or the call of what is decorated."""
    undoing: str
    """The first statement that undoes something, as it is written."""
    manager: bool
    """Whether it is a context manager; else a decorator."""


def skipped_cleanup(function: Function) -> Skipped | None:
    """What a context manager or a decorator undoes after a step that may fail, and never does then.

    A fixture of pytest is not meant: its generator goes on after a failed test.
    """
    manager = function.decorated_with(*_MANAGERS)
    steps = list(function.own("yield") if manager else _of_decorated(function))
    if len(steps) != 1 or _is_guarded(steps[0], function):
        return None
    for statement in following(steps[0])[:_MAX_STATEMENTS]:
        if _undoes(statement, function, steps[0]) or _switches_back(statement, function, steps[0]):
            text = " ".join(function.module.text_of(statement).split())
            return Skipped(steps[0], text, manager)
    return None


def late_reset(function: Function) -> Call | None:
    """The last statement of a test, where it resets what an imported module keeps for all tests.

    ``assert config.version is None; clear_config()``: an assertion that fails leaves it out.
    """
    body = statements(function.body)
    if len(body) < _ENOUGH or body[-1].type != "expression_statement":
        return None
    last = _statement_call(function, body[-1])
    if last is None or last.arguments or last.keywords or last.receiver is not None:
        return None
    name = last.target.text
    if (words(name) or [""])[0] not in _RESETTING or not _is_imported(last, name):
        return None
    if function.text.count(f"{name}(") > 1:
        return None
    end = last.node.start_byte
    checked = any(
        one.node.end_byte <= end and asserts(one)
        for one in function.own("assert_statement", "call")
    )
    return last if checked else None


def late_removal(function: Function) -> Call | None:
    """The last statement of a test, where it removes from disk what the test has put there.

    An assertion that fails before it leaves the file; and the next run finds it.
    """
    body = statements(function.body)
    if len(body) < _ENOUGH or body[-1].type != "expression_statement":
        return None
    last = _statement_call(function, body[-1])
    subject = None if last is None else _removed_path(last)
    if last is None or subject is None:
        return None
    given = {one.name for one in function.parameters}
    if any(word in given for word in _FOLDERS) or not _is_own_path(subject, given):
        return None
    checked = any(
        one.node.end_byte <= last.node.start_byte and asserts(one)
        for one in function.own("assert_statement", "call")
    )
    return last if checked else None


def _removed_path(call: Call) -> Value | None:
    """The path that a call removes."""
    if call.name in _REMOVING:
        return call.argument(0, "path")
    if call.method in ("rmdir", "rmtree", "unlink") and call.receiver is not None:
        return call.receiver if not call.arguments else None
    return None


def _is_own_path(path: Value, given: set[str]) -> bool:
    """Whether a path is written in the test or made by ``tempfile``, and no fixture gives it."""
    if isinstance(path.constant, str):
        return True
    root = path.text.partition(".")[0].partition("[")[0]
    if root in given or not root.isidentifier():
        return False
    made = path.origin
    if made.callee_name == "os.path.join":
        parts = (Value(made.module, one, made.context) for one in argument_nodes(made.node))
        return all(isinstance(one.constant, str) for one in parts)
    return (made.callee_name or "").startswith("tempfile.")


def forgets(event: Located, fixture: Function) -> bool:
    """Whether a fixture changes something before its ``yield`` and takes nothing back after it."""
    steps = list(fixture.own("yield"))
    if len(steps) != 1 or event.node.start_byte > steps[0].node.start_byte:
        return False
    if any(True for _ in steps[0].enclosing("try_statement", "with_statement")):
        return False
    return not following(steps[0])


def _statement_call(function: Function, statement: tree_sitter.Node) -> Call | None:
    """The call that is all of a statement."""
    return next(
        (
            one
            for one in own_calls(function)
            if one.result_is_ignored and one.statement.node == statement
        ),
        None,
    )


def _is_imported(call: Call, name: str) -> bool:
    scope = call.context.scope.find(name)
    bound = () if scope is None else scope.bindings[name]
    return bool(bound) and all(one.how is Bound.IMPORT for one in bound)


def _of_decorated(function: Function) -> list[Call]:
    """The calls of what a decorator is given, in the function that takes its place."""
    maker = function.context.function
    if maker is None or not _is_returned(maker, function.name):
        return []
    given = {one.name for one in maker.parameters}
    return [one for one in own_calls(function) if one.target.text in given]


def _is_returned(maker: Function, name: str) -> bool:
    """Whether it gives the function back, as it is or handed to another decorator."""
    module = maker.module
    return any(
        next(mentions(module, one.node, name), None) is not None
        for one in maker.own("return_statement")
    )


def missed_release(function: Function) -> Call | None:
    """The last call of a ``try`` that lets go of something its ``finally`` does not name.

    ``try: file = log.open(); assert …; file.close()`` with ``finally: os.remove(name)``: what an
    assertion leaves out when it fails.
    """
    for one in function.own("try_statement"):
        last = [inner for inner in own_calls(function) if _ends_body(inner, one)]
        for call in last:
            receiver = call.receiver
            if receiver is None or call.method not in _RELEASING or call.arguments:
                continue
            roots = {receiver.text.partition(".")[0], *_makers(receiver)}
            if any(
                next(mentions(function.module, clause, root), None)
                for clause in one.node.named_children
                if clause.type in ("finally_clause", "except_clause")
                for root in roots
            ):
                continue
            if _is_asserted_before(call, one, function):
                return call
    return None


def _makers(value: Value) -> set[str]:
    """What the object was taken from, and may be closed with: ``pool`` of ``pool.get()``."""
    made = (one.text.removeprefix("await ").partition(".")[0] for one in value.assignments)
    return {one for one in made if one.isidentifier() and one not in ("self", "cls")}


def _ends_body(call: Call, block: Located) -> bool:
    """Whether a call is the last statement of what is tried, with a ``finally`` behind it."""
    body = block.child("body")
    tried = statements(body)
    return (
        bool(tried)
        and call.result_is_ignored
        and call.statement.node == tried[-1]
        and block.node.named_children[-1].type == "finally_clause"
    )


def _is_asserted_before(call: Call, block: Located, function: Function) -> bool:
    start, end = block.node.start_byte, call.node.start_byte
    return any(
        start <= one.node.start_byte < end and asserts(one)
        for one in function.own("assert_statement", "call")
    )


def _is_guarded(step: Located, function: Function) -> bool:
    """Whether a ``try`` around the step sees to it that what follows is done."""
    return any(
        one.node.start_byte >= function.node.start_byte for one in step.enclosing("try_statement")
    )


def _undoes(statement: tree_sitter.Node, function: Function, step: Located) -> bool:
    """Whether a statement puts something back: what was assigned before, or a call that says so."""
    if statement.type != "expression_statement" or not statement.named_children:
        return False
    inner = statement.named_children[0]
    if inner.type == "assignment":
        left, right = inner.child_by_field_name("left"), inner.child_by_field_name("right")
        if left is None or right is None or left.type not in _ASSIGNED:
            return False
        text = function.module.text_of(left)
        before = (one.child("left") for one in function.own("assignment") if _ends(one, step))
        return any(one is not None and function.module.text_of(one) == text for one in before)
    return _UNDOING.search(function.module.text_of(inner)[:300]) is not None


def _switches_back(statement: tree_sitter.Node, function: Function, step: Located) -> bool:
    """Whether a statement calls what switched something of the process over before the step."""
    call = (
        _statement_call(function, statement) if statement.type == "expression_statement" else None
    )
    if call is None or call.name not in SWITCHES:
        return False
    return any(one.name == call.name and _ends(one, step) for one in own_calls(function))


def _ends(one: Located, step: Located) -> bool:
    return one.node.end_byte <= step.node.start_byte
