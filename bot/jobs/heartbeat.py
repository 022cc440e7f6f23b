"""The threads beside a worker: one renews its leases, one listens for jobs of other processes.

They have connections of their own, and do not need the event loop: a handler that holds it up for
some seconds does not lose its job.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable

from bot.jobs.backoff import Policy
from bot.jobs.database import Database, Link, Transaction
from bot.jobs.port import StoreUnavailable


class Heartbeat:
    """Renews a worker's leases until it is stopped or the event loop is stuck for good."""

    def __init__(
        self,
        database: Database,
        renew: Callable[[Transaction], None],
        policy: Policy,
        wake: Callable[[], None],
    ) -> None:
        self._database = database
        self._renew = renew
        self._every = policy.lease.total_seconds() / 3
        self._stall_limit = policy.stall_limit.total_seconds()
        self._wake = wake
        self._stop = threading.Event()
        self._alive_at = time.monotonic()
        self._threads = (
            threading.Thread(target=self._beat, name="assay-heartbeat", daemon=True),
            threading.Thread(target=self._listen, name="assay-listen", daemon=True),
        )

    def start(self) -> None:
        """Start the threads."""
        for thread in self._threads:
            thread.start()

    def loop_is_alive(self) -> None:
        """Say that the event loop still turns."""
        self._alive_at = time.monotonic()

    async def stop(self) -> None:
        """Stop the threads and wait for them, for as long as a database call may take."""
        self._stop.set()
        for thread in self._threads:
            if thread.ident is not None:
                await asyncio.to_thread(thread.join, 10)

    def _beat(self) -> None:
        link = Link(self._database)
        pause = self._every
        while not self._stop.wait(pause):
            if time.monotonic() - self._alive_at > self._stall_limit:
                continue
            try:
                link.run(self._renew)
                pause = self._every
            except StoreUnavailable:
                pause = self._every / 5
        link.close()

    def _listen(self) -> None:
        self._database.watch(self._wake_safely, self._stop)

    def _wake_safely(self) -> None:
        # The loop may have been closed while a notification was under way.
        if not self._stop.is_set():
            self._wake()
