"""Calls of ``super`` that call nothing of the base class."""

from __future__ import annotations

from checks.events import Call, Function, Node, argument_nodes, calls_of
from checks.languages.python.context import Located

_PAIR = 2


def lost_super(method: Function) -> Located | None:
    """A ``super`` in a set-up or tear-down that only looks as if the base class were called.

    ``super().setUp`` without its parentheses, ``super()`` alone, ``super(Shop, self.setUp())``.
    """
    for call in calls_of(method.module, method.node):
        if call.function is not method or call.target.text != "super":
            continue
        above = call.parent
        if above is None or above.kind == "argument_list":
            continue
        if _is_given_call(call) or above.kind == "expression_statement":
            return call
        outer = above.parent
        if above.kind == "attribute" and outer is not None and outer.kind == "expression_statement":
            return Node(above.module, above.place)
    return None


def _is_given_call(call: Call) -> bool:
    """Whether it gets the result of a call where the object itself was meant."""
    given = argument_nodes(call.node)
    if len(given) != _PAIR or given[1].type != "call":
        return False
    return call.module.text_of(given[1]).startswith(("self.", "cls."))
