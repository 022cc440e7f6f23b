"""Statements and the blocks they stand in. Reads the tree, judges nothing."""

from __future__ import annotations

from collections.abc import Iterator

import tree_sitter

from checks.events import Function, Module
from checks.languages.python.context import Located

MAX_SIBLINGS = 500
"""Statements of one block that are looked at."""

_MAX_NODES = 20_000
"""Nodes of one construct in which a name is looked for."""

_EXTRAS = ("comment", "line_continuation")

EXITS = ("break_statement", "return_statement", "raise_statement")
"""Statements that leave a loop."""


def statements(block: tree_sitter.Node | None) -> list[tree_sitter.Node]:
    """The statements of a block, comments left out."""
    if block is None:
        return []
    return [one for one in block.named_children if one.type not in _EXTRAS]


def block_of(node: tree_sitter.Node) -> list[tree_sitter.Node]:
    """The statements of the block that a construct (``except``, ``with``, ``if``) holds."""
    block = next((one for one in node.named_children if one.type == "block"), None)
    return statements(block)


def following(located: Located) -> list[tree_sitter.Node]:
    """The statements after the one that holds ``located``, in the same block."""
    statement = located.statement
    above = statement.parent
    siblings = [] if above is None else statements(above.node)[:MAX_SIBLINGS]
    end = statement.node.end_byte
    return [one for one in siblings if one.start_byte >= end]


def later_in_function(located: Located) -> Iterator[Located]:
    """The nodes after a statement in the same function, whatever block they stand in."""
    function = located.function
    if function is None:
        return
    end = located.statement.node.end_byte
    for one in located.module.within(function.node, "assert_statement", "call", "raise_statement"):
        if one.node.start_byte >= end and one.function is function:
            yield one


def mentions(module: Module, node: tree_sitter.Node, name: str) -> Iterator[tree_sitter.Node]:
    """The places inside ``node`` where a plain name, or a dotted one as written, stands.

    The name of a keyword argument and an attribute of that name are not meant.
    """
    wanted = name.encode()
    data = module.source.data
    if wanted not in data[node.start_byte : node.end_byte]:
        return
    found_in = "attribute" if "." in name else "identifier"
    stack = [node]
    for _ in range(_MAX_NODES):
        if not stack:
            return
        current = stack.pop()
        kind = current.type
        if kind == found_in and data[current.start_byte : current.end_byte] == wanted:
            yield current
            continue
        children = current.named_children
        if kind == "attribute":
            children = children[:1]  # the object, not the attribute's name
        elif kind == "keyword_argument":
            children = children[1:]  # the value, not the keyword
        stack.extend(reversed(children))


def is_docstring(located: Located) -> bool:
    """Whether a string stands alone as a statement: a docstring or text that is not used."""
    above = located.parent
    return above is not None and above.kind == "expression_statement"


def nested(function: Function) -> bool:
    """Whether a function is defined inside another one."""
    return function.context.function is not None
