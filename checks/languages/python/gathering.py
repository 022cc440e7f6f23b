"""Reads what the files of a change use from other files of the repository, within bounds.

Round by round: what each module uses and does not know is turned into paths, those are asked for
all at once, and what comes is read and known to it in the next round. Equal input gives equal
results, whatever the order in which a lookup answers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from checks.languages.python import linking, needs
from checks.languages.python.index import Index
from checks.languages.python.module import Module, read
from checks.languages.python.needs import FIXTURE, Need
from checks.languages.python.parse import Expired, never
from checks.languages.python.roots import Roots
from checks.light import dataclass, field
from checks.repository import Bounds, Lookup, acceptable
from checks.text import SourceText

PAST_BOUNDS = "not all files that it imports were read: the limit of a review was reached"
NOT_READ = "not all files that it imports could be read"
NO_TIME = "not all files that it imports were read: time limit"
TOO_FAR = "its base classes were followed for {} steps only"


class Gathered:
    """What each Python file of a change may look into, with what was read beside the change."""

    def __init__(self, modules: Sequence[Module]) -> None:
        self._modules = tuple(modules)
        self._links = linking.Links({one.path: one.source.data for one in modules})
        self._by_path = {one.path: one for one in modules}
        self._context: dict[str, list[Module]] = {}
        self.asked: dict[str, dict[str, None]] = {}
        """By path, which paths of the repository were asked for on a file's behalf."""
        self.limits: dict[str, tuple[str, ...]] = {}
        """What each file of the change lacks, by path."""

    @property
    def index(self) -> Index:
        """An index of all that is known."""
        every = (one for ones in self._context.values() for one in ones)
        return Index(self._modules, dict.fromkeys(every))

    def near(self, path: str) -> list[Module]:
        """The modules of the change that a file may look into."""
        return [self._by_path[one] for one in self._links.reach(path)]

    def index_of(self, path: str) -> Index:
        """What the analysis of a file may look into."""
        if path not in self._by_path:
            return Index(change=self._modules)
        near = self.near(path)
        context = (other for one in near for other in self._context.get(one.path, ()))
        users = [self._by_path[one] for one in self._links.users(path)]
        return Index(near, dict.fromkeys(context), change=self._modules, users=users)

    def give(self, path: str, module: Module) -> None:
        """Let a file look into a file of the repository."""
        self._context.setdefault(path, []).append(module)

    def given(self, path: str) -> Sequence[Module]:
        """The files of the repository that were read on a file's behalf."""
        return self._context.get(path, ())


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
    """Tell what each module of a change may look into, and read what they use beside the change.

    What one file gets depends on the files that it sees (:mod:`.linking`), on what the repository
    holds at the paths that were asked for on their behalf, and on the folders of the change: never
    on another file, save where the bounds are reached, which is said.

    Args:
        modules: the change's Python files.
        paths: the paths of all its files: they tell where packages stand.
        lookup: reads other files; ``None`` when there are none to be had.
        bounds: how much may be asked for.
        deadline: tells that the time for a round is over.
    """
    gathered = Gathered(modules)
    if lookup is not None and modules:
        _Gathering(gathered, modules, paths, lookup, bounds, deadline).run()
    return gathered


class _Gathering:
    def __init__(
        self,
        gathered: Gathered,
        modules: Sequence[Module],
        paths: Iterable[str],
        lookup: Lookup,
        bounds: Bounds,
        deadline: Callable[[], bool],
    ) -> None:
        self._gathered = gathered
        known = list(paths)
        self._files_of_change = frozenset(known)
        self._lookup = lookup
        self._bounds = bounds
        self._deadline = deadline
        self._read_paths: dict[str, Module | None] = {}
        """What came of each path that was asked for."""
        self._failed: dict[str, str] = {}
        """Why a path that was asked for is not known."""
        self._files = bounds.files
        self._bytes = bounds.bytes
        self._limits: dict[str, dict[str, None]] = {}
        root = Roots(known)
        self._seekers = [_Seeker(module, gathered, root) for module in modules]

    def run(self) -> None:
        try:
            for number in range(self._bounds.rounds):
                if not self._round(guess=number == 0):
                    break
            else:
                self._look_ahead()
        except _TimeIsOver:
            self._lack((one.module.path for one in self._seekers), NO_TIME)
        self._gathered.limits = {path: tuple(lines) for path, lines in self._limits.items()}

    def _round(self, *, guess: bool) -> bool:
        """One call of the lookup; False when nothing came of it."""
        wishes = self._wishes(guess=guess)
        fresh = [path for path in wishes if path not in self._read_paths]
        fresh.sort(key=lambda path: (wishes[path].rank, -len(wishes[path].askers)))
        asked = fresh[: self._bounds.paths]
        for path in fresh[self._bounds.paths :]:
            self._lack(wishes[path].askers, PAST_BOUNDS)
            self._read_paths[path] = None
            self._failed[path] = PAST_BOUNDS
        texts = self._lookup(asked) if asked else {}
        for path in asked:
            self._read_paths[path] = self._take(path, texts)
        came = False
        for path, wish in wishes.items():
            came |= self._hand_out(path, wish)
        for one in self._seekers:
            one.learn()
        return came

    def _hand_out(self, path: str, wish: _Wish) -> bool:
        """Give what came of a path to those who asked for it; whether it was a file."""
        module = self._read_paths[path]
        if module is None:
            if path in self._failed:
                self._lack(wish.askers, self._failed[path])
            return False
        for asker in wish.askers:
            self._gathered.give(asker, module)
        return True

    def _take(self, path: str, texts: Mapping[str, bytes | None]) -> Module | None:
        if path not in texts:
            self._failed[path] = NOT_READ
            return None
        text = texts[path]
        if text is None:
            return None
        if not self._files or len(text) > self._bytes:
            self._failed[path] = PAST_BOUNDS
            return None
        source = SourceText(text)
        if len(text) > self._bounds.file_bytes or source.too_large is not None:
            self._failed[path] = NOT_READ
            return None
        self._files -= 1
        self._bytes -= len(text)
        try:
            return read(source, path, self._deadline)
        except Expired:
            raise _TimeIsOver from None

    def _wishes(self, *, guess: bool) -> dict[str, _Wish]:
        wishes: dict[str, _Wish] = {}
        for one in self._seekers:
            self._check_time()
            roots = one.roots()
            if guess:
                for path in needs.conftests(one.module):
                    self._wish(wishes, path, FIXTURE, one)
            for need in one.needs():
                self._check_time()
                for name in needs.missing(need, one.index):
                    for path in roots.candidates(name, need.importer, guess=guess):
                        self._wish(wishes, path, need.rank, one)
            one.asked.update(one.wished)
            one.wished.clear()
        return wishes

    def _wish(self, wishes: dict[str, _Wish], path: str, rank: int, seeker: _Seeker) -> None:
        if path in self._files_of_change or path in seeker.asked or not acceptable(path):
            return
        seeker.wished[path] = None
        wish = wishes.setdefault(path, _Wish(rank))
        wish.rank = min(wish.rank, rank)
        wish.askers[seeker.module.path] = None

    def _look_ahead(self) -> None:
        """Say so when the last round brought a base class whose own base was not asked for."""
        for one in self._seekers:
            self._check_time()
            roots = one.roots()
            for need in needs.bases(one.module, one.index, {}):
                self._check_time()
                paths = (
                    path
                    for name in needs.missing(need, one.index)
                    for path in roots.candidates(name, need.importer, guess=False)
                )
                if any(path not in one.asked and path not in self._files_of_change
                       for path in paths):  # fmt: skip
                    self._lack([one.module.path], TOO_FAR.format(self._bounds.rounds))

    def _check_time(self) -> None:
        if self._deadline():
            raise _TimeIsOver

    def _lack(self, paths: Iterable[str], line: str) -> None:
        for path in paths:
            self._limits.setdefault(path, {}).setdefault(line)


class _Seeker:
    """One module of the change, and what it is still in need of."""

    def __init__(self, module: Module, gathered: Gathered, root: Roots) -> None:
        self.module = module
        self.asked = gathered.asked.setdefault(module.path, {})
        """The paths that were asked for on its behalf."""
        self.wished: dict[str, None] = {}
        """Those of the round that is being prepared."""
        self._gathered = gathered
        self._near = gathered.near(module.path)
        self._root = root
        self._calls: list[Need] | None = None
        self._given = 0
        self.index = Index(self._near)

    def needs(self) -> Iterator[Need]:
        """What it uses from files that it does not know."""
        yield from needs.bases(self.module, self.index, {})
        yield from needs.fixtures(self.module, self.index)
        if self._calls is None:
            self._calls = list(needs.calls(self.module))
        yield from self._calls

    def learn(self) -> None:
        """Look into what it was given by now."""
        given = self._gathered.given(self.module.path)
        if len(given) > self._given:
            self._given = len(given)
            self.index = Index(self._near, given)

    def roots(self) -> Roots:
        """Where packages stand, as far as it can know."""
        given = self._gathered.given(self.module.path)
        return Roots((one.path for one in given), self._root) if given else self._root
