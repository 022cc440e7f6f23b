"""What assertions ask for: the condition of an ``assert``, the operands of a comparison."""

from __future__ import annotations

from typing import NamedTuple

import tree_sitter

from checks.events import Module, Value, as_call
from checks.languages.python.context import Located

_TRUE = frozenset({"assertTrue", "assert_", "failUnless", "assert_true"})
_FALSE = frozenset({"assertFalse", "failIf", "assert_false"})
_ASKING = frozenset({"assertIsNotNone", "assert_is_not_none"}) | _TRUE | _FALSE


class Asserted(NamedTuple):
    """A condition, and whether it is asserted to be true or to be false."""

    node: tree_sitter.Node
    truth: bool


class Comparison(NamedTuple):
    """A comparison of two operands."""

    left: tree_sitter.Node
    operator: str
    """``==``, ``not in``, ``is``, …"""
    right: tree_sitter.Node


def bare(node: tree_sitter.Node) -> tree_sitter.Node:
    """The expression without the parentheses around it."""
    while node.type == "parenthesized_expression":
        inner = [one for one in node.named_children if one.type != "comment"]
        if len(inner) != 1:
            break
        node = inner[0]
    return node


def asserted(located: Located) -> Asserted | None:
    """The condition that an ``assert`` statement or an ``assertTrue`` asks for.

    ``not`` is taken off; ``x is not None`` asks for ``x``. ``None`` for any other node.
    """
    if located.kind == "assert_statement":
        parts = located.children()
        return _plain(parts[0], truth=True) if parts else None
    call = as_call(located)
    if call is None or call.method not in _ASKING:
        return None
    if not call.arguments or call.receiver is None:
        return None
    node = call.arguments[0].node
    if call.method in _TRUE:
        return _plain(node, truth=True)
    if call.method in _FALSE:
        return _plain(node, truth=False)
    return Asserted(bare(node), True)


def _plain(node: tree_sitter.Node, *, truth: bool) -> Asserted:
    node = bare(node)
    while node.type == "not_operator":
        inner = node.child_by_field_name("argument")
        if inner is None:
            break
        node, truth = bare(inner), not truth
    pair = comparison(node)
    if pair is not None and pair.right.type == "none" and pair.operator in ("is not", "!="):
        return Asserted(bare(pair.left), truth)
    return Asserted(node, truth)


def comparison(node: tree_sitter.Node) -> Comparison | None:
    """The comparison that an expression is, when it has just two operands."""
    node = bare(node)
    if node.type != "comparison_operator":
        return None
    operands = [one for one in node.named_children if one.type != "comment"]
    operators = node.children_by_field_name("operators")
    if len(operands) != 2 or len(operators) != 1:
        return None
    return Comparison(operands[0], " ".join(operators[0].type.split()), operands[1])


def plain_root(module: Module, node: tree_sitter.Node) -> str:
    """The name at the root of a chain of attributes and calls, ``self.name`` in a method."""
    while True:
        if node.type == "identifier":
            return module.text_of(node)
        if node.type == "attribute":
            owner = node.child_by_field_name("object")
            if owner is None:
                return ""
            if owner.type == "identifier" and module.text_of(owner) in ("self", "cls"):
                return module.text_of(node)
            node = owner
        elif node.type == "call":
            function = node.child_by_field_name("function")
            if function is None:
                return ""
            node = function
        else:
            return ""


def is_test_object(value: Value | None) -> bool:
    """Whether an expression is the test case itself: ``self``, ``cls`` and their usual kin."""
    return value is not None and value.text in ("self", "cls", "case", "test", "testcase", "tc")
