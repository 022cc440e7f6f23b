"""A tree-sitter grammar with its kinds and fields as numbers.

Comparing numbers is what keeps a walk cheap; names are for people. Nothing here looks at a text.
"""

from __future__ import annotations

from collections.abc import Iterable

import tree_sitter

RECORD, SKIP, COMMENT = 0, 1, 2
"""What the walk does with a node: record it and go on below, pass by, keep it as a comment."""


class Grammar:
    """One grammar."""

    def __init__(self, capsule: object, *, leaves: Iterable[str], comments: Iterable[str]) -> None:
        """Read the tables of a grammar.

        Args:
            capsule: what the grammar's package calls ``language()``.
            leaves: kinds that hold nothing that a check could listen to. The walk passes them by,
                with all that is in them; names that this grammar does not have are no error, so
                that dialects can share a list.
            comments: kinds that are comments.
        """
        self.language = tree_sitter.Language(capsule)
        self.error = self.language.node_kind_count
        """The number given here to nodes that could not be parsed; tree-sitter's own is 65,535."""
        names = (self.language.node_kind_for_id(number) or "" for number in range(self.error))
        self.kinds: tuple[str, ...] = (*names, "ERROR")
        """The grammar's kind names by number."""
        self.leaves = frozenset(leaves)
        marks = frozenset(comments)
        self.actions = [
            COMMENT if name in marks else SKIP if name in self.leaves else RECORD
            for name in self.kinds
        ]
        """What the walk does with a node, by the number of its kind."""

    def kind(self, name: str) -> int:
        """The number of a named kind.

        Raises:
            ValueError: the grammar has no such kind.
        """
        number = self.language.id_for_node_kind(name, True)
        if number is None:
            raise ValueError(f"the grammar has no kind {name!r}")
        return number

    def has(self, name: str) -> bool:
        """Whether the grammar has a named kind: dialects differ."""
        return self.language.id_for_node_kind(name, True) is not None

    def field(self, name: str) -> int:
        """The number of a field.

        Raises:
            ValueError: the grammar has no such field.
        """
        number = self.language.field_id_for_name(name)
        if number is None:
            raise ValueError(f"the grammar has no field {name!r}")
        return number
