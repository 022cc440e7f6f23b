"""Is it alive, can it work, what does it count: ``/healthz``, ``/readyz``, ``/metrics``.

What these say is for operators and may be read by anybody who can reach the port: no secret, no
repository's name.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from bot.github.faults import GitHubFault
from bot.jobs import JobEngine, StoreUnavailable
from bot.metrics import Metrics

log = logging.getLogger(__name__)

PROBE_SECONDS = 5.0
"""How long a part may take to answer before it counts as not working."""


@dataclass(frozen=True, slots=True)
class Readiness:
    """Which part works: None, or what is wrong with it."""

    database: str | None
    github: str | None

    @property
    def ready(self) -> bool:
        """Whether all parts do."""
        return self.database is None and self.github is None

    def report(self) -> dict[str, str]:
        """For JSON."""
        return {
            "status": "ready" if self.ready else "not ready",
            "database": self.database or "ok",
            "github": self.github or "ok",
        }


class Health:
    """Looks at the parts that the bot stands on.

    ``verify`` proves the credentials to GitHub, and is cheap to ask often
    (:meth:`bot.github.app.GitHubApp.verify`).
    """

    def __init__(
        self, engine: JobEngine, verify: Callable[[], Awaitable[object]], metrics: Metrics
    ) -> None:
        self._engine = engine
        self._verify = verify
        self._metrics = metrics

    async def readiness(self) -> Readiness:
        """Ask both parts at the same time."""
        database, github = await asyncio.gather(self._database(), self._github())
        return Readiness(database, github)

    async def _database(self) -> str | None:
        try:
            async with asyncio.timeout(PROBE_SECONDS):
                await self._engine.ping()
        except (StoreUnavailable, TimeoutError) as error:
            # The details may hold the address of the database: they are for the log.
            log.warning("the database is not reachable: %s", str(error) or "it does not answer")
            return "not reachable; the log says why"
        return None

    async def _github(self) -> str | None:
        try:
            async with asyncio.timeout(PROBE_SECONDS):
                await self._verify()
        except GitHubFault as fault:
            return str(fault)
        except TimeoutError:
            return "GitHub does not answer"
        return None

    async def metrics(self) -> bytes:
        """The Prometheus text, with the queue as it stands now (or as it last stood)."""
        try:
            async with asyncio.timeout(PROBE_SECONDS):
                self._metrics.queue(await self._engine.stats())
        except (StoreUnavailable, TimeoutError) as error:
            log.warning("the jobs could not be counted: %s", str(error) or "no answer")
        return self._metrics.render()
