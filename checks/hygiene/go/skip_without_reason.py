"""The check ``skip-without-reason`` in Go: ``t.Skip()`` that says nothing."""

from __future__ import annotations

from checks.hygiene.go.shared.places import own_test, statement, within_kinds
from checks.languages.go.events import GoCall
from checks.model import Role
from checks.registry import GO, also, calls
from checks.report import Report


@also(
    "skip-without-reason",
    languages=GO,
    on=calls("testing.T.{Skip,SkipNow}", "testing.B.{Skip,SkipNow}", "testing.F.{Skip,SkipNow}"),
    roles=frozenset({Role.TEST}),
)
def skip_without_reason(call: GoCall, report: Report) -> None:
    """A Go test is skipped always, and nothing says why.

    Bad:
        // file: pay/pay_test.go
        package pay

        import "testing"

        func TestPays(t *testing.T) {
            t.Skip()
            if !Pay(3) {
                t.Fatal("not paid")
            }
        }
    Good:
        // file: pay/pay_test.go
        package pay

        import "testing"

        func TestPays(t *testing.T) {
            t.Skip("the bank's sandbox is down, see #1204")
            if !Pay(3) {
                t.Fatal("not paid")
            }
        }
    Good:
        // file: pay/pay_test.go
        package pay

        import "testing"

        func TestPays(t *testing.T) {
            if testing.Short() {
                t.Skip()
            }
            if !Pay(3) {
                t.Fatal("not paid")
            }
        }
    """
    file = call.file
    if call.arguments or own_test(file, call) is None:
        return
    # A condition is a reason.
    if any(True for _ in within_kinds(call, "if_statement", "expression_case", "type_case",
                                      "communication_case")):  # fmt: skip
        return
    line = file.lines(statement(call).node).start
    if any(file.lines(node).start in (line, line - 1) for node in file.comment_nodes):
        return
    report(
        at=call,
        message=f"`{call.short}()` switches the test off and does not say why.",
        why="Nobody can tell when it may run again, so what it tested stays untested.",
        fix="Say why as its argument, with the ticket that it waits for.",
    )
