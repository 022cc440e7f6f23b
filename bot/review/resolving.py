"""Resolves review threads, and opens them again, where the installation allows it.

An app needs ``contents: write`` for that (github/gh-aw#35726), which a review needs for nothing
else. So the token for it is one of its own, asked for when there is a thread to resolve; the rest
of a review goes without. An installation that does not grant it is not asked again for an hour. A
thread that stays open is never a failure: its comment says that the finding is fixed.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence

from cachetools import TTLCache

from bot.github import reviews
from bot.github.port import RepositoryAPI
from bot.github.reviews import Edit
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

    async def settle(
        self,
        installation: int,
        target: Target,
        threads: Mapping[str, bool],
        edits: Sequence[Edit],
    ) -> list[Edit]:
        """Resolve (True) and open again (False), and with it change comments; those that are left.

        Where threads may not be resolved, or there are none, all edits are left.
        """
        if not threads or installation in self._refused:
            return list(edits)
        api = await self._repository(installation, target.repository_id)
        done = await reviews.settle(api, threads, [one for one in edits if one.node_id])
        if not done.resolved:
            log.info("the installation does not let threads be resolved")
            self._refused[installation] = True
        changed = {one.id for one in edits if one.node_id} - {one.id for one in done.left}
        return [one for one in edits if one.id not in changed]


class Resolver:
    """Resolves the threads of one review."""

    def __init__(self, abilities: Abilities, installation: int) -> None:
        self._abilities = abilities
        self._installation = installation

    async def settle(
        self, target: Target, threads: Mapping[str, bool], edits: Sequence[Edit]
    ) -> list[Edit]:
        """Resolve (True) and open again (False) these threads, where that is allowed.

        The comments are changed with the same request, the words after the thread, because they
        say what was done with it. Those that are left were not changed.
        """
        return await self._abilities.settle(self._installation, target, threads, edits)
