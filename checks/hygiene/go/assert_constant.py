"""The check ``assert-constant`` in Go: an assertion that is decided before the test runs."""

from __future__ import annotations

import tree_sitter

from checks.hygiene.go.shared.asserting import TESTIFY
from checks.hygiene.go.shared.places import holds_word, preceding, statements
from checks.languages.go.events import GoCall
from checks.languages.go.grammar import STRINGS
from checks.languages.syntax.constants import UNKNOWN
from checks.registry import GO, also, calls
from checks.report import Report

_TRUTHS = {"True": True, "False": False}
_PAIRS = frozenset({"Equal", "EqualValues", "Exactly", "Same", "NotEqual"})
_NOTHING = frozenset({"Nil", "NoError"})
_TESTIFY_SUITE = "testify/suite"
_BEFORE = 6
"""Statements before an assertion that are looked at."""
_THINGS = {"NotNil": (None,), "NotEmpty": ("", None, 0, False)}


@also(
    "assert-constant",
    languages=GO,
    on=(
        *(calls(f"github.com/stretchr/testify/{one}.{{True,False,Equal,EqualValues,Exactly,Same,"
                "NotEqual,NotNil,NotEmpty,Nil,NoError}") for one in ("assert", "require")),
        calls("*.NoError", "*.Nil"),
    ),
)  # fmt: skip
def assert_constant(call: GoCall, report: Report) -> None:
    """A testify assertion in Go whose arguments are constants.

    Bad:
        // file: cart/cart_test.go
        package cart

        import (
            "testing"

            "github.com/stretchr/testify/assert"
        )

        func TestTotal(t *testing.T) {
            New().Add("book")
            assert.True(t, true)
        }
    Good:
        // file: cart/cart_test.go
        package cart

        import (
            "testing"

            "github.com/stretchr/testify/assert"
        )

        func TestTotal(t *testing.T) {
            assert.Equal(t, 1, New().Add("book").Len())
        }
    """
    name = call.name or ""
    if not name.startswith(TESTIFY):
        _of_suite(call, report)
        return
    if len(call.arguments) < 2:
        return
    what = call.method
    first = call.arguments[1]
    value = _literal(call, 1)
    if what in _TRUTHS:
        if value is not _TRUTHS[what]:
            return  # what always fails is how a branch is marked that must not be reached
    elif what in _PAIRS:
        other = _literal(call, 2)
        if value is UNKNOWN or other is UNKNOWN or (value == other) is (what == "NotEqual"):
            return
    elif what in _NOTHING:
        if first.type != "nil" and not _is_nil_already(call, first):
            return
    elif what not in _THINGS or value is UNKNOWN or value in _THINGS[what]:
        return
    shown = " ".join(call.file.text_of(first).split())[:40].replace("`", "'")
    report(
        at=call,
        message=f"`{call.short}` of `{shown}` can never fail.",
        why="The test passes whatever the code does.",
        fix="Assert on what the code gives back.",
    )


def _of_suite(call: GoCall, report: Report) -> None:
    """``s.NoError(err)`` of a suite, where ``err`` is nil already."""
    receiver = call.receiver
    if call.method not in _NOTHING or receiver is None or not call.arguments:
        return
    if receiver.type != "identifier" or not _is_nil_already(call, call.arguments[0]):
        return
    suite = any(_TESTIFY_SUITE in one for one in call.file.imported_modules)
    if suite or call.file.text_of(receiver) in ("s", "suite", "ts"):
        report(
            at=call,
            message=f"`{call.short}` can never fail: the test has left where it is not nil.",
            why="The test passes whatever the code does.",
            fix="Assert before the `return`, or leave the `return` out.",
        )


def _is_nil_already(call: GoCall, node: tree_sitter.Node) -> bool:
    """Whether the function has left where the value was not nil: ``if err != nil { return }``."""
    if node.type != "identifier":
        return False
    file = call.file
    name = file.text_of(node)
    for one in reversed(preceding(call)[-_BEFORE:]):
        text = file.text_of(one)
        if one.type == "if_statement":
            condition = one.child_by_field_name("condition")
            body = one.child_by_field_name("consequence")
            initial = one.child_by_field_name("initializer")
            written = "" if condition is None else " ".join(file.text_of(condition).split())
            if initial is None and body is not None and written == f"{name} != nil":
                last = statements(body)[-1:]
                return bool(last) and last[0].type == "return_statement"
        if holds_word(text, name):
            return False
    return False


def _literal(call: GoCall, position: int) -> object:
    """The value of a literal that stands in the call itself."""
    node = call.argument(position)
    if node is None:
        return UNKNOWN
    if node.type in STRINGS or node.type in ("int_literal", "float_literal", "true", "false"):
        return call.file.constant(node, call.names)
    if node.type == "identifier" and call.file.text_of(node) in ("true", "false"):
        return call.file.constant(node, call.names)
    return UNKNOWN
