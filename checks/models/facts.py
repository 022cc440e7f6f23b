"""What a fact about a library can say, and the tables that the facts make.

A file of this package makes one :class:`Library` for each page of documentation that its facts
come from. Paths are written as code would name the thing, ``()`` for what a call returns and
``{a,b}`` for alternatives: ``flask.request.{args,form}``, ``sqlite3.connect().execute``.
``*.execute`` is a method of an object that is not known better. ``@request`` is the request that a
web framework hands to its handlers, whichever framework it is.

Arguments are written by position and name, several with blanks between them: ``"0/url 2/headers"``;
``"*"`` is all of them, ``"self"`` the object whose method is called.
"""

from __future__ import annotations

import functools
import importlib
import itertools
import pkgutil
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, TypeVar

from checks.flow.kinds import mask
from checks.light import dataclass, field

if TYPE_CHECKING:
    from checks.flow.site import Site

_T = TypeVar("_T")

ArgumentAt = tuple[int | None, str]
"""A position (``None``: by keyword only) and a keyword (``""``: by position only)."""


@dataclass(frozen=True, slots=True)
class Source:
    """Untrusted content comes in."""

    words: str
    """What a reader calls it: "the query string"."""
    kind: str
    clean: int
    """Kinds that it cannot do harm to by its nature: an address has no line ends."""
    docs: str


@dataclass(frozen=True, slots=True)
class Sink:
    """A call whose argument must not be untrusted."""

    kind: str
    at: tuple[ArgumentAt, ...]
    when: Callable[[Site], bool] | None
    docs: str
    label: str
    """What the sink does, for checks that tell apart: ``"open"``, ``"write"``."""


@dataclass(frozen=True, slots=True)
class Guard:
    """A call whose answer says that an argument is harmless for some kinds."""

    kinds: int
    at: ArgumentAt
    truth: bool
    docs: str


@dataclass(frozen=True, slots=True)
class Handler:
    """Classes whose methods a framework calls."""

    methods: frozenset[str]
    """Names of methods; ``"*"`` for those with a route decorator only."""
    feeds: str
    """How their parameters are fed: see :mod:`checks.flow.entries`."""
    docs: str


@dataclass(slots=True)
class Tables:
    """All facts, by path."""

    sources: dict[str, Source] = field(default_factory=dict)
    sinks: dict[str, list[Sink]] = field(default_factory=dict)
    cleaners: dict[str, int] = field(default_factory=dict)
    guards: dict[str, Guard] = field(default_factory=dict)
    aliases: dict[str, str] = field(default_factory=dict)
    identities: dict[str, ArgumentAt] = field(default_factory=dict)
    callbacks: dict[str, str] = field(default_factory=dict)
    ends: set[str] = field(default_factory=set)
    replacing: set[str] = field(default_factory=set)
    decorators: dict[str, str] = field(default_factory=dict)
    handlers: dict[str, Handler] = field(default_factory=dict)
    values: dict[str, str] = field(default_factory=dict)


class Library:
    """The facts that one page of documentation states."""

    def __init__(self, docs: str) -> None:
        self.docs = docs
        self._rows: list[Callable[[Tables], None]] = []
        _libraries.append(self)

    def fill(self, tables: Tables) -> None:
        """Put the facts into the tables."""
        for row in self._rows:
            row(tables)

    def _each(self, paths: tuple[str, ...], put: Callable[[Tables, str], None]) -> None:
        for path in expand(paths):
            self._rows.append(functools.partial(_apply, put=put, path=path))

    def source(self, words: str, *paths: str, kind: str = "remote", clean: str = "") -> None:
        """Reading these gives untrusted content; ``kind`` is remote, stored, queued or local."""
        fact = Source(words, kind, mask(clean), self.docs)
        self._each(paths, lambda tables, path: _set(tables.sources, path, fact))

    def sink(
        self,
        kind: str,
        *callees: str,
        at: str = "0",
        when: Callable[[Site], bool] | None = None,
        label: str = "",
    ) -> None:
        """Arguments of these calls must not hold what is dangerous for the kind."""
        mask(kind)
        fact = Sink(kind, places(at), when, self.docs, label)
        self._each(callees, lambda tables, path: tables.sinks.setdefault(path, []).append(fact))

    def cleans(self, kinds: str, *callees: str) -> None:
        """What these return holds their arguments, made harmless for the kinds (``*``: all)."""
        bits = mask(kinds)
        self._each(callees, lambda tables, path: _add(tables.cleaners, path, bits))

    def replaces(self, *callees: str) -> None:
        """What these return holds nothing of their arguments, and is of unknown origin."""
        self._each(callees, lambda tables, path: tables.replacing.add(path))

    def guard(self, kinds: str, *callees: str, at: str = "0", truth: bool = True) -> None:
        """When these answer ``truth`` the argument is harmless for the kinds."""
        fact = Guard(mask(kinds), places(at)[0], truth, self.docs)
        self._each(callees, lambda tables, path: _set(tables.guards, path, fact))

    def alias(self, target: str, *paths: str) -> None:
        """These are other names of ``target``."""
        self._each(paths, lambda tables, path: _set(tables.aliases, path, target))

    def identity(self, *callees: str, at: str = "0") -> None:
        """These return their argument as it is."""
        place = places(at)[0]
        self._each(callees, lambda tables, path: _set(tables.identities, path, place))

    def callback(self, result: str, *callees: str) -> None:
        """These call the function they are given.

        ``result`` is ``result`` when they return what it returns, ``nothing`` otherwise.
        """
        self._each(callees, lambda tables, path: _set(tables.callbacks, path, result))

    def ends(self, *callees: str) -> None:
        """These never return."""
        self._each(callees, lambda tables, path: tables.ends.add(path))

    def decorator(self, feeds: str, *paths: str) -> None:
        """What these decorate is called by the framework, its parameters fed so."""
        self._each(paths, lambda tables, path: _set(tables.decorators, path, feeds))

    def handler(self, feeds: str, methods: str, *bases: str) -> None:
        """The framework calls these methods of subclasses, their parameters fed so."""
        fact = Handler(frozenset(methods.split()), feeds, self.docs)
        self._each(bases, lambda tables, path: _set(tables.handlers, path, fact))

    def value(self, meaning: str, *paths: str) -> None:
        """What these are: ``clean`` (nothing from outside), or the path of what they return."""
        self._each(paths, lambda tables, path: _set(tables.values, path, meaning))


_libraries: list[Library] = []


def _apply(tables: Tables, *, put: Callable[[Tables, str], None], path: str) -> None:
    put(tables, path)


def _set(table: dict[str, _T], path: str, fact: _T) -> None:
    table[path] = fact


def _add(table: dict[str, int], path: str, bits: int) -> None:
    table[path] = table.get(path, 0) | bits


def expand(paths: tuple[str, ...]) -> Iterator[str]:
    """The paths with their alternatives written out."""
    for path in paths:
        pieces: list[list[str]] = []
        rest = path
        while rest:
            head, brace, tail = rest.partition("{")
            pieces.append([head])
            if not brace:
                break
            inner, _, rest = tail.partition("}")
            pieces.append([one.strip() for one in inner.split(",")])
        for combination in itertools.product(*pieces):
            yield "".join(combination)


def places(at: str) -> tuple[ArgumentAt, ...]:
    """Read ``"0/url 2/headers shell"``."""
    found: list[ArgumentAt] = []
    for word in at.split():
        head, slash, name = word.partition("/")
        if head.isdigit():
            found.append((int(head), name if slash else ""))
        else:
            found.append((None, word))
    return tuple(found)


@functools.cache
def tables() -> Tables:
    """All facts of all libraries."""
    package = importlib.import_module("checks.models")
    for module in sorted(pkgutil.iter_modules(package.__path__), key=lambda one: one.name):
        importlib.import_module(f"checks.models.{module.name}")
    found = Tables()
    for library in _libraries:
        library.fill(found)
    return found
