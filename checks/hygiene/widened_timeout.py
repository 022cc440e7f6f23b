"""The check ``widened-timeout``: a change gives a test more time, not something to wait for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from checks.events import Call, Change, Function, calls_of
from checks.hygiene.shared.comparing import STILL_ALIKE, Comparison, plain
from checks.hygiene.shared.waiting import SLEEPS, figure, number
from checks.languages.python.context import Place
from checks.languages.python.module import Module
from checks.languages.python.values import Value
from checks.model import Aspect, Confidence, Severity, Surface
from checks.registry import CHANGE, TEST_ROLES, check
from checks.report import Report

_WORDS = ("timeout", "deadline", "max_wait", "wait_for", "max_time")
_MARK = "pytest.mark.timeout"
_CALLS = frozenset(
    {"asyncio.wait_for", "asyncio.timeout", "anyio.fail_after", "anyio.move_on_after",
     "trio.fail_after", "trio.move_on_after", "async_timeout.timeout", _MARK}
)  # fmt: skip
_LIMIT_AT = {"asyncio.wait_for": 1}
_NAMES = frozenset({"identifier", "attribute"})


@check(
    id="widened-timeout",
    title="The change widens a timeout or a sleep",
    aspect=Aspect.TIME,
    severity=Severity.LOW,
    confidence=Confidence.HIGH,
    surface=Surface.SUMMARY,
    roles=TEST_ROLES,
    on=CHANGE,
)
def widened_timeout(change: Change, report: Report) -> None:
    """A change gives a call of a test more time than it had: a longer timeout or a longer sleep.

    Why:
        A timeout that is too short is seldom the cause: something is waited for that does not
        come, or comes by chance. With the wider limit the same failure takes longer, and returns.
    Bad:
        # file: tests/test_jobs.py
        # before
        def test_job(job):
            assert job.wait(timeout=5)
        # after
        def test_job(job):
            assert job.wait(timeout=60)
    Good:
        # file: tests/test_jobs.py
        # before
        def test_job(job):
            assert job.wait(timeout=60)
        # after
        def test_job(job):
            assert job.wait(timeout=5)
    Suppress:
        Where the work itself became longer.
    """
    if change.base is None or change.head is None:
        return
    for first, *others in _widened(change.base, change.head).values():
        also = f", at {1 + len(others)} places" if others else ""
        report(
            at=first.at,
            message=f"`{first.what}` had {figure(first.was)} s before this change and has "
            f"{figure(first.now)} s now{also}.",
            why="If what is waited for comes by chance, it only fails later.",
            fix="Wait for the event itself; keep the limit as far as it was.",
        )


class _Wider(NamedTuple):
    at: Value
    what: str
    was: float
    now: float


def _widened(base: Module, head: Module) -> dict[object, list[_Wider]]:
    """The limits that grew. Those of one name, or that grew alike, are together: one edit each."""
    found: dict[object, list[_Wider]] = {}
    marks = {one: _by_start(one) for one in (base, head)}
    for pair in Comparison(base, head).pairs:
        if pair.head is None or pair.head.module is not head or pair.likeness < STILL_ALIKE:
            continue
        before = _limits(pair.base, marks[base])
        for key, values in _limits(pair.head, marks[head]).items():
            old = before.get(key)
            if old is None or len(old) != len(values):
                continue
            for (was, _), (now, value) in zip(old, values, strict=True):
                if now > was > 0:
                    set_to = value.origin
                    named = value.node.type in _NAMES
                    at = set_to if named and set_to.module is head else value
                    what = value.short if named else f"{key[0]}` of `{pair.head.name}"
                    place = (value.text, was, now) if named else (key, was, now)
                    found.setdefault(place, []).append(_Wider(at, what, was, now))
    return found


def _by_start(module: Module) -> dict[int, list[Place]]:
    """The calls of a module, by where they begin: decorators are looked up among them."""
    found: dict[int, list[Place]] = {}
    for one in module.nodes("call"):
        found.setdefault(one.span.start, []).append(one.place)
    return found


def _limits(
    function: Function, marks: Mapping[int, list[Place]]
) -> dict[tuple[str, str], list[tuple[float, Value]]]:
    """The limits of time in a function and its decorators, by callee and keyword, in order."""
    found: dict[tuple[str, str], list[tuple[float, Value]]] = {}
    calls = list(calls_of(function.module, function.node))
    calls += [
        Call(function.module, place)
        for value in function.decorators
        for place in marks.get(value.span.start, ())
    ]
    for call in calls:
        for name, value in _given(call):
            amount = number(value)
            if amount is not None:
                key = (plain(call.target.text)[-60:], name)
                found.setdefault(key, []).append((amount, value))
    return found


def _given(call: Call) -> list[tuple[str, Value]]:
    given = [
        (name, value)
        for name, value in call.keywords.items()
        if any(word in name.lower() for word in _WORDS)
    ]
    if call.name in SLEEPS or call.name in _CALLS:
        value = call.argument(_LIMIT_AT.get(call.name or "", 0))
        if value is not None:
            given.append(("", value))
    return given
