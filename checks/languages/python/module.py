"""One Python file, read: its tree, scopes, imports, functions, classes and comments."""

from __future__ import annotations

import bisect
from collections.abc import Callable, Hashable, Iterator
from typing import Any, TypeVar

import tree_sitter

from checks.languages import unread
from checks.languages.python import grammar
from checks.languages.python.context import Context, Located, Place
from checks.languages.python.definitions import Class, Function
from checks.languages.python.imports import Import
from checks.languages.python.names import resolve
from checks.languages.python.parse import Expired, never, parse
from checks.languages.python.scopes import Scope
from checks.languages.python.walk import MAX_NESTING, walk
from checks.model import Lines, Span
from checks.once import once
from checks.text import SourceText

_CALL = grammar.kind("call")
_IDENTIFIER = grammar.kind("identifier")
_ATTRIBUTE = grammar.kind("attribute")
_VISITS = 4_096
"""Nodes between two looks at the clock."""

_D = TypeVar("_D", Function, Class)
_T = TypeVar("_T")

_WHOLE = ("_statement", "_definition", "comment")
"""How the kinds end of what was read in spite of an error around it."""


class Module:
    """A Python file. Made by :func:`read`; everything in it is in the order of the text."""

    def __init__(self, source: SourceText, path: str, tree: tree_sitter.Tree) -> None:
        self.source = source
        self.path = path
        self.tree = tree
        self.is_package = path.endswith("__init__.py")
        self.name = _module_name(path)
        """The dotted name that the path gives it: ``app/db.py`` is ``app.db``."""
        self.scope = Scope("module", None)
        self.context = Context("module", tree.root_node, None, self.scope, None, None)
        self.places: list[list[Place]] = [[] for _ in grammar.KINDS]
        self.comment_nodes: list[tuple[tree_sitter.Node, Context]] = []
        self.imports: list[Import] = []
        self.functions: list[Function] = []
        self.classes: list[Class] = []
        self.renamed: set[str] = set()
        """Names that may stand for a library function of another name."""
        self.too_deep = False
        self.constants: dict[int, object] = {}
        """Values of nodes by node id, remembered by the evaluation; the tree keeps ids alive."""
        self.fixed: dict[int, bool] = {}
        """Whether a node can vary, by node id."""
        self.evaluations = 0
        """How many expressions were evaluated: the evaluation stops at a limit."""
        self.visits = 0
        """How many nodes searches of the tree have looked at: see :meth:`visit`."""
        self.expired: Callable[[], bool] = never
        """Tells that the time for the file is over."""
        self._memory: dict[Hashable, Any] = {}

    def text_of(self, node: tree_sitter.Node) -> str:
        """A node's source text."""
        return self.source.data[node.start_byte : node.end_byte].decode("utf-8", "replace")

    def resolve(self, node: tree_sitter.Node, context: Context) -> str | None:
        """The qualified name of what an expression names, ``None`` when that is not known.

        ``subprocess.run`` through any import or single assignment; ``open`` for a builtin;
        ``app.db:connect`` for what ``app/db.py`` itself defines; ``sqlite3.connect().cursor`` for
        an attribute of what a call returns. Parameters and reassigned names resolve to nothing.
        """
        return resolve(self, node, context)

    @once
    def functions_by_name(self) -> dict[str, list[Function]]:
        """The functions and methods of each name, in order."""
        return _by_name(self.functions)

    @once
    def classes_by_name(self) -> dict[str, list[Class]]:
        """The classes of each name, in order."""
        return _by_name(self.classes)

    @once
    def call_words(self) -> list[str]:
        """For each call, the last part of what is called as it is written.

        ``execute`` of ``cursor.execute()``, ``""`` where it is no name.
        """
        found = []
        data = self.source.data
        for place in self.places[_CALL]:
            target = place[0].child_by_field_id(grammar.FUNCTION)
            last = None
            if target is not None:
                kind = target.kind_id
                if kind == _IDENTIFIER:
                    last = target
                elif kind == _ATTRIBUTE:
                    last = target.child_by_field_id(grammar.ATTRIBUTE)
            if last is None:
                found.append("")
            else:
                found.append(data[last.start_byte : last.end_byte].decode("utf-8", "replace"))
        return found

    @once
    def calls_by_word(self) -> dict[str, list[int]]:
        """The numbers of the calls (their place among all) by that last part."""
        found: dict[str, list[int]] = {}
        for number, word in enumerate(self.call_words):
            found.setdefault(word, []).append(number)
        return found

    @once
    def imported_modules(self) -> frozenset[str]:
        """The names of all modules that the file imports, relative ones made absolute."""
        return frozenset(entry.module for entry in self.imports)

    @once
    def imported_names(self) -> frozenset[str]:
        """The dotted names of all imports: ``unittest.mock`` for ``from unittest import mock``."""
        return frozenset(entry.qualified for entry in self.imports)

    def scope_at(self, offset: int) -> str:
        """The qualified name of the innermost function or class around a byte."""
        definitions, starts = self._definitions
        index = bisect.bisect_right(starts, offset) - 1
        one: Function | Class | None = definitions[index] if index >= 0 else None
        while one is not None and one.span.end <= offset:
            context = one.context
            one = context.function
            if context.cls is not None and (one is None or context.cls.depth > one.depth):
                one = context.cls
        return "" if one is None else one.qualified_name

    @once
    def _definitions(self) -> tuple[list[Function | Class], list[int]]:
        """All functions and classes in the order of the text, and where they begin."""
        found: list[Function | Class] = [*self.functions, *self.classes]
        found.sort(key=lambda one: one.span.start)
        return found, [one.span.start for one in found]

    def nodes(self, *kinds: str) -> Iterator[Located]:
        """All nodes of these kinds, kind after kind."""
        for name in kinds:
            for place in self.places[grammar.kind(name)]:
                yield Located(self, place)

    def remember(self, key: Hashable, make: Callable[[], _T]) -> _T:
        """What ``make`` gives, made once for this file: for what many events ask of one place.

        Args:
            key: the asking function and what its answer depends on; definitions may be part of
                it, syntax nodes only by their ``id``. Answers are shared: never change one.
            make: makes the answer.
        """
        if key not in self._memory:
            self._memory[key] = make()
        answer: _T = self._memory[key]
        return answer

    def visit(self, count: int = 1) -> None:
        """Count nodes that a search looks at, and look at the clock now and then.

        Whatever walks through parts of the tree again and again calls this, so that no check can
        overrun the file's time however often it is asked.

        Raises:
            Expired: the time is over.
        """
        before = self.visits
        self.visits = before + count
        if before // _VISITS != self.visits // _VISITS and self.expired():
            raise Expired

    def within(self, node: tree_sitter.Node, *kinds: str, after: int = 0) -> Iterator[Located]:
        """The nodes of these kinds inside ``node``, itself left out, kind after kind.

        Only those that begin at the byte ``after`` or behind it.

        Raises:
            Expired: the time is over.
        """
        start, end = max(node.start_byte, after), node.end_byte
        for name in kinds:
            places = self.places[grammar.kind(name)]
            first = bisect.bisect_left(places, start, key=_start)
            for index in range(first, len(places)):
                place = places[index]
                if place[0].start_byte >= end:
                    break
                self.visit()
                if place[0] != node:
                    yield Located(self, place)

    def comments(self) -> Iterator[tuple[Span, str]]:
        """The comments with their text, ``#`` included."""
        for node, _ in self.comment_nodes:
            yield Span(*node.byte_range), self.text_of(node)

    def lines(self, node: tree_sitter.Node) -> Lines:
        """The lines that a node touches."""
        return self.source.lines(Span(*node.byte_range))

    def errors(self) -> list[Span]:
        """The outermost places that are not Python, in order."""
        return [Span(*node.byte_range) for node in unread.error_nodes(self.tree.root_node)]

    def unread(self) -> list[Lines]:
        """The lines that could not be read, those that touch each other as one."""
        return unread.unread_lines(self.tree.root_node, self.lines, _WHOLE)

    def limits(self) -> list[str]:
        """What of the file the checks do not see, in plain words."""
        return unread.limits(self.unread(), MAX_NESTING if self.too_deep else None)


def read(source: SourceText, path: str, expired: Callable[[], bool] = never) -> Module:
    """Read a Python file.

    Raises:
        Expired: the time was over first.
    """
    module = Module(source, path, parse(source.code, expired))
    module.expired = expired
    walk(module, module.tree.root_node, expired)
    return module


def _by_name(definitions: list[_D]) -> dict[str, list[_D]]:
    found: dict[str, list[_D]] = {}
    for one in definitions:
        found.setdefault(one.name, []).append(one)
    return found


def _start(place: Place) -> int:
    return place[0].start_byte


def _module_name(path: str) -> str:
    stem = path.rpartition(".")[0] or path
    parts = [part for part in stem.split("/") if part]
    if parts and parts[-1] == "__init__":
        parts.pop()
    if len(parts) > 1 and parts[0] in ("src", "lib"):
        parts = parts[1:]
    return ".".join(parts)
