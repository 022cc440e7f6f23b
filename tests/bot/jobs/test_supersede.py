"""A newer job of a lane replaces older ones, in whatever state they are."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

from bot.jobs import Job, JobEngine, RetryAt
from tests.bot.jobs.world import Recorder, World, job, settled, until


async def test_one_that_never_started_is_dropped(world: World) -> None:
    engine = await world.engine()
    for name in ("a", "b", "c"):
        assert await engine.enqueue(job(name, lane="one", supersede=True, dedupe=name))
    assert not await engine.enqueue(job("a again", lane="one", supersede=True, dedupe="a"))
    seen = Recorder()
    await world.work(engine, {"work": seen})
    await until(lambda: settled(engine))
    assert seen.names() == [("c", None)]
    assert (await engine.stats()).done == 3


async def test_other_lanes_and_kinds_are_left_alone(world: World) -> None:
    engine = await world.engine()
    await engine.enqueue(job("other lane", lane="two"))
    await engine.enqueue(job("other kind", lane="one", kind="other"))
    await engine.enqueue(job("new", lane="one", supersede=True))
    seen = Recorder()
    await world.work(engine, {"work": seen, "other": seen})
    await until(lambda: len(seen.returned) == 3)


async def test_a_running_one_that_looks_stops_and_ends_before_the_newer_begins(
    world: World,
) -> None:
    engine = await world.engine(supersede_grace=timedelta(minutes=1))
    current: list[bool] = []

    async def looks(task: Job) -> None:
        if task.payload["name"] == "old" and task.ending is None:
            current.append(await engine.still_current(task))
            await until(lambda: _is_superseded(engine, task))
            return
        current.append(await engine.still_current(task))

    seen = Recorder(script=looks)
    await engine.enqueue(job("old", lane="one"))
    await world.work(engine, {"work": seen})
    await until(lambda: current == [True])
    await engine.enqueue(job("new", lane="one", supersede=True, priority=9))
    await until(lambda: len(seen.returned) == 3)
    assert seen.names() == [("old", None), ("old", "superseded"), ("new", None)]
    assert current == [True, True, True]
    await until(lambda: settled(engine))
    assert (await engine.stats()).failed == 0


async def test_a_running_one_that_does_not_look_is_cancelled(world: World) -> None:
    engine = await world.engine()
    tidied: list[bool] = []

    async def blind(task: Job) -> None:
        if task.payload["name"] == "old" and task.ending is None:
            try:
                await asyncio.Event().wait()
            finally:
                # Longer than many looks at the queue: it is cancelled only once.
                await asyncio.sleep(0.3)
                tidied.append(True)

    seen = Recorder(script=blind)
    await engine.enqueue(job("old", lane="one"))
    await world.work(engine, {"work": seen})
    await until(lambda: seen.calls)
    await engine.enqueue(job("new", lane="one", supersede=True))
    await until(lambda: len(seen.returned) == 2)
    assert seen.names() == [("old", None), ("old", "superseded"), ("new", None)]
    assert tidied == [True]
    assert len(seen.cancelled) == 1


async def test_a_running_one_that_fails_ends_as_superseded(world: World) -> None:
    engine = await world.engine(cap=1)
    gate = asyncio.Event()

    async def fails(task: Job) -> None:
        if task.payload["name"] == "old" and task.ending is None:
            await gate.wait()
            raise OSError

    seen = Recorder(script=fails)
    await engine.enqueue(job("old", lane="one"))
    await world.work(engine, {"work": seen})
    await until(lambda: seen.calls)
    await engine.enqueue(job("new", lane="one", supersede=True))
    gate.set()
    await until(lambda: len(seen.returned) == 2)
    assert seen.names() == [("old", None), ("old", "superseded"), ("new", None)]
    await until(lambda: settled(engine))
    assert ((await engine.stats()).done, (await engine.stats()).failed) == (2, 0)


async def test_one_that_waits_for_its_retry_ends_at_once(world: World) -> None:
    engine = await world.engine()

    async def puts_off(task: Job) -> None:
        if task.payload["name"] == "old" and task.ending is None:
            raise RetryAt(datetime.now(UTC) + timedelta(hours=5), "rate limit")

    seen = Recorder(script=puts_off)
    await engine.enqueue(job("old", lane="one"))
    await world.work(engine, {"work": seen})
    await until(lambda: seen.calls)
    await until(lambda: _waits(engine, 1))
    await engine.enqueue(job("new", lane="one", supersede=True, priority=9))
    await until(lambda: len(seen.returned) == 2)
    assert seen.names() == [("old", None), ("old", "superseded"), ("new", None)]


async def test_an_ending_that_waits_for_its_retry_does_not_hold_up_the_newer(
    world: World,
) -> None:
    engine = await world.engine()

    async def ends_badly(task: Job) -> None:
        if task.payload["name"] != "old":
            return
        if task.ending is None or task.attempt < 3:
            raise RetryAt(datetime.now(UTC) + timedelta(hours=5), "rate limit")

    seen = Recorder(script=ends_badly)
    await engine.enqueue(job("old", lane="one"))
    await world.work(engine, {"work": seen})
    await until(lambda: seen.calls)
    await until(lambda: _waits(engine, 1))
    await engine.enqueue(job("new", lane="one", supersede=True))
    await until(lambda: seen.returned)
    assert seen.names() == [("old", None), ("old", "superseded"), ("new", None)]
    # One more newer job leaves the ending that waits as it is: it is not owed twice.
    await engine.enqueue(job("newest", lane="one", supersede=True))
    await until(lambda: len(seen.returned) == 2)
    assert seen.names()[3:] == [("newest", None)]
    assert await _waits(engine, 1)


async def test_the_newest_of_many_wins_and_every_started_one_ends(world: World) -> None:
    engine = await world.engine()

    async def slow(task: Job) -> None:
        await asyncio.sleep(0.02)

    seen = Recorder(script=slow)
    await world.work(engine, {"work": seen})
    for number in range(40):
        await engine.enqueue(job(number, lane="one", supersede=True))
        await asyncio.sleep(0.005)
    await until(lambda: settled(engine))
    names = seen.names()
    assert names[-1] == (39, None)
    for number, ending in names:
        if ending is None and number != 39:
            assert (number, "superseded") in names, number
    assert [number for number, _ in names] == sorted(number for number, _ in names)


async def test_one_that_was_superseded_on_a_worker_that_died_ends(world: World) -> None:
    engine = await world.engine()
    await engine.enqueue(job("old", lane="one"))
    child = await world.child("work")
    await until(lambda: child.seen("start"))
    await engine.enqueue(job("new", lane="one", supersede=True))
    await child.kill()
    seen = Recorder()
    await world.work(engine, {"work": seen})
    await until(lambda: len(seen.returned) == 2)
    assert seen.names() == [("old", "superseded"), ("new", None)]


async def _waits(engine: JobEngine, number: int) -> bool:
    stats = await engine.stats()
    return (stats.waiting, stats.running) == (number, 0)


async def _is_superseded(engine: JobEngine, task: Job) -> bool:
    return not await engine.still_current(task)
