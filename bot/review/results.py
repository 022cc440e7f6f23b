"""Reports on files from earlier reviews: which of them still hold, and what they depend on.

Pure, over the texts of a change. A report holds as long as everything that the analysis of the
file could look at is the same: its own text before and after and what of it is new, the settings,
the files of the change that it can see (:mod:`checks.languages.python.linking`), the folders it
searched, and what stands at the paths of the repository that were asked for. Kept in memory only:
the code that made a report is then the code that runs, and a restart costs an analysis.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field

import msgspec
from cachetools import LRUCache

from checks.languages.paths import generated_by_text, language_of
from checks.languages.python import gathering, linking
from checks.languages.python.index import EVERYWHERE, USERS
from checks.model import ChangedFile, FileReport, Settings
from checks.sandbox import batch

_OVERHEAD = 500
"""Bytes that an entry costs beside its report, about."""
_MAX_PULLS = 2_000
_PASSING = frozenset(
    {batch.TIME_LIMIT, batch.MEMORY_LIMIT, batch.CRASHED, batch.NOT_STARTED, batch.NOT_UNICODE}
)
"""Reasons for having not analysed a file that another run may not have."""
_PASSING_LIMITS = (
    gathering.NOT_READ,
    gathering.NO_TIME,
    "the base could not be compared",
    "check ",
    "zizmor: ",
)
"""How limits begin that come of time, of trouble, or of a defect of ours. That more was wished for
than a review may ask is none of them: the report says so, and what it says beside that stands."""

_encoder = msgspec.msgpack.Encoder(order="deterministic")
_reports = msgspec.msgpack.Decoder(FileReport)

Ids = Mapping[str, str]
"""By path, the blob's id; ``""`` where no file is. What is not known is not in it."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A report, and what it depends on beside its key."""

    report: bytes
    answers: tuple[tuple[str, str], ...]
    """Paths of the repository that were asked for, and the ids of what stood there."""
    scanned: tuple[tuple[str, bytes], ...]
    """What of the change was searched, and the digests of those files."""


@dataclass(frozen=True, slots=True)
class Last:
    """What a review looked at, as a guess at what the next one will."""

    asked: tuple[str, ...] = ()
    """Paths of the repository."""
    scanned: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """By file, what of the change was searched."""


class ResultCache:
    """A bounded cache of reports, shared by all reviews of a process.

    Entries are kept apart by installation and repository, like the texts.
    """

    def __init__(self, max_bytes: int = 32 * 1024 * 1024) -> None:
        self._kept: LRUCache[tuple[int, int, bytes], Kept] = LRUCache(max_bytes, getsizeof=_size_of)
        self._last: LRUCache[tuple[int, int, int], Last] = LRUCache(_MAX_PULLS)

    def get(self, installation: int, repository: int, key: bytes) -> Kept | None:
        """What is kept under a key."""
        return self._kept.get((installation, repository, key))

    def put(self, installation: int, repository: int, key: bytes, kept: Kept) -> None:
        """Keep a report; one that is larger than the whole cache is not kept."""
        if _size_of(kept) <= self._kept.maxsize:
            self._kept[installation, repository, key] = kept

    def last(self, installation: int, repository: int, pull: int) -> Last:
        """What the last review of a pull request looked at."""
        return self._last.get((installation, repository, pull), Last())

    def remember(self, installation: int, repository: int, pull: int, last: Last) -> None:
        """Remember what the review of a pull request looked at."""
        self._last[installation, repository, pull] = last


class Change:
    """The files of a change, and what the report on each depends on."""

    def __init__(self, files: Sequence[ChangedFile], settings: Settings) -> None:
        self.files = {one.path: one for one in files}
        self._heads = {one.path: _appearance(one) for one in files}
        python = {
            one.path: one.head
            for one in files
            if not one.deleted and language_of(one.path, one.head) == "python"
        }
        self._links = linking.Links(python)
        self._hints = _hints([path for path in self.files if path not in python], python)
        folders = sorted({path.rpartition("/")[0] for path in self.files})
        self._common = _digest(_encoder.encode(settings), folders)

    @property
    def python(self) -> frozenset[str]:
        """The files that others of the change may look into."""
        return self._links.paths

    def sees(self, path: str) -> tuple[str, ...]:
        """The files that the analysis of a file may look into, itself first."""
        return self._links.reach(path) if path in self._links.paths else (path,)

    def key(self, path: str) -> bytes:
        """What the report on a file depends on, as far as it is known before the analysis."""
        file = self.files[path]
        seen = self.sees(path)
        hints = sorted({hint for one in seen for hint in self._hints.get(one, ())})
        return _digest(
            self._common,
            path,
            file.old_path,
            self._heads[path],
            None if file.base is None else _digest(file.base),
            file.added,
            file.generated,
            [(one, self._heads[one]) for one in seen],
            hints,
        )

    def scan(self, path: str, where: str) -> bytes:
        """A digest of the files that an analysis searched (:attr:`FileReport.scanned`)."""
        return _digest([(one, self._heads[one]) for one in self.within(path, where)])

    def report(self, path: str, kept: Kept, ids: Ids) -> FileReport | None:
        """The kept report, when what it depends on beside its key is still the same."""
        if any(ids.get(asked) != oid for asked, oid in kept.answers):
            return None
        if any(self.scan(path, where) != digest for where, digest in kept.scanned):
            return None
        return _reports.decode(kept.report)

    def keep(
        self,
        path: str,
        reports: Mapping[str, FileReport],
        ids: Ids,
        unasked: AbstractSet[str] = frozenset(),
    ) -> Kept | None:
        """What is to be kept of a report; None when another run may say something else.

        Args:
            path: of the file.
            reports: those on all files of the change.
            ids: what stood at the paths that were asked for.
            unasked: paths that were wished for, beyond what one review may ask.
        """
        seen = self.sees(path)
        if not is_unicode(path) or not all(lasts(reports[one]) for one in seen):
            return None
        asked = (asked for one in seen for asked in reports[one].asked if asked not in unasked)
        answers = {one: ids.get(one) for one in asked}
        found = tuple((one, oid) for one, oid in answers.items() if oid is not None)
        if len(found) < len(answers):
            return None
        report = reports[path]
        scanned = tuple((where, self.scan(path, where)) for where in report.scanned)
        return Kept(_encoder.encode(report), found, scanned)

    def blind(self, report: FileReport, given: frozenset[str]) -> bool:
        """Whether the analysis searched files that it was not given."""
        return any(
            not given.issuperset(self.within(report.path, where)) for where in report.scanned
        )

    def within(self, path: str, where: str) -> Sequence[str]:
        """The files of the change that are searched: :attr:`FileReport.scanned`."""
        if where == USERS:
            return self._links.users(path) if path in self._links.paths else ()
        every = sorted(self._links.paths)
        if where == EVERYWHERE:
            return every
        # The index names a folder with a slash at its end, and the root with nothing.
        return [one for one in every if one.rpartition("/")[0] == where.rstrip("/")]


def _appearance(file: ChangedFile) -> bytes:
    """All of a file that another one can see."""
    marked = file.base is not None and generated_by_text(file.base)
    return _digest(file.head, file.deleted, file.generated, marked)


def is_unicode(path: str) -> bool:
    """Whether a path can be sent to a worker: a stray byte of another encoding cannot."""
    try:
        path.encode()
    except UnicodeEncodeError:
        return False
    return True


def lasts(report: FileReport) -> bool:
    """Whether another run would say the same, as far as the time and the machine go."""
    return report.not_analysed not in _PASSING and not any(
        limit.startswith(_PASSING_LIMITS) for limit in report.limits
    )


def _hints(others: Sequence[str], python: Mapping[str, bytes]) -> dict[str, list[str]]:
    """By Python file, the other files whose name it says: they, too, tell where packages stand."""
    by_name: dict[bytes, list[str]] = {}
    for path in others:
        name = path.rpartition("/")[2].partition(".")[0].encode("utf-8", "surrogateescape")
        by_name.setdefault(name, []).append(path)
    names = frozenset(by_name)
    return {
        path: [other for name in linking.said(text, names) for other in by_name[name]]
        for path, text in python.items()
    }


def _size_of(kept: Kept) -> int:
    texts = [path for path, _ in kept.answers] + [folder for folder, _ in kept.scanned]
    return _OVERHEAD + len(kept.report) + sum(len(text) + 150 for text in texts)


def _digest(*parts: object) -> bytes:
    digest = hashlib.blake2b(digest_size=16)
    for part in parts:
        data = part if isinstance(part, bytes) else repr(part).encode("utf-8", "surrogatepass")
        digest.update(b"%d %d:" % (isinstance(part, bytes), len(data)) + data)
    return digest.digest()
