"""A delivery id is taken once, and again only after its job failed for good."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from bot.jobs import Job
from tests.bot.jobs.world import Recorder, World, job, settled, until


async def test_refused_while_waiting_running_and_done(world: World) -> None:
    engine, other = await world.engine(), await world.engine()
    gate = asyncio.Event()

    async def waits(task: Job) -> None:
        await gate.wait()

    seen = Recorder(script=waits)
    assert await engine.enqueue(job(dedupe="d"))
    assert not await other.enqueue(job(dedupe="d"))
    await world.work(engine, {"work": seen})
    await until(lambda: seen.calls)
    assert not await other.enqueue(job(dedupe="d"))
    gate.set()
    await until(lambda: settled(engine))
    assert not await other.enqueue(job(dedupe="d"))
    assert len(seen.calls) == 1
    assert await engine.enqueue(job(dedupe="D"))


async def test_refused_between_tries_and_during_the_ending_taken_after_it(world: World) -> None:
    engine = await world.engine(cap=2)
    answers: list[bool] = []

    async def fails(task: Job) -> None:
        answers.append(await engine.enqueue(job("again", dedupe="d")))
        if task.ending is None:
            raise OSError

    seen = Recorder(script=fails)
    await engine.enqueue(job("first", dedupe="d"))
    worker = await world.work(engine, {"work": seen})
    await until(lambda: settled(engine))
    await worker.end()
    assert answers == [False, False, False]
    assert await engine.enqueue(job("again", dedupe="d"))
    assert not await engine.enqueue(job("and again", dedupe="d"))


async def test_a_duplicate_supersedes_nothing(world: World) -> None:
    engine = await world.engine()
    await engine.enqueue(job("a", lane="one", dedupe="a"))
    await engine.enqueue(job("b", lane="one", dedupe="b"))
    assert not await engine.enqueue(job("a", lane="one", dedupe="a", supersede=True))
    assert (await engine.stats()).waiting == 2


async def test_of_many_at_once_one_is_taken(world: World) -> None:
    engines = [await world.engine() for _ in range(4)]
    answers = await asyncio.gather(
        *(engine.enqueue(job(dedupe="d")) for engine in engines for _ in range(10))
    )
    assert sum(answers) == 1
    assert (await engines[0].stats()).waiting == 1


async def test_purge_forgets_what_is_finished_and_keeps_the_delivery_ids(world: World) -> None:
    engine = await world.engine(cap=1)

    async def script(task: Job) -> None:
        if task.payload["name"] == "bad" and task.ending is None:
            raise OSError

    seen = Recorder(script=script)
    await engine.enqueue(job("good", dedupe="good"))
    await engine.enqueue(job("bad", dedupe="bad"))
    worker = await world.work(engine, {"work": seen})
    await until(lambda: settled(engine))
    await worker.end()
    await engine.enqueue(job("waiting", dedupe="waiting"))
    assert await engine.purge(timedelta(hours=1)) == 0
    assert await engine.purge(timedelta(0)) == 3  # two jobs, and the id of the failed one
    stats = await engine.stats()
    assert (stats.waiting, stats.done, stats.failed) == (1, 0, 0)
    assert not await engine.enqueue(job(dedupe="good"))
    assert not await engine.enqueue(job(dedupe="waiting"))
    assert await engine.enqueue(job(dedupe="bad"))


async def test_purge_forgets_delivery_ids_after_their_memory(world: World) -> None:
    engine = await world.engine(delivery_memory=timedelta(0))
    seen = Recorder()
    await engine.enqueue(job(dedupe="d"))
    await world.work(engine, {"work": seen})
    await until(lambda: settled(engine))
    assert not await engine.enqueue(job(dedupe="d"))
    assert await engine.purge(timedelta(0)) == 2
    assert await engine.enqueue(job(dedupe="d"))
