"""The check ``started-service-not-stopped`` in Go."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

from checks.hygiene.go.shared.living import endless, unlike_others
from checks.hygiene.go.shared.places import is_statement, own_test
from checks.hygiene.go.shared.releases import assigned_to, is_released
from checks.languages.go.blocks import Block
from checks.languages.go.events import GoCall, GoFileEvent
from checks.languages.go.file import GoFile
from checks.model import Confidence
from checks.registry import GO, MODULE, also
from checks.report import Report

_MOST = 100
"""Starts of one file that are held against each other."""
_MOST_TOLD = 5
_STARTS = ("Start", "Serve", "Listen", "Run")
_STOPS = ("Close", "GracefulStop", "Kill", "Shutdown", "Stop", "Wait")


@also("started-service-not-stopped", languages=GO, on=MODULE)
def started_service_not_stopped(event: GoFileEvent, report: Report) -> None:
    """A Go test starts what other tests of the file stop again, and does not stop it.

    Bad:
        // file: queue/queue_test.go
        package queue

        import "testing"

        func TestPush(t *testing.T) {
            queue := NewQueue(1)
            queue.Start()
            defer queue.Stop()
            queue.Push(1)
        }

        func TestPop(t *testing.T) {
            queue := NewQueue(2)
            queue.Start()
            if queue.Pop() != nil {
                t.Fatal("it is empty")
            }
        }
    Good:
        // file: queue/queue_test.go
        package queue

        import "testing"

        func TestPush(t *testing.T) {
            queue := NewQueue(1)
            queue.Start()
            defer queue.Stop()
            queue.Push(1)
        }

        func TestPop(t *testing.T) {
            queue := NewQueue(2)
            queue.Start()
            t.Cleanup(queue.Stop)
            if queue.Pop() != nil {
                t.Fatal("it is empty")
            }
        }
    """
    started = list(itertools.islice(_started(event.file), _MOST))
    for start, made, name, block in started:
        if is_released(made, block, name, _STOPS):
            continue
        how = next(
            (
                word
                for _, other, other_name, other_block in started
                if other_block is not block and other.short == made.short
                for word in _STOPS
                if _calls(other_block, other_name, word)
            ),
            None,
        )
        if how is not None:
            report(
                at=start,
                message=f"`{name}` is started here, and nothing in this test stops it.",
                why="What it runs goes on under the tests that come after.",
                fix=f"Write `defer {name}.{how}()` after it, as other tests of this file do.",
                confidence=Confidence.MEDIUM,
            )
    for made, name, how in itertools.islice(unlike_others(event.file), _MOST_TOLD):
        report(
            at=made,
            message=f"`{name}` is made here, and nothing in this test closes it.",
            why="What it runs or holds goes on under the tests that come after.",
            fix=f"Write `defer {name}.{how}()` after it, as other tests of this file do.",
            confidence=Confidence.LOW,
        )
    for runner in itertools.islice(endless(event.file), _MOST_TOLD):
        report(
            at=runner,
            message="The goroutine has no end: nothing leaves its loop.",
            why="It goes on under the tests that come after, and uses what this one has closed.",
            fix="Leave the loop on a channel that the test closes, or when a context is done.",
            confidence=Confidence.MEDIUM,
        )


def _started(file: GoFile) -> Iterator[tuple[GoCall, GoCall, str, Block]]:
    """What tests make and start: the start, the making, the name, the test."""
    makers = {}
    for call in file.calls():
        name = assigned_to(call)
        block = own_test(file, call) if name else None
        if block is not None and block.is_test:
            makers[block.span.start, name] = call
    for word in _STARTS:
        for call in file.calls_named(word):
            receiver = call.receiver
            block = own_test(file, call)
            if receiver is None or block is None or not is_statement(call):
                continue
            name = file.text_of(receiver)
            made = makers.get((block.span.start, name))
            if made is not None and made.span.end <= call.span.start:
                yield call, made, name, block


def _calls(block: Block, name: str, word: str) -> bool:
    """Whether a test names a method of a variable: it calls it, defers it, or hands it on."""
    return any(
        one.text == f"{name}.{word}" for one in block.file.within(block.body, "selector_expression")
    )
