"""One run of a worker: claim, call the handlers, write down how they ended, stop in good order.

It holds no truth: what it knows of its jobs is asked anew in every round, and what it writes is
refused by the queue when a job is no longer its own.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Protocol, TypeVar
from uuid import uuid4

from bot import logs
from bot.jobs import outcome, queue
from bot.jobs.backoff import Policy
from bot.jobs.database import Database, Transaction
from bot.jobs.heartbeat import Heartbeat
from bot.jobs.names import names
from bot.jobs.node import NodeLock
from bot.jobs.port import Handler, Job, Permanent, RetryAt, StoreUnavailable

log = logging.getLogger(__name__)
Result = TypeVar("Result")

_LAST_WORDS = 5.0
"""Seconds that a stopping worker tries to write down how its jobs ended."""


class Call(Protocol):
    """Runs a transaction in the engine's thread."""

    def __call__(self, work: Callable[[Transaction], Result]) -> Awaitable[Result]:
        """Raises :class:`StoreUnavailable`."""


@dataclass(slots=True, eq=False)
class _Running:
    """A job in a handler's hands."""

    job: Job
    handler: asyncio.Task[outcome.Outcome]
    keeper: asyncio.Task[None] | None = None
    """Waits for the handler and writes down how it ended."""
    cancel_at: float | None = None
    """When a superseded handler is cancelled, on the event loop's clock."""
    cancelled: bool = False

    def cancel(self, reason: str) -> None:
        """Cancel the handler, once: a second time would break off its tidying up."""
        if not self.cancelled:
            self.cancelled = True
            self.handler.cancel(reason)


class Worker:
    """Works for one call of :meth:`bot.jobs.port.JobEngine.run`."""

    def __init__(
        self,
        *,
        database: Database,
        call: Call,
        state_dir: Path,
        policy: Policy,
        random: Callable[[], float],
        handlers: Mapping[str, Handler],
        concurrency: int,
    ) -> None:
        self._database = database
        self._call = call
        self._state_dir = state_dir
        self._policy = policy
        self._random = random
        self._handlers = handlers
        self._concurrency = concurrency
        self._running: set[_Running] = set()
        self._wake = asyncio.Event()
        self._give_up_at: float | None = None
        self._reachable = True

    def wake(self) -> None:
        """Look at the queue now: a job was stored, or one ended."""
        self._wake.set()

    async def run(self, stop: asyncio.Event, grace: timedelta) -> None:
        """Work until ``stop`` is set, then end the jobs or hand them back."""
        loop = asyncio.get_running_loop()
        lock = NodeLock(self._state_dir)
        owner = queue.Owner(uuid4().hex, lock.node)
        heartbeat = Heartbeat(
            self._database,
            lambda tx: queue.renew(tx, owner, self._policy),
            self._policy,
            wake=lambda: _call_soon(loop, self._wake.set),
        )
        stopped = loop.create_task(self._notice(stop))
        try:
            await self._take_place(lock, stop)
            heartbeat.start()
            await self._work(owner, stop, grace, heartbeat)
        finally:
            stopped.cancel()
            await self._hand_back(owner)
            await heartbeat.stop()
            lock.close()

    async def _notice(self, stop: asyncio.Event) -> None:
        await stop.wait()
        self._wake.set()

    async def _take_place(self, lock: NodeLock, stop: asyncio.Event) -> None:
        """Void the leases when no other worker of this machine lives; then share the lock."""
        node = None if self._database.one_machine else lock.node
        alone = False
        while not stop.is_set():
            self._wake.clear()
            if not alone:
                alone = lock.try_alone()
            if alone:
                rescued = await self._try(
                    lambda tx: queue.rescue_node(tx, node, self._policy, self._random)
                )
                if rescued:
                    log.warning("took back %d jobs of a worker that died", rescued)
                if rescued is not None:
                    lock.try_shared()
                    return
            elif lock.try_shared():
                return
            await self._sleep(self._policy.poll.total_seconds() / 10)

    async def _work(
        self, owner: queue.Owner, stop: asyncio.Event, grace: timedelta, heartbeat: Heartbeat
    ) -> None:
        loop = asyncio.get_running_loop()
        leave_at: float | None = None
        while True:
            if stop.is_set() and leave_at is None:
                leave_at = loop.time() + grace.total_seconds()
            if leave_at is not None and (not self._running or loop.time() >= leave_at):
                return
            self._wake.clear()
            heartbeat.loop_is_alive()
            free = 0 if leave_at is not None else self._concurrency - len(self._running)
            await self._look(owner, free)
            pause = self._policy.poll.total_seconds()
            if leave_at is not None:
                pause = min(pause, max(leave_at - loop.time(), 0))
            await self._sleep(pause)

    async def _sleep(self, seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds):
                await self._wake.wait()
        except TimeoutError:
            return

    async def _look(self, owner: queue.Owner, free: int) -> None:
        kinds = tuple(self._handlers)
        if not kinds:
            free = 0
        round_ = await self._try(
            lambda tx: queue.look(tx, owner, kinds, free, self._policy, self._random)
        )
        if round_ is None:
            return
        # Jobs that were claimed in this very round are looked at from the next one on.
        self._check(round_.held)
        for job in round_.claimed:
            self._start(job)

    def _check(self, held: Mapping[tuple[int, int], bool]) -> None:
        """Cancel the handlers of jobs that were lost, or superseded and did not notice."""
        now = asyncio.get_running_loop().time()
        for running in self._running:
            job = running.job
            ending = held.get((job.id, job.fence))
            if ending is None:
                running.cancel("the job was taken over")
            elif ending and job.ending is None:
                if running.cancel_at is None:
                    running.cancel_at = now + self._policy.supersede_grace.total_seconds()
                if now >= running.cancel_at:
                    running.cancel("the job was superseded")

    def _start(self, job: Job) -> None:
        loop = asyncio.get_running_loop()
        # The tasks take the fields along: every line of theirs tells which job it is about.
        with logs.fields(**names(job)):
            log.info("job %d (%s) starts", job.id, job.kind)
            running = _Running(job, loop.create_task(self._attempt(job), name=f"job {job.id}"))
            self._running.add(running)
            running.keeper = loop.create_task(self._keep(running), name=f"keeper of job {job.id}")

    async def _attempt(self, job: Job) -> outcome.Outcome:
        """Call the handler and put into a value how it ended."""
        limit = self._policy.run_limit.total_seconds()
        try:
            async with asyncio.timeout(limit):
                await self._handlers[job.kind](job)
        except RetryAt as later:
            try:
                when = queue.milliseconds(later.when)
            except ValueError as error:
                return outcome.Failed(outcome.describe(error))
            return outcome.Later(when, outcome.shorten(later.reason))
        except Permanent as permanent:
            return outcome.Hopeless(outcome.shorten(permanent.reason))
        except asyncio.CancelledError as cancelled:
            # Ours, unless something inside the handler cancelled it: that is a failure.
            task = asyncio.current_task()
            if task is not None and task.cancelling():
                return outcome.HandedBack()
            return outcome.Failed(outcome.describe(cancelled))
        except Exception as error:
            # The handler has said it, with the traceback where that helps (`bot.handlers`); how
            # the job goes on is said with its reason in `_settle`.
            return outcome.Failed(outcome.describe(error))
        return outcome.Returned()

    async def _keep(self, running: _Running) -> None:
        await asyncio.wait({running.handler})
        try:
            if running.handler.cancelled():  # before it began
                ended: outcome.Outcome = outcome.HandedBack()
            else:
                ended = running.handler.result()
            await self._settle(running.job, ended)
        finally:
            self._running.discard(running)
            self._wake.set()

    async def _settle(self, job: Job, ended: outcome.Outcome) -> None:
        """Write down how a run ended, however long the database is away."""
        while True:
            try:
                after = await self._call(
                    lambda tx: queue.settle(tx, job, ended, self._policy, self._random)
                )
            except StoreUnavailable:
                now = asyncio.get_running_loop().time()
                if self._give_up_at is not None and now >= self._give_up_at:
                    log.warning("job %d: nobody was told how it ended", job.id)
                    return
                await asyncio.sleep(self._policy.poll.total_seconds())
                continue
            if after is None:
                log.warning("job %d (%s): taken over by another worker", job.id, job.kind)
            elif after.state == outcome.State.FAILED:
                log.error("job %d (%s) failed for good: %s", job.id, job.kind, after.ending)
            else:
                reason = after.ending or after.error
                why = f": {reason}" if reason else ""
                log.info("job %d (%s) is %s%s", job.id, job.kind, after.state, why)
            return

    async def _hand_back(self, owner: queue.Owner) -> None:
        """Cancel what still runs, and leave nothing claimed."""
        now = asyncio.get_running_loop().time()
        cancel_grace = self._policy.cancel_grace.total_seconds()
        self._give_up_at = now + cancel_grace + _LAST_WORDS
        for running in self._running:
            running.cancel("the worker stops")
        keepers = {running.keeper for running in self._running if running.keeper is not None}
        if keepers:
            await asyncio.wait(keepers, timeout=cancel_grace + _LAST_WORDS)
        for running in self._running:
            # It goes on in spite of being cancelled. Its lease runs out, and only then may
            # another worker begin it.
            with logs.fields(**names(running.job)):
                log.error("job %d (%s) does not let itself be cancelled", *_which(running.job))
        kept = frozenset((running.job.id, running.job.fence) for running in self._running)
        await self._try(lambda tx: queue.hand_back(tx, owner, kept, self._policy, self._random))

    async def _try(self, work: Callable[[Transaction], Result]) -> Result | None:
        """Run a transaction; None, and one line in the log, while the database is away."""
        try:
            result = await self._call(work)
        except StoreUnavailable as fault:
            if self._reachable:
                log.error("%s; trying again", fault)
            self._reachable = False
            return None
        if not self._reachable:
            log.info("the job database is back")
        self._reachable = True
        return result


def _call_soon(loop: asyncio.AbstractEventLoop, call: Callable[[], None]) -> None:
    loop.call_soon_threadsafe(call)


def _which(job: Job) -> tuple[int, str]:
    return job.id, job.kind
