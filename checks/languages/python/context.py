"""Where a piece of code stands: what encloses it, carried down by the walk and never climbed for.

``tree_sitter.Node.parent`` searches from the root and costs milliseconds in deep trees, so the
walk keeps for every node a :data:`Place` that links to the place of its parent.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, TypeAlias

import tree_sitter

from checks.languages.python import grammar
from checks.languages.python.scopes import Scope
from checks.languages.python.values import Value
from checks.model import Span

if TYPE_CHECKING:
    from checks.languages.python.definitions import Class, Function
    from checks.languages.python.module import Module

MAX_ANCESTORS = 200
"""How far up the parents of an expression are followed."""

Place: TypeAlias = "tuple[tree_sitter.Node, int, Place | None, Context]"
"""A node, the number of its kind, the place of its parent, and what encloses it."""


class Context:
    """One enclosing construct; :attr:`parent` is the next one out.

    ``kind`` is the grammar's name: ``module``, ``class_definition``, ``function_definition``,
    ``lambda``, ``with_statement``, ``for_statement``, ``while_statement``, ``try_statement``,
    ``except_clause``, ``else_clause``, ``finally_clause``, ``if_statement``, ``elif_clause``,
    ``case_clause`` or one of the four comprehensions.
    """

    __slots__ = ("cls", "depth", "function", "kind", "node", "parent", "scope")

    def __init__(
        self,
        kind: str,
        node: tree_sitter.Node,
        parent: Context | None,
        scope: Scope,
        function: Function | None,
        cls: Class | None,
    ) -> None:
        self.kind = kind
        self.node = node
        self.parent = parent
        self.scope = scope
        self.function = function
        """The innermost enclosing function (not lambda)."""
        self.cls = cls
        """The innermost enclosing class, also from within its methods."""
        self.depth: int = 0 if parent is None else parent.depth + 1

    @property
    def qualified_name(self) -> str:
        """The qualified name of the enclosing class and function, ``""`` at module level."""
        inner: Function | Class | None = self.function
        if self.cls is not None and (inner is None or self.cls.depth > inner.depth):
            inner = self.cls
        return "" if inner is None else inner.qualified_name

    def chain(self, *, across_functions: bool = False) -> Iterator[Context]:
        """This construct and those around it, innermost first, up to the enclosing function."""
        context: Context | None = self
        while context is not None:
            yield context
            if not across_functions and context.kind in ("function_definition", "lambda"):
                return
            context = context.parent

    def body(self) -> Span | None:
        """The bytes of what the construct encloses: a loop's body, the body of ``try``."""
        node = self.node.child_by_field_id(grammar.BODY) or self.node.child_by_field_id(
            grammar.CONSEQUENCE
        )
        if node is None:
            node = next((one for one in self.node.named_children if one.type == "block"), None)
        return None if node is None else Span(node.start_byte, node.end_byte)


class Located:
    """A piece of code at its place. The base of everything that a check can be handed."""

    __slots__ = ("module", "place")

    def __init__(self, module: Module, place: Place) -> None:
        self.module = module
        self.place = place

    @property
    def node(self) -> tree_sitter.Node:
        """The syntax node."""
        return self.place[0]

    @property
    def kind(self) -> str:
        """The grammar's name of the node's kind."""
        return grammar.KINDS[self.place[1]]

    @property
    def context(self) -> Context:
        """What encloses it."""
        return self.place[3]

    @property
    def span(self) -> Span:
        """Its bytes in the file."""
        return Span(*self.place[0].byte_range)

    @property
    def text(self) -> str:
        """Its source text."""
        return self.module.text_of(self.place[0])

    @property
    def function(self) -> Function | None:
        """The innermost enclosing function."""
        return self.place[3].function

    @property
    def cls(self) -> Class | None:
        """The innermost enclosing class."""
        return self.place[3].cls

    @property
    def scope(self) -> str:
        """The qualified name of what encloses it."""
        return self.place[3].qualified_name

    @property
    def parent(self) -> Located | None:
        """The syntax node around it."""
        above = self.place[2]
        return None if above is None else Located(self.module, above)

    def ancestors(self) -> Iterator[Located]:
        """The syntax nodes around it, innermost first, up to the statement and then on.

        Bounded: at most :data:`MAX_ANCESTORS` are given.
        """
        place = self.place[2]
        for _ in range(MAX_ANCESTORS):
            if place is None:
                return
            yield Located(self.module, place)
            place = place[2]

    def child(self, field: str) -> tree_sitter.Node | None:
        """The child in a field of the grammar: ``child("condition")``."""
        return self.place[0].child_by_field_name(field)

    def children(self) -> list[tree_sitter.Node]:
        """The named children, without the comments that may stand between them."""
        return [
            one
            for one in self.place[0].named_children
            if one.type not in ("comment", "line_continuation")
        ]

    def value(self, node: tree_sitter.Node | None = None) -> Value:
        """The evaluated expression that this node, or a node in it, is."""
        return Value(self.module, self.place[0] if node is None else node, self.place[3])

    @property
    def statement(self) -> Located:
        """The statement that holds it: the last node below a block or the module."""
        place = self.place
        for _ in range(MAX_ANCESTORS):
            above = place[2]
            if above is None or grammar.KINDS[above[1]] in ("block", "module"):
                break
            place = above
        return Located(self.module, place)

    def entered(self) -> Iterator[Value]:
        """The context managers that are entered around it, the innermost ``with`` first."""
        for context in self.enclosing("with_statement"):
            clauses = (one for one in context.node.named_children if one.type == "with_clause")
            for item in (item for clause in clauses for item in clause.named_children):
                expression = item.child_by_field_id(grammar.VALUE)
                if expression is not None and expression.type == "as_pattern":
                    expression = expression.named_children[0]
                if expression is not None:
                    yield Value(self.module, expression, context)

    def enclosing(self, *kinds: str, across_functions: bool = False) -> Iterator[Context]:
        """The constructs of these kinds whose *body* holds it, innermost first.

        A call in a loop's condition is not in the loop's body, one in ``except`` not in the body
        of ``try``, one in a ``with`` item not in the body of ``with``.
        """
        start = self.place[0].start_byte
        for context in self.place[3].chain(across_functions=across_functions):
            if context.kind not in kinds:
                continue
            body = context.body()
            if body is not None and body.start <= start < body.end:
                yield context
