"""The texts of files in a commit, with few calls and within bounds.

First the cache, then GraphQL in batches, then REST blob by blob for what GraphQL cut, recoded or
calls binary, and for everything where GraphQL does not work. Symbolic links and submodules are
told from files by their mode and never followed. What is not read comes back with the reason.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from bot.github import blobs
from bot.github.blobs import Entry, Mode
from bot.github.faults import GitHubFault, GiveUp, OurBug, RetryLater
from bot.github.port import RepositoryAPI
from bot.review.cache import Places, TextCache

MAX_FILE_BYTES = 10_000_000
MAX_REVIEW_BYTES = 20_000_000
_BATCH = 50
"""Files a query. GraphQL gives up to 512 KB of each and must answer within 10 s; a batch that it
cannot answer is halved."""
_SMALLEST_BATCH = 10
_PARALLEL = 6
"""REST reads at once: far below GitHub's limit of 100, which all reviews share."""

LINK = "symbolic link (links are not followed)"
SUBMODULE = "submodule"
NO_FILE = "not a file"
BINARY = "binary"
NUL_BYTES = "binary (it holds NUL bytes)"
GONE = "no longer in the commit"
NOT_TEXT = frozenset({LINK, SUBMODULE, NO_FILE, BINARY, NUL_BYTES, GONE})
"""Reasons that say that there is no text, rather than that it was not read."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A file whose text is wanted."""

    path: str
    oid: str | None = None
    """The blob's id, as far as it is known."""
    binary: bool = False
    """Whether the diff shows no lines, as it does for binary files."""


@dataclass(frozen=True, slots=True)
class Source:
    """Where texts come from, for one review."""

    api: RepositoryAPI
    repository: str
    """``owner/name``."""
    repository_id: int
    installation: int
    cache: TextCache

    @property
    def places(self) -> Places:
        """What stood at the paths of commits."""
        return self.cache.places

    def learn(self, commit: str, paths: Sequence[str], entries: Sequence[Entry | None]) -> None:
        """Remember what stands at some paths of a commit."""
        for path, entry in zip(paths, entries, strict=True):
            oid = entry.oid if entry is not None and entry.is_file else ""
            self.places.put(self.installation, self.repository_id, commit, path, oid)


@dataclass(slots=True)
class Texts:
    """What one call of :func:`read` found, by path."""

    found: dict[str, bytes] = field(default_factory=dict)
    unread: dict[str, str] = field(default_factory=dict)
    """The reason, in a few words."""


async def read(
    source: Source,
    commit: str,
    wanted: Sequence[Wanted],
    *,
    budget: int = MAX_REVIEW_BYTES,
    also: Sequence[str] = (),
) -> Texts:
    """Read the wanted files of a commit: every one of them is then found or unread.

    Args:
        source: the repository, and the cache before it.
        commit: a commit that the repository or one of its forks holds.
        wanted: the files, the most important first.
        budget: bytes that may be read in all.
        also: paths of the commit whose blobs' ids are asked for along with the first texts, if
            texts are asked for at all: :attr:`Source.places` has them then.

    Raises:
        RetryNow, RetryLater: GitHub is in passing trouble or sets a limit.
    """
    reading = _Reading(source, commit, budget, also)
    left = [one for one in wanted if not reading.take_cached(one)]
    rest = await reading.by_graphql(left)
    await reading.by_rest(rest)
    return reading.texts


@dataclass(slots=True)
class _Reading:
    source: Source
    commit: str
    budget: int
    also: Sequence[str] = ()
    texts: Texts = field(default_factory=Texts)

    def take_cached(self, wanted: Wanted) -> bool:
        """Whether the file was in the cache."""
        source = self.source
        if wanted.oid is None:
            return False
        text = source.cache.get(source.installation, source.repository_id, wanted.oid)
        if text is None:
            return False
        self.accept(wanted.path, wanted.oid, text)
        return True

    def accept(self, path: str, oid: str, text: bytes) -> None:
        """Take a text, if it is one and the bounds allow it."""
        if len(text) > self.budget:
            self.texts.unread[path] = _past_budget()
            return
        self.budget -= len(text)
        if b"\0" in text:
            self.texts.unread[path] = NUL_BYTES
            return
        self.texts.found[path] = text
        source = self.source
        source.cache.put(source.installation, source.repository_id, oid, text)

    def refuse(self, wanted: Wanted, entry: Entry) -> str | None:
        """Why what stands at the path is not read; None when it may be."""
        if entry.mode == Mode.SYMLINK:
            return LINK
        if entry.mode == Mode.SUBMODULE:
            return SUBMODULE
        if not entry.is_file:
            return NO_FILE
        if entry.size > MAX_FILE_BYTES:
            return f"larger than {MAX_FILE_BYTES // 1_000_000} MB"
        if entry.size > self.budget:
            return _past_budget()
        # Two guesses that agree: git's own, which the diff shows, and GitHub's.
        if entry.binary and wanted.binary:
            return BINARY
        return None

    async def by_graphql(self, wanted: Sequence[Wanted]) -> list[tuple[Wanted, Entry | None]]:
        """Read in batches; what is left for REST, with what is known of it."""
        left: list[tuple[Wanted, Entry | None]] = []
        size, position = _BATCH, 0
        while position < len(wanted):
            batch = wanted[position : position + size]
            if self.budget <= 0:
                self.texts.unread |= {one.path: _past_budget() for one in batch}
                position += len(batch)
                continue
            also = () if position else self.also
            try:
                entries = await blobs.entries(
                    self.source.api,
                    self.source.repository,
                    self.commit,
                    [one.path for one in batch],
                    without_text=also,
                )
            except RetryLater:
                raise
            except GitHubFault as fault:
                if isinstance(fault, GiveUp | OurBug) or len(batch) <= _SMALLEST_BATCH:
                    return left + [(one, None) for one in wanted[position:]]
                size = max(_SMALLEST_BATCH, len(batch) // 2)
                continue
            position += len(batch)
            self.source.learn(self.commit, also, entries[len(batch) :])
            left += self._sort(zip(batch, entries[: len(batch)], strict=True))
        return left

    def _sort(
        self, answers: Iterable[tuple[Wanted, Entry | None]]
    ) -> list[tuple[Wanted, Entry | None]]:
        left: list[tuple[Wanted, Entry | None]] = []
        for wanted, entry in answers:
            if entry is None:
                # Unless its path cannot be said in UTF-8: then the id leads to it.
                left.append((wanted, None))
            elif reason := self.refuse(wanted, entry):
                self.texts.unread[wanted.path] = reason
            elif entry.text is not None:
                self.accept(wanted.path, entry.oid, entry.text)
            else:
                left.append((wanted, entry))
        return left

    async def by_rest(self, wanted: Sequence[tuple[Wanted, Entry | None]]) -> None:
        """Read blob by blob; the tree is asked first for the modes that are not known."""
        tree: dict[str, Entry] = {}
        if any(entry is None for _, entry in wanted):
            try:
                tree = await blobs.tree(self.source.api, self.source.repository, self.commit)
            except (GiveUp, OurBug):
                # The file list has the ids all the same.
                tree = {}
        limit = asyncio.Semaphore(_PARALLEL)

        async def one(file: Wanted, entry: Entry | None) -> None:
            async with limit:
                await self._by_rest(file, entry or tree.get(file.path))

        try:
            async with asyncio.TaskGroup() as group:
                for file, entry in wanted:
                    group.create_task(one(file, entry))
        except ExceptionGroup as faults:
            # The first one decides when the review is tried again.
            raise faults.exceptions[0] from None

    async def _by_rest(self, wanted: Wanted, entry: Entry | None) -> None:
        # A tree that was cut off may lack the entry; the file list may have the id all the same.
        oid = entry.oid if entry is not None else wanted.oid
        if oid is None:
            self.texts.unread[wanted.path] = GONE
            return
        if entry is not None and (reason := self.refuse(wanted, entry)):
            self.texts.unread[wanted.path] = reason
            return
        try:
            text = await blobs.blob(self.source.api, self.source.repository, oid)
        except (GiveUp, OurBug) as fault:
            status = f" ({fault.status})" if fault.status else ""
            self.texts.unread[wanted.path] = f"GitHub did not give its text{status}"
            return
        if len(text) > MAX_FILE_BYTES:
            self.texts.unread[wanted.path] = f"larger than {MAX_FILE_BYTES // 1_000_000} MB"
            return
        self.accept(wanted.path, oid, text)


def _past_budget() -> str:
    return f"past the {MAX_REVIEW_BYTES // 1_000_000} MB that one review reads"
