"""What every engine promises, on both databases."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from bot.jobs import Job, JobEngine, NewJob, Permanent, RetryAt
from tests.bot.jobs.world import Recorder, World, job, settled, until


async def test_a_job_reaches_its_handler_as_it_was_stored(world: World) -> None:
    engine = await world.engine()
    payload = {"text": "ünï \x00 \ud800 ☃", "list": [1, 2.5, None, True], "deep": {"a": {}}}
    before = datetime.now(UTC)
    assert await engine.enqueue(NewJob("work", payload, lane="1:2:3", group="1"))
    seen = Recorder()
    await world.work(engine, {"work": seen})
    await until(lambda: seen.returned)
    (got,) = seen.calls
    assert (got.kind, got.payload, got.lane, got.group) == ("work", payload, "1:2:3", "1")
    assert (got.attempt, got.ending) == (1, None)
    assert abs(got.created_at - before) < timedelta(minutes=1)


async def test_what_is_no_json_is_refused(world: World) -> None:
    engine = await world.engine()
    with pytest.raises(ValueError, match="JSON"):
        await engine.enqueue(job(float("nan")))
    with pytest.raises(TypeError):
        await engine.enqueue(job(object()))
    with pytest.raises(ValueError, match="zone"):
        await engine.enqueue(job(not_before=datetime(2030, 1, 1)))  # noqa: DTZ001
    with pytest.raises(ValueError, match="lane"):
        await engine.enqueue(job(supersede=True))
    for name in ("\0", "\ud800"):
        for field in ("kind", "lane", "group", "dedupe"):
            with pytest.raises(ValueError, match="text"):
                await engine.enqueue(job(**{field: name}))
    assert (await engine.stats()).waiting == 0


async def test_a_kind_without_a_handler_waits_for_a_worker_that_has_one(world: World) -> None:
    engine = await world.engine()
    other, seen = Recorder(), Recorder()
    await engine.enqueue(job(kind="new"))
    await engine.enqueue(job())
    await world.work(engine, {"work": other})
    await until(lambda: other.returned)
    assert (await engine.stats()).waiting == 1
    await world.work(engine, {"new": seen})
    await until(lambda: seen.returned)


async def test_a_worker_sees_jobs_that_another_engine_stores(world: World) -> None:
    seen = Recorder()
    await world.work(await world.engine(), {"work": seen})
    other = await world.engine()
    await other.enqueue(job())
    await until(lambda: seen.returned)


async def test_a_job_does_not_begin_before_its_time(world: World) -> None:
    engine = await world.engine()
    seen = Recorder()
    due = datetime.now(UTC) + timedelta(seconds=0.5)
    await engine.enqueue(job("later", not_before=due))
    await engine.enqueue(job("much later", not_before=due + timedelta(hours=1)))
    await engine.enqueue(job("now"))
    at: dict[str, datetime] = {}

    async def note(task: Job) -> None:
        at[task.payload["name"]] = datetime.now(UTC)

    seen.script = note
    await world.work(engine, {"work": seen})
    await until(lambda: len(seen.returned) == 2)
    assert seen.names() == [("now", None), ("later", None)]
    assert at["later"] >= due - timedelta(milliseconds=5)
    assert (await engine.stats()).waiting == 1


async def test_priority_goes_before_age(world: World) -> None:
    engine = await world.engine()
    for name, priority in (("a", 0), ("b", 0), ("c", 5), ("d", -1), ("e", 5)):
        await engine.enqueue(job(name, priority=priority, lane="one"))
    seen = Recorder()
    await world.work(engine, {"work": seen})
    await until(lambda: len(seen.returned) == 5)
    assert [name for name, _ in seen.names()] == ["c", "e", "a", "b", "d"]


async def test_a_failure_is_tried_again(world: World) -> None:
    engine = await world.engine()

    async def fails_twice(task: Job) -> None:
        if task.attempt < 3:
            raise OSError("no route to host")

    seen = Recorder(script=fails_twice)
    await engine.enqueue(job())
    await world.work(engine, {"work": seen})
    await until(lambda: seen.returned)
    assert [task.attempt for task in seen.calls] == [1, 2, 3]
    assert [task.fence for task in seen.calls] == sorted({task.fence for task in seen.calls})
    await until(lambda: settled(engine))
    assert (await engine.stats()).done == 1


async def test_a_job_that_fails_too_often_gets_an_ending(world: World) -> None:
    engine = await world.engine()

    async def fails(task: Job) -> None:
        if task.ending is None:
            raise KeyError("missing\nsecond line that nobody stores " + "x" * 300)

    seen = Recorder(script=fails)
    await engine.enqueue(job(dedupe="d1"))
    await world.work(engine, {"work": seen})
    await until(lambda: seen.returned)
    *work, ending = seen.calls
    assert len(work) == 5
    assert all(task.ending is None for task in work)
    assert ending.ending is not None
    assert ending.ending.startswith("failed 5 times: KeyError: ")
    assert len(ending.ending) <= 200
    await until(lambda: settled(engine))
    assert (await engine.stats()).failed == 1


async def test_permanent_leads_to_the_ending_at_once(world: World) -> None:
    engine = await world.engine()

    async def hopeless(task: Job) -> None:
        if task.ending is None:
            raise Permanent("the repository is gone")

    seen = Recorder(script=hopeless)
    await engine.enqueue(job())
    await world.work(engine, {"work": seen})
    await until(lambda: seen.returned)
    assert seen.names() == [("a", None), ("a", "the repository is gone")]
    await until(lambda: settled(engine))
    assert (await engine.stats()).failed == 1


async def test_an_ending_that_fails_is_tried_until_it_returns(world: World) -> None:
    engine = await world.engine()

    async def stubborn(task: Job) -> None:
        if task.ending is None:
            raise Permanent("no")
        if task.attempt < 10:
            raise OSError("not yet")

    seen = Recorder(script=stubborn)
    await engine.enqueue(job())
    await world.work(engine, {"work": seen})
    await until(lambda: seen.returned)
    assert {task.ending for task in seen.calls[1:]} == {"no"}
    assert seen.returned[0].attempt == 10


async def test_an_ending_is_given_up_after_its_time(world: World) -> None:
    engine = await world.engine(patience=timedelta(seconds=0.3))

    async def never(task: Job) -> None:
        raise OSError("never")

    seen = Recorder(script=never)
    await engine.enqueue(job(dedupe="d"))
    await world.work(engine, {"work": seen})
    await until(lambda: settled(engine))
    assert (await engine.stats()).failed == 1
    assert len([task for task in seen.calls if task.ending]) > 1
    assert await engine.enqueue(job("again", dedupe="d"))


async def test_retry_at_is_no_failure_and_is_obeyed(world: World) -> None:
    engine = await world.engine(cap=2)
    times: list[datetime] = []
    asked: list[datetime] = []

    async def puts_off(task: Job) -> None:
        times.append(datetime.now(UTC))
        if task.attempt <= 3:
            asked.append(datetime.now(UTC) + timedelta(seconds=1.2))
            raise RetryAt(asked[-1], "rate limit")

    seen = Recorder(script=puts_off)
    await engine.enqueue(job())
    await world.work(engine, {"work": seen})
    await until(lambda: seen.returned)
    assert len(seen.calls) == 4
    assert all(task.ending is None for task in seen.calls)
    for when, began in zip(asked, times[1:], strict=True):
        assert began >= when - timedelta(milliseconds=5)


async def test_a_job_that_is_put_off_for_too_long_gets_an_ending(world: World) -> None:
    engine = await world.engine()

    async def puts_off(task: Job) -> None:
        if task.ending is None:
            raise RetryAt(datetime.now(UTC) + timedelta(days=4), "rate limit")

    seen = Recorder(script=puts_off)
    await engine.enqueue(job())
    await world.work(engine, {"work": seen})
    await until(lambda: seen.returned)
    assert seen.names() == [("a", None), ("a", "put off for more than 3 days: rate limit")]


async def test_a_waiting_retry_does_not_hold_up_its_lane(world: World) -> None:
    engine = await world.engine()

    async def first_waits(task: Job) -> None:
        if task.payload["name"] == "first" and task.attempt == 1:
            raise RetryAt(datetime.now(UTC) + timedelta(seconds=1.5), "later")

    seen = Recorder(script=first_waits)
    await engine.enqueue(job("first", lane="one"))
    await engine.enqueue(job("second", lane="one"))
    await world.work(engine, {"work": seen})
    await until(lambda: len(seen.returned) == 2)
    assert [name for name, _ in seen.names()] == ["first", "second", "first"]


async def test_a_handler_that_takes_too_long_fails(world: World) -> None:
    engine = await world.engine(run_limit=timedelta(seconds=0.2), cap=1)

    async def hangs(task: Job) -> None:
        if task.ending is None:
            await asyncio.Event().wait()

    seen = Recorder(script=hangs)
    await engine.enqueue(job())
    await world.work(engine, {"work": seen})
    await until(lambda: seen.returned)
    assert seen.names()[1:] == [("a", "failed 1 times: TimeoutError")]


async def test_a_handler_that_cancels_itself_fails(world: World) -> None:
    engine = await world.engine(cap=1)

    async def cancels(task: Job) -> None:
        if task.ending is None:
            raise asyncio.CancelledError

    seen = Recorder(script=cancels)
    await engine.enqueue(job())
    await world.work(engine, {"work": seen})
    await until(lambda: seen.returned)
    assert seen.names()[1:] == [("a", "failed 1 times: CancelledError")]


async def test_stats_count_by_state(world: World) -> None:
    engine = await world.engine(cap=1)
    gate = asyncio.Event()

    async def script(task: Job) -> None:
        match task.payload["name"]:
            case "hold":
                await gate.wait()
            case "fail" if task.ending is None:
                raise OSError

    seen = Recorder(script=script)
    for name in ("hold", "fail", "fine"):
        await engine.enqueue(job(name))
    await engine.enqueue(job("later", not_before=datetime.now(UTC) + timedelta(hours=1)))
    await engine.enqueue(job("nobody's", kind="other"))
    await world.work(engine, {"work": seen})
    await until(lambda: len(seen.returned) == 2)
    await until(lambda: _counts(engine, 2, 1, 1, 1))
    await until(lambda: _waited(engine))
    gate.set()
    await until(lambda: _counts(engine, 2, 0, 1, 2))


async def _counts(engine: JobEngine, *wanted: int) -> bool:
    stats = await engine.stats()
    return (stats.waiting, stats.running, stats.failed, stats.done) == wanted


async def _waited(engine: JobEngine) -> bool:
    stats = await engine.stats()
    return timedelta(seconds=0.1) < stats.oldest_waiting < timedelta(minutes=1)
