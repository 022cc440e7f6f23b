"""Engines, workers and worker processes on one database, for the tests of the queue."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
import time
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from bot.jobs import Handler, Job, JobEngine, NewJob
from bot.jobs.backoff import Policy
from bot.jobs.open import open_engine

BOUND = 30.0
"""Seconds after which a test gives up waiting for something that must happen."""

QUICK = Policy(
    lease=timedelta(seconds=1.5),
    poll=timedelta(seconds=0.05),
    first_pause=timedelta(milliseconds=10),
    longest_pause=timedelta(milliseconds=50),
    supersede_grace=timedelta(seconds=0.2),
    cancel_grace=timedelta(seconds=1),
)
"""The times of production, shortened."""


async def until(condition: Callable[[], Any | Awaitable[Any]], what: str = "it happens") -> None:
    """Wait until a condition holds, for a bounded time."""
    give_up = time.monotonic() + BOUND
    while True:
        held = condition()
        if isinstance(held, Awaitable):
            held = await held
        if held:
            return
        if time.monotonic() > give_up:
            raise AssertionError(f"waited in vain until {what}")
        await asyncio.sleep(0.01)


@dataclass
class Recorder:
    """A handler that notes its calls; each call waits for its gate when there is one."""

    calls: list[Job] = field(default_factory=list)
    returned: list[Job] = field(default_factory=list)
    cancelled: list[Job] = field(default_factory=list)
    script: Callable[[Job], Awaitable[None]] | None = None

    async def __call__(self, job: Job) -> None:
        self.calls.append(job)
        try:
            if self.script is not None:
                await self.script(job)
        except asyncio.CancelledError:
            self.cancelled.append(job)
            raise
        self.returned.append(job)

    def names(self) -> list[tuple[Any, str | None]]:
        """The calls: the payload's name, and the ending."""
        return [(job.payload["name"], job.ending) for job in self.calls]


@dataclass
class Running:
    """A worker of this process."""

    task: asyncio.Task[None]
    stop: asyncio.Event

    async def end(self) -> None:
        self.stop.set()
        await asyncio.wait_for(self.task, BOUND)


class Child:
    """A worker, or another program, in a process of its own; it prints a line for each event."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.process = process
        self.lines: list[dict[str, Any]] = []
        self._reader = asyncio.ensure_future(self._read())

    async def _read(self) -> None:
        assert self.process.stdout is not None
        async for line in self.process.stdout:
            self.lines.append(json.loads(line))

    def seen(self, event: str) -> list[dict[str, Any]]:
        return [line for line in self.lines if line["event"] == event]

    async def kill(self) -> None:
        """Kill -9, and everything that it had printed."""
        if self.process.returncode is None:
            self.process.kill()
        await self.process.wait()
        await self._reader

    def send(self, sign: signal.Signals) -> None:
        self.process.send_signal(sign)


class World:
    """One database with everything that works on it; all of it ends with the test."""

    def __init__(self, url: str | None, state_dir: Path) -> None:
        self.url = url
        self.state_dir = state_dir
        self._stack = AsyncExitStack()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._stack.aclose()

    async def engine(self, policy: Policy = QUICK, **changes: Any) -> JobEngine:
        engine = open_engine(self.url, self.state_dir, replace(policy, **changes))
        await engine.open()
        self._stack.push_async_callback(engine.close)
        return engine

    async def work(
        self,
        engine: JobEngine,
        handlers: Mapping[str, Handler],
        *,
        concurrency: int = 4,
        grace: float = 5,
    ) -> Running:
        stop = asyncio.Event()
        task = asyncio.ensure_future(
            engine.run(handlers, concurrency=concurrency, stop=stop, grace=timedelta(seconds=grace))
        )
        running = Running(task, stop)
        self._stack.push_async_callback(running.end)
        return running

    async def child(self, role: str, **options: Any) -> Child:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "tests.bot.jobs.child",
            role,
            json.dumps({"url": self.url, "state_dir": str(self.state_dir), **options}),
            stdout=asyncio.subprocess.PIPE,
            cwd=Path(__file__).parents[3],
            env=os.environ | {"PYTHONUNBUFFERED": "1"},
        )
        child = Child(process)
        self._stack.push_async_callback(child.kill)
        return child


def job(name: object = "a", **fields: Any) -> NewJob:
    """A job of the kind "work"."""
    return NewJob(kind=fields.pop("kind", "work"), payload={"name": name}, **fields)


async def settled(engine: JobEngine) -> bool:
    """Nothing waits and nothing runs."""
    stats = await engine.stats()
    return stats.waiting == 0 and stats.running == 0
