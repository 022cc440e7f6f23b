"""One JavaScript or TypeScript file, read."""

from __future__ import annotations

import bisect
import functools
from collections.abc import Callable, Iterable, Iterator, Sequence

import tree_sitter

from checks.languages.javascript.binding import Binder
from checks.languages.javascript.blocks import Block, find_blocks
from checks.languages.javascript.calls import JsCall, constant
from checks.languages.javascript.expects import Expect, find_expects
from checks.languages.javascript.grammar import FUNCTIONS, GRAMMARS, JAVASCRIPT, TSX
from checks.languages.javascript.project import Project
from checks.languages.javascript.resolve import resolve
from checks.languages.python.parse import never
from checks.languages.syntax.call_table import CallTable
from checks.languages.syntax.grammar import Grammar
from checks.languages.syntax.nesting import Nesting
from checks.languages.syntax.parse import parse
from checks.languages.syntax.scopes import Scope
from checks.languages.syntax.source_file import SourceFile
from checks.languages.syntax.walk import walk
from checks.model import Span
from checks.text import SourceText

_TYPE_TEST = ".test-d."
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "0": "\0", "b": "\b", "v": "\v", "f": "\f"}


class JavaScriptFile(SourceFile):
    """A file. Made by :func:`read`."""

    def __init__(
        self, source: SourceText, path: str, language: str, grammar: Grammar, tree: tree_sitter.Tree
    ) -> None:
        super().__init__(source, path, language, grammar, tree)
        self.renamed: set[str] = set()
        """Names that may stand for a library function of another name."""
        self.project = Project()
        """What the configuration of the project says. Set by whoever reads it."""
        self.looks = 0
        """How many calls were looked at to find out whether something asserts: it is bounded."""
        self._imports: dict[str, None] = {}

    def note_import(self, module: str) -> None:
        """Note that a module is imported, for the handlers of the walk."""
        if module:
            self._imports[module] = None

    @functools.cached_property
    def imported_modules(self) -> frozenset[str]:
        """The modules that are imported or required, as they are written, ``node:`` included."""
        found = dict(self._imports)
        for call in self.calls_named("require"):
            argument = call.argument(0)
            text = None if argument is None else self.string(argument)
            if text:
                found[text] = None
        for call in self.calls_named("import"):
            argument = call.argument(0)
            text = None if argument is None else self.string(argument)
            if text:
                found[text] = None
        return frozenset(found)

    @property
    def imported_names(self) -> frozenset[str]:
        """The same: a role is decided by modules."""
        return self.imported_modules

    def string(self, node: tree_sitter.Node) -> str | None:
        """The text of a string or of a template without parts; ``None`` for anything else."""
        kind = node.type
        if kind not in ("string", "template_string"):
            return None
        pieces = []
        for one in node.named_children:
            text = self.text_of(one)
            if one.type == "string_fragment":
                pieces.append(text)
            elif one.type == "escape_sequence":
                pieces.append(_ESCAPES.get(text[1:2], text[1:]) if len(text) == 2 else text)
            else:
                return None
        return "".join(pieces)

    def resolve(self, node: tree_sitter.Node, scope: Scope) -> str | None:
        """The qualified name of an expression: see :mod:`checks.languages.javascript.resolve`."""
        return resolve(self, node, scope)

    def constant(self, node: tree_sitter.Node, scope: Scope) -> object:
        """The value of an expression, or ``UNKNOWN``."""
        return constant(self, node, scope)

    @functools.cached_property
    def _calls(self) -> CallTable[JsCall]:
        places = [
            *self.places[self.grammar.kind("call_expression")],
            *self.places[self.grammar.kind("new_expression")],
        ]
        places.sort(key=lambda place: (place[0].start_byte, -place[0].end_byte))
        return CallTable([JsCall(self, place) for place in places], self.visit)

    def calls(self) -> Sequence[JsCall]:
        """Every call of the file, ``new`` included, outer ones before those in them."""
        return self._calls.all

    def calls_in(self, node: tree_sitter.Node | Span) -> Iterator[JsCall]:
        """The calls inside a node, itself included when it is one.

        Raises:
            Expired: the time is over.
        """
        return self._calls.within(node)

    @functools.cached_property
    def _calls_by_word(self) -> dict[str, list[JsCall]]:
        found: dict[str, list[JsCall]] = {}
        renamed = self.renamed
        for call in self._calls.all:
            target = call.target
            word = "import" if target.type == "import" else call.method
            if not word:
                continue
            found.setdefault(word, []).append(call)
            if target.type == "identifier" and word in renamed:
                other = (call.name or "").rpartition(".")[2]
                if other and other != word:
                    found.setdefault(other, []).append(call)
        return found

    def calls_named(self, word: str) -> Sequence[JsCall]:
        """The calls whose callee's last part is this word, written so or imported as another."""
        return self._calls_by_word.get(word, ())

    def words_of_calls(self) -> Iterable[str]:
        """The last parts of all callees, in the order in which they come first."""
        return self._calls_by_word

    @functools.cached_property
    def blocks(self) -> tuple[Block, ...]:
        """The tests, suites and hooks, outer ones before those in them.

        None in a test of types (``*.test-d.ts``): it is compiled, and never run.
        """
        if _TYPE_TEST in self.path.rpartition("/")[2]:
            return ()
        return tuple(find_blocks(self))

    @functools.cached_property
    def hooks(self) -> tuple[Block, ...]:
        """The hooks that stand in no suite."""
        return tuple(one for one in self.blocks if one.is_hook and one.parent is None)

    @functools.cached_property
    def expects(self) -> tuple[Expect, ...]:
        """The assertions that begin with ``expect``."""
        return tuple(find_expects(self))

    def expects_in(self, node: tree_sitter.Node, after: int = 0) -> Iterator[Expect]:
        """The assertions inside a node, those that begin at the byte ``after`` or behind it.

        Raises:
            Expired: the time is over.
        """
        start, end = max(node.start_byte, after), node.end_byte
        index = bisect.bisect_left(self._starts_of_expects, start)
        while index < len(self.expects) and self._starts_of_expects[index] < end:
            self.visit()
            yield self.expects[index]
            index += 1

    @functools.cached_property
    def _starts_of_expects(self) -> list[int]:
        return [one.call.node.start_byte for one in self.expects]

    def block_at(self, node: tree_sitter.Node) -> Block | None:
        """The innermost test, suite or hook whose function holds a node."""
        return self._nesting.innermost(node.start_byte)

    @functools.cached_property
    def _nesting(self) -> Nesting[Block]:
        return Nesting(
            (Span(*block.callback.byte_range), block)
            for block in self.blocks
            if block.callback is not None
        )

    def definitions(self) -> list[tuple[Span, str]]:
        """Functions and classes with a name, tests and suites with their titles."""
        found = [
            (block.span, block.title or block.word) for block in self.blocks if not block.is_hook
        ]
        for kind in (*FUNCTIONS, "class_declaration", "abstract_class_declaration"):
            for one in self.nodes(kind):
                name = one.child("name")
                if name is not None:
                    found.append((one.span, self.text_of(name)))
        for one in self.nodes("variable_declarator"):
            value, name = one.child("value"), one.child("name")
            if value is not None and name is not None and value.type in FUNCTIONS:
                found.append((one.span, self.text_of(name)))
        return found


def read(
    source: SourceText, path: str, language: str, expired: Callable[[], bool] = never
) -> JavaScriptFile:
    """Read a file.

    Args:
        source: the text.
        path: where it stands.
        language: ``javascript``, ``typescript`` or ``tsx``.
        expired: tells that the time is over.

    Raises:
        Expired: the time was over first.
    """
    grammar = GRAMMARS[language]
    tree = parse(source.code, grammar, expired)
    if tree.root_node.has_error and grammar is JAVASCRIPT:
        # Types in a `.js` file: Flow's are nearly those of TypeScript.
        other = parse(source.code, TSX, expired)
        if not other.root_node.has_error:
            grammar, tree = TSX, other
    file = JavaScriptFile(source, path, language, grammar, tree)
    file.expired = expired
    walk(file, tree.root_node, Binder(file).handlers(), expired)
    return file
