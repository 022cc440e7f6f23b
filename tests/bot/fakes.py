"""Small stand-ins for the parts around the one under test: an engine and a GitHub in memory.

Whole-system tests use the real ones; these say exactly what was asked of them, and fail on order.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from bot.github.faults import GiveUp
from bot.jobs import Handler, Job, NewJob, QueueStats, StoreUnavailable


@dataclass
class MemoryEngine:
    """Keeps what it is given; ``down`` makes its database unreachable."""

    jobs: list[NewJob] = field(default_factory=list)
    down: bool = False
    broken: Exception | None = None
    counts: QueueStats = field(default_factory=QueueStats)

    async def open(self) -> None:
        self._reach()

    async def close(self) -> None:
        pass

    async def ping(self) -> None:
        self._reach()

    async def enqueue(self, job: NewJob) -> bool:
        self._reach()
        if self.broken is not None:
            raise self.broken
        if job.dedupe is not None and job.dedupe in {known.dedupe for known in self.jobs}:
            return False
        self.jobs.append(job)
        return True

    async def run(
        self,
        handlers: Mapping[str, Handler],
        *,
        concurrency: int,
        stop: asyncio.Event,
        grace: timedelta,
    ) -> None:
        await stop.wait()

    async def still_current(self, job: Job) -> bool:
        return True

    async def stats(self) -> QueueStats:
        self._reach()
        return self.counts

    async def purge(self, age: timedelta) -> int:
        self._reach()
        return 0

    def _reach(self) -> None:
        if self.down:
            raise StoreUnavailable("connection to db.internal refused")


@dataclass
class MemoryRepository:
    """One repository on GitHub: answers reads from ``answers``, remembers writes in ``writes``.

    An answer that is an exception is raised. What has no answer is not found.
    """

    answers: dict[str, Any] = field(default_factory=dict)
    writes: list[tuple[str, str, Mapping[str, Any]]] = field(default_factory=list)
    calls: int = 0
    app_id: int = 1234
    app_slug: str = "assay"
    lost: set[str] = field(default_factory=set)
    """Paths whose writes happen, and whose answers are lost, once each."""

    async def get(self, path: str, params: Mapping[str, str | int] | None = None) -> Any:
        self.calls += 1
        answer = self.answers.get(path, GiveUp("Not Found", status=404))
        if isinstance(answer, Exception):
            raise answer
        return answer

    async def pages(
        self,
        path: str,
        params: Mapping[str, str | int] | None = None,
        *,
        key: str | None = None,
        limit: int | None = None,
    ) -> AsyncIterator[Any]:
        for item in (await self.get(path, params))[:limit]:
            yield item

    async def post(self, path: str, body: Mapping[str, Any], *, idempotent: bool = False) -> Any:
        self.calls += 1
        answer = self.answers.get(f"POST {path}", {})
        if isinstance(answer, Exception):
            raise answer
        self.writes.append(("POST", path, body))
        if path in self.lost:
            self.lost.discard(path)
            raise ConnectionResetError("the answer was lost")
        return answer

    async def patch(self, path: str, body: Mapping[str, Any], *, idempotent: bool = False) -> Any:
        self.calls += 1
        self.writes.append(("PATCH", path, body))
        return {}

    async def put(self, path: str, body: Mapping[str, Any]) -> Any:
        self.calls += 1
        self.writes.append(("PUT", path, body))
        return {}

    async def graphql(self, query: str, variables: Mapping[str, Any] | None = None) -> Any:
        raise GiveUp("no GraphQL here", status=404)
