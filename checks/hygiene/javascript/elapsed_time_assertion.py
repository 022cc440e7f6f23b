"""The check ``elapsed-time-assertion`` in JavaScript: how long something took is asserted."""

from __future__ import annotations

from collections.abc import Iterator

import tree_sitter

from checks.hygiene.javascript.shared.places import text
from checks.hygiene.javascript.shared.waiting import fakes_clock, reads_clock
from checks.languages.javascript.events import JsFileEvent
from checks.languages.javascript.file import JavaScriptFile
from checks.languages.javascript.grammar import bare
from checks.languages.syntax.located import Located
from checks.languages.syntax.scopes import Bound, Scope, sole
from checks.registry import JAVASCRIPT, MODULE, also
from checks.report import Report

_UPPER = frozenset(
    {
        "toBeLessThan",
        "toBeLessThanOrEqual",
        "below",
        "lessThan",
        "most",
        "lt",
        "lte",
        "lessThanOrEqual",
    }
)
_LIMIT = 1_000
"""Milliseconds under which a loaded machine is too slow now and then."""
_STEPS = 4


@also("elapsed-time-assertion", languages=JAVASCRIPT, on=MODULE)
def elapsed_time_assertion(event: JsFileEvent, report: Report) -> None:
    """A measured time is asserted to be below a second.

    Bad:
        // file: test/cache.test.js
        it('is fast the second time', async () => {
          const start = Date.now();
          await load('anna');
          expect(Date.now() - start).toBeLessThan(50);
        });
    Good:
        // file: test/cache.test.js
        it('asks once', async () => {
          await load('anna');
          await load('anna');
          expect(fetchUser).toHaveBeenCalledTimes(1);
        });
    Good:
        // file: test/pause.test.js
        it('waits', async () => {
          const start = performance.now();
          await pause(100);
          expect(performance.now() - start).toBeGreaterThan(90);
        });
    """
    file = event.file
    for whole, value, limit, scope in _bounds(file):
        known = file.constant(limit, scope)
        if not isinstance(known, (int, float)) or isinstance(known, bool) or not 0 < known < _LIMIT:
            continue
        if not _is_duration(file, value, scope, _STEPS):
            continue
        if fakes_clock(file, file.block_at(whole.node)):
            continue
        report(
            at=whole,
            message=f"`{text(file, value, 40)}` is measured time, and must be below {known:g} ms.",
            why="On a loaded machine it takes longer, and the test fails for no defect.",
            fix="Assert the effect, an order or a number of calls, not how long it took.",
        )


def _bounds(
    file: JavaScriptFile,
) -> Iterator[tuple[Located, tree_sitter.Node, tree_sitter.Node, Scope]]:
    for one in file.expects:
        if one.subject is None or one.matcher is None or one.is_negated:
            continue
        expected = one.matcher.argument(0)
        if one.name in _UPPER and expected is not None:
            yield one.whole, one.subject, expected, one.call.names
        sides = _less(one.subject)
        if sides is not None:
            yield one.whole, *sides, one.call.names
    for word in ("assert", "ok", "isTrue", "true"):
        for call in file.calls_named(word):
            first = call.argument(0)
            sides = None if first is None else _less(first)
            if sides is not None and file.block_at(call.node) is not None:
                yield call, *sides, call.names


def _less(node: tree_sitter.Node) -> tuple[tree_sitter.Node, tree_sitter.Node] | None:
    """What is smaller, and the bound, in ``a < b``, and in the first part of ``a < b && …``."""
    node = bare(node)
    operator = node.child_by_field_name("operator") if node.type == "binary_expression" else None
    left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
    if operator is None or left is None or right is None:
        return None
    match operator.type:
        case "<" | "<=":
            return left, right
        case ">" | ">=":
            return right, left
        case "&&":
            return _less_plain(left) or _less_plain(right)
    return None


def _less_plain(node: tree_sitter.Node) -> tuple[tree_sitter.Node, tree_sitter.Node] | None:
    node = bare(node)
    operator = node.child_by_field_name("operator") if node.type == "binary_expression" else None
    return None if operator is None or operator.type == "&&" else _less(node)


def _is_duration(file: JavaScriptFile, node: tree_sitter.Node, scope: Scope, steps: int) -> bool:
    """Whether a value is the difference of two readings of the clock."""
    node = bare(node)
    if steps <= 0:
        return False
    if node.type == "identifier":
        found = sole(scope.find(file.text_of(node)))
        if found is None or found.value is None or found.how not in (Bound.VALUE, Bound.ASSIGNED):
            return False
        return _is_duration(file, found.value, found.scope, steps - 1)
    if node.type == "call_expression":
        inner = node.child_by_field_name("arguments")
        callee = node.child_by_field_name("function")
        rounded = callee is not None and file.text_of(callee).startswith("Math.")
        return (
            rounded
            and inner is not None
            and any(_is_duration(file, one, scope, steps - 1) for one in inner.named_children)
        )
    if node.type != "binary_expression":
        return False
    operator = node.child_by_field_name("operator")
    left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
    if operator is None or left is None or right is None or operator.type != "-":
        return False
    return _is_time(file, left, scope, steps) and _is_time(file, right, scope, steps)


def _is_time(file: JavaScriptFile, node: tree_sitter.Node, scope: Scope, steps: int) -> bool:
    node = bare(node)
    if steps <= 0:
        return False
    if node.type == "identifier":
        return any(
            one.value is not None and _is_time(file, one.value, one.scope, steps - 1)
            for one in scope.find(file.text_of(node))
        )
    if node.type == "unary_expression":
        inner = node.child_by_field_name("argument")
        return inner is not None and _is_time(file, inner, scope, steps - 1)
    if node.type in ("call_expression", "new_expression"):
        for call in file.calls_in(node):
            if call.node == node:
                return reads_clock(call) or (
                    call.method == "getTime"
                    and call.receiver is not None
                    and _is_time(file, call.receiver, scope, steps - 1)
                )
    return False
