"""Several calls in one block that expects an exception, each of which is to raise it."""

from __future__ import annotations

import tree_sitter

from checks.events import Call, Module, Node, as_call

_LEAST = 3
"""Calls from which on they are cases, and not steps of which the last one raises."""


def unreached_case(event: Node, block: list[tree_sitter.Node]) -> Call | None:
    """The second of several calls of one function with other keywords: it never runs.

    ``with raises(ValueError): add(a=1); add(b=1); add(c=1)``: the first one that raises leaves the
    block, so the others are neither called nor proved to raise.
    """
    if len(block) < _LEAST:
        return None
    found = _calls(event.module, event.node)
    calls = []
    for node in block:
        inner = node.named_children[0] if node.named_children else node
        if inner.type == "await" and inner.named_children:
            inner = inner.named_children[0]
        call = found.get((inner.start_byte, inner.end_byte))
        if node.type != "expression_statement" or call is None or not call.keywords:
            return None
        calls.append(call)
    same = len({one.target.text for one in calls}) == 1
    different = len({tuple(sorted(one.keywords)) for one in calls}) == len(calls)
    return calls[1] if same and different else None


def _calls(module: Module, node: tree_sitter.Node) -> dict[tuple[int, int], Call]:
    return {
        (call.node.start_byte, call.node.end_byte): call
        for one in module.within(node, "call")
        if (call := as_call(one)) is not None
    }
