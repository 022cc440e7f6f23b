"""The check ``go-unbuffered-chan-leak``: a goroutine of a test that nobody receives from."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import tree_sitter

from checks.hygiene.go.shared.asserting import STOPPING
from checks.hygiene.go.shared.places import following, is_statement, own_test
from checks.languages.go.blocks import Block, Kind
from checks.languages.go.events import GoCall
from checks.languages.go.file import GoFile
from checks.languages.go.grammar import FUNCTIONS
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
    block = own_test(file, call) or _function(file, call)
    name = _channel(call)
    if block is None or not (block.is_test or block.kind is Kind.HOOK) or not name:
        return
    waits = _waited_for_first(file, block, name, call)
    if waits:
        report(
            at=call,
            message=f"`{waits}.Wait()` waits for a goroutine that waits until `{name}` is read.",
            why="When it sends, neither goes on: the run hangs instead of saying what failed.",
            fix=f"Read `{name}` before `{waits}.Wait()`, or give the channel room.",
        )
        return
    if not _sent_by_goroutine(file, block, name) or not _is_left(file, block, name, call):
        return
    report(
        at=call,
        message=f"The goroutine that sends on `{name}` waits for ever when the test ends first.",
        why="It stays until the package is done, and leak checks blame another test.",
        fix=f"Give it room for what is sent: `make({file.text_of(call.arguments[0])}, 1)`.",
    )


def _function(file: GoFile, call: GoCall) -> Block | None:
    """A function of a test file around it: a helper, or what a helper is handed."""
    function = call.names.function.node
    body = function.child_by_field_name("body")
    if not file.path.endswith("_test.go") or body is None or function.type not in FUNCTIONS:
        return None
    return Block(file, Kind.HOOK, "", function, body, None, "")


def _waited_for_first(file: GoFile, block: Block, name: str, call: GoCall) -> str:
    """The group whose ``Wait`` stands before what reads from the channel; empty: none."""
    if not _is_sent_in_goroutine(file, block, name):
        return ""
    reads = [
        one.node.start_byte
        for one in file.within(block.body, "unary_expression", "range_clause", after=call.span.end)
        if one.text == f"<-{name}" or one.text.endswith(f"range {name}")
    ]
    for one in file.calls_named("Wait"):
        receiver = one.receiver
        if receiver is None or own_test(file, one) not in (block, None) or not is_statement(one):
            continue
        if one.names.function.node != call.names.function.node or not reads:
            continue
        group = file.text_of(receiver)
        done = any(
            each.method == "Done"
            and file.text_of(each.receiver or each.node) == group
            and (_is_deferred(each) or each.span.start > sent[-1])
            for runner in file.within(block.body, "go_statement", after=call.span.end)
            if (sent := [each.node.start_byte for each in _sends(file, runner.node, name)])
            for each in file.calls_in(runner.node)
        )
        if done and call.span.end < one.span.start < min(reads):
            return group
    return ""


def _is_deferred(call: GoCall) -> bool:
    return any(above.kind == "defer_statement" for above in itertools.islice(call.ancestors(), 6))


def _sends(file: GoFile, node: tree_sitter.Node, name: str) -> Iterator[Located]:
    for one in file.within(node, "send_statement"):
        channel = one.child("channel")
        if channel is not None and file.text_of(channel) == name:
            yield one


def _is_sent_in_goroutine(file: GoFile, block: Block, name: str) -> bool:
    """Whether every send stands in a goroutine, not under a ``select``."""
    sends = list(_sends(file, block.body, name))
    return bool(sends) and all(
        not any(above.kind == "select_statement" for above in one.ancestors())
        and any(above.kind == "go_statement" for above in one.ancestors())
        for one in sends
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
        if above.kind == "for_statement" and above.children()[:1] and not _returns_then(send):
            header = above.children()[0]
            if header.type != "block":
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
        if any(_returns(file, each) for each in others):
            return True
        if select is not None and _is_refused(file, case) and not following(select):
            return True
    return False


def _returns(file: GoFile, case: tree_sitter.Node) -> bool:
    """Whether a case leaves the function."""
    return any(True for _ in file.within(case, "return_statement"))


def _is_refused(file: GoFile, case: Located) -> bool:
    """Whether the test fails when something comes: that it times out is what is wanted."""
    return _stops(file, case.node.start_byte, case.node.end_byte)


def _stops(file: GoFile, start: int, end: int) -> bool:
    """Whether something in a stretch of code ends the test."""
    return any(
        ((one.name or "").startswith("testing.") and one.method in STOPPING)
        or (one.name or "").startswith(_REQUIRE)
        for one in file.calls_in(Span(start, end))
    )
