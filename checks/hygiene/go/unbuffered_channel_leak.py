"""The check ``go-unbuffered-chan-leak``: a goroutine of a test that nobody receives from."""

from __future__ import annotations

from checks.hygiene.go.shared.asserting import STOPPING
from checks.hygiene.go.shared.places import following, own_test
from checks.languages.go.blocks import Block
from checks.languages.go.events import GoCall
from checks.languages.go.file import GoFile
from checks.languages.syntax.located import Located
from checks.model import Aspect, Confidence, Severity, Span
from checks.registry import GO, TEST_ROLES, calls, check
from checks.report import Report

_REQUIRE = "github.com/stretchr/testify/require."


@check(
    id="go-unbuffered-chan-leak",
    title="Goroutine that can stay blocked on a channel",
    aspect=Aspect.CLEANUP,
    severity=Severity.LOW,
    confidence=Confidence.MEDIUM,
    roles=TEST_ROLES,
    on=calls("make"),
    languages=GO,
)
def unbuffered_channel_leak(call: GoCall, report: Report) -> None:
    """A goroutine sends on an unbuffered channel that the test may leave before it receives.

    Why:
        A sender without a receiver waits for ever: the goroutine, and what it holds, stays until
        the package is done, and a check for leaks fails in another test.
    Bad:
        // file: run/run_test.go
        package run

        import (
            "testing"
            "time"
        )

        func TestRun(t *testing.T) {
            errc := make(chan error)
            go func() { errc <- Run() }()
            select {
            case err := <-errc:
                if err != nil {
                    t.Fatal(err)
                }
            case <-time.After(time.Second):
                t.Fatal("not done after 1 s")
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
            errc := make(chan error, 1)
            go func() { errc <- Run() }()
            select {
            case err := <-errc:
                if err != nil {
                    t.Fatal(err)
                }
            case <-time.After(time.Second):
                t.Fatal("not done after 1 s")
            }
        }
    Good:
        // file: run/run_test.go
        package run

        import "testing"

        func TestRun(t *testing.T) {
            errc := make(chan error)
            go func() { errc <- Run() }()
            if err := <-errc; err != nil {
                t.Fatal(err)
            }
        }
    Suppress:
        Where the process ends with the test.
    """
    file = call.file
    block = own_test(file, call)
    name = _channel(call)
    if block is None or not block.is_test or not name:
        return
    if not _sent_by_goroutine(file, block, name) or not _is_left(file, block, name, call):
        return
    report(
        at=call,
        message=f"The goroutine that sends on `{name}` waits for ever when the test ends first.",
        why="It stays until the package is done, and leak checks blame another test.",
        fix=f"Give it room for what is sent: `make({file.text_of(call.arguments[0])}, 1)`.",
    )


def _channel(call: GoCall) -> str:
    """The name that an unbuffered channel is given; empty when it is none."""
    if len(call.arguments) != 1 or call.arguments[0].type != "channel_type":
        return ""
    above = call.parent
    holder = None if above is None else above.parent
    left = (
        None if holder is None or holder.kind != "short_var_declaration" else holder.child("left")
    )
    names = [] if left is None else left.named_children
    return call.file.text_of(names[0]) if len(names) == 1 else ""


def _sent_by_goroutine(file: GoFile, block: Block, name: str) -> bool:
    """Whether a goroutine of the test sends on it, once, and not under a ``select``."""
    sends = [
        one
        for one in file.within(block.body, "send_statement")
        if (channel := one.child("channel")) is not None and file.text_of(channel) == name
    ]
    return len(sends) == 1 and _is_in_goroutine(sends[0])


def _is_in_goroutine(send: Located) -> bool:
    for above in send.ancestors():
        if above.kind == "select_statement":
            return False
        if above.kind == "for_statement" and not _returns_then(send):
            return False
        if above.kind == "go_statement":
            return True
        if above.kind in ("function_declaration", "method_declaration"):
            return False
    return False


def _returns_then(send: Located) -> bool:
    """Whether the function ends behind it: also in a loop it sends once."""
    return any(one.type == "return_statement" for one in following(send)[:1])


def _is_left(file: GoFile, block: Block, name: str, call: GoCall) -> bool:
    """Whether a way out of the test passes the place where it would receive."""
    receives = [
        one
        for one in file.within(block.body, "unary_expression", after=call.span.end)
        if one.text == f"<-{name}"
    ]
    if not receives or any(
        one.text == name for one in file.within(block.body, "range_clause", after=call.span.end)
    ):
        return False
    for one in receives:
        case = next((each for each in one.ancestors() if each.kind == "communication_case"), None)
        if case is None:
            # A plain receive: is there a way out between the goroutine and it?
            return False
        select = case.parent
        others = [] if select is None else [
            each for each in select.children() if each.start_byte != case.node.start_byte
        ]  # fmt: skip
        if any(_stops(file, each.start_byte, each.end_byte) for each in others):
            return True
    return False


def _stops(file: GoFile, start: int, end: int) -> bool:
    """Whether something in a stretch of code ends the test."""
    return any(
        ((one.name or "").startswith("testing.") and one.method in STOPPING)
        or (one.name or "").startswith(_REQUIRE)
        for one in file.calls_in(Span(start, end))
    )
