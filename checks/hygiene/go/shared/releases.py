"""Whether what a Go test opens or starts is given back, or handed on to what may."""

from __future__ import annotations

from collections.abc import Collection

import tree_sitter

from checks.hygiene.go.shared.places import short
from checks.languages.go.blocks import Block
from checks.languages.go.events import GoCall


def assigned_to(call: GoCall) -> str:
    """The name that the result gets: the first one of ``file, err := os.Open(…)``."""
    above = call.parent
    holder = None if above is None else above.parent
    if above is None or holder is None or above.kind != "expression_list":
        return ""
    if holder.kind not in ("short_var_declaration", "assignment_statement"):
        return ""
    left = holder.child("left")
    first = None if left is None else next(iter(left.named_children), None)
    if first is None or first.type != "identifier":
        return ""
    text = call.file.text_of(first)
    return "" if text == "_" else text


def is_released(call: GoCall, block: Block, name: str, methods: Collection[str]) -> bool:
    """Whether the test closes it by one of the methods, or hands it on to something that may."""
    file = call.file
    wanted = {f"{name}.{method}" for method in methods}
    # A name of an outer scope may be closed outside the test.
    owner = call.names.owner(name)
    if owner is None or not _is_inside(owner.node, block):
        return True
    for one in file.within(block.body, "selector_expression", after=call.span.end):
        if one.text in wanted:
            return True
    return any(_passes(file.text_of(argument), name, argument) for one in block.calls()
               if one.node.start_byte >= call.span.end for argument in one.arguments) or any(
        _holds(short(file, one.node, 10_000), name)
        for one in file.within(block.body, "return_statement", "send_statement",
                               after=call.span.end)
    ) or _is_stored(call, block, name)  # fmt: skip


def _is_inside(node: tree_sitter.Node, block: Block) -> bool:
    return block.span.start <= node.start_byte and node.end_byte <= block.span.end


def _passes(text: str, name: str, node: tree_sitter.Node) -> bool:
    """Whether an argument is the thing itself, or a literal that holds it: it has a new owner."""
    if node.type == "func_literal":
        return False
    return text in (name, f"&{name}") or (
        node.type in ("composite_literal", "unary_expression") and _holds(text, name)
    )


def _holds(text: str, name: str) -> bool:
    """Whether a text holds a name as a word that no dot follows."""
    start = 0
    while (at := text.find(name, start)) >= 0:
        before, after = text[at - 1 : at], text[at + len(name) : at + len(name) + 1]
        if not (before.isalnum() or before in ("_", ".")) and not (
            after.isalnum() or after in ("_", ".")
        ):
            return True
        start = at + len(name)
    return False


def _is_stored(call: GoCall, block: Block, name: str) -> bool:
    """Whether it is put into something else: a field, a list, a literal."""
    file = call.file
    for one in file.within(block.body, "assignment_statement", "short_var_declaration",
                           after=call.span.end):  # fmt: skip
        right = one.child("right")
        if right is not None and _holds(file.text_of(right), name):
            return True
    return False
