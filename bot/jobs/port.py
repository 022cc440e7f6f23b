"""The port of the job engine: what the bot asks of it, whichever database is behind it.

What an engine promises:

* A job is durable when :meth:`JobEngine.enqueue` has returned.
* Jobs of one lane run one at a time, the oldest first (a higher ``priority`` before that); at
  most a fixed number of one group run at once. A job that waits for its retry does not hold up a
  younger job of its lane.
* Every job that was ever started ends with a call of its handler that returned normally. When a
  job may no longer do its work, because a newer one supersedes it or because it failed too often,
  the handler is called with :attr:`Job.ending` set: it only tidies up then.
* A worker that dies loses its jobs to another one within a bounded time. No engine can take back
  a side effect: ask :meth:`JobEngine.still_current` right before one, and make it idempotent.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Protocol

SUPERSEDED = "superseded"
"""The :attr:`Job.ending` of a job that a newer one replaced."""


@dataclass(frozen=True, slots=True)
class NewJob:
    """A job to be stored."""

    kind: str
    payload: Mapping[str, Any]
    """JSON values only."""
    dedupe: str | None = None
    """Usually the delivery id. A job is refused while, or after, one of the same id is waiting,
    running or done; after one that failed for good, it is taken."""
    lane: str = ""
    """Jobs of one lane run one after the other: "installation:repository:pull request"."""
    group: str = ""
    """Jobs of one group share a limit: the installation."""
    supersede: bool = False
    """Older jobs of the same kind and lane are no longer wanted."""
    not_before: datetime | None = None
    priority: int = 0


@dataclass(frozen=True, slots=True)
class Job:
    """A job in a handler's hands."""

    id: int
    kind: str
    payload: Mapping[str, Any]
    attempt: int
    """Counted from 1; a restart after a crash counts."""
    lane: str
    group: str
    created_at: datetime
    ending: str | None = None
    """Set when the work is no longer wanted or was given up, with the reason in plain words
    ("superseded", "failed 5 times: …"): only tidy up."""
    fence: int = 0
    """Grows with every claim: an engine refuses what a worker with an old one says."""


@dataclass(frozen=True, slots=True)
class QueueStats:
    """How the queue stands, for ``/metrics`` and ``assay jobs``."""

    waiting: int = 0
    running: int = 0
    failed: int = 0
    done: int = 0
    oldest_waiting: timedelta = field(default_factory=timedelta)


class RetryAt(Exception):
    """Raised by a handler: run this job again at that time; it does not count as a failure."""

    def __init__(self, when: datetime, reason: str) -> None:
        super().__init__(f"{reason}; again at {when:%Y-%m-%d %H:%M:%S%z}")
        self.when = when
        self.reason = reason


class Permanent(Exception):
    """Raised by a handler: this job can never succeed. Its ending runs next."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class StoreUnavailable(Exception):
    """The database cannot be reached or written: nothing was stored."""


Handler = Callable[[Job], Awaitable[None]]
"""Does a job. Returning means done; raising anything but :class:`RetryAt` and
:class:`Permanent` means another try after an exponential, jittered pause, up to a cap."""


class JobEngine(Protocol):
    """A durable queue."""

    async def open(self) -> None:
        """Connect, create or migrate the schema. Raises :class:`StoreUnavailable`."""

    async def close(self) -> None:
        """Let go of the database."""

    async def ping(self) -> None:
        """Return when the database answers. Raises :class:`StoreUnavailable`."""

    async def enqueue(self, job: NewJob) -> bool:
        """Store a job in one transaction; False when it is a duplicate.

        Raises :class:`StoreUnavailable`: nothing was stored.
        """

    async def run(
        self,
        handlers: Mapping[str, Handler],
        *,
        concurrency: int,
        stop: asyncio.Event,
        grace: timedelta,
    ) -> None:
        """Work until ``stop`` is set; then let jobs finish for ``grace``, hand back the rest.

        Returns only then: an outage of the database is waited out.
        """

    async def still_current(self, job: Job) -> bool:
        """Whether the job is still ours to do: not superseded, its lease not lost."""

    async def stats(self) -> QueueStats:
        """Count the jobs."""

    async def purge(self, age: timedelta) -> int:
        """Forget finished jobs and delivery ids older than ``age``; how many were forgotten."""
