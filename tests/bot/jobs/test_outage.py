"""A database that is away, locked, full, damaged or gone."""

from __future__ import annotations

import asyncio
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import AbstractContextManager, contextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from bot.jobs import Job, StoreUnavailable
from bot.jobs.open import open_engine
from tests.bot.jobs.world import QUICK, Recorder, World, job, settled, until
from tests.postgres import PostgresServer

Outage = Callable[[], AbstractContextManager[None]]


@pytest.fixture
def outage(request: pytest.FixtureRequest, world: World) -> Outage:
    """The database cannot be used inside the context."""

    @contextmanager
    def locked():  # type: ignore[no-untyped-def]
        connection = sqlite3.connect(world.state_dir / "jobs.sqlite3", isolation_level=None)
        connection.execute("BEGIN EXCLUSIVE")
        try:
            yield
        finally:
            connection.close()

    @contextmanager
    def stopped():  # type: ignore[no-untyped-def]
        server: PostgresServer = request.getfixturevalue("postgres_server")
        server.stop()
        try:
            yield
        finally:
            server.start()

    return locked if world.url is None else stopped


async def test_callers_are_told_and_nothing_is_stored(world: World, outage: Outage) -> None:
    engine = await world.engine()
    await engine.enqueue(job("before"))
    with outage():
        for call in (engine.enqueue(job("during")), engine.ping(), engine.stats()):
            with pytest.raises(StoreUnavailable):
                await asyncio.wait_for(call, 10)
        with pytest.raises(StoreUnavailable):
            await open_engine(world.url, world.state_dir, QUICK).open()
    await until(lambda: _answers(engine.ping))
    await engine.enqueue(job("after"))
    assert (await engine.stats()).waiting == 2


async def test_many_callers_at_once_are_told_within_seconds(world: World, outage: Outage) -> None:
    engine = await world.engine()
    with outage():
        calls = [engine.enqueue(job(number)) for number in range(50)]
        answers = await asyncio.wait_for(asyncio.gather(*calls, return_exceptions=True), 20)
        assert {type(answer) for answer in answers} == {StoreUnavailable}
    await until(lambda: _answers(engine.ping))
    assert (await engine.stats()).waiting == 0


async def test_a_connection_that_broke_while_idle_costs_no_delivery(
    world: World, outage: Outage
) -> None:
    engine = await world.engine()
    with outage():
        pass
    assert await engine.enqueue(job())


async def test_a_worker_waits_and_goes_on(world: World, outage: Outage) -> None:
    engine = await world.engine()
    gate = asyncio.Event()
    told: list[str] = []

    async def script(task: Job) -> None:
        if task.payload["name"] == "long":
            await gate.wait()
            try:
                await engine.still_current(task)
            except StoreUnavailable:
                told.append("unavailable")

    seen = Recorder(script=script)
    await world.work(engine, {"work": seen})
    await engine.enqueue(job("long"))
    await until(lambda: seen.calls)
    with outage():
        gate.set()
        # It ends while nobody can be told, and the outage outlasts its lease.
        await until(lambda: seen.returned)
        assert told == ["unavailable"]
        for _ in range(2):
            with pytest.raises(StoreUnavailable):
                await engine.ping()
            await asyncio.sleep(QUICK.lease.total_seconds())
    await until(lambda: _answers(engine.ping))
    await engine.enqueue(job("next"))
    await until(lambda: len(seen.returned) == 2)
    await until(lambda: settled(engine))
    assert [name for name, _ in seen.names()] == ["long", "next"]
    assert (await engine.stats()).done == 2


async def test_jobs_that_run_through_an_outage_are_kept(world: World, outage: Outage) -> None:
    # The heart does not beat here: the first look after the outage must do before all else.
    engine = await world.engine(stall_limit=timedelta(0))
    gate = asyncio.Event()

    async def waits(task: Job) -> None:
        await gate.wait()

    seen = Recorder(script=waits)
    await engine.enqueue(job())
    await world.work(engine, {"work": seen})
    await until(lambda: seen.calls)
    with outage():
        await asyncio.sleep(QUICK.lease.total_seconds() * 1.5)
    await until(lambda: _answers(engine.ping))
    await engine.enqueue(job("next"))
    await until(lambda: len(seen.calls) == 2, "the worker looked again")
    gate.set()
    await until(lambda: settled(engine))
    assert [task.attempt for task in seen.returned] == [1, 1]


async def test_a_worker_starts_and_stops_during_an_outage(world: World, outage: Outage) -> None:
    engine = await world.engine()
    seen = Recorder()
    with outage():
        idle = await world.work(engine, {"work": Recorder()})
        await world.work(engine, {"work": seen})
        with pytest.raises(StoreUnavailable):
            await engine.ping()
        await idle.end()
    await until(lambda: _answers(engine.ping))
    await engine.enqueue(job())
    await until(lambda: seen.returned)


async def test_a_full_disk_is_told_and_loses_nothing(tmp_path: Path) -> None:
    async with World(None, tmp_path) as world:
        engine = await world.engine()
        child = await world.child("enqueue", prefix="x", file_size=200_000)
        await until(lambda: child.seen("refused"))
        stored = len(child.seen("stored"))
        assert stored > 0
        assert (await engine.stats()).waiting == stored
        assert await engine.enqueue(job())


async def test_a_removed_state_directory_is_made_anew(tmp_path: Path) -> None:
    async with World(None, tmp_path / "state") as world:
        engine = await world.engine()
        await engine.enqueue(job())
        shutil.rmtree(world.state_dir)
        # What is acknowledged is in a file that others find, not in a removed one.
        assert await engine.enqueue(job())
        other = await world.engine()
        assert (await other.stats()).waiting == 1


async def test_a_damaged_file_is_told(tmp_path: Path) -> None:
    (tmp_path / "jobs.sqlite3").write_bytes(b"not a database at all" * 100)
    with pytest.raises(StoreUnavailable, match="not a database"):
        await open_engine(None, tmp_path).open()


async def test_the_file_is_for_its_owner_only(tmp_path: Path) -> None:
    async with World(None, tmp_path / "state") as world:
        engine = await world.engine()
        await engine.enqueue(job())
        modes = {path.stat().st_mode & 0o077 for path in world.state_dir.iterdir()}
        assert modes == {0}
        assert world.state_dir.stat().st_mode & 0o077 == 0


async def test_a_database_of_a_newer_release_is_refused(tmp_path: Path) -> None:
    async with World(None, tmp_path) as world:
        await world.engine()
    with sqlite3.connect(tmp_path / "jobs.sqlite3") as connection:
        connection.execute("UPDATE assay_schema SET version = 99")
    connection.close()
    with pytest.raises(StoreUnavailable, match="schema 99"):
        await open_engine(None, tmp_path).open()


async def _answers(ping: Callable[[], object]) -> bool:
    try:
        await ping()  # type: ignore[misc]
    except StoreUnavailable:
        return False
    return True
