"""What checks are handed: calls, nodes, functions, classes, modules, texts and changes.

Every event knows its place (:class:`~checks.languages.python.context.Located`): ``.node``,
``.span``, ``.text``, ``.module``, ``.context``, ``.function``, ``.cls``, ``.parent``,
``.statement``, ``.enclosing("with_statement")``. Everything beyond the place is evaluated when a
check asks for it.
"""

from __future__ import annotations

from collections.abc import Container, Iterator

import tree_sitter

from checks.languages.python import grammar
from checks.languages.python.context import Context, Located, Place
from checks.languages.python.definitions import Class, Function, Parameter
from checks.languages.python.evaluate import argument_nodes
from checks.languages.python.mappings import opened
from checks.languages.python.module import Module
from checks.languages.python.values import UNKNOWN, Value
from checks.light import dataclass
from checks.model import Confidence, Lines, Role, Span, Step
from checks.once import once
from checks.text import SourceText

_CALL = grammar.kind("call")

__all__ = [
    "UNKNOWN",
    "Call",
    "Change",
    "Class",
    "Context",
    "Flow",
    "Function",
    "Module",
    "ModuleEvent",
    "Node",
    "Parameter",
    "TextEvent",
    "Value",
    "argument_nodes",
    "as_call",
    "calls_of",
]


class Node(Located):
    """A syntax node of one of the kinds that a check asked for."""


class Call(Located):
    """A call, its callee resolved and its arguments evaluated."""

    def __init__(self, module: Module, place: Place, method: str | None = None) -> None:
        """A call at its place; ``method`` is :attr:`method`, for who has read it already."""
        super().__init__(module, place)
        if method is not None:
            self.__dict__["method"] = method

    @once
    def target(self) -> Value:
        """What is called, as an expression."""
        node = self.node.child_by_field_id(grammar.FUNCTION)
        return Value(self.module, self.node if node is None else node, self.context)

    @once
    def name(self) -> str | None:
        """The qualified name of what is called; ``None`` when that is not known."""
        return self.target.name

    @property
    def callee(self) -> str:
        """The qualified name, ``*.method`` for a method of an unknown object, or ``""``."""
        return self.name or (f"*.{self.method}" if self.receiver is not None else "")

    @once
    def method(self) -> str:
        """The last part of the callee as it is written: ``execute`` of ``cursor.execute()``."""
        node = self.target.node
        if node.type == "attribute":
            attribute = node.child_by_field_id(grammar.ATTRIBUTE)
            return "" if attribute is None else self.module.text_of(attribute)
        return self.target.text if node.type == "identifier" else ""

    def may_be(self, last: Container[str]) -> bool:
        """Whether its qualified name may end in one of these, without resolving it.

        What is called by another name, or not by a name, may be anything.
        """
        method = self.method
        return method in last or not method or method in self.module.renamed

    @once
    def receiver(self) -> Value | None:
        """What stands before the last dot of the callee."""
        node = self.target.node
        owner = node.child_by_field_id(grammar.OBJECT) if node.type == "attribute" else None
        return None if owner is None else Value(self.module, owner, self.context)

    @once
    def _arguments(self) -> _Arguments:
        return _read_arguments(self)

    @property
    def arguments(self) -> tuple[Value, ...]:
        """The positional arguments, those after a ``*args`` left out."""
        return self._arguments.positional

    @property
    def keywords(self) -> dict[str, Value]:
        """The keyword arguments, those of a ``**mapping`` whose entries are known included."""
        return self._arguments.keywords

    @property
    def has_star(self) -> bool:
        """Whether there is a ``*args``: positions after it are not known."""
        return self._arguments.star

    @property
    def has_double_star(self) -> bool:
        """Whether there is a ``**kwargs`` whose entries are not known."""
        return self._arguments.double_star

    def argument(self, position: int | None, keyword: str = "") -> Value | None:
        """The argument at a position (from 0) or of a keyword; ``None`` when it is not given.

        ``argument(None, "shell")`` looks for the keyword only.
        """
        if keyword and (found := self.keywords.get(keyword)) is not None:
            return found
        if position is not None and position < len(self.arguments):
            return self.arguments[position]
        return None

    @once
    def is_awaited(self) -> bool:
        """Whether it stands directly under ``await``."""
        above = self.parent
        return above is not None and above.kind == "await"

    @once
    def result_is_ignored(self) -> bool:
        """Whether the call, awaited or not, is a statement of its own."""
        above = self.parent
        if above is not None and above.kind == "await":
            above = above.parent
        return above is not None and above.kind == "expression_statement"

    @once
    def assigned_to(self) -> str:
        """The text of the target when the call is all that is assigned: ``"self.patcher"``."""
        above = self.parent
        if above is not None and above.kind == "await":
            above = above.parent
        if above is not None and above.kind in ("assignment", "named_expression"):
            target = above.child("left") or above.child("name")
            return "" if target is None else self.module.text_of(target)
        return ""

    @property
    def is_decorator(self) -> bool:
        """Whether it is a decorator."""
        above = self.parent
        return above is not None and above.kind == "decorator"

    @property
    def is_with_item(self) -> bool:
        """Whether a ``with`` enters its result."""
        above = self.parent
        if above is not None and above.kind == "as_pattern":
            above = above.parent
        return above is not None and above.kind == "with_item"


@dataclass(frozen=True, slots=True)
class _Arguments:
    positional: tuple[Value, ...]
    keywords: dict[str, Value]
    star: bool
    double_star: bool


def _read_arguments(call: Call) -> _Arguments:
    module, context = call.module, call.context
    positional: list[Value] = []
    keywords: dict[str, Value] = {}
    star = double_star = False
    for node in argument_nodes(call.node):
        kind = node.type
        if kind == "keyword_argument":
            name = node.child_by_field_id(grammar.NAME)
            value = node.child_by_field_id(grammar.VALUE)
            if name is not None and value is not None:
                keywords[module.text_of(name)] = Value(module, value, context)
        elif kind in ("list_splat", "parenthesized_list_splat"):
            star = True
        elif kind == "dictionary_splat":
            inner = node.named_children
            found, whole = opened(module, inner[0], context, call.node) if inner else ({}, False)
            double_star = double_star or not whole
            for key, one in found.items():
                keywords.setdefault(str(key), Value(module, *one))
        elif not star:
            positional.append(Value(module, node, context))
    return _Arguments(tuple(positional), keywords, star, double_star)


@dataclass(frozen=True, slots=True)
class ModuleEvent:
    """A whole file, after everything else of it was seen."""

    module: Module
    path: str

    def calls(self) -> Iterator[Call]:
        """Every call of the file."""
        return calls_of(self.module)

    def calls_of_words(self, words: frozenset[str]) -> Iterator[Call]:
        """The calls of which the last part of the callee, as it is written, is one of these."""
        module = self.module
        places = module.places[_CALL]
        found = [index for word in words for index in module.calls_by_word.get(word, ())]
        for index in sorted(found):
            yield Call(module, places[index])


def calls_of(module: Module, node: tree_sitter.Node | None = None) -> Iterator[Call]:
    """The calls of a file, or of those inside a node."""
    found = module.nodes("call") if node is None else module.within(node, "call")
    for one in found:
        yield Call(module, one.place)


@dataclass(frozen=True, slots=True)
class TextEvent:
    """A file's text, of any language, whether or not it could be read as code."""

    path: str
    source: SourceText
    role: Role
    added: tuple[Lines, ...] | None
    """The lines that the change adds; ``None`` means that every line counts."""
    module: Module | None = None
    """The file as Python, when it is."""

    def is_added(self, line: int) -> bool:
        """Whether the change adds this line."""
        return self.added is None or any(start <= line <= end for start, end in self.added)


@dataclass(frozen=True, slots=True)
class Flow:
    """Untrusted data that reaches a place where it does harm."""

    module: Module
    """The file in which it comes in."""
    kind: str
    """The kind of place that it reaches: a name in :mod:`checks.flow.kinds`."""
    span: Span
    """The call that is the sink, or the call through which the data leaves this file for it."""
    argument: Span
    """The argument, in the file of the sink."""
    here: bool
    """Whether the sink is in this file."""
    callee: str
    """The qualified name of what is called, ``*.method`` when that is not known."""
    sink: str
    """The sink in the words of the code: "`cursor.execute`"."""
    label: str
    """What tells sinks of one kind apart: ``shell``, ``open``."""
    text: str
    """The argument as it is written."""
    template: str | None
    """The constant pieces of its text, NUL where something varies; ``None`` when unknown."""
    source: str
    """What comes in, as a reader calls it: "`name` from the query string"."""
    origin: str
    """``remote``, ``stored``, ``queued`` or ``local`` (from the person who runs the program)."""
    trace: tuple[Step, ...]
    confidence: Confidence


@dataclass(frozen=True, slots=True)
class Change:
    """The file before and after; a side is ``None`` when it does not exist or was not read."""

    path: str
    base: Module | None
    head: Module | None


def as_call(located: Located) -> Call | None:
    """The call that a located node is, if it is one."""
    return Call(located.module, located.place) if located.kind == "call" else None
