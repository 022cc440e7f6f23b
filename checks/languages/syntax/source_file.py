"""One file of a language other than Python, read: its tree, names, comments and definitions."""

from __future__ import annotations

import bisect
import functools
from abc import ABC, abstractmethod
from collections.abc import Callable, Hashable, Iterator, Sequence
from typing import Any, TypeVar

import tree_sitter

from checks.languages import unread
from checks.languages.python.parse import Expired, never
from checks.languages.syntax.grammar import Grammar
from checks.languages.syntax.located import Located, Place
from checks.languages.syntax.scopes import MAX_SCOPES, Scope
from checks.model import Lines, Span
from checks.text import SourceText

_VISITS = 4_096
"""Nodes between two looks at the clock."""

_MAX_NAME = 200
"""Characters of one part of a qualified name: the title of a test may be long."""

_WHOLE = ("_statement", "_declaration", "comment")
"""How the kinds end of what was read in spite of an error around it."""

_T = TypeVar("_T")


class Call(Located):
    """A call, as the dispatch of events needs to know it."""

    @property
    def name(self) -> str | None:
        """The qualified name of what is called; ``None`` when that is not known."""
        raise NotImplementedError

    @property
    def is_method(self) -> bool:
        """Whether it may be a method of an object whose type is not known."""
        raise NotImplementedError


class SourceFile(ABC):
    """A file of code. Everything in it is in the order of the text."""

    def __init__(
        self, source: SourceText, path: str, language: str, grammar: Grammar, tree: tree_sitter.Tree
    ) -> None:
        self.source = source
        self.path = path
        self.language = language
        """As :func:`checks.languages.paths.language_of` names it."""
        self.grammar = grammar
        self.tree = tree
        self.names = Scope("file", tree.root_node, None, is_function=True)
        """The names of the file itself."""
        self.places: list[list[Place]] = [[] for _ in grammar.kinds]
        self.comment_nodes: list[tree_sitter.Node] = []
        self.too_deep = False
        self.visits = 0
        self.expired: Callable[[], bool] = never
        """Tells that the time for the file is over."""
        self._memory: dict[Hashable, Any] = {}

    # ---- what a language says of itself

    @property
    @abstractmethod
    def imported_names(self) -> frozenset[str]:
        """The names of what the file imports, for the decision on its role."""

    @abstractmethod
    def definitions(self) -> list[tuple[Span, str]]:
        """What gives a place its qualified name: functions, classes, tests, with their names."""

    @abstractmethod
    def calls_named(self, word: str) -> Sequence[Call]:
        """The calls whose callee's last part is this word, as written or as what it stands for."""

    @abstractmethod
    def calls(self) -> Sequence[Call]:
        """Every call of the file."""

    # ---- what is the same in all of them

    def text_of(self, node: tree_sitter.Node) -> str:
        """A node's source text."""
        return self.source.data[node.start_byte : node.end_byte].decode("utf-8", "replace")

    def open_scope(self, place: Place, *, is_function: bool = False) -> Scope:
        """The scope of what stands in a node, for a handler of the walk."""
        outer = place[3]
        if outer.depth >= MAX_SCOPES:
            self.too_deep = True
            return outer
        return Scope(self.grammar.kinds[place[1]], place[0], outer, is_function=is_function)

    def nodes(self, *kinds: str) -> Iterator[Located]:
        """All nodes of these kinds, kind after kind; kinds that the dialect lacks give none."""
        for name in kinds:
            if self.grammar.has(name):
                for place in self.places[self.grammar.kind(name)]:
                    yield Located(self, place)

    def within(self, node: tree_sitter.Node, *kinds: str, after: int = 0) -> Iterator[Located]:
        """The nodes of these kinds inside ``node``, itself left out, kind after kind.

        Only those that begin at the byte ``after`` or behind it.

        Raises:
            Expired: the time is over.
        """
        start, end = max(node.start_byte, after), node.end_byte
        for name in kinds:
            if not self.grammar.has(name):
                continue
            places = self.places[self.grammar.kind(name)]
            first = bisect.bisect_left(places, start, key=_start)
            for index in range(first, len(places)):
                place = places[index]
                if place[0].start_byte >= end:
                    break
                self.visit()
                if place[0] != node:
                    yield Located(self, place)

    def remember(self, key: Hashable, make: Callable[[], _T]) -> _T:
        """What ``make`` gives, made once for this file. Answers are shared: never change one."""
        if key not in self._memory:
            self._memory[key] = make()
        answer: _T = self._memory[key]
        return answer

    def visit(self, count: int = 1) -> None:
        """Count nodes that a search looks at, and look at the clock now and then.

        Raises:
            Expired: the time is over.
        """
        before = self.visits
        self.visits = before + count
        if before // _VISITS != self.visits // _VISITS and self.expired():
            raise Expired

    def comments(self) -> Iterator[tuple[Span, str]]:
        """The comments with their text, marks included."""
        for node in self.comment_nodes:
            yield Span(*node.byte_range), self.text_of(node)

    def lines(self, node: tree_sitter.Node) -> Lines:
        """The lines that a node touches."""
        return self.source.lines(Span(*node.byte_range))

    def scope_at(self, offset: int) -> str:
        """The qualified name of the innermost definitions around a byte, joined by " > "."""
        starts, entries = self._definitions
        index = bisect.bisect_right(starts, offset) - 1
        while index >= 0:
            end, name, outer = entries[index]
            if offset < end:
                return name
            index = outer
        return ""

    @functools.cached_property
    def _definitions(self) -> tuple[list[int], list[tuple[int, str, int]]]:
        """Where definitions begin; where each ends, its qualified name, the number of its outer."""
        starts: list[int] = []
        entries: list[tuple[int, str, int]] = []
        outer = -1
        for span, name in sorted(self.definitions(), key=lambda one: (one[0].start, -one[0].end)):
            while outer >= 0 and entries[outer][0] <= span.start:
                outer = entries[outer][2]
            prefix = "" if outer < 0 else entries[outer][1]
            short = name[:_MAX_NAME]
            full = f"{prefix} > {short}" if prefix else short
            starts.append(span.start)
            entries.append((span.end, full[-4 * _MAX_NAME :], outer))
            outer = len(entries) - 1
        return starts, entries

    def errors(self) -> list[Span]:
        """The outermost places that could not be parsed, in order."""
        return [Span(*node.byte_range) for node in unread.error_nodes(self.tree.root_node)]

    def unread(self) -> list[Lines]:
        """The lines that could not be read, those that touch each other as one."""
        return unread.unread_lines(self.tree.root_node, self.lines, _WHOLE)

    def limits(self) -> list[str]:
        """What of the file the checks do not see, in plain words."""
        return unread.limits(self.unread(), MAX_SCOPES if self.too_deep else None)


def _start(place: Place) -> int:
    return place[0].start_byte
