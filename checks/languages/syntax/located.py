"""A piece of code at its place, in any language but Python.

``tree_sitter.Node.parent`` searches from the root, so the walk keeps for every node a
:data:`Place` that links to the place of its parent.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import TYPE_CHECKING, TypeAlias

import tree_sitter

from checks.languages.syntax.scopes import Scope
from checks.model import Span

if TYPE_CHECKING:
    from checks.languages.syntax.source_file import SourceFile

MAX_ANCESTORS = 400
"""How far up the parents of a node are followed."""

Place: TypeAlias = "tuple[tree_sitter.Node, int, Place | None, Scope]"
"""A node, the number of its kind, the place of its parent, and the names that it can see."""


class Located:
    """A node at its place. The base of everything that a check can be handed."""

    __slots__ = ("file", "place")

    def __init__(self, file: SourceFile, place: Place) -> None:
        self.file = file
        self.place = place

    @property
    def node(self) -> tree_sitter.Node:
        """The syntax node."""
        return self.place[0]

    @property
    def kind(self) -> str:
        """The grammar's name of the node's kind."""
        return self.file.grammar.kinds[self.place[1]]

    @property
    def names(self) -> Scope:
        """The names that it can see."""
        return self.place[3]

    @property
    def span(self) -> Span:
        """Its bytes in the file."""
        return Span(*self.place[0].byte_range)

    @property
    def text(self) -> str:
        """Its source text."""
        return self.file.text_of(self.place[0])

    @property
    def scope(self) -> str:
        """The qualified name of what encloses it: see :meth:`SourceFile.scope_at`."""
        return self.file.scope_at(self.place[0].start_byte)

    @property
    def parent(self) -> Located | None:
        """The syntax node around it."""
        above = self.place[2]
        return None if above is None else Located(self.file, above)

    def ancestors(self) -> Iterator[Located]:
        """The syntax nodes around it, innermost first; at most :data:`MAX_ANCESTORS`."""
        place = self.place[2]
        for _ in range(MAX_ANCESTORS):
            if place is None:
                return
            yield Located(self.file, place)
            place = place[2]

    def around(self, *kinds: str, up_to: Collection[str]) -> Iterator[Located]:
        """The nodes of these kinds around it, innermost first, up to one of the kinds ``up_to``."""
        for one in self.ancestors():
            if one.kind in up_to:
                return
            if one.kind in kinds:
                yield one

    def statement(self, lists: Collection[str]) -> Located:
        """The statement that holds it: the last node below one of the kinds that list them."""
        place = self.place
        kinds = self.file.grammar.kinds
        for _ in range(MAX_ANCESTORS):
            above = place[2]
            if above is None or kinds[above[1]] in lists:
                break
            place = above
        return Located(self.file, place)

    def child(self, field: str) -> tree_sitter.Node | None:
        """The child in a field of the grammar: ``child("condition")``."""
        return self.place[0].child_by_field_name(field)

    def children(self) -> list[tree_sitter.Node]:
        """The named children, without the comments that may stand between them."""
        return [one for one in self.place[0].named_children if one.type != "comment"]
