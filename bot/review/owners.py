"""The owner's configuration where only another token reaches it, remembered for some minutes.

The first query of a review reads the owner's repository ``.github`` where everybody may read it. A
private one is read here, with a token for it alone: two requests in ten minutes, not one a review.
It holds for private repositories only: what a public one's check run says of its settings,
everybody reads.
"""

from __future__ import annotations

import asyncio
import dataclasses
import logging
import time
from collections.abc import Callable
from typing import Protocol

from cachetools import LRUCache, TTLCache

from bot.github.faults import GiveUp, OurBug
from bot.github.opening import SHARED
from bot.review.opened import MAX_CONFIGURATION_BYTES, Opened
from checks.configuration import PATH, Layer

log = logging.getLogger(__name__)

HOLDS = 600.0
"""Seconds for which an answer is believed, that there is nothing included."""
_MOST = 10_000


class Shelf(Protocol):
    """Reads from repositories by name: :class:`bot.github.app.GitHubApp`."""

    async def shared_file(self, installation: int, name: str, path: str) -> bytes | None:
        """A file of the installation's repository of that name; None when it is not there."""


class Owners:
    """What owners wish by default. One value per process."""

    def __init__(self, shelf: Shelf, *, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._shelf = shelf
        self._known: TTLCache[int, bytes | None] = TTLCache(_MOST, HOLDS, timer=monotonic)
        self._asking: LRUCache[int, asyncio.Lock] = LRUCache(_MOST)

    async def complete(self, opened: Opened) -> Opened:
        """The same with the owner's file, if there is one that the first query could not read.

        Raises:
            RetryNow, RetryLater: GitHub is in passing trouble or sets a limit.
        """
        owner, _, name = opened.repository.partition("/")
        if opened.files.shared is not None or not opened.private or name.lower() == SHARED:
            return opened
        text = await self._text(opened.installation)
        if text is None:
            return opened
        layer = Layer(text, f"`{PATH}` of `{owner}/{SHARED}`", inherited=True)
        return dataclasses.replace(opened, files=dataclasses.replace(opened.files, shared=layer))

    async def _text(self, installation: int) -> bytes | None:
        lock = self._asking.setdefault(installation, asyncio.Lock())
        async with lock:
            if installation not in self._known:
                self._known[installation] = await self._ask(installation)
            return self._known.get(installation)

    async def _ask(self, installation: int) -> bytes | None:
        try:
            text = await self._shelf.shared_file(installation, SHARED, PATH)
        except (GiveUp, OurBug) as fault:
            log.info("the owner's configuration cannot be read: %s", fault)
            return None
        return text if text is None or len(text) <= MAX_CONFIGURATION_BYTES else None
