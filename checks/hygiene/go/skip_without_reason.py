"""The check ``skip-without-reason`` in Go: ``t.Skip()`` that says nothing."""

from __future__ import annotations

from checks.hygiene.go.shared.places import own_test, statement, within_kinds
from checks.languages.go.events import GoCall
from checks.languages.go.file import GoFile
from checks.model import Role
from checks.registry import GO, also, calls
from checks.report import Report

_REASONS = ("broken", "disabled", "enable", "fixme", "flak", "manual", "memory", "need", "only",
            "require", "skip", "slow", "take", "todo", "unless", "until")  # fmt: skip
"""Words of a comment that tells why a test is switched off."""
_MOST_LINES = 30


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
    if _says_why(file, call):
        return
    report(
        at=call,
        message=f"`{call.short}()` switches the test off and does not say why.",
        why="Nobody can tell when it may run again, so what it tested stays untested.",
        fix="Say why as its argument, with the ticket that it waits for.",
    )


def _says_why(file: GoFile, call: GoCall) -> bool:
    """Whether the comment above the test, or above its ``t.Run``, tells why it is switched off."""
    ends = {file.lines(node).end: node for node in file.comment_nodes}
    for above in call.ancestors():
        function = above.child("function") if above.kind == "call_expression" else None
        if function is not None and file.text_of(function).endswith(".Run"):
            line = file.lines(statement(above).node).start
        elif above.kind == "function_declaration":
            line = file.lines(above.node).start
        else:
            continue
        said: list[str] = []
        while (node := ends.get(line - 1)) is not None and len(said) < _MOST_LINES:
            said.append(file.text_of(node).lower())
            line = file.lines(node).start
        if any(word in one for one in said for word in _REASONS):
            return True
    return False
