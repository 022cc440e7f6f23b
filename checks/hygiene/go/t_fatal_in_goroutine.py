"""The check ``go-t-fatal-in-goroutine``: ``t.Fatal`` where it cannot stop the test."""

from __future__ import annotations

from checks.hygiene.go.shared.asserting import STOPPING
from checks.hygiene.go.shared.goroutines import shared_errors
from checks.hygiene.go.shared.places import runs_in, short
from checks.languages.go.blocks import Block
from checks.languages.go.events import GoCall, GoFileEvent
from checks.model import Aspect, Confidence, Severity
from checks.registry import GO, MODULE, TEST_ROLES, calls, check
from checks.report import Report

_REQUIRE = "github.com/stretchr/testify/require."


@check(
    id="go-t-fatal-in-goroutine",
    title="t.Fatal in a goroutine of the test",
    aspect=Aspect.ERRORS,
    severity=Severity.MEDIUM,
    confidence=Confidence.HIGH,
    roles=TEST_ROLES,
    on=(calls(), MODULE),
    languages=GO,
    once=True,
)
def t_fatal_in_goroutine(event: GoCall | GoFileEvent, report: Report) -> None:
    """`t.Fatal`, or an assertion of `require`, runs in a goroutine that the test started.

    An error of the test that the goroutine writes while the test uses it is a failure that gets
    lost in the same way.

    Why:
        `FailNow` ends the goroutine it is called in, not the test (documentation of package
        testing): the test goes on, hangs, or panics because it ended before.
    Bad:
        // file: queue/queue_test.go
        package queue

        import "testing"

        func TestPush(t *testing.T) {
            done := make(chan struct{})
            go func() {
                defer close(done)
                if err := Push(1); err != nil {
                    t.Fatal(err)
                }
            }()
            <-done
        }
    Bad:
        // file: queue/queue_test.go
        package queue

        import "testing"

        func TestPush(t *testing.T) {
            var err error
            done := make(chan struct{})
            go func() {
                err = Push(1)
                close(done)
            }()
            err = Pop()
            if err != nil {
                t.Fatal(err)
            }
            <-done
        }
    Good:
        // file: queue/queue_test.go
        package queue

        import "testing"

        func TestPush(t *testing.T) {
            done := make(chan error, 1)
            go func() { done <- Push(1) }()
            if err := <-done; err != nil {
                t.Fatal(err)
            }
        }
    Good:
        // file: queue/queue_test.go
        package queue

        import "testing"

        func TestPush(t *testing.T) {
            done := make(chan struct{})
            go func() {
                defer close(done)
                if err := Push(1); err != nil {
                    t.Error(err)
                }
            }()
            <-done
        }
    Suppress:
        Where the goroutine is the last thing that the test waits for, and ending it is meant.
    """
    if not isinstance(event, GoCall):
        for written, error, use in shared_errors(event.file):
            report(
                at=written,
                message=f"The goroutine writes `{error}`, which the test uses at the same time:"
                f" `{short(event.file, use)}`.",
                why="Which of the two values the test sees depends on which comes first.",
                fix="Give the goroutine an error of its own, and send it to the test by a channel.",
            )
        return
    call = event
    name = call.name or ""
    required = name.startswith(_REQUIRE) and call.method != "New"
    if not required and not (name.startswith("testing.") and call.method in STOPPING):
        return
    if not runs_in(call, "go_statement"):
        return
    handle = _handle(call, required=required)
    block = call.file.block_at(call.node)
    if block is None or not _is_outer(handle, block):
        return
    report(
        at=call,
        message=f"`{call.short}` runs in a goroutine, which it ends instead of the test.",
        why="The test goes on as if nothing had happened, or waits for ever.",
        fix="Use `t.Error` and return, or send the error to the test by a channel.",
    )


def _handle(call: GoCall, *, required: bool) -> str:
    """The name of the ``*testing.T`` by which the call fails the test."""
    node = call.argument(0) if required else call.receiver
    return "" if node is None else call.file.text_of(node)


def _is_outer(handle: str, block: Block) -> bool:
    """Whether it is the handle of a test around the goroutine, not a parameter inside it."""
    return bool(handle) and handle == block.handle
