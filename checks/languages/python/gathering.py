"""Reads what the files of a change use from other files of the repository, within bounds.

Round by round: what the known modules use and do not know is turned into paths, those are asked
for all at once, and what comes is read and known in the next round. Equal input gives equal
results, whatever the order in which a lookup answers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from checks.languages.python import needs
from checks.languages.python.index import Index
from checks.languages.python.module import Module, read
from checks.languages.python.needs import FIXTURE, Need
from checks.languages.python.parse import Expired, never
from checks.languages.python.roots import Roots
from checks.repository import Bounds, Lookup, acceptable
from checks.text import SourceText

PAST_BOUNDS = "not all files that it imports were read: the limit of a review was reached"
NOT_READ = "not all files that it imports could be read"
NO_TIME = "not all files that it imports were read: time limit"
TOO_FAR = "its base classes were followed for {} steps only"


@dataclass(slots=True)
class Gathered:
    """The index of the change with what was read beside it."""

    index: Index
    limits: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """What each file of the change lacks, by path."""


@dataclass(slots=True)
class _Wish:
    """A path to ask for."""

    rank: int
    askers: dict[str, None] = field(default_factory=dict)
    """The files of the change for which it is."""


class _TimeIsOver(Exception):
    pass


def gather(
    modules: Sequence[Module],
    paths: Iterable[str],
    lookup: Lookup | None,
    bounds: Bounds,
    deadline: Callable[[], bool] = never,
) -> Gathered:
    """Index the modules of a change, and the files of the repository that they use.

    Args:
        modules: the change's Python files.
        paths: the paths of all its files: they tell where packages stand.
        lookup: reads other files; ``None`` when there are none to be had.
        bounds: how much may be asked for.
        deadline: tells that the time for a round is over.
    """
    if lookup is None or not modules:
        return Gathered(Index(modules))
    return _Gathering(modules, paths, lookup, bounds, deadline).run()


class _Gathering:
    def __init__(
        self,
        modules: Sequence[Module],
        paths: Iterable[str],
        lookup: Lookup,
        bounds: Bounds,
        deadline: Callable[[], bool],
    ) -> None:
        self._modules = modules
        known = list(paths)
        self._roots = Roots(known)
        self._asked = set(known)
        self._lookup = lookup
        self._bounds = bounds
        self._deadline = deadline
        self._context: list[Module] = []
        self._files = bounds.files
        self._bytes = bounds.bytes
        self._limits: dict[str, dict[str, None]] = {}
        self._index = Index(modules)
        self._calls: dict[str, list[Need]] = {}

    def run(self) -> Gathered:
        try:
            for number in range(self._bounds.rounds):
                if not self._round(guess=number == 0):
                    break
            else:
                self._look_ahead()
        except _TimeIsOver:
            self._lack((one.path for one in self._modules), NO_TIME)
        limits = {path: tuple(lines) for path, lines in self._limits.items()}
        return Gathered(self._index, limits)

    def _round(self, *, guess: bool) -> bool:
        """One call of the lookup; False when nothing came of it."""
        wishes = self._wishes(guess=guess)
        order = sorted(wishes, key=lambda path: (wishes[path].rank, -len(wishes[path].askers)))
        asked = order[: self._bounds.paths]
        for path in order[self._bounds.paths :]:
            self._lack(wishes[path].askers, PAST_BOUNDS)
        self._asked.update(order)
        if not asked:
            return False
        texts = self._lookup(asked)
        before = len(self._context)
        for path in asked:
            self._take(path, texts, wishes[path])
        if len(self._context) == before:
            return False
        self._index = Index(self._modules, self._context)
        return True

    def _take(self, path: str, texts: Mapping[str, bytes | None], wish: _Wish) -> None:
        if path not in texts:
            self._lack(wish.askers, NOT_READ)
            return
        text = texts[path]
        if text is None:
            return
        if not self._files or len(text) > self._bytes:
            self._lack(wish.askers, PAST_BOUNDS)
            return
        source = SourceText(text)
        if len(text) > self._bounds.file_bytes or source.too_large is not None:
            self._lack(wish.askers, NOT_READ)
            return
        self._files -= 1
        self._bytes -= len(text)
        self._roots.add(path)
        self._context.append(self._read(source, path))

    def _read(self, source: SourceText, path: str) -> Module:
        try:
            return read(source, path, self._deadline)
        except Expired:
            raise _TimeIsOver from None

    def _wishes(self, *, guess: bool) -> dict[str, _Wish]:
        wishes: dict[str, _Wish] = {}
        for module in self._modules:
            for path in needs.conftests(module):
                self._wish(wishes, path, FIXTURE, module)
        for module, need in self._needs():
            self._check_time()
            for name in needs.missing(need, self._index):
                for path in self._roots.candidates(name, need.importer, guess=guess):
                    self._wish(wishes, path, need.rank, module)
        return wishes

    def _wish(self, wishes: dict[str, _Wish], path: str, rank: int, module: Module) -> None:
        if path in self._asked or not acceptable(path):
            return
        wish = wishes.setdefault(path, _Wish(rank))
        wish.rank = min(wish.rank, rank)
        wish.askers[module.path] = None

    def _needs(self) -> Iterator[tuple[Module, Need]]:
        tables: needs.Tables = {}
        for module in self._modules:
            self._check_time()
            for need in needs.bases(module, self._index, tables):
                yield module, need
            for need in needs.fixtures(module, self._index):
                yield module, need
            if module.path not in self._calls:
                self._calls[module.path] = list(needs.calls(module))
            for need in self._calls[module.path]:
                yield module, need

    def _look_ahead(self) -> None:
        """Say so when the last round brought a base class whose own base was not asked for."""
        tables: needs.Tables = {}
        for module in self._modules:
            self._check_time()
            for need in needs.bases(module, self._index, tables):
                self._check_time()
                paths = (
                    path
                    for name in needs.missing(need, self._index)
                    for path in self._roots.candidates(name, need.importer, guess=False)
                )
                if any(path not in self._asked for path in paths):
                    self._lack([module.path], TOO_FAR.format(self._bounds.rounds))

    def _check_time(self) -> None:
        if self._deadline():
            raise _TimeIsOver

    def _lack(self, paths: Iterable[str], line: str) -> None:
        for path in paths:
            self._limits.setdefault(path, {}).setdefault(line)
