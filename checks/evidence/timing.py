"""Aspect 8, time-based logic: waits, polls with their bounds, clocks, limits of time."""

from __future__ import annotations

import tree_sitter

from checks.events import Call, Function, calls_of
from checks.evidence.registry import gather
from checks.hygiene.shared.blocks import statements
from checks.hygiene.shared.waiting import (
    CLOCKS,
    SLEEPS,
    Poll,
    ends_in_failure,
    figure,
    is_sleep,
    poll_around,
    seconds,
)
from checks.languages.python.context import Located
from checks.model import Aspect, State
from checks.registry import calls
from checks.report import EvidenceSink

_FREEZERS = ("freezegun.freeze_time", "time_machine.travel", "time_machine.Coordinates")
_LIMITS = ("asyncio.wait_for", "asyncio.timeout", "asyncio.timeout_at", "anyio.fail_after",
           "anyio.move_on_after", "trio.fail_after", "trio.move_on_after",
           "async_timeout.timeout", "pytest.mark.timeout", "eventlet.Timeout",
           "gevent.Timeout", "signal.alarm")  # fmt: skip


@gather(Aspect.TIME, on=calls(*SLEEPS))
def waits(call: Call, evidence: EvidenceSink) -> None:
    """Sleeps, and the loops that poll by them: each loop once."""
    poll = poll_around(call)
    if poll is None:
        _sleep(call, evidence)
        return
    first = next(one for one in calls_of(call.module, poll.loop.node) if is_sleep(one))
    if first.node == call.node:
        _poll(call, poll, evidence)


def _sleep(call: Call, evidence: EvidenceSink) -> None:
    duration = seconds(call)
    if duration == 0:
        evidence.add(call, "yield to other tasks", "yields to other tasks", "by a sleep of 0")
        return
    inner = call.function
    if inner is not None and inner.context.function is not None:
        evidence.add(call, "sleep", "sleeps", "in a function that plays a slow part")
        return
    fate = "for a time that a variable gives" if duration is None else f"of {figure(duration)} s"
    evidence.add(call, "sleep", "sleeps", fate)


def _poll(call: Call, poll: Poll, evidence: EvidenceSink) -> None:
    at = _whole(call, poll)
    state = State.NOTE if evidence.role.is_test_code or not poll.bounded else State.CLEAN
    if not poll.bounded:
        fate = "that nothing but the awaited condition ends"
        evidence.add(at, "polling loop", "polling loops", fate, state=state)
        return
    most = poll.most
    if most is None or poll.interval is None:
        evidence.add(at, "polling loop", "polling loops", "that ends by itself", state=state)
        return
    detail = f"{poll.attempts} × {figure(poll.interval)} s = {figure(most)} s at most"
    if evidence.role.is_test_code:
        detail += ": it ends, but a slow or loaded machine may need longer"
    evidence.add(at, "bounded-poll", "bounded polls", detail=detail, state=state)


def _whole(call: Call, poll: Poll) -> Located | tree_sitter.Node:
    """The function when the poll is all it does, else the loop."""
    function: Function | None = call.function
    if function is None:
        return poll.loop.node
    body = statements(function.body)
    if function.docstring is not None:
        body = body[1:]
    before = [one for one in body if one.end_byte <= poll.loop.node.start_byte]
    after = [one for one in body if one.start_byte >= poll.loop.node.end_byte]
    alone = any(one == poll.loop.node for one in body)
    simple = all(one.type in ("expression_statement", "import_statement") for one in before)
    ends = (
        not after
        or ends_in_failure(function.module, after)
        or (len(after) == 1 and after[0].type == "return_statement")
    )
    return function if alone and simple and len(before) <= 2 and ends else poll.loop.node


@gather(Aspect.TIME, on=calls(*CLOCKS))
def clocks(call: Call, evidence: EvidenceSink) -> None:
    """Readings of a clock."""
    evidence.add(call, "clock reading", "clock readings", f"by `{call.name}`")


@gather(Aspect.TIME, on=calls(*_FREEZERS))
def frozen(call: Call, evidence: EvidenceSink) -> None:
    """Clocks that the test sets itself."""
    evidence.add(call, "clock set by the test", "clocks set by the test")


@gather(Aspect.TIME, on=calls(*_LIMITS))
def limits(call: Call, evidence: EvidenceSink) -> None:
    """Limits of time."""
    evidence.add(call, "time limit", "time limits", f"by `{call.name}`")
