"""Texts of blobs that were read before, so that a second push pays only for what changed.

A blob's id is the hash of its bytes, so an entry can never be stale. Entries are kept apart by
installation and repository: nothing read with one token is ever shown to the holder of another.
"""

from __future__ import annotations

from cachetools import LRUCache

_OVERHEAD = 200
"""Bytes that an entry costs beside its text, about."""


class TextCache:
    """A bounded cache of blobs, shared by all reviews of a process."""

    def __init__(self, max_bytes: int = 64 * 1024 * 1024) -> None:
        self._texts: LRUCache[tuple[int, int, str], bytes] = LRUCache(
            max_bytes, getsizeof=lambda text: len(text) + _OVERHEAD
        )

    def get(self, installation: int, repository: int, oid: str) -> bytes | None:
        """The blob's bytes, if they are here."""
        return self._texts.get((installation, repository, oid))

    def put(self, installation: int, repository: int, oid: str, text: bytes) -> None:
        """Keep a blob's bytes; one that is larger than the whole cache is not kept."""
        if len(text) + _OVERHEAD <= self._texts.maxsize:
            self._texts[installation, repository, oid] = text
