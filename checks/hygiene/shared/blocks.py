"""Statements and the blocks they stand in. Reads the tree, judges nothing."""

from __future__ import annotations

import bisect
from collections.abc import Iterator

import tree_sitter

from checks.events import Function, Module
from checks.languages.python.context import Located, Place

MAX_SIBLINGS = 500
"""Statements of one block that are looked at."""

_MAX_NAME = 200
"""Bytes of a dotted name that is looked for; a chain of a thousand attributes is none."""

MAX_USES = 200
"""Uses of one name that are looked at for one question."""

_HOLDING = ("attribute", "with_item", "return_statement", "yield", "assignment", "argument_list",
            "list", "tuple", "set", "dictionary", "pair", "keyword_argument", "expression_list",
            "conditional_expression", "delete_statement", "lambda", "for_statement")  # fmt: skip

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
    for one in located.module.within(
        function.node, "assert_statement", "call", "raise_statement", after=end
    ):
        if one.function is function:
            yield one


def mentions(module: Module, node: tree_sitter.Node, name: str) -> Iterator[tree_sitter.Node]:
    """The places inside ``node`` where a plain name, or a dotted one as written, stands.

    The name of a keyword argument and an attribute of that name are not meant.

    Raises:
        Expired: the time of the file is over.
    """
    found = module.remember(_positions, lambda: _positions(module)).get(name, [])
    end = node.end_byte
    for index in range(bisect.bisect_left(found, node.start_byte, key=_start), len(found)):
        one = found[index]
        if one.start_byte >= end:
            return
        module.visit()
        if one.end_byte <= end:
            yield one


def holders(
    module: Module,
    node: tree_sitter.Node,
    name: str,
    *kinds: str,
    after: int = 0,
    before: int | None = None,
) -> Iterator[tuple[Located, tree_sitter.Node]]:
    """The constructs inside ``node`` that hold a plain or dotted name directly, with that name.

    Kind after kind, at most :data:`MAX_USES` of each. An attribute holds its object, a keyword
    argument its value, ``with name as x`` the name.

    Args:
        module: the file.
        node: where to look.
        name: the name as it is written.
        kinds: kinds of constructs, of those that can hold one.
        after: the byte from which on the name is looked for.
        before: the byte up to which it is looked for.

    Raises:
        Expired: the time of the file is over.
    """
    held = module.remember(_held, lambda: _held(module)).get(name)
    start = max(after, node.start_byte)
    end = node.end_byte if before is None else min(before, node.end_byte)
    for kind in kinds if held is not None else ():
        found = held.get(kind, []) if held is not None else []
        first = bisect.bisect_left(found, start, key=_start_held)
        for place, child in found[first : first + MAX_USES]:
            module.visit()
            if child.start_byte >= end:
                break
            if place[0] != node:
                yield Located(module, place), child


_Held = list[tuple[Place, tree_sitter.Node]]


def _held(module: Module) -> dict[str, dict[str, _Held]]:
    """The constructs of a file that hold a name directly, by name and kind, in their order."""
    found: dict[str, dict[str, _Held]] = {}
    for one in module.nodes(*_HOLDING):
        module.visit()
        kind, children = one.kind, one.children()
        if kind == "attribute":
            children = children[:1]
        elif kind == "keyword_argument":
            children = children[1:]
        for child in children:
            inner = child.named_children[0] if child.type == "as_pattern" else child
            if inner.type in ("identifier", "attribute") and _is_short(inner):
                kinds = found.setdefault(module.text_of(inner), {})
                kinds.setdefault(kind, []).append((one.place, inner))
    for kinds in found.values():
        for held in kinds.values():
            held.sort(key=_start_held)
    return found


def _start_held(held: tuple[Place, tree_sitter.Node]) -> int:
    return held[1].start_byte


def _is_short(node: tree_sitter.Node) -> bool:
    return node.end_byte - node.start_byte <= _MAX_NAME


def _positions(module: Module) -> dict[str, list[tree_sitter.Node]]:
    """All plain and dotted names of a file with their places, in the order of the text."""
    found: dict[str, list[tree_sitter.Node]] = {}
    stack = [module.tree.root_node]
    while stack:
        module.visit()
        current = stack.pop()
        kind = current.type
        if kind in ("identifier", "attribute") and _is_short(current):
            found.setdefault(module.text_of(current), []).append(current)
        children = current.named_children
        if kind == "attribute":
            children = children[:1]  # the object, not the attribute's name
        elif kind == "keyword_argument":
            children = children[1:]  # the value, not the keyword
        stack.extend(reversed(children))
    return found


def _start(node: tree_sitter.Node) -> int:
    return node.start_byte


def is_docstring(located: Located) -> bool:
    """Whether a string stands alone as a statement: a docstring or text that is not used."""
    above = located.parent
    return above is not None and above.kind == "expression_statement"


def nested(function: Function) -> bool:
    """Whether a function is defined inside another one."""
    return function.context.function is not None
