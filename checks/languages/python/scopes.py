"""Scopes, and what binds the names in them.

Filled by the walk, read by the resolution of names and the evaluation of values. Python's rules:
a class body is not visible from the functions in it, a comprehension is a scope of its own,
``global`` and ``nonlocal`` bind elsewhere.
"""

from __future__ import annotations

import enum
from typing import TYPE_CHECKING

import tree_sitter

if TYPE_CHECKING:
    from checks.languages.python.context import Context


class Bound(enum.Enum):
    """How a name got its value."""

    IMPORT = enum.auto()
    FUNCTION = enum.auto()
    CLASS = enum.auto()
    PARAMETER = enum.auto()
    ASSIGNED = enum.auto()
    """``name = value``, with the value at hand."""
    AUGMENTED = enum.auto()
    """``name += value``."""
    ENTERED = enum.auto()
    """``with value as name``."""
    OTHER = enum.auto()
    """A loop, an unpacking, ``except … as``, a pattern: bound, and not followed."""


class Binding:
    """One place that binds a name."""

    __slots__ = ("context", "how", "node", "qualified")

    def __init__(
        self,
        how: Bound,
        node: tree_sitter.Node | None = None,
        context: Context | None = None,
        qualified: str = "",
    ) -> None:
        self.how = how
        self.node = node
        """The expression that is bound, where one is; the annotation of a parameter."""
        self.context = context
        """Where that expression is evaluated."""
        self.qualified = qualified
        """For imports and definitions: the qualified name."""


class Scope:
    """The names of one module, class, function, lambda or comprehension."""

    __slots__ = ("bindings", "elsewhere", "kind", "parent", "resolved")

    def __init__(self, kind: str, parent: Scope | None) -> None:
        self.kind = kind
        """``"module"``, ``"class"``, ``"function"`` or ``"comprehension"``."""
        self.parent = parent
        self.bindings: dict[str, list[Binding]] = {}
        self.elsewhere: dict[str, Scope] = {}
        """Names declared ``global`` or ``nonlocal`` here, and where they live."""
        self.resolved: dict[str, str | None] = {}
        """Answers of the resolution of names, remembered."""

    def bind(self, name: str, binding: Binding) -> None:
        """Record a binding where Python would make it."""
        owner = self.elsewhere.get(name, self)
        owner.bindings.setdefault(name, []).append(binding)

    def declare_global(self, name: str) -> None:
        """``global name``."""
        scope = self
        while scope.parent is not None:
            scope = scope.parent
        self.elsewhere[name] = scope

    def declare_nonlocal(self, name: str) -> None:
        """``nonlocal name``."""
        scope = self.parent
        while scope is not None and (scope.kind != "function" or name not in scope.bindings):
            scope = scope.parent
        if scope is not None:
            self.elsewhere[name] = scope

    def find(self, name: str) -> Scope | None:
        """The scope that binds ``name`` as seen from here; ``None`` for builtins and unknowns."""
        if (other := self.elsewhere.get(name)) is not None:
            return other
        scope: Scope | None = self
        inner = True
        while scope is not None:
            if name in scope.bindings and (inner or scope.kind != "class"):
                return scope
            # A comprehension in a class body still sees the names of the class.
            inner = inner and scope.kind == "comprehension"
            scope = scope.parent
        return None
