"""The check ``unbounded-polling-loop`` in Go: a loop that waits without an end."""

from __future__ import annotations

from checks.hygiene.go.shared.asserting import is_assertion
from checks.hygiene.go.shared.places import own_test, short
from checks.languages.go.events import Located
from checks.languages.go.file import GoFile
from checks.model import Confidence, Span
from checks.registry import GO, also, nodes
from checks.report import Report

_CLOCK = frozenset({"time.Now", "time.Since", "time.Until", "time.After"})
_ENDS = ("break_statement", "return_statement", "goto_statement", "select_statement",
         "inc_statement", "dec_statement", "assignment_statement")  # fmt: skip


@also("unbounded-polling-loop", languages=GO, on=nodes("for_statement"))
def unbounded_polling_loop(loop: Located, report: Report) -> None:
    """A Go test sleeps in a loop until something is so, and nothing bounds it.

    Bad:
        // file: jobs/runner_test.go
        package jobs

        import (
            "testing"
            "time"
        )

        func TestRuns(t *testing.T) {
            runner := Start("job")
            for !runner.Finished() {
                time.Sleep(10 * time.Millisecond)
            }
        }
    Good:
        // file: jobs/runner_test.go
        package jobs

        import (
            "testing"
            "time"
        )

        func TestRuns(t *testing.T) {
            runner := Start("job")
            deadline := time.Now().Add(5 * time.Second)
            for !runner.Finished() {
                if time.Now().After(deadline) {
                    t.Fatal("not finished after 5 s")
                }
                time.Sleep(10 * time.Millisecond)
            }
        }
    Good:
        // file: jobs/runner_test.go
        package jobs

        import (
            "testing"
            "time"
        )

        func TestRuns(t *testing.T) {
            runner := Start("job")
            for i := 0; i < 100 && !runner.Finished(); i++ {
                time.Sleep(10 * time.Millisecond)
            }
        }
    """
    file = loop.file
    if not isinstance(file, GoFile) or own_test(file, loop) is None:
        return
    body = loop.child("body")
    header = [one for one in loop.children() if one.type != "block"]
    condition = header[0] if len(header) == 1 else None
    if body is None or condition is None or condition.type in ("for_clause", "range_clause"):
        return
    calls = list(file.calls_in(loop.node))
    if not any(one.name == "time.Sleep" for one in calls):
        return
    if any(one.name in _CLOCK or is_assertion(one) or one.method == "Err" for one in calls):
        return
    if any(True for _ in file.within(body, *_ENDS)):
        return
    report(
        at=Span(loop.node.start_byte, condition.end_byte),
        message=f"The loop waits as long as `{short(file, condition)}` holds.",
        why="When what it waits for does not come, only the time limit of the whole package ends"
        " it, after ten minutes.",
        fix="Bound it by a deadline and fail after that, or use `require.Eventually`.",
        confidence=Confidence.HIGH,
    )
