"""Blocks that always raise: tests use them to have an exception at hand, with its traceback."""

from __future__ import annotations

import tree_sitter

from checks.hygiene.shared.blocks import block_of, statements
from checks.languages.python.context import Located
from checks.languages.python.module import Module

_DEEPEST = 8
"""Calls of local functions that are followed."""
_DIVISIONS = ("/", "//", "%")
_NUMBERS = ("integer", "float")


def always_raises(located: Located, block: tree_sitter.Node) -> bool:
    """Whether a block ends in ``raise``, in ``1 / 0``, or in a call of a function that does.

    The functions that are followed stand in the same test or at the top of the file and are
    defined once. Only the last statement of each is looked at.
    """
    module, function = located.module, located.function
    body = statements(block)
    for _ in range(_DEEPEST):
        if not body:
            return False
        last = body[-1]
        if last.type == "raise_statement":
            return True
        parts = [one for one in last.named_children if one.type != "comment"]
        if last.type not in ("expression_statement", "return_statement") or len(parts) != 1:
            return False
        value = parts[0]
        if value.type == "assignment":
            right = value.child_by_field_name("right")
            if right is None:
                return False
            value = right
        if value.type == "binary_operator":
            return _divides_by_zero(module, value)
        called = value.child_by_field_name("function") if value.type == "call" else None
        if called is None or called.type != "identifier":
            return False
        found = [
            one
            for one in module.functions_by_name.get(module.text_of(called), ())
            if not one.is_method and (one.function is None or one.function is function)
        ]
        if len(found) != 1 or found[0].is_async or found[0].is_generator or found[0].decorators:
            return False
        body = block_of(found[0].node)
    return False


def _divides_by_zero(module: Module, value: tree_sitter.Node) -> bool:
    operator = value.child_by_field_name("operator")
    right = value.child_by_field_name("right")
    if operator is None or right is None or module.text_of(operator) not in _DIVISIONS:
        return False
    left = value.child_by_field_name("left")
    return left is not None and left.type in _NUMBERS and module.text_of(right) in ("0", "0.0")
