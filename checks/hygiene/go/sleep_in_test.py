"""The check ``sleep-in-test`` in Go: a fixed sleep that is used as synchronisation."""

from __future__ import annotations

from checks.hygiene.go.shared.asserting import is_assertion
from checks.hygiene.go.shared.places import (
    following,
    is_statement,
    own_test,
    preceding,
    within_kinds,
)
from checks.languages.go.blocks import Block, Kind
from checks.languages.go.events import GoCall
from checks.model import Confidence
from checks.registry import GO, also, calls
from checks.report import Report

_YIELD = 1_000_000
"""Nanoseconds up to which a sleep only lets other goroutines run."""
_FAKES = ("testing/synctest", "github.com/benbjohnson/clock", "github.com/jonboulle/clockwork",
          "k8s.io/utils/clock/testing", "github.com/coder/quartz")  # fmt: skip
"""Packages under whose clocks a sleep takes no time, or is driven by the test."""
_SUBJECTS = ("backoff", "cache", "concurren", "debounce", "deadline", "delay", "elapsed", "expir",
             "idle", "interval", "keepalive", "latency", "limit", "poll", "rate", "retry",
             "sleep", "slow", "stale", "throttle", "tick", "timeout", "timer", "ttl",
             "wait")  # fmt: skip
"""Words in a test's name that say that time is what is tested."""
_PERIODS = ("age", "delay", "expir", "expiry", "interval", "keepalive", "lifetime", "period", "ttl")
"""Words of methods that set how long something holds."""


@also("sleep-in-test", languages=GO, on=calls("time.Sleep"), once_a_file=True)
def sleep_in_test(call: GoCall, report: Report) -> None:
    """A fixed sleep in Go tests.

    Bad:
        // file: jobs/runner_test.go
        package jobs

        import (
            "testing"
            "time"
        )

        func TestRuns(t *testing.T) {
            runner := Start("job")
            time.Sleep(200 * time.Millisecond)
            if runner.State() != "done" {
                t.Fatalf("state is %s", runner.State())
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
            select {
            case <-runner.Done():
            case <-time.After(5 * time.Second):
                t.Fatal("not done after 5 s")
            }
        }
    """
    file = call.file
    block = own_test(file, call)
    if block is None or block.kind in (Kind.BENCHMARK, Kind.MAIN) or not is_statement(call):
        return
    duration = file.constant(call.arguments[0], call.names) if call.arguments else 0
    if isinstance(duration, (int, float)) and duration <= _YIELD and not _lets_start(call):
        return
    if any(True for _ in within_kinds(call, "for_statement")) or _is_faked(call):
        return
    after = following(call)
    proves = any(is_assertion(one) for one in block.calls() if one.node.start_byte > call.span.end)
    idle = not after or not proves
    known = isinstance(duration, (int, float))
    length = f"{duration / 1e9:g} s" if isinstance(duration, (int, float)) else "a fixed time"
    report(
        at=call,
        message=f"The test sleeps {length} for something that it does not look at.",
        why="Nothing after it could see a difference: every run just takes longer."
        if idle
        else "On a loaded machine it comes later than that, and the test fails now and then.",
        fix="Wait for the event: a channel, `require.Eventually`, or `testing/synctest`.",
        confidence=Confidence.LOW
        if idle
        or not known
        or _is_subject(block)
        or _awaits_nothing(call)
        or _lets_pass(call, block, duration)
        else Confidence.HIGH,
    )


def _awaits_nothing(call: GoCall) -> bool:
    """Whether the next statement asks that nothing has come: there is no event to wait for."""
    file, after = call.file, following(call)
    if not after:
        return False
    if after[0].type == "if_statement":
        asked = after[0].child_by_field_name("condition")
        return asked is not None and file.text_of(asked).endswith(("!= 0", "> 0"))
    return any(
        one.method.rstrip("f") in ("Zero", "Empty")
        or (one.method.rstrip("f") == "Equal" and _expects_zero(one))
        for one in file.calls_in(after[0])
        if is_assertion(one)
    )


def _expects_zero(call: GoCall) -> bool:
    texts = [call.file.text_of(one) for one in call.arguments[:3]]
    return any(text == "0" or text.endswith("(0)") for text in texts)


def _lets_pass(call: GoCall, block: Block, duration: object) -> bool:
    """Whether a period that the test has set runs out meanwhile: ``cache.SetExpiration(1 * s)``."""
    file = call.file
    if not isinstance(duration, (int, float)):
        return False
    for one in block.calls():
        if one.node.start_byte >= call.node.start_byte:
            return False
        if not any(word in one.method.lower() for word in _PERIODS):
            continue
        for argument in one.arguments:
            period = file.constant(argument, one.names)
            timed = "time." in file.text_of(argument)
            if timed and isinstance(period, (int, float)) and 0 < period <= duration:
                return True
    return False


def _lets_start(call: GoCall) -> bool:
    """Whether it is to let the goroutine start that the statement before begins."""
    before = preceding(call)[-1:]
    return bool(before) and before[0].type == "go_statement"


def _is_faked(call: GoCall) -> bool:
    return any(one.startswith(_FAKES) for one in call.file.imported_modules)


def _is_subject(block: Block) -> bool:
    """Whether the names of the test and of what holds it say that it is about time."""
    scope = block.file.scope_at(block.body.start_byte).lower()
    return any(word in scope for word in _SUBJECTS)
