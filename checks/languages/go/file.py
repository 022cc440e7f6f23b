"""One Go file, read."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator, Sequence

import tree_sitter

from checks.languages.go.binding import Binder
from checks.languages.go.blocks import Block, find_blocks
from checks.languages.go.calls import GoCall, constant
from checks.languages.go.grammar import GO, STRINGS
from checks.languages.go.resolve import resolve
from checks.languages.python.parse import never
from checks.languages.syntax.call_table import CallTable
from checks.languages.syntax.grammar import Grammar
from checks.languages.syntax.nesting import Nesting
from checks.languages.syntax.parse import parse
from checks.languages.syntax.scopes import Bound, Scope
from checks.languages.syntax.source_file import SourceFile
from checks.languages.syntax.walk import walk
from checks.model import Span
from checks.text import SourceText

_TYPES = (Bound.CLASS, Bound.IMPORT)
"""How the name of a type comes to be."""
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "a": "\a", "b": "\b", "v": "\v", "f": "\f"}


class GoFile(SourceFile):
    """A file. Made by :func:`read`."""

    def __init__(
        self, source: SourceText, path: str, language: str, grammar: Grammar, tree: tree_sitter.Tree
    ) -> None:
        super().__init__(source, path, language, grammar, tree)
        self.dotted: list[str] = []
        """Packages whose names are imported without a qualifier."""
        self._imports: dict[str, None] = {}

    def note_import(self, path: str) -> None:
        """Note that a package is imported, for the handlers of the walk."""
        self._imports[path] = None

    @property
    def imported_modules(self) -> frozenset[str]:
        """The import paths."""
        return frozenset(self._imports)

    @property
    def imported_names(self) -> frozenset[str]:
        """The same: a role is decided by packages."""
        return self.imported_modules

    @functools.cached_property
    def build_tags(self) -> str:
        """The expression of ``//go:build``, empty when there is none."""
        for node in self.comment_nodes:
            text = self.text_of(node)
            if text.startswith("//go:build "):
                return text.removeprefix("//go:build ").strip()
        return ""

    def string(self, node: tree_sitter.Node) -> str | None:
        """The text of a string literal; ``None`` for anything else."""
        if node.type not in STRINGS:
            return None
        text = self.text_of(node)[1:-1]
        if node.type == "raw_string_literal" or "\\" not in text:
            return text
        pieces = []
        for one in node.named_children:
            piece = self.text_of(one)
            simple = one.type == "escape_sequence" and len(piece) == 2
            pieces.append(_ESCAPES.get(piece[1], piece[1]) if simple else piece)
        return "".join(pieces)

    def type_name(self, node: tree_sitter.Node, scope: Scope) -> str:
        """The qualified name of a type, pointers left out: ``testing.T``; empty when unknown."""
        for _ in range(4):
            if node.type in ("pointer_type", "parenthesized_type") and node.named_children:
                node = node.named_children[0]
            elif node.type == "generic_type":
                node = node.child_by_field_name("type") or node.named_children[0]
        if node.type == "type_identifier":
            text = self.text_of(node)
            if _is_hidden(text, scope):
                return f":{text}"
        elif node.type == "qualified_type":
            package, name = node.child_by_field_name("package"), node.child_by_field_name("name")
            if package is None or name is None:
                return ""
            text = self.text_of(package)
            if _is_hidden(text, scope):
                path = _imported(text, scope)
                return f"{path}.{self.text_of(name)}" if path else ""
        else:
            return ""
        return resolve(self, node, scope) or ""

    def resolve(self, node: tree_sitter.Node, scope: Scope) -> str | None:
        """The qualified name of an expression: see :mod:`checks.languages.go.resolve`."""
        return resolve(self, node, scope)

    def constant(self, node: tree_sitter.Node, scope: Scope) -> object:
        """The value of an expression, or ``UNKNOWN``."""
        return constant(self, node, scope)

    @functools.cached_property
    def _calls(self) -> CallTable[GoCall]:
        places = self.places[self.grammar.kind("call_expression")]
        ordered = sorted(places, key=lambda place: (place[0].start_byte, -place[0].end_byte))
        return CallTable([GoCall(self, place) for place in ordered], self.visit)

    def calls(self) -> Sequence[GoCall]:
        """Every call of the file, outer ones before those in them."""
        return self._calls.all

    def calls_in(self, node: tree_sitter.Node | Span) -> Iterator[GoCall]:
        """The calls inside a node, itself included when it is one.

        Raises:
            Expired: the time is over.
        """
        return self._calls.within(node)

    @functools.cached_property
    def _calls_by_word(self) -> dict[str, list[GoCall]]:
        found: dict[str, list[GoCall]] = {}
        for call in self._calls.all:
            if call.method:
                found.setdefault(call.method, []).append(call)
        return found

    def calls_named(self, word: str) -> Sequence[GoCall]:
        """The calls whose callee's last part is this word: Go cannot import it under another."""
        return self._calls_by_word.get(word, ())

    @functools.cached_property
    def blocks(self) -> tuple[Block, ...]:
        """The tests, what surrounds them, and hooks, outer ones before those in them."""
        return tuple(find_blocks(self))

    def block_at(self, node: tree_sitter.Node) -> Block | None:
        """The innermost test, group or hook whose body holds a node."""
        return self._nesting.innermost(node.start_byte)

    @functools.cached_property
    def _nesting(self) -> Nesting[Block]:
        return Nesting((Span(*block.body.byte_range), block) for block in self.blocks)

    def definitions(self) -> list[tuple[Span, str]]:
        """Functions, methods, types and subtests with a name."""
        found = [
            (block.span, block.name)
            for block in self.blocks
            if block.call is not None and block.name
        ]
        for kind in ("function_declaration", "method_declaration", "type_spec"):
            for one in self.nodes(kind):
                name = one.child("name")
                if name is not None:
                    found.append((one.span, self.text_of(name)))
        return found


def _is_hidden(text: str, scope: Scope) -> bool:
    """Whether a variable has the name of a type, or of a package: ``tree := tree{}``."""
    return any(one.how not in _TYPES for one in scope.find(text))


def _imported(text: str, scope: Scope) -> str:
    """The path of the package that a name stands for outside of what hides it."""
    for each in scope.chain():
        for one in each.names.get(text, ()):
            if one.how is Bound.IMPORT:
                return one.path
    return ""


def read(
    source: SourceText, path: str, language: str, expired: Callable[[], bool] = never
) -> GoFile:
    """Read a file.

    Raises:
        Expired: the time was over first.
    """
    tree = parse(source.code, GO, expired)
    file = GoFile(source, path, language, GO, tree)
    file.expired = expired
    walk(file, tree.root_node, Binder(file).handlers(), expired)
    return file
