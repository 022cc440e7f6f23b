"""Resolves review threads, and opens them again, where the installation allows it.

An app needs ``contents: write`` for that (github/gh-aw#35726), which a review needs for nothing
else. So the token for it is one of its own, asked for when there is a thread to resolve; the rest
of a review goes without. An installation that does not grant it is not asked again for an hour. A
thread that stays open is never a failure: its comment says that the finding is fixed.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Mapping

from cachetools import TTLCache

from bot.github import reviews
from bot.github.faults import GiveUp, OurBug
from bot.github.port import RepositoryAPI
from bot.review.runs import Target

log = logging.getLogger(__name__)

OpenRepository = Callable[[int, int], Awaitable[RepositoryAPI]]
"""GitHub with the right to resolve threads: (installation id, repository id)."""

_MOST_INSTALLATIONS = 10_000
_HOLDS = 3_600.0


class Abilities:
    """Which installations let threads be resolved, as far as it was tried lately."""

    def __init__(self, repository: OpenRepository) -> None:
        self._repository = repository
        self._refused: TTLCache[int, bool] = TTLCache(_MOST_INSTALLATIONS, _HOLDS)

    def of(self, installation: int) -> Resolver:
        """What one review resolves threads with."""
        return Resolver(self, installation)

    async def resolve(self, installation: int, target: Target, threads: Mapping[str, bool]) -> int:
        """Resolve (True) and open again (False); how many requests it took."""
        if not threads or installation in self._refused:
            return 0
        api = await self._repository(installation, target.repository_id)
        try:
            await reviews.set_resolved(api, threads)
        except (GiveUp, OurBug) as fault:
            # A thread that is gone is no reason to give up on the others of this installation.
            log.info("threads are not resolved: %s", fault)
            if "could not resolve to" not in f"{fault} {fault.detail}".lower():
                self._refused[installation] = True
        return api.calls


class Resolver:
    """Resolves the threads of one review."""

    def __init__(self, abilities: Abilities, installation: int) -> None:
        self._abilities = abilities
        self._installation = installation
        self.calls = 0
        """How many requests it took so far."""

    async def carry_out(self, target: Target, threads: Mapping[str, bool]) -> None:
        """Resolve (True) and open again (False) these threads, where that is allowed."""
        self.calls += await self._abilities.resolve(self._installation, target, threads)
