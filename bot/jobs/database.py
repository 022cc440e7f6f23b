"""What the queue needs of a database, and the thread that owns a connection to it.

SQLite and PostgreSQL are both driven through a synchronous connection that belongs to one thread:
the queue's transactions are then the same plain code for both, and heartbeats, which have a thread
and a connection of their own, do not wait for the event loop.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar

from bot.jobs.port import StoreUnavailable

Result = TypeVar("Result")

QUEUE_PATIENCE = 5.0
"""Seconds that a call waits for its turn before it says that the database is too slow."""
DOWN_FOR = 0.5
"""Seconds after a failed connect in which calls fail at once instead of trying again."""

TOGETHER = 64
"""Calls that share a transaction at most: it must not hold up other processes for long."""
SUDDEN = 1.0
"""A connection that broke while it was idle is noticed within so many seconds."""


class Transaction(Protocol):
    """A transaction that no other one of the queue overlaps."""

    @property
    def now(self) -> int:
        """The time in milliseconds since 1970, UTC, for people and for GitHub's times."""

    @property
    def lease_now(self) -> int:
        """Milliseconds on a clock that all workers of the database share and nobody sets back."""

    def rows(self, sql: str, /, **params: object) -> list[tuple[Any, ...]]:
        """Run one statement, with ``:name`` parameters; the rows it gives, if any."""

    def notify(self) -> None:
        """Wake the workers of other processes when this commits, where the database can."""


class Connection(Protocol):
    """A connection, used by the thread that made it only."""

    def begin(self) -> Transaction:
        """Begin a transaction and wait, for seconds at most, until no other one is under way."""

    def commit(self) -> None:
        """Make the transaction durable."""

    def rollback(self) -> None:
        """Undo the transaction."""

    def close(self) -> None:
        """Let go of the connection."""


class Database(Protocol):
    """A kind of database."""

    @property
    def one_machine(self) -> bool:
        """Whether all its workers run on this machine and share the file lock."""

    @property
    def faults(self) -> tuple[type[Exception], ...]:
        """The driver's exceptions that mean: not reachable, full, locked, shutting down."""

    def connect(self) -> Connection:
        """Connect, and create or migrate the schema."""

    def watch(self, wake: Callable[[], None], stop: threading.Event) -> None:
        """Call ``wake`` whenever another process stored a job; return when ``stop`` is set.

        Returns at once where the database cannot tell; polling is enough then.
        """


class Link:
    """A connection that is made when it is needed, and made anew after a fault."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._connection: Connection | None = None
        self._down_until = 0.0
        self._reason = ""

    def run(self, work: Callable[[Transaction], Result]) -> Result:
        """Run one transaction.

        A connection that broke while it was idle is replaced and the work done again, as nothing
        was committed. A fault during the commit itself is never tried again here.

        Raises:
            StoreUnavailable: The database cannot be reached or written.
        """
        fresh = self._connection is None
        began = time.monotonic()
        try:
            return self._once(work)
        except _Retryable as fault:
            # What took long was no broken connection, and callers want to know within seconds.
            if fresh or time.monotonic() - began > SUDDEN:
                raise self._unavailable(fault.cause) from fault.cause
        try:
            return self._once(work)
        except _Retryable as fault:
            raise self._unavailable(fault.cause) from fault.cause

    def close(self) -> None:
        """Drop the connection."""
        connection, self._connection = self._connection, None
        if connection is not None:
            try:
                connection.close()
            except self._database.faults:
                return

    def _once(self, work: Callable[[Transaction], Result]) -> Result:
        connection = self._connect()
        try:
            result = work(connection.begin())
        except self._database.faults as fault:
            self.close()
            raise _Retryable(fault) from fault
        except BaseException:
            self._roll_back(connection)
            raise
        try:
            connection.commit()
        except self._database.faults as fault:
            self.close()
            raise self._unavailable(fault) from fault
        return result

    def _connect(self) -> Connection:
        if self._connection is None:
            if time.monotonic() < self._down_until:
                raise StoreUnavailable(self._reason)
            try:
                self._connection = self._database.connect()
            except self._database.faults as fault:
                unavailable = self._unavailable(fault)
                self._down_until = time.monotonic() + DOWN_FOR
                self._reason = str(unavailable)
                raise unavailable from fault
        return self._connection

    def _roll_back(self, connection: Connection) -> None:
        try:
            connection.rollback()
        except self._database.faults:
            self.close()

    @staticmethod
    def _unavailable(fault: BaseException) -> StoreUnavailable:
        lines = str(fault).splitlines() or [type(fault).__name__]
        return StoreUnavailable(f"The job database cannot be used: {lines[0]}")


class _Retryable(Exception):
    """The transaction failed before anything could have been committed."""

    def __init__(self, cause: Exception) -> None:
        super().__init__(cause)
        self.cause = cause


@dataclass(frozen=True, slots=True, eq=False)
class _Call:
    work: Callable[[Transaction], Any]
    ended: Future[Any] = field(default_factory=Future)


class OwnedLink:
    """A link in a thread of its own, for callers on the event loop.

    Calls that wait for their turn together share one transaction: a hundred deliveries at once
    cost a few waits for the disk, not a hundred.
    """

    def __init__(self, database: Database) -> None:
        self._link = Link(database)
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="assay-jobs")
        self._waiting: deque[_Call] = deque()

    async def call(self, work: Callable[[Transaction], Result]) -> Result:
        """Do work in a transaction, in the owning thread.

        Args:
            work: May be begun more than once, but what it did is committed once at most.

        Raises:
            StoreUnavailable: The database cannot be used, or the work did not get its turn in
                time; it was not begun then, and will not be.
        """
        call = _Call(work)
        self._waiting.append(call)
        self._thread.submit(self._serve)
        ended: asyncio.Future[Result] = asyncio.wrap_future(call.ended)
        ended.add_done_callback(lambda future: future.cancelled() or future.exception())
        done, _ = await asyncio.wait({ended}, timeout=QUEUE_PATIENCE)
        if not done and call.ended.cancel():
            raise StoreUnavailable("The job database is too slow: the queue for it is too long")
        return await asyncio.shield(ended)

    async def close(self) -> None:
        """Drop the connection and end the thread. No call may follow."""
        await asyncio.wrap_future(self._thread.submit(self._link.close))
        self._thread.shutdown(wait=False)

    def _serve(self) -> None:
        calls: list[_Call] = []
        while self._waiting and len(calls) < TOGETHER:
            call = self._waiting.popleft()
            if call.ended.set_running_or_notify_cancel():
                calls.append(call)
        if not calls:
            return
        try:
            results = self._link.run(lambda tx: [call.work(tx) for call in calls])
        except StoreUnavailable as fault:
            for call in calls:
                told = StoreUnavailable(str(fault))
                told.__cause__ = fault
                call.ended.set_exception(told)
        except Exception:
            # One of them is at fault, and the others must not pay for it.
            for call in calls:
                self._serve_alone(call)
        else:
            for call, result in zip(calls, results, strict=True):
                call.ended.set_result(result)

    def _serve_alone(self, call: _Call) -> None:
        try:
            call.ended.set_result(self._link.run(call.work))
        except Exception as error:
            call.ended.set_exception(error)
