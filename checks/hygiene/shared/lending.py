"""Helpers of the tests that use what they are given and give it back as it was."""

from __future__ import annotations

import tree_sitter

from checks.events import Call, Function
from checks.hygiene.shared.blocks import holders
from checks.languages.python.index import Index

_KEEPING = (
    "argument_list", "keyword_argument", "with_item", "assignment", "return_statement", "yield",
    "list", "tuple", "set", "dictionary", "pair", "expression_list", "conditional_expression",
    "lambda",
)  # fmt: skip
"""Places in which a parameter goes on to someone else, or is closed."""


def is_lent(call: Call, given: tree_sitter.Node, closing: frozenset[str], index: Index) -> bool:
    """Whether a helper of the file or of the test's class only calls methods of an argument.

    Args:
        call: the call of the helper.
        given: the argument.
        closing: names of methods that end what is given.
        index: the definitions at hand.
    """
    helper = _helper(call, index)
    if helper is None or call.has_star:
        return False
    position = next((at for at, one in enumerate(call.arguments) if one.node == given), None)
    skipped = 1 if helper.is_method else 0
    if position is None or position + skipped >= len(helper.parameters):
        return False
    name = helper.parameters[position + skipped].name
    used = False
    for one, child in holders(helper.module, helper.node, name, "attribute", *_KEEPING):
        if one.kind == "attribute":
            used = True
            if one.text.rpartition(".")[2] in closing:
                return False
        elif one.kind != "assignment" or one.child("right") == child:
            return False
    return used


def _helper(call: Call, index: Index) -> Function | None:
    receiver = call.receiver
    if receiver is None:
        found = (one for one in call.module.functions if one.context.kind == "module")
        return next((one for one in found if one.name == call.target.text), None)
    if receiver.text not in ("self", "cls") or call.cls is None:
        return None
    return index.methods(call.cls).get(call.method)
