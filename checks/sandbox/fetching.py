"""Files of the repository for a worker that asks for them: what it may have, and from whom.

The worker is not trusted. It names paths and gets texts, of one repository, a few times and up to
a size; whatever else it asks for is the end of it. Each path is looked up once a batch, however
many workers the batch takes.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping, Sequence
from typing import Protocol

from checks.repository import Bounds, acceptable
from checks.sandbox.process import WorkerEnded

_log = logging.getLogger(__name__)

_SLACK = 2
"""How many times the bytes that the analysis takes are passed on to it: it takes by importance."""


class AsyncLookup(Protocol):
    """Reads files of the repository for a worker: :class:`checks.repository.Lookup`, awaited."""

    async def __call__(self, paths: Sequence[str], /) -> Mapping[str, bytes | None]:
        """The texts of these paths: ``None`` where no file is, no entry where it was not read."""


class Fetching:
    """The lookups of one batch."""

    def __init__(self, lookup: AsyncLookup | None, bounds: Bounds, seconds: float) -> None:
        """Prepare.

        Args:
            lookup: reads files; ``None`` when there are none to be had.
            bounds: how much a batch may ask for.
            seconds: how long a lookup may take; what is not there by then was not read.
        """
        self._lookup = lookup
        self.bounds = None if lookup is None else bounds
        self._bounds = bounds
        self._seconds = seconds
        self._known: dict[str, bytes | None] = {}
        self._calls_left = bounds.rounds
        self._asked = 0
        self._room = _SLACK * bounds.bytes

    def begin(self) -> None:
        """A worker begins with a piece of the batch."""
        self._asked = 0

    def stop(self) -> None:
        """Give nothing any more: what came before broke a worker, twice."""
        self._calls_left = 0
        self._known.clear()

    async def answer(self, paths: Sequence[str], end: float) -> dict[str, bytes | None]:
        """What a worker gets for these paths.

        Args:
            paths: as it asked for them.
            end: the loop's time at which it must have its answer.

        Raises:
            WorkerEnded: it may not ask that.
        """
        self._asked += 1
        allowed = (
            self._lookup is not None
            and self._asked <= self._bounds.rounds
            and len(paths) <= self._bounds.paths
            and all(map(acceptable, paths))
        )
        if not allowed:
            raise WorkerEnded("it asked for files that it may not have")
        fresh = [path for path in dict.fromkeys(paths) if path not in self._known]
        if fresh and self._calls_left > 0:
            self._calls_left -= 1
            self._keep(fresh, await self._read(fresh, end))
        return {path: self._known[path] for path in paths if path in self._known}

    async def _read(self, paths: Sequence[str], end: float) -> Mapping[str, bytes | None]:
        if self._lookup is None:
            return {}
        end = min(end, asyncio.get_running_loop().time() + self._seconds)
        try:
            async with asyncio.timeout_at(end):
                return await self._lookup(paths)
        except Exception as error:
            # The review goes on without, and says so.
            _log.warning("files of the repository were not read: %s", type(error).__name__)
            self._calls_left = 0
            return {}

    def _keep(self, paths: Sequence[str], texts: Mapping[str, bytes | None]) -> None:
        for path in paths:
            if path not in texts:
                continue
            text = texts[path]
            size = 0 if text is None else len(text)
            if size <= min(self._room, self._bounds.file_bytes):
                self._room -= size
                self._known[path] = text
