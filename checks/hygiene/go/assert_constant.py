"""The check ``assert-constant`` in Go: an assertion that is decided before the test runs."""

from __future__ import annotations

from checks.hygiene.go.shared.asserting import TESTIFY
from checks.languages.go.events import GoCall
from checks.languages.go.grammar import STRINGS
from checks.languages.syntax.constants import UNKNOWN
from checks.registry import GO, also, calls
from checks.report import Report

_TRUTHS = {"True": True, "False": False}
_PAIRS = frozenset({"Equal", "EqualValues", "Exactly", "Same", "NotEqual"})
_THINGS = {"NotNil": (None,), "NotEmpty": ("", None, 0, False)}


@also(
    "assert-constant",
    languages=GO,
    on=(
        *(calls(f"github.com/stretchr/testify/{one}.{{True,False,Equal,EqualValues,Exactly,Same,"
                "NotEqual,NotNil,NotEmpty}") for one in ("assert", "require")),
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
    if not name.startswith(TESTIFY) or len(call.arguments) < 2:
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
    elif what not in _THINGS or value is UNKNOWN or value in _THINGS[what]:
        return
    shown = " ".join(call.file.text_of(first).split())[:40].replace("`", "'")
    report(
        at=call,
        message=f"`{call.short}` of `{shown}` can never fail.",
        why="The test passes whatever the code does.",
        fix="Assert on what the code gives back.",
    )


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
