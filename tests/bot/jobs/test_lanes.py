"""Lanes are serial, groups are limited, and no job runs twice at a time, under concurrency."""

from __future__ import annotations

import asyncio
import random
from collections import Counter

import pytest

from bot.jobs import Job
from tests.bot.jobs.world import Recorder, World, job, settled, until

SEED = 20261124


class Watcher:
    """A handler that watches what runs beside it.

    No job ends before as many ran side by side as were asked for, so that a slow machine does not
    make a queue of them.
    """

    def __init__(self, seed: int, together: int) -> None:
        self.random = random.Random(seed)
        self._together = together
        self._enough = asyncio.Event()
        self.running: Counter[str] = Counter()
        self.most: Counter[str] = Counter()
        self.runs: Counter[int] = Counter()
        self.order: dict[str, list[int]] = {}

    async def __call__(self, task: Job) -> None:
        places = [f"job {task.id}", "all"]
        if task.lane:
            places.append(f"lane {task.lane}")
            self.order.setdefault(task.lane, []).append(task.id)
        if task.group:
            places.append(f"group {task.group}")
        self.running.update(places)
        for place in places:
            self.most[place] = max(self.most[place], self.running[place])
        if self.running["all"] >= self._together:
            self._enough.set()
        await self._enough.wait()
        await asyncio.sleep(self.random.random() * 0.02)
        self.running.subtract(places)
        self.runs[task.id] += 1
        if task.attempt == 1 and self.random.random() < 0.1:
            raise OSError("now and then")


@pytest.mark.parametrize("seed", [SEED, SEED + 1])
async def test_two_workers_keep_lanes_and_groups(world: World, seed: int) -> None:
    chance = random.Random(seed)
    engines = [await world.engine(group_limit=3) for _ in range(2)]
    watcher = Watcher(seed, together=4)
    for engine in engines:
        await world.work(engine, {"work": watcher}, concurrency=8)
    count = 120
    for number in range(count):
        group = chance.choice("ABC")
        lane = f"{group}{chance.randrange(6)}" if chance.random() < 0.8 else ""
        await chance.choice(engines).enqueue(job(number, lane=lane, group=group))
    await until(lambda: settled(engines[0]), f"all are done (seed {seed})")
    assert len(watcher.runs) == count
    assert (await engines[0].stats()).done == count
    for place, most in watcher.most.items():
        if place.startswith(("lane", "job")):
            assert most == 1, (place, seed)
        elif place.startswith("group"):
            assert most <= 3, (place, seed)
    # The limits are used, too: work went on side by side.
    assert watcher.most["all"] >= 4


async def test_a_lane_goes_by_age(world: World) -> None:
    engine = await world.engine()
    seen = Recorder()
    for number in range(30):
        await engine.enqueue(job(number, lane=f"lane {number % 3}"))
    await world.work(engine, {"work": seen}, concurrency=8)
    await until(lambda: len(seen.returned) == 30)
    for lane in range(3):
        names = [name for name, _ in seen.names() if name % 3 == lane]
        assert names == sorted(names)


async def test_a_full_group_does_not_hold_up_another(world: World) -> None:
    engine = await world.engine(group_limit=2)
    gate = asyncio.Event()

    async def waits(task: Job) -> None:
        if task.group == "busy":
            await gate.wait()

    seen = Recorder(script=waits)
    for number in range(6):
        await engine.enqueue(job(number, group="busy"))
    await engine.enqueue(job("quick", group="calm"))
    await world.work(engine, {"work": seen}, concurrency=8)
    await until(lambda: seen.returned)
    assert sorted(map(str, (name for name, _ in seen.names()))) == ["0", "1", "quick"]
    gate.set()
    await until(lambda: len(seen.returned) == 7)


async def test_concurrency_is_obeyed(world: World) -> None:
    engine = await world.engine()
    watcher = Watcher(SEED, together=2)
    for number in range(20):
        await engine.enqueue(job(number))
    await world.work(engine, {"work": watcher}, concurrency=2)
    await until(lambda: settled(engine))
    assert watcher.most["all"] == 2
