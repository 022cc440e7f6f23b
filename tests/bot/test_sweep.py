"""Missed deliveries: which are asked for, how often, and that trouble is one line in the log."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot import sweep
from bot.github.faults import GitHubFault, GiveUp, RetryLater, RetryNow
from bot.github.identity import HookDelivery
from bot.jobs import Job, JobEngine
from bot.jobs.open import open_engine
from tests.bot.fakes import MemoryEngine
from tests.bot.waiting import eventually

NOW = datetime(2026, 1, 9, 12, 7, 30, tzinfo=UTC)
_ids = count(1)


def attempt(
    guid: str,
    minutes_ago: float,
    *,
    ok: bool = False,
    event: str = "pull_request",
    redelivery: bool = False,
) -> HookDelivery:
    return HookDelivery(
        id=next(_ids),
        guid=guid,
        delivered_at=NOW - timedelta(minutes=minutes_ago),
        event=event,
        status="OK" if ok else "Invalid HTTP Response: 503",
        status_code=202 if ok else 503,
        redelivery=redelivery,
    )


def asked(*attempts: HookDelivery) -> list[str]:
    return [one.guid for one in sweep.missed(attempts, NOW).again]


def test_what_failed_is_asked_for_the_oldest_first() -> None:
    assert asked(attempt("b", 5), attempt("a", 9), attempt("c", 7)) == ["a", "c", "b"]


def test_what_arrived_once_is_not() -> None:
    assert asked(attempt("a", 9), attempt("a", 5, ok=True, redelivery=True)) == []
    assert asked(attempt("a", 9, ok=True), attempt("a", 5, redelivery=True)) == []


def test_events_that_ask_for_nothing_are_not() -> None:
    assert asked(attempt("a", 9, event="installation"), attempt("b", 9, event="tomorrow")) == []
    assert asked(*(attempt(event, 9, event=event) for event in sorted(sweep.EVENTS))) == sorted(
        sweep.EVENTS
    )


def test_what_may_still_be_under_way_is_not() -> None:
    assert asked(attempt("a", 1.9)) == []
    assert asked(attempt("a", 2)) == ["a"]
    assert asked(attempt("a", 60), attempt("a", 1, redelivery=True)) == []


def test_nothing_is_asked_for_more_than_three_times() -> None:
    tries = [attempt("a", 60)]
    for minutes in (50, 40):
        tries.append(attempt("a", minutes, redelivery=True))
        assert asked(*tries) == ["a"]
    tries.append(attempt("a", 30, redelivery=True))
    assert asked(*tries) == []


def test_the_newest_attempt_is_the_one_that_is_named() -> None:
    old, new = attempt("a", 60), attempt("a", 30, redelivery=True)
    assert sweep.missed([new, old], NOW).again == (new,)


@settings(deadline=None)
@given(
    st.lists(
        st.builds(
            lambda guid, minutes, ok, again: attempt(
                f"guid {guid}",
                minutes,
                ok=ok,
                event=("pull_request", "check_run", "ping")[guid % 3],
                redelivery=again,
            ),
            st.integers(0, 90),
            st.integers(0, 5_000),
            st.booleans(),
            st.booleans(),
        ),
        max_size=200,
    )
)
def test_a_sweep_asks_for_few_and_for_each_once(attempts: list[HookDelivery]) -> None:
    found = sweep.missed(attempts, NOW)
    guids = [one.guid for one in found.again]
    assert len(guids) == len(set(guids)) <= sweep.MOST_ASKED
    assert found.left == 0 or len(guids) == sweep.MOST_ASKED
    for guid in guids:
        tries = [one for one in attempts if one.guid == guid]
        assert all(one.status != "OK" and one.event in sweep.EVENTS for one in tries)


@dataclass
class Hook:
    """GitHub's list of attempts; asking for one adds an attempt that fails or not."""

    attempts: list[HookDelivery] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    listed: list[int] = field(default_factory=list)
    """How many attempts each sweep read."""
    broken: GitHubFault | None = None
    refuses: dict[str, GitHubFault] = field(default_factory=dict)
    works: bool = True
    now: datetime = NOW

    async def deliveries(self, *, limit: int) -> AsyncIterator[HookDelivery]:
        if self.broken is not None:
            raise self.broken
        self.listed.append(0)
        newest = sorted(self.attempts, key=lambda one: one.delivered_at, reverse=True)
        for one in newest[:limit]:
            self.listed[-1] += 1
            yield one

    async def redeliver(self, delivery: int) -> None:
        (named,) = (one for one in self.attempts if one.id == delivery)
        if named.guid in self.refuses:
            raise self.refuses[named.guid]
        self.asked.append(named.guid)
        ago = (NOW - self.now).total_seconds() / 60
        self.attempts.append(attempt(named.guid, ago, ok=self.works, redelivery=True))


def job(ending: str | None = None) -> Job:
    return Job(1, sweep.KIND, {}, 1, sweep.KIND, "", NOW, ending)


class Sweeping:
    """Sweeps ten minutes apart."""

    def __init__(self, *attempts: HookDelivery) -> None:
        self.hook = Hook(list(attempts))
        self.sweep = sweep.Sweep(self.hook, clock=lambda: self.hook.now)

    async def again(self, ending: str | None = None) -> list[str]:
        """What the next sweep asks for."""
        before = len(self.hook.asked)
        await self.sweep.sweep(job(ending))
        self.hook.now += timedelta(minutes=10)
        return self.hook.asked[before:]


async def test_a_delivery_that_fails_again_and_again_is_given_up() -> None:
    sweeping = Sweeping(attempt("a", 60), attempt("fine", 30, ok=True))
    sweeping.hook.works = False
    assert [await sweeping.again() for _ in range(5)] == [["a"], ["a"], ["a"], [], []]


async def test_a_later_sweep_reads_only_what_is_new() -> None:
    attempts = [attempt(f"fine {number}", 10 + number, ok=True) for number in range(300)]
    sweeping = Sweeping(*attempts, attempt("a", 4_000), attempt("too old", 4_330))
    assert await sweeping.again() == ["a"]
    sweeping.hook.attempts.append(attempt("b", -5))
    assert await sweeping.again() == ["b"]
    assert sweeping.hook.listed[0] == 302
    assert sweeping.hook.listed[1] < 5


async def test_what_was_too_young_comes_with_the_next_sweep() -> None:
    sweeping = Sweeping(attempt("a", 1))
    assert await sweeping.again() == []
    assert await sweeping.again() == ["a"]


async def test_what_one_sweep_has_no_room_for_comes_with_the_next() -> None:
    sweeping = Sweeping(*(attempt(f"{number:03}", 1_000 - number) for number in range(120)))
    asked = [await sweeping.again() for _ in range(4)]
    assert [len(one) for one in asked] == [50, 50, 20, 0]
    assert [guid for one in asked for guid in one] == [f"{number:03}" for number in range(120)]


async def test_the_list_is_read_to_a_bound() -> None:
    sweeping = Sweeping(*(attempt("a", number, ok=True) for number in range(1_200)))
    await sweeping.again()
    assert sweeping.hook.listed == [sweep.MOST_LISTED]


@pytest.mark.parametrize(
    "fault",
    [
        GiveUp("not found", status=404, detail="Not Found"),
        RetryNow("502", status=502),
        RetryLater("rate limit", when=NOW),
    ],
)
async def test_a_list_that_cannot_be_read_is_one_line(
    fault: GitHubFault, caplog: pytest.LogCaptureFixture
) -> None:
    sweeping = Sweeping(attempt("a", 60))
    sweeping.hook.broken = fault
    assert await sweeping.again() == []
    assert [record.levelno for record in caplog.records] == [logging.WARNING]
    sweeping.hook.broken = None
    assert await sweeping.again() == ["a"]


async def test_a_delivery_that_github_will_not_repeat_stops_no_other(
    caplog: pytest.LogCaptureFixture,
) -> None:
    sweeping = Sweeping(attempt("a", 60), attempt("b", 50))
    sweeping.hook.refuses["a"] = GiveUp("gone", status=404)
    assert await sweeping.again() == ["b"]
    assert "does not deliver 1 missed deliveries again: gone" in caplog.text
    # It is not asked for in every sweep from now on.
    sweeping.hook.refuses.clear()
    assert await sweeping.again() == []


async def test_after_passing_trouble_the_rest_waits_for_the_next_sweep() -> None:
    sweeping = Sweeping(attempt("a", 60), attempt("b", 50), attempt("c", 40))
    sweeping.hook.refuses["b"] = RetryNow("502", status=502)
    assert await sweeping.again() == ["a"]
    sweeping.hook.refuses.clear()
    assert await sweeping.again() == ["b", "c"]


async def test_a_job_that_ends_asks_for_nothing() -> None:
    sweeping = Sweeping(attempt("a", 60))
    assert await sweeping.again(ending="failed 5 times") == []
    assert sweeping.hook.listed == []


async def test_of_many_workers_one_sweeps_a_slot() -> None:
    engine, stop = MemoryEngine(), asyncio.Event()
    # A tenth of a second before the next slot begins.
    clock = iter([NOW.replace(minute=9, second=59, microsecond=900_000)] * 8)

    async with asyncio.timeout(30), asyncio.TaskGroup() as tasks:
        for _ in range(3):
            ticking = sweep.tick(
                engine,
                every=timedelta(minutes=10),
                stop=stop,
                clock=lambda: next(clock, NOW + timedelta(minutes=3)),
            )
            tasks.create_task(ticking)
        await eventually(lambda: len(engine.jobs) == 2)
        stop.set()
    assert [one.dedupe for one in engine.jobs] == [
        "cron:sweep:start:2026-01-09T12:09:00+00:00",
        "cron:sweep:2026-01-09T12:10:00+00:00",
    ]
    assert {(one.kind, one.lane, one.group) for one in engine.jobs} == {("sweep", "sweep", "")}


async def test_neither_a_database_that_is_away_nor_a_defect_ends_a_tick(
    caplog: pytest.LogCaptureFixture,
) -> None:
    engine, stop = MemoryEngine(down=True), asyncio.Event()
    async with asyncio.timeout(30), asyncio.TaskGroup() as tasks:
        tasks.create_task(sweep.tick(engine, every=timedelta(milliseconds=20), stop=stop))
        await eventually(lambda: len(caplog.records) > 1)
        engine.down, engine.broken = False, RuntimeError("a defect")
        await eventually(lambda: "a defect" in caplog.text)
        engine.broken = None
        await eventually(lambda: len(engine.jobs) > 1)
        stop.set()
    assert "not looked for now" in caplog.text


async def test_the_real_queue_takes_one_job_a_slot(tmp_path: Path) -> None:
    engine: JobEngine = open_engine(None, tmp_path)
    await engine.open()
    stop = asyncio.Event()
    stop.set()
    for _ in range(3):
        await sweep.tick(engine, every=timedelta(minutes=10), stop=stop, clock=lambda: NOW)
    assert (await engine.stats()).waiting == 1
    await engine.close()
