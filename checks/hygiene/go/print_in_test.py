"""The check ``print-in-test`` in Go: output that nobody reads."""

from __future__ import annotations

from checks.hygiene.go.shared.places import is_statement, own_test
from checks.languages.go.blocks import Kind
from checks.languages.go.events import GoCall
from checks.model import Role
from checks.registry import GO, also, calls
from checks.report import Report


@also(
    "print-in-test",
    languages=GO,
    on=calls("fmt.{Println,Printf,Print}", "print", "println"),
    roles=frozenset({Role.TEST}),
)
def print_in_test(call: GoCall, report: Report) -> None:
    """A Go test prints to the standard output.

    Bad:
        // file: cart/cart_test.go
        package cart

        import (
            "fmt"
            "testing"
        )

        func TestTotal(t *testing.T) {
            total := New().Total()
            fmt.Println(total)
            if total != 0 {
                t.Fatal(total)
            }
        }
    Good:
        // file: cart/cart_test.go
        package cart

        import "testing"

        func TestTotal(t *testing.T) {
            total := New().Total()
            t.Log(total)
            if total != 0 {
                t.Fatal(total)
            }
        }
    """
    file = call.file
    block = own_test(file, call)
    if block is None or block.kind not in (Kind.TEST, Kind.SUBTEST) or not is_statement(call):
        return
    if b"os.Stdout" in file.source.data or b"os.Pipe" in file.source.data:
        return  # the output is what is tested
    report(
        at=call,
        message=f"`{call.short}` prints in every run of the test.",
        why="It hides what matters in the log of a run that failed.",
        fix="Use `t.Log`, which shows it only when the test fails.",
    )
