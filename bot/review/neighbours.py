"""Files of the repository beside the change, for the analysis that asks for them.

That what an earlier review asked for is still the same is told by blob ids alone.

One GraphQL query a question, at the head commit; what does not fit into one (texts that GraphQL
cuts or recodes, a server without it) over REST, a few files a review. Blobs come from the cache
where they can. Links, submodules and folders are no files. What is not read is left out, and the
analysis says so.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence

from bot.github import blobs
from bot.github.blobs import Entry
from bot.github.faults import GiveUp, OurBug
from bot.review.texts import Source
from checks.repository import Bounds

REST_FILES = 8
"""Blobs that one review reads one by one."""

MAX_IDS = 400
"""Paths of which the blob's id is asked for: one query has room for them."""

_PARALLEL = 4


class Neighbours:
    """The lookup of one review: see :class:`checks.sandbox.AsyncLookup`."""

    def __init__(self, source: Source, commit: str) -> None:
        self._source = source
        self._commit = commit
        self._places = source.places
        self.asked: set[str] = set()
        """The paths that were asked for, answered or not."""
        self._rest_left = REST_FILES
        self._largest = Bounds().file_bytes
        self._tree: dict[str, Entry] | None = None
        """Once GraphQL did not answer."""

    async def __call__(self, paths: Sequence[str], /) -> Mapping[str, bytes | None]:
        """The texts of these paths in the head.

        Raises:
            RetryNow, RetryLater: GitHub is in passing trouble or sets a limit.
        """
        found: dict[str, bytes | None] = {}
        self.asked.update(paths)
        asked = [path for path in paths if not self._recall(path, found)]
        if asked:
            left = self._accept(await self._entries(asked), found)
            await self._read_blobs(left, found)
        return found

    def known(self, paths: Iterable[str]) -> Mapping[str, str]:
        """The ids of the blobs at these paths of the head, as far as they are known.

        ``""`` where no file is.
        """
        found = ((path, self._place(path)) for path in paths)
        return {path: oid for path, oid in found if oid is not None}

    async def ids(self, paths: Sequence[str]) -> Mapping[str, str]:
        """The same, with one query for those that are not known.

        Raises:
            RetryNow, RetryLater: GitHub is in passing trouble or sets a limit.
        """
        missing = [path for path in paths if self._place(path) is None]
        if 0 < len(missing) <= MAX_IDS:
            api, repository = self._source.api, self._source.repository
            try:
                entries = await blobs.entries(
                    api, repository, self._commit, (), without_text=missing
                )
            except (GiveUp, OurBug):
                return self.known(paths)
            self._source.learn(self._commit, missing, entries)
        return self.known(paths)

    def _place(self, path: str) -> str | None:
        source = self._source
        return self._places.get(source.installation, source.repository_id, self._commit, path)

    def _recall(self, path: str, found: dict[str, bytes | None]) -> bool:
        """Whether the caches know what stands at the path."""
        source = self._source
        oid = self._place(path)
        if oid is None:
            return False
        text = source.cache.get(source.installation, source.repository_id, oid) if oid else None
        if oid and text is None:
            return False
        found[path] = text
        return True

    async def _entries(self, paths: Sequence[str]) -> dict[str, Entry | None]:
        api, repository = self._source.api, self._source.repository
        if self._tree is None:
            try:
                entries = await blobs.entries(api, repository, self._commit, paths)
            except (GiveUp, OurBug):
                self._tree = await blobs.tree(api, repository, self._commit)
            else:
                return dict(zip(paths, entries, strict=True))
        return {path: self._tree.get(path) for path in paths}

    def _accept(
        self, entries: Mapping[str, Entry | None], found: dict[str, bytes | None]
    ) -> list[tuple[str, str]]:
        """Take what is there; paths and blobs that have to be read one by one are left."""
        left = []
        for path, entry in entries.items():
            self._source.learn(self._commit, [path], [entry])
            if entry is None or not entry.is_file:
                found[path] = None
            elif entry.text is not None:
                self._keep(path, entry.oid, entry.text, found)
            elif entry.size <= self._largest and not entry.binary:
                left.append((path, entry.oid))
        return left

    async def _read_blobs(
        self, wanted: Sequence[tuple[str, str]], found: dict[str, bytes | None]
    ) -> None:
        taken = wanted[: self._rest_left]
        self._rest_left -= len(taken)
        limit = asyncio.Semaphore(_PARALLEL)

        async def read(path: str, oid: str) -> None:
            source = self._source
            text = source.cache.get(source.installation, source.repository_id, oid)
            if text is None:
                async with limit:
                    text = await blobs.blob(source.api, source.repository, oid)
            self._keep(path, oid, text, found)

        try:
            async with asyncio.TaskGroup() as group:
                for path, oid in taken:
                    group.create_task(read(path, oid))
        except ExceptionGroup as faults:
            # The first one says as much as all of them.
            raise faults.exceptions[0] from None

    def _keep(self, path: str, oid: str, text: bytes, found: dict[str, bytes | None]) -> None:
        source = self._source
        source.cache.put(source.installation, source.repository_id, oid, text)
        found[path] = text
