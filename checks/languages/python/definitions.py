"""Functions, their parameters, and classes, as checks see them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import tree_sitter

from checks.languages.python import grammar
from checks.languages.python.context import Context, Located, Place
from checks.languages.python.scopes import Binding, Scope
from checks.languages.python.values import Value
from checks.light import dataclass
from checks.model import Span
from checks.once import once

if TYPE_CHECKING:
    from checks.languages.python.module import Module

_YIELD = grammar.kind("yield")
_RETURN = grammar.kind("return_statement")


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter. ``kind`` is ``""``, ``"*"`` for ``*args`` or ``"**"`` for ``**kwargs``."""

    name: str
    kind: str
    node: tree_sitter.Node
    default: Value | None
    annotation: str


class _Definition(Located):
    """What functions and classes share."""

    inner: Context
    """The context of what stands in the body. Set by the walk."""

    def __init__(self, module: Module, place: Place, name: str) -> None:
        super().__init__(module, place)
        self.name = name
        self.depth = place[3].depth
        outer = place[3].qualified_name
        self.qualified_name = f"{outer}.{name}" if outer else name
        """Dotted path through the enclosing classes and functions: ``"Tests.test_a"``."""

    @property
    def body(self) -> tree_sitter.Node | None:
        """The block."""
        return self.node.child_by_field_id(grammar.BODY)

    @property
    def name_span(self) -> Span:
        """The bytes of the name: where a finding about the whole definition points."""
        node = self.node.child_by_field_id(grammar.NAME)
        return self.span if node is None else Span(*node.byte_range)

    @once
    def decorators(self) -> tuple[Value, ...]:
        """The decorators' expressions; ``.name`` of a call's value is that of what is called."""
        above = self.place[2]
        if above is None or grammar.KINDS[above[1]] != "decorated_definition":
            return ()
        return tuple(
            Value(self.module, child.named_children[0], self.context)
            for child in above[0].named_children
            if child.type == "decorator" and child.named_children
        )

    @once
    def decorator_names(self) -> tuple[str, ...]:
        """Qualified names of the decorators that resolve, a call by the name of its callee."""
        names = (value.callee_name or value.name for value in self.decorators)
        return tuple(name for name in names if name)

    def decorated_with(self, *names: str) -> bool:
        """Whether one of the decorators has one of these qualified names."""
        mine = self.decorator_names
        return bool(mine) and any(name in names for name in mine)


class Function(_Definition):
    """A function or method (``def`` and ``async def``)."""

    @property
    def scope_of_body(self) -> Scope:
        """The names bound in it."""
        return self.inner.scope

    @property
    def is_method(self) -> bool:
        """Whether it stands directly in a class body."""
        return self.context.scope.kind == "class"

    @property
    def is_async(self) -> bool:
        """Whether it is a coroutine function or asynchronous generator."""
        first = self.node.child(0)
        return first.type == "async"

    @once
    def parameters(self) -> tuple[Parameter, ...]:
        """The parameters in their order, ``self`` included."""
        node = self.node.child_by_field_id(grammar.PARAMETERS)
        return () if node is None else tuple(_parameters(self, node))

    @once
    def is_generator(self) -> bool:
        """Whether it yields itself, not only a function in it."""
        return any(True for _ in self.own("yield"))

    def own(self, *kinds: str) -> Iterator[Located]:
        """The nodes of these kinds in its body, without those of functions nested in it."""
        for found in self.module.within(self.node, *kinds):
            if found.function is self:
                yield found

    @once
    def docstring(self) -> Span | None:
        """The bytes of its docstring."""
        return _docstring(self.body)


class Class(_Definition):
    """A class definition."""

    def __init__(self, module: Module, place: Place, name: str) -> None:
        super().__init__(module, place, name)
        self.methods: dict[str, Function] = {}
        """The functions that stand directly in its body; the last one of a name."""
        self.attributes: dict[str, list[Binding]] = {}
        """What its methods assign to ``self.<name>``."""
        self.resolved: dict[str, str | None] = {}
        """Answers of the resolution of these names, remembered."""

    @once
    def bases(self) -> tuple[Value, ...]:
        """The base classes' expressions, keyword arguments left out."""
        node = self.node.child_by_field_id(grammar.SUPERCLASSES)
        if node is None:
            return ()
        return tuple(
            Value(self.module, child, self.context)
            for child in node.named_children
            if child.type not in ("comment", "keyword_argument", "line_continuation")
        )

    @once
    def base_names(self) -> tuple[str, ...]:
        """Qualified names of the bases that resolve; a class of this file is ``module:Name``."""
        return tuple(name for base in self.bases if (name := base.name))

    @once
    def docstring(self) -> Span | None:
        """The bytes of its docstring."""
        return _docstring(self.body)


def _docstring(body: tree_sitter.Node | None) -> Span | None:
    for statement in () if body is None else body.named_children:
        if statement.type == "comment":
            continue
        if statement.type == "expression_statement" and statement.named_children:
            node = statement.named_children[0]
            if node.type in ("string", "concatenated_string"):
                return Span(*node.byte_range)
        return None
    return None


def _parameters(function: Function, node: tree_sitter.Node) -> Iterator[Parameter]:
    module = function.module
    for child in node.named_children:
        kind = child.type
        name = child
        default = annotation = None
        star = ""
        if kind in ("typed_default_parameter", "default_parameter"):
            default = child.child_by_field_id(grammar.VALUE)
            name = child.child_by_field_id(grammar.NAME) or child
        if kind in ("typed_parameter", "typed_default_parameter"):
            annotation = child.child_by_field_id(grammar.TYPE)
        if kind == "typed_parameter" and child.named_children:
            name = child.named_children[0]
        if name.type in ("list_splat_pattern", "dictionary_splat_pattern"):
            star = "*" if name.type == "list_splat_pattern" else "**"
            name = name.named_children[0] if name.named_children else name
        if name.type == "identifier":
            yield Parameter(
                module.text_of(name),
                star,
                child,
                None if default is None else Value(module, default, function.context),
                "" if annotation is None else module.text_of(annotation),
            )
