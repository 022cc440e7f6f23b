"""Workers that stop, die, freeze and stall; processes that are killed while they store."""

from __future__ import annotations

import asyncio
import signal
from datetime import timedelta

from bot.jobs import Job
from tests.bot.jobs.world import Child, Recorder, World, job, settled, until


async def _starts(child: Child) -> None:
    await until(lambda: child.seen("start"), "the child works")


async def test_nothing_acknowledged_is_lost_over_kills(world: World) -> None:
    engine = await world.engine()
    acknowledged: set[tuple[str, int]] = set()
    for life in range(3):
        child = await world.child("enqueue", prefix=str(life))
        await until(lambda child=child: len(child.seen("stored")) >= 30)  # type: ignore[misc]
        await child.kill()
        assert all(line["new"] for line in child.seen("stored"))
        acknowledged |= {(str(life), line["number"]) for line in child.seen("stored")}
    for prefix, number in acknowledged:
        assert not await engine.enqueue(job(number, dedupe=f"{prefix}-{number}"))
    seen = Recorder()
    await world.work(engine, {"work": seen}, concurrency=16)
    await until(lambda: settled(engine))
    assert len(seen.returned) >= len(acknowledged)
    # At most one job a life was stored and not acknowledged any more.
    assert len(seen.returned) <= len(acknowledged) + 3


async def test_a_killed_worker_of_this_machine_is_replaced_at_once(world: World) -> None:
    engine = await world.engine(lease=timedelta(hours=1))
    for number in range(3):
        await engine.enqueue(job(number))
    child = await world.child("work", lease=3600)
    await until(lambda: len(child.seen("start")) == 3)
    await child.kill()
    seen = Recorder()
    await world.work(engine, {"work": seen})
    await until(lambda: len(seen.returned) == 3)
    assert {task.attempt for task in seen.calls} == {2}


async def test_a_killed_worker_is_replaced_by_one_that_lives_already(world: World) -> None:
    engine = await world.engine()
    child = await world.child("work")
    await engine.enqueue(job())
    await _starts(child)
    seen = Recorder()
    await world.work(engine, {"work": seen})
    await child.kill()
    await until(lambda: seen.returned)
    assert [task.attempt for task in seen.calls] == [2]


async def test_the_leases_of_a_worker_that_lives_are_not_void(world: World) -> None:
    engine = await world.engine()
    child = await world.child("work", last=4)
    await engine.enqueue(job())
    await _starts(child)
    seen = Recorder()
    await world.work(engine, {"work": seen})
    await until(lambda: child.seen("end"), "it ends where it began, after more than two leases")
    await until(lambda: settled(engine))
    assert not seen.calls
    assert child.seen("end")[0]["current"]


async def test_a_stalled_event_loop_loses_no_job(world: World) -> None:
    engine = await world.engine()
    child = await world.child("work", stall=4)
    await engine.enqueue(job())
    await _starts(child)
    seen = Recorder()
    await world.work(engine, {"work": seen})
    await until(lambda: child.seen("end"))
    await until(lambda: settled(engine))
    assert not seen.calls


async def test_an_event_loop_that_is_stuck_for_good_loses_its_jobs(world: World) -> None:
    engine = await world.engine()
    child = await world.child("work", stall=3600, stall_limit=0.5)
    await engine.enqueue(job())
    await _starts(child)
    seen = Recorder()
    await world.work(engine, {"work": seen})
    await until(lambda: seen.returned)


async def test_a_frozen_worker_that_wakes_up_is_refused(world: World) -> None:
    engine = await world.engine()
    # When it wakes up, its handler is the first to go on.
    child = await world.child("work", stall=0.5, concurrency=1)
    await engine.enqueue(job("old"))
    await _starts(child)
    child.send(signal.SIGSTOP)
    gate = asyncio.Event()

    async def waits(task: Job) -> None:
        await gate.wait()

    seen = Recorder(script=waits)
    await world.work(engine, {"work": seen}, concurrency=1)
    await until(lambda: seen.calls, "the job was taken over")
    child.send(signal.SIGCONT)
    await until(lambda: child.seen("end"))
    assert not child.seen("end")[0]["current"]
    # The worker here is busy, so the child takes this, after it said that it had done the other.
    await engine.enqueue(job("new"))
    await until(lambda: len(child.seen("end")) == 2)
    assert await engine.still_current(seen.calls[0])
    assert [line["name"] for line in child.seen("start")] == ["old", "new"]
    gate.set()
    await until(lambda: settled(engine))
    assert len(seen.calls) == 1
    assert (await engine.stats()).done == 2


async def test_a_job_that_kills_its_workers_is_given_up(world: World) -> None:
    engine = await world.engine()
    await engine.enqueue(job())
    for attempt in range(1, 6):
        child = await world.child("work")
        await _starts(child)
        assert child.seen("start")[0]["attempt"] == attempt
        assert child.seen("start")[0]["ending"] is None
        await child.kill()
    seen = Recorder()
    await world.work(engine, {"work": seen})
    await until(lambda: seen.returned)
    assert seen.names() == [("a", "failed 5 times: its worker died")]


async def test_an_ending_that_kills_its_workers_is_given_up(world: World) -> None:
    engine = await world.engine(cap=1)
    await engine.enqueue(job(dedupe="d"))
    for _ in range(2):
        child = await world.child("work", cap=1)
        await _starts(child)
        await child.kill()
    worker = await world.work(engine, {"work": Recorder()})
    await until(lambda: settled(engine))
    await worker.end()
    assert (await engine.stats()).failed == 1
    assert await engine.enqueue(job(dedupe="d"))


async def test_stop_lets_jobs_finish(world: World) -> None:
    engine = await world.engine()
    gate = asyncio.Event()

    async def waits(task: Job) -> None:
        await gate.wait()

    seen = Recorder(script=waits)
    await engine.enqueue(job("first"))
    worker = await world.work(engine, {"work": seen}, grace=30)
    await until(lambda: seen.calls)
    worker.stop.set()
    await engine.enqueue(job("second"))
    for _ in range(50):  # time for several looks at the queue, in which it must take nothing
        await engine.stats()
    gate.set()
    await worker.end()
    assert seen.names() == [("first", None)]
    assert len(seen.returned) == 1
    stats = await engine.stats()
    assert (stats.done, stats.waiting) == (1, 1)


async def test_stop_hands_back_what_does_not_finish(world: World) -> None:
    engine = await world.engine(lease=timedelta(hours=1), cap=1)
    first, second = Recorder(), Recorder()

    async def hangs(task: Job) -> None:
        await asyncio.Event().wait()

    first.script = hangs
    await engine.enqueue(job())
    one = await world.work(engine, {"work": first}, grace=0.1)
    await until(lambda: first.calls)
    await world.work(await world.engine(lease=timedelta(hours=1), cap=1), {"work": second})
    await one.end()
    assert len(first.cancelled) == 1
    await until(lambda: second.returned)
    # No failure was counted, although one is enough here.
    assert second.names() == [("a", None)]


async def test_a_cancelled_run_hands_back_too(world: World) -> None:
    engine = await world.engine(lease=timedelta(hours=1))

    async def hangs(task: Job) -> None:
        await asyncio.Event().wait()

    seen = Recorder(script=hangs)
    await engine.enqueue(job())
    worker = await world.work(engine, {"work": seen})
    await until(lambda: seen.calls)
    worker.task.cancel()
    await asyncio.wait({worker.task})
    stats = await engine.stats()
    assert (stats.running, stats.waiting) == (0, 1)
    worker.task = asyncio.ensure_future(asyncio.sleep(0))


async def test_a_run_that_is_cancelled_at_any_moment_leaves_nothing_claimed(world: World) -> None:
    engine = await world.engine(lease=timedelta(hours=1))

    async def hangs(task: Job) -> None:
        await asyncio.Event().wait()

    for moment in range(30):
        await engine.enqueue(job(moment))
        run = asyncio.ensure_future(
            engine.run(
                {"work": hangs},
                concurrency=100,
                stop=asyncio.Event(),
                grace=timedelta(0),
            )
        )
        await asyncio.sleep(moment * 0.0004)
        run.cancel()
        await asyncio.wait({run})
        stats = await engine.stats()
        assert (stats.running, stats.waiting) == (0, moment + 1)


async def test_a_handler_that_ignores_cancellation_keeps_its_job_until_the_lease_ends(
    world: World,
) -> None:
    engine = await world.engine(lease=timedelta(seconds=4))
    gate = asyncio.Event()

    async def stubborn(task: Job) -> None:
        while not gate.is_set():
            try:
                await gate.wait()
            except asyncio.CancelledError:
                continue

    seen = Recorder(script=stubborn)
    await engine.enqueue(job())
    worker = await world.work(engine, {"work": seen}, grace=0)
    await until(lambda: seen.calls)
    try:
        second = Recorder()
        await world.work(engine, {"work": second})
        await worker.end()
        for _ in range(50):  # time for the second worker to look
            await engine.stats()
        assert not second.calls
        await until(lambda: second.returned, "its lease ran out")
    finally:
        gate.set()
    await until(lambda: seen.returned)
    assert not await engine.still_current(seen.calls[0])
    assert (await engine.stats()).done == 1
