"""The names that a piece of code can see: which are bound in it, and to what."""

from __future__ import annotations

import enum
from collections.abc import Iterator

import tree_sitter

from checks.light import dataclass

MAX_SCOPES = 200
"""How many scopes may enclose each other; what is nested deeper shares the innermost one."""


class Bound(enum.Enum):
    """How a name comes to be."""

    IMPORT = enum.auto()
    VALUE = enum.auto()
    """Declared with an initial value."""
    PART = enum.auto()
    """A part of an initial value: destructured."""
    FUNCTION = enum.auto()
    CLASS = enum.auto()
    PARAMETER = enum.auto()
    ASSIGNED = enum.auto()
    """Given a value later than where it was declared."""
    OTHER = enum.auto()
    """A loop variable, a caught exception, a declaration without a value."""


@dataclass(frozen=True, slots=True)
class Binding:
    """One binding of a name."""

    how: Bound
    node: tree_sitter.Node
    """What binds it: the declared name, the function, the import."""
    scope: Scope
    """Where the value is evaluated."""
    value: tree_sitter.Node | None = None
    """The value that is bound, when it stands there."""
    path: str = ""
    """For an import: the qualified name. For a part: the dotted way into the value."""


class Scope:
    """The names bound in one construct; :attr:`parent` is the next one out."""

    __slots__ = ("depth", "function", "kind", "names", "node", "parent")

    def __init__(
        self, kind: str, node: tree_sitter.Node, parent: Scope | None, *, is_function: bool
    ) -> None:
        self.kind = kind
        """The grammar's name of what opens it."""
        self.node = node
        self.parent = parent
        self.names: dict[str, list[Binding]] = {}
        self.function: Scope = self if is_function or parent is None else parent.function
        """The scope of the innermost function around it, or that of the file."""
        self.depth: int = 0 if parent is None else parent.depth + 1

    def bind(self, name: str, binding: Binding) -> None:
        """Bind a name here."""
        self.names.setdefault(name, []).append(binding)

    def chain(self) -> Iterator[Scope]:
        """This scope and those around it, innermost first."""
        scope: Scope | None = self
        while scope is not None:
            yield scope
            scope = scope.parent

    def find(self, name: str) -> list[Binding]:
        """The bindings of a name in the innermost scope that has any; empty for a global."""
        for scope in self.chain():
            if (found := scope.names.get(name)) is not None:
                return found
        return []

    def owner(self, name: str) -> Scope | None:
        """The innermost scope that binds a name."""
        return next((scope for scope in self.chain() if name in scope.names), None)


def sole(found: list[Binding]) -> Binding | None:
    """The one binding that gives a name its value; ``None`` when there are several."""
    if len(found) == 1:
        return found[0]
    if len(found) == 2 and found[0].how is Bound.OTHER and found[1].how is Bound.ASSIGNED:
        return found[1]
    return None
