"""The check ``tight-timeout-in-test`` in Go: a success that has less than half a second."""

from __future__ import annotations

from checks.hygiene.go.shared.asserting import fails
from checks.hygiene.go.shared.places import own_test
from checks.languages.go.events import GoCall
from checks.languages.syntax.located import Located
from checks.model import Confidence
from checks.registry import GO, also, calls
from checks.report import Report

_TIGHT = 500_000_000
"""Nanoseconds that a loaded machine takes now and then for nothing."""
_REQUIRE = ("github.com/stretchr/testify/require.", "github.com/stretchr/testify/assert.Fail")
_FAKES = ("testing/synctest", "clock", "fake")


@also("tight-timeout-in-test", languages=GO, on=calls("time.After"))
def tight_timeout_in_test(call: GoCall, report: Report) -> None:
    """What must happen in a Go test has less than half a second for it.

    Bad:
        // file: run/run_test.go
        package run

        import (
            "testing"
            "time"
        )

        func TestRun(t *testing.T) {
            select {
            case <-Run():
            case <-time.After(100 * time.Millisecond):
                t.Fatal("not done in time")
            }
        }
    Good:
        // file: run/run_test.go
        package run

        import (
            "testing"
            "time"
        )

        func TestRun(t *testing.T) {
            select {
            case <-Run():
            case <-time.After(10 * time.Second):
                t.Fatal("not done in time")
            }
        }
    Good:
        // file: run/run_test.go
        package run

        import (
            "testing"
            "time"
        )

        func TestRunsOnce(t *testing.T) {
            select {
            case <-Run():
                t.Fatal("ran again")
            case <-time.After(100 * time.Millisecond):
            }
        }
    """
    file = call.file
    block = own_test(file, call)
    limit = file.constant(call.arguments[0], call.names) if call.arguments else None
    if block is None or not block.is_test or isinstance(limit, bool):
        return
    if not isinstance(limit, (int, float)) or not 0 < limit < _TIGHT:
        return
    if any(word in module for module in file.imported_modules for word in _FAKES):
        return
    case = next((one for one in call.ancestors() if one.kind == "communication_case"), None)
    if case is None or not _fails(case):
        return
    report(
        at=call,
        message=f"The test fails when it takes more than {limit / 1e9:g} s.",
        why="A machine that is busy for a moment makes it fail.",
        fix="Allow some seconds: a test that succeeds does not wait for them.",
        confidence=Confidence.MEDIUM,
    )


def _fails(case: Located) -> bool:
    return any(
        fails(one) or (one.name or "").startswith(_REQUIRE)
        for one in case.file.calls_in(case.node)  # type: ignore[attr-defined]
    )
