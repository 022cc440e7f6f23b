"""The supervisor: an engine that ends on its own is started again, and said to be."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from datetime import timedelta

import pytest

from bot import worker
from bot.jobs import Handler
from bot.metrics import Metrics
from tests.bot.fakes import MemoryEngine
from tests.bot.waiting import eventually


class Faltering(MemoryEngine):
    """Ends on its own as often as told, then works until it is asked to stop."""

    def __init__(self, *ends: Exception | None) -> None:
        super().__init__()
        self.ends = list(ends)
        self.runs = 0
        self.working = asyncio.Event()
        self.purged: list[timedelta] = []

    async def run(
        self,
        handlers: Mapping[str, Handler],
        *,
        concurrency: int,
        stop: asyncio.Event,
        grace: timedelta,
    ) -> None:
        self.runs += 1
        if self.ends:
            end = self.ends.pop(0)
            if end is not None:
                raise end
            return
        self.working.set()
        await stop.wait()

    async def purge(self, age: timedelta) -> int:
        self._reach()
        self.purged.append(age)
        return 1


async def test_it_is_started_again(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.WARNING)
    engine, stop, metrics = Faltering(RuntimeError("a defect"), None), asyncio.Event(), Metrics()
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(
            worker.work(
                engine,
                {},
                concurrency=1,
                stop=stop,
                grace=timedelta(),
                metrics=metrics,
                first_pause=0.001,
            )
        )
        await asyncio.wait_for(engine.working.wait(), 30)
        stop.set()
    assert engine.runs == 3
    assert "a defect" in caplog.text
    assert "without being asked" in caplog.text
    assert b"assay_worker_restarts_total 2.0" in metrics.render()


async def test_a_stop_ends_the_pause() -> None:
    engine, stop = Faltering(RuntimeError("a defect")), asyncio.Event()
    async with asyncio.timeout(30), asyncio.TaskGroup() as tasks:
        tasks.create_task(
            worker.work(
                engine,
                {},
                concurrency=1,
                stop=stop,
                grace=timedelta(),
                metrics=Metrics(),
                first_pause=3600,
            )
        )
        await eventually(lambda: engine.runs == 1)
        stop.set()
    assert engine.runs == 1


async def test_old_jobs_are_forgotten_and_an_outage_is_survived(
    caplog: pytest.LogCaptureFixture,
) -> None:
    engine, stop = Faltering(), asyncio.Event()
    engine.down = True
    async with asyncio.timeout(30), asyncio.TaskGroup() as tasks:
        tasks.create_task(worker.purge(engine, stop=stop, every=0.001))
        await eventually(lambda: "not forgotten" in caplog.text)
        engine.down = False
        await eventually(lambda: len(engine.purged) >= 2)
        stop.set()
    assert set(engine.purged) == {worker.KEEP}
    assert timedelta(days=7) <= worker.KEEP
