"""The check ``elapsed-time-assertion`` in Go: how long something took is asserted."""

from __future__ import annotations

import tree_sitter

from checks.hygiene.go.shared.asserting import FAILING, TESTIFY, fails
from checks.hygiene.go.shared.places import short
from checks.languages.go.events import GoFileEvent
from checks.languages.go.file import GoFile
from checks.languages.go.grammar import bare
from checks.languages.syntax.scopes import Scope, sole
from checks.registry import GO, MODULE, also
from checks.report import Report

_LIMIT = 1_000_000_000
"""Nanoseconds under which a loaded machine is too slow now and then."""
_STEPS = 4
_LESS = frozenset({"Less", "LessOrEqual"})
_MORE = frozenset({"Greater", "GreaterOrEqual"})


@also("elapsed-time-assertion", languages=GO, on=MODULE)
def elapsed_time_assertion(event: GoFileEvent, report: Report) -> None:
    """A Go test asserts that a measured time is below a second.

    Bad:
        // file: cache/cache_test.go
        package cache

        import (
            "testing"
            "time"
        )

        func TestSecondTime(t *testing.T) {
            start := time.Now()
            Load("anna")
            if elapsed := time.Since(start); elapsed > 50*time.Millisecond {
                t.Errorf("took %s", elapsed)
            }
        }
    Good:
        // file: cache/cache_test.go
        package cache

        import "testing"

        func TestSecondTime(t *testing.T) {
            Load("anna")
            Load("anna")
            if fetches != 1 {
                t.Errorf("fetched %d times", fetches)
            }
        }
    Good:
        // file: pause/pause_test.go
        package pause

        import (
            "testing"
            "time"
        )

        func TestPause(t *testing.T) {
            start := time.Now()
            Pause(100 * time.Millisecond)
            if elapsed := time.Since(start); elapsed < 100*time.Millisecond {
                t.Errorf("took %s only", elapsed)
            }
        }
    """
    file = event.file
    if any(one == "testing/synctest" for one in file.imported_modules):
        return
    for one in file.nodes("if_statement"):
        condition, then = one.child("condition"), one.child("consequence")
        if (
            condition is None
            or then is None
            or not any(fails(each) for each in file.calls_in(then))
        ):
            continue
        for compared in file.within(one.node, "binary_expression"):
            if condition.start_byte <= compared.span.start < condition.end_byte:
                _judge(file, compared.node, compared.names, report)
    for call in file.calls():
        name = call.name or ""
        if not name.startswith(TESTIFY) or call.method in FAILING or len(call.arguments) < 3:
            continue
        first, second = call.arguments[1], call.arguments[2]
        if call.method in _LESS:
            _bound(file, first, second, call.names, report)
        elif call.method in _MORE:
            _bound(file, second, first, call.names, report)


def _judge(file: GoFile, node: tree_sitter.Node, scope: Scope, report: Report) -> None:
    """``elapsed > limit`` that leads to a failure."""
    operator = node.child_by_field_name("operator")
    left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
    if operator is None or left is None or right is None:
        return
    if operator.type in (">", ">="):
        _bound(file, left, right, scope, report)
    elif operator.type in ("<", "<="):
        _bound(file, right, left, scope, report)


def _bound(
    file: GoFile, measured: tree_sitter.Node, limit: tree_sitter.Node, scope: Scope, report: Report
) -> None:
    most = file.constant(limit, scope)
    if isinstance(most, bool) or not isinstance(most, (int, float)) or not 0 < most < _LIMIT:
        return
    if not _is_measured(file, measured, scope):
        return
    report(
        at=measured,
        message=f"`{short(file, measured)}` must stay below {most / 1e9:g} s.",
        why="A loaded machine takes longer now and then, and the test fails though nothing broke.",
        fix="Assert on what happened, a count or an order, or drive a fake clock.",
    )


def _is_measured(file: GoFile, node: tree_sitter.Node, scope: Scope) -> bool:
    """Whether an expression is the time between two readings of the clock."""
    for _ in range(_STEPS):
        node = bare(node)
        if node.type == "call_expression":
            function = node.child_by_field_name("function")
            name = "" if function is None else file.resolve(function, scope) or ""
            return name == "time.Since" or name.endswith(("time.Now().Sub", "time.Now().Sub()"))
        if node.type != "identifier":
            return False
        one = sole(scope.find(file.text_of(node)))
        if one is None or one.value is None:
            return False
        node, scope = one.value, one.scope
    return False
