"""Evaluated expressions: what a check sees of an argument.

The evaluation is local: literals, constants of the module and names with one assignment. It never
runs code, and it is bounded: a value that is too deep, too large or too dear is unknown.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import tree_sitter

from checks.languages.python import evaluate, grammar, mappings
from checks.languages.python.assembly import assembly
from checks.languages.python.scopes import Bound
from checks.languages.python.unknown import UNKNOWN, Unknown
from checks.model import Span
from checks.once import once

if TYPE_CHECKING:
    from checks.languages.python.context import Context
    from checks.languages.python.module import Module

_SHORT = 60
_MAX_ASSIGNMENTS = 100
_FOLLOWED = (Bound.ASSIGNED, Bound.AUGMENTED, Bound.ENTERED)


class Value:
    """One expression, evaluated on demand."""

    def __init__(self, module: Module, node: tree_sitter.Node, context: Context) -> None:
        self.module = module
        self.node = node
        self.context = context

    def __repr__(self) -> str:
        return f"<Value {self.text!r}>"

    @property
    def span(self) -> Span:
        """The expression's bytes."""
        return Span(*self.node.byte_range)

    @property
    def text(self) -> str:
        """The expression's source."""
        return self.module.text_of(self.node)

    @property
    def short(self) -> str:
        """The source on one line of at most 60 characters, fit to stand between backticks."""
        text = " ".join(self.text[:400].replace("`", "'").split())
        text = "".join(one if one.isprintable() else "\N{REPLACEMENT CHARACTER}" for one in text)
        return text if len(text) <= _SHORT else text[: _SHORT - 1] + "…"

    @once
    def constant(self) -> object:
        """The folded value, or :data:`UNKNOWN`: compare with ``is UNKNOWN``.

        Values are ``str``, ``bytes``, numbers, ``bool``, ``None``, ``...``, and tuples, lists,
        sets and dicts of them. They are shared: never change one.
        """
        return evaluate.constant(self.module, self.node, self.context)

    @property
    def fixed(self) -> bool:
        """Whether nothing in it can vary, even when it is not folded: ``"%s" % 3``, a literal."""
        return evaluate.is_fixed(self.module, self.node, self.context)

    @once
    def name(self) -> str | None:
        """The qualified name of what it names, see :meth:`Module.resolve`."""
        return self.module.resolve(self.node, self.context)

    @once
    def callee_name(self) -> str | None:
        """For a call: the qualified name of what is called; else ``None``."""
        if self.node.type != "call":
            return None
        function = self.node.child_by_field_id(grammar.FUNCTION)
        return None if function is None else self.module.resolve(function, self.context)

    @property
    def built(self) -> bool:
        """Whether it is a string put together from at least one part that can vary.

        By an f-string, ``%``, ``.format``, ``+`` or ``.join``, here or where the name that stands
        here was assigned.
        """
        return bool(self.parts)

    @once
    def parts(self) -> tuple[Value, ...]:
        """The parts of a built string that can vary; empty when it is not built."""
        found = assembly(self.module, self.node, self.context)
        return tuple(Value(self.module, node, context) for node, context in found)

    @once
    def elements(self) -> tuple[Value, ...] | None:
        """The elements of a list, tuple or set display, ``None`` for anything else."""
        node, context = evaluate.origin(self.module, self.node, self.context)
        if node.type not in ("list", "tuple", "set", "expression_list"):
            return None
        return tuple(Value(self.module, one, context) for one in evaluate.children(node))

    @once
    def mapping(self) -> dict[object, Value] | None:
        """The entries of a mapping that are known, ``None`` where it is none or none is known."""
        found, whole = mappings.entries_of(self.module, self.node, self.context)
        if not found and not whole and self.origin.node.type != "dictionary":
            return None
        return {key: Value(self.module, *part) for key, part in found.items()}

    @once
    def assignments(self) -> tuple[Value, ...]:
        """All expressions that are assigned to the name or ``self`` attribute that stands here.

        In the order of the text; those of ``with … as`` too, those of loops and unpackings not.
        The one that holds at a use is as a rule the last one above it: compare the spans.
        """
        bindings = evaluate.bindings_of(self.module, self.node, self.context)[:_MAX_ASSIGNMENTS]
        return tuple(
            Value(self.module, one.node, one.context)
            for one in bindings
            if one.how in _FOLLOWED and one.node is not None and one.context is not None
        )

    @property
    def origin(self) -> Value:
        """The expression that a name with one assignment stands for; itself when it is no name."""
        node, context = evaluate.origin(self.module, self.node, self.context)
        return self if node is self.node else Value(self.module, node, context)


__all__ = ["UNKNOWN", "Unknown", "Value"]
