"""The parts that strings are built from.

A string is built when at least one of its parts can vary: that is how commands, queries and paths
are put together from input. Bounded like the evaluation of constants.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import tree_sitter

from checks.languages.python import grammar
from checks.languages.python.evaluate import (
    MAX_DEPTH,
    MAX_EVALUATIONS,
    THROUGH,
    TRANSPARENT,
    Part,
    argument_nodes,
    bindings_of,
    children,
    constant,
    is_fixed,
    operands_of,
    operator_of,
    origin,
)
from checks.languages.python.scopes import Bound

if TYPE_CHECKING:
    from checks.languages.python.context import Context
    from checks.languages.python.module import Module

SUBSTITUTING = frozenset({"substitute", "safe_substitute"})
"""Methods of a ``string.Template``."""
_MAX_ASSIGNMENTS = 12
"""Assignments to one name that are looked at for the parts of a string."""


def assembly(module: Module, node: tree_sitter.Node, context: Context) -> list[Part]:
    """The varying parts of a string; empty when it is not a string, or nothing in it varies."""
    parts: list[Part] = []
    _assemble(module, node, context, parts, 0)
    return parts


def _assemble(
    module: Module, node: tree_sitter.Node, context: Context, parts: list[Part], depth: int
) -> bool:
    """Collect the varying parts; whether the expression is known to be a string."""
    if depth > MAX_DEPTH or module.evaluations >= MAX_EVALUATIONS:
        return False
    module.evaluations += 1
    kind = node.type
    if kind == "string":
        return _assemble_literal(module, node, context, parts)
    if kind == "concatenated_string":
        found = [_assemble_literal(module, one, context, parts) for one in children(node)]
        return all(found)
    if kind in ("parenthesized_expression", "named_expression", "conditional_expression"):
        inner = children(node)
        if kind == "named_expression":
            inner = inner[-1:]
        elif kind == "conditional_expression":
            inner = inner[:1] + inner[2:]
        strings = [_assemble(module, one, context, parts, depth + 1) for one in inner]
        return any(strings)
    if kind == "binary_operator":
        return _assemble_operator(module, node, context, parts, depth)
    if kind == "call":
        return _assemble_call(module, node, context, parts, depth)
    if kind in ("identifier", "attribute"):
        return _assemble_name(module, node, context, parts, depth)
    return False


def _vary(
    module: Module, nodes: list[tree_sitter.Node], context: Context, parts: list[Part]
) -> None:
    parts.extend((one, context) for one in nodes if not is_fixed(module, one, context))


def _assemble_literal(
    module: Module, node: tree_sitter.Node, context: Context, parts: list[Part]
) -> bool:
    pieces = node.named_children
    opening = module.text_of(pieces[0]).lower() if pieces else "`"
    if "t" in opening or "`" in opening:
        # A template string (PEP 750) is no string: its library escapes the parts. Backticks are
        # Python 2's repr.
        return False
    for piece in pieces:
        if piece.type == "interpolation":
            inner = piece.child_by_field_id(grammar.EXPRESSION)
            if inner is not None:
                _vary(module, [inner], context, parts)
    return True


def _assemble_operator(
    module: Module, node: tree_sitter.Node, context: Context, parts: list[Part], depth: int
) -> bool:
    operator = operator_of(node)
    if operator == "+":
        operands = operands_of(node) or []
        found: list[Part] = []
        is_string = False
        for one in operands:
            before = len(found)
            if _assemble(module, one, context, found, depth + 1):
                is_string = True
            else:
                del found[before:]
                _vary(module, [one], context, found)
        if is_string:
            parts.extend(found)
        return is_string
    left = node.child_by_field_id(grammar.LEFT)
    right = node.child_by_field_id(grammar.RIGHT)
    if operator == "%" and left is not None and right is not None:
        if not _assemble(module, left, context, parts, depth + 1):
            return False
        if right.type in ("tuple", "dictionary"):
            values = [one.child_by_field_id(grammar.VALUE) or one for one in children(right)]
        else:
            values = [right]
        _vary(module, values, context, parts)
        return True
    return False


def _assemble_call(
    module: Module, node: tree_sitter.Node, context: Context, parts: list[Part], depth: int
) -> bool:
    function = node.child_by_field_id(grammar.FUNCTION)
    if function is None:
        return False
    if module.resolve(function, context) in TRANSPARENT:
        texts = argument_nodes(node)[:1]
        return any(_assemble(module, one, context, parts, depth + 1) for one in texts)
    if function.type != "attribute":
        return False
    owner = function.child_by_field_id(grammar.OBJECT)
    name = function.child_by_field_id(grammar.ATTRIBUTE)
    method = "" if name is None else module.text_of(name)
    if owner is None or method not in (*THROUGH, "format", "join", "format_map", *SUBSTITUTING):
        return False
    found: list[Part] = []
    source: Part | None = (owner, context)
    if method in SUBSTITUTING:
        source = template_of(module, owner, context)
    if source is None or not _assemble(module, *source, found, depth + 1):
        return False
    parts.extend(found)
    values: list[tree_sitter.Node] = []
    if method == "replace":
        values = _replacing(module, node, context)
    elif method not in THROUGH:
        for one in argument_nodes(node):
            inner = one.child_by_field_id(grammar.VALUE) if one.type == "keyword_argument" else one
            if method == "join" and inner is not None and inner.type in ("list", "tuple"):
                values += children(inner)
            elif method in SUBSTITUTING and inner is not None and inner.type == "dictionary":
                values += [
                    pair.child_by_field_id(grammar.VALUE) or pair for pair in children(inner)
                ]
            elif inner is not None:
                values.append(inner)
    _vary(module, values, context, parts)
    return True


def _replacing(module: Module, node: tree_sitter.Node, context: Context) -> list[tree_sitter.Node]:
    """What ``text.replace("[VALUE]", value)`` puts in the place of a mark."""
    arguments = argument_nodes(node)
    if len(arguments) < 2:
        return []
    mark = constant(module, arguments[0], context)
    return arguments[1:2] if isinstance(mark, str) and len(mark) > 1 else []


def template_of(module: Module, owner: tree_sitter.Node, context: Context) -> Part | None:
    """The text of the ``string.Template`` that an expression is; ``None`` for anything else."""
    node, where = origin(module, owner, context)
    function = node.child_by_field_id(grammar.FUNCTION) if node.type == "call" else None
    if function is None or module.resolve(function, where) != "string.Template":
        return None
    texts = argument_nodes(node)[:1]
    return (texts[0], where) if texts else None


def _assemble_name(
    module: Module, node: tree_sitter.Node, context: Context, parts: list[Part], depth: int
) -> bool:
    bindings = bindings_of(module, node, context)
    if not bindings or len(bindings) > _MAX_ASSIGNMENTS:
        return False
    if any(one.how not in (Bound.ASSIGNED, Bound.AUGMENTED) for one in bindings):
        return False
    found: list[Part] = []
    is_string = False
    for one in bindings:
        if one.node is None or one.context is None:
            continue
        if _assemble(module, one.node, one.context, found, depth + 2):
            is_string = True
        elif one.how is Bound.AUGMENTED:
            _vary(module, [one.node], one.context, found)
    if is_string:
        parts.extend(found)
    return is_string
