"""Waits, clocks and limits of time (aspect 8) in JavaScript."""

from __future__ import annotations

from checks.evidence.registry import gather
from checks.hygiene.javascript.shared.places import within_kinds
from checks.hygiene.javascript.shared.waiting import FAKE_CLOCKS, NOT_A_SLEEP, reads_clock, slept
from checks.languages.javascript.calls import JsCall
from checks.languages.javascript.events import JsFileEvent
from checks.languages.javascript.file import JavaScriptFile
from checks.languages.javascript.grammar import LOOPS
from checks.model import Aspect, State
from checks.registry import JAVASCRIPT, MODULE
from checks.report import EvidenceSink

_WAITS = frozenset(
    {
        "findBy",
        "findByText",
        "findByRole",
        "poll",
        "until",
        "waitFor",
        "waitForElementToBeRemoved",
        "waitForEvent",
        "waitForFunction",
        "waitForSelector",
        "waitUntil",
    }
)
_TIMERS = frozenset({"setImmediate", "setInterval", "setTimeout"})


@gather(Aspect.TIME, on=MODULE, languages=JAVASCRIPT)
def waits(event: JsFileEvent, evidence: EvidenceSink) -> None:
    """Sleeps, waits for something, timers, and clocks, real or set."""
    file = event.file
    inside: list[range] = []
    for call in file.calls():
        start = call.node.start_byte
        if any(start in span for span in inside[-3:]):
            continue  # the timer that a sleep is made of
        duration = slept(file, call) if call.is_new or call.method else NOT_A_SLEEP
        if duration is not NOT_A_SLEEP:
            inside.append(range(start, call.node.end_byte))
            _sleep(call, duration, evidence)
        else:
            _other(file, call, evidence)


def _sleep(call: JsCall, duration: object, evidence: EvidenceSink) -> None:
    if any(True for _ in within_kinds(call, *LOOPS)):
        evidence.add(call, "sleep in a loop", "sleeps in loops", state=State.NOTE)
    elif duration == 0:
        evidence.add(call, "yield to other tasks", "yields to other tasks", "by a timer of 0")
    elif isinstance(duration, float):
        evidence.add(call, "sleep", "sleeps", f"of {duration / 1000:g} s")
    else:
        evidence.add(call, "sleep", "sleeps", "for a time that a variable gives")


def _other(file: JavaScriptFile, call: JsCall, evidence: EvidenceSink) -> None:
    name = call.name or ""
    if name in FAKE_CLOCKS or call.method == "useFakeTimers":
        evidence.add(call, "fake clock", "fake clocks", f"set by `{call.short}`")
    elif reads_clock(call):
        evidence.add(call, "read of the clock", "reads of the clock")
    elif call.method in _WAITS and evidence.role.is_test_code:
        evidence.add(call, "wait for a condition", "waits for a condition", f"by `{call.method}`")
    elif name in _TIMERS:
        evidence.add(call, "timer", "timers", f"by `{name}`")
    elif name in ("jest.setTimeout", "vi.setConfig", "test.setTimeout") or (
        call.method == "timeout"
        and call.receiver is not None
        and file.text_of(call.receiver) == "this"
    ):
        evidence.add(call, "limit of time", "limits of time", f"by `{call.short}`")
