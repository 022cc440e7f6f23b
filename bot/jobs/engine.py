"""The job engine: the port's methods over a database. The same for SQLite and PostgreSQL."""

from __future__ import annotations

import asyncio
import random as random_module
from collections.abc import Callable, Mapping
from datetime import timedelta
from pathlib import Path
from typing import TypeVar

from bot.jobs import queue
from bot.jobs.backoff import Policy
from bot.jobs.database import Database, OwnedLink, Transaction
from bot.jobs.failures import FailedJob, failures
from bot.jobs.port import Handler, Job, NewJob, QueueStats
from bot.jobs.worker import Worker

Result = TypeVar("Result")


class QueueEngine:
    """A durable queue in a database. See :class:`bot.jobs.port.JobEngine` for what it promises."""

    def __init__(
        self,
        database: Database,
        state_dir: Path,
        policy: Policy | None = None,
        random: Callable[[], float] = random_module.random,
    ) -> None:
        """Describe the queue; nothing is opened yet.

        Args:
            database: Where the jobs are.
            state_dir: Where the workers of this machine keep their lock.
            policy: Times and limits; the same for all workers of the database.
            random: The jitter.
        """
        self._database = database
        self._state_dir = state_dir
        self._policy = policy or Policy()
        self._random = random
        self._link: OwnedLink | None = None
        self._workers: set[Worker] = set()

    async def open(self) -> None:
        """Connect, create or migrate the schema. Raises :class:`StoreUnavailable`."""
        link = OwnedLink(self._database)
        try:
            await link.call(_nothing)
        except BaseException:
            await link.close()
            raise
        self._link = link

    async def close(self) -> None:
        """Let go of the database. The engine can be opened again."""
        link, self._link = self._link, None
        if link is not None:
            await link.close()

    async def ping(self) -> None:
        """Return when the database can be written to. Raises :class:`StoreUnavailable`."""
        await self._call(_nothing)

    async def enqueue(self, job: NewJob) -> bool:
        """Store a job in one transaction; False when it is a duplicate.

        Raises:
            StoreUnavailable: Nothing was stored. (If the database vanished during the commit
                itself, the job may have been: enqueue it again with the same ``dedupe``.)
            TypeError, ValueError: The job cannot be stored, see :func:`queue.encode_payload`.
        """
        payload = queue.encode_payload(job)
        stored = await self._call(lambda tx: queue.enqueue(tx, job, payload))
        for worker in self._workers:
            worker.wake()
        return stored

    async def run(
        self,
        handlers: Mapping[str, Handler],
        *,
        concurrency: int,
        stop: asyncio.Event,
        grace: timedelta,
    ) -> None:
        """Work until ``stop`` is set; then let jobs finish for ``grace``, hand back the rest.

        Kinds without a handler are left to workers that have one. Returns only after ``stop``: an
        outage of the database is waited out.
        """
        worker = Worker(
            database=self._database,
            call=self._call,
            state_dir=self._state_dir,
            policy=self._policy,
            random=self._random,
            handlers=handlers,
            concurrency=concurrency,
        )
        self._workers.add(worker)
        try:
            await worker.run(stop, grace)
        finally:
            self._workers.discard(worker)

    async def still_current(self, job: Job) -> bool:
        """Whether the job is still ours to do: not superseded, its lease not lost.

        If it is, its lease is renewed, so nobody else can begin it for the next seconds.

        Raises:
            StoreUnavailable: Nobody can tell; the side effect must wait.
        """
        return await self._call(lambda tx: queue.is_current(tx, job, self._policy))

    async def stats(self) -> QueueStats:
        """Count the jobs. Raises :class:`StoreUnavailable`."""
        return await self._call(queue.count)

    async def failures(self, limit: int) -> tuple[FailedJob, ...]:
        """The last jobs that failed, the newest first. Raises :class:`StoreUnavailable`."""
        return await self._call(lambda tx: failures(tx, limit))

    async def purge(self, age: timedelta) -> int:
        """Forget finished jobs and delivery ids older than ``age``; how many were forgotten.

        Delivery ids are kept for at least :attr:`Policy.delivery_memory`, except those of jobs that
        failed. Raises :class:`StoreUnavailable`.
        """
        return await self._call(lambda tx: queue.forget(tx, age, self._policy))

    async def _call(self, work: Callable[[Transaction], Result]) -> Result:
        if self._link is None:
            raise RuntimeError("The job engine is not open")
        return await self._link.call(work)


def _nothing(_: Transaction) -> None:
    """Do nothing in a transaction: it could be begun and committed."""
