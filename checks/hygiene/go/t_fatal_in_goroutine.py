"""The check ``go-t-fatal-in-goroutine``: ``t.Fatal`` where it cannot stop the test."""

from __future__ import annotations

import tree_sitter

from checks.hygiene.go.shared.asserting import STOPPING
from checks.hygiene.go.shared.goroutines import shared_errors
from checks.hygiene.go.shared.places import runs_in, short
from checks.languages.go.blocks import Block
from checks.languages.go.events import GoCall, GoFileEvent
from checks.languages.syntax.located import MAX_ANCESTORS
from checks.model import Aspect, Confidence, Severity
from checks.registry import GO, MODULE, TEST_ROLES, calls, check
from checks.report import Report

_MUST = ("github.com/shoenig/test/must.",)
_GOTEST = ("gotest.tools/assert.", "gotest.tools/v3/assert.")
"""Of these some stop the test: https://pkg.go.dev/gotest.tools/v3/assert,
https://pkg.go.dev/github.com/shoenig/test/must."""
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
    if call.method == "Add" and _is_counted_late(call):
        report(
            at=call,
            message=f"`{call.short}` runs in the goroutine that it counts.",
            why="`Wait` may come before it: the test ends early, and what fails later is lost.",
            fix="Call `Add` before the `go` statement.",
            confidence=Confidence.MEDIUM,
        )
        return
    name = call.name or ""
    required = (name.startswith(_REQUIRE) and call.method != "New") or _stops(call)
    if not required and not (name.startswith("testing.") and call.method in STOPPING):
        return
    handle = _handle(call, required=required)
    handler = _handler(call)
    if handler is not None:
        if handle and _is_first(call, handler) and _is_test_handle(call, handle):
            report(
                at=call,
                message=f"`{call.short}` runs in a handler, in a goroutine of the server.",
                why="It ends that goroutine, not the test: the client gets no answer, or hangs.",
                fix="Use `t.Error` and return, with an answer that makes the client fail.",
                confidence=Confidence.MEDIUM,
            )
        return
    if not runs_in(call, "go_statement"):
        return
    block = call.file.block_at(call.node)
    if block is None or not _is_outer(handle, block):
        return
    report(
        at=call,
        message=f"`{call.short}` runs in a goroutine, which it ends instead of the test.",
        why="The test goes on as if nothing had happened, or waits for ever.",
        fix="Use `t.Error` and return, or send the error to the test by a channel.",
    )


def _stops(call: GoCall) -> bool:
    """Whether it is an assertion of a library, or of the project, that stops the test."""
    name, method = call.name or "", call.method
    if name.startswith(_MUST):
        return True
    if name.startswith(_GOTEST):
        return method in ("Assert", "Equal", "NilError", "DeepEqual", "Error", "ErrorContains")
    return (
        not call.is_method
        and method.startswith(("require_", "require", "must"))
        and (name in ("", method, f":{method}"))
    )


def _is_counted_late(call: GoCall) -> bool:
    """Whether ``wg.Add`` runs first in a goroutine, on a group from outside of it."""
    receiver = call.receiver
    if receiver is None or receiver.type != "identifier" or len(call.arguments) != 1:
        return False
    if not runs_in(call, "go_statement") or call.file.text_of(call.arguments[0]) != "1":
        return False
    function = call.names.function.node
    text = call.file.text_of(receiver)
    return any(
        one.method == "Done" and call.file.text_of(one.receiver or one.node) == text
        for one in call.file.calls_in(function)
    )


def _handler(call: GoCall) -> tree_sitter.Node | None:
    """The innermost function literal around it, when it is one that answers HTTP requests."""
    place = call.place[2]
    kinds = call.file.grammar.kinds
    for _ in range(MAX_ANCESTORS):
        if place is None or kinds[place[1]] in ("function_declaration", "method_declaration"):
            return None
        if kinds[place[1]] == "func_literal":
            listed = place[0].child_by_field_name("parameters")
            if listed is not None and "http.ResponseWriter" in call.file.text_of(listed):
                return place[0]
            return None
        place = place[2]
    return None


def _is_first(call: GoCall, handler: tree_sitter.Node) -> bool:
    """Whether no such call stands before it in the handler: one comment is enough."""
    for one in call.file.calls_in(handler):
        if one.span.start >= call.span.start:
            return True
        name = one.name or ""
        if name.startswith(_REQUIRE) or (name.startswith("testing.") and one.method in STOPPING):
            return False
    return True


def _is_test_handle(call: GoCall, handle: str) -> bool:
    """Whether a name stands for what ``testing`` hands to a test or a helper."""
    node = call.receiver if call.file.text_of(call.receiver or call.node) == handle else None
    node = call.argument(0) if node is None else node
    if node is None or node.type != "identifier":
        return False
    return any(one.path.startswith("testing.") for one in call.names.find(handle))


def _handle(call: GoCall, *, required: bool) -> str:
    """The name of the ``*testing.T`` by which the call fails the test."""
    node = call.argument(0) if required else call.receiver
    return "" if node is None else call.file.text_of(node)


def _is_outer(handle: str, block: Block) -> bool:
    """Whether it is the handle of a test around the goroutine, not a parameter inside it."""
    return bool(handle) and handle == block.handle
