"""Texts and places of blobs that were seen before: a second push pays only for what changed.

A blob's id is the hash of its bytes, and a commit does not change, so an entry can never be stale.
Entries are kept apart by installation and repository: nothing read with one token is ever shown to
the holder of another.
"""

from __future__ import annotations

from cachetools import LRUCache

_OVERHEAD = 200
"""Bytes that an entry costs beside its text, about."""
_PLACES = 50_000
"""Remembered paths: some 10 MB."""


class Places:
    """What stood at the paths of commits, for all reviews of a process.

    A second look at a head asks nothing that the first one knew.
    """

    def __init__(self, size: int = _PLACES) -> None:
        self._blobs: LRUCache[tuple[int, int, str, str], str] = LRUCache(size)

    def get(self, installation: int, repository: int, commit: str, path: str) -> str | None:
        """The blob's id; ``""`` where no file is, None where that is not known."""
        return self._blobs.get((installation, repository, commit, path))

    def put(self, installation: int, repository: int, commit: str, path: str, oid: str) -> None:
        """Remember what stands at a path; ``""`` for no file."""
        self._blobs[installation, repository, commit, path] = oid


class TextCache:
    """A bounded cache of blobs, shared by all reviews of a process."""

    def __init__(self, max_bytes: int = 64 * 1024 * 1024, places: Places | None = None) -> None:
        self.places = places or Places()
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
