"""Constant expressions, as far as languages agree about them."""

from __future__ import annotations

from collections.abc import Callable

import tree_sitter


class Unknown:
    """See :data:`UNKNOWN`."""

    def __repr__(self) -> str:
        return "UNKNOWN"


UNKNOWN = Unknown()
"""The value of an expression that is no constant, or not a simple one."""

_LONGEST_NUMBER = 40
"""Characters of a number that is read."""


def is_number(value: object) -> bool:
    """Whether a value is a number: a truth value is none."""
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def arithmetic(
    node: tree_sitter.Node,
    value_of: Callable[[tree_sitter.Node], object],
    *,
    largest: int,
    whole_division: bool,
) -> object:
    """The value of a binary expression of two numbers, or ``UNKNOWN``.

    Args:
        node: the expression, with the fields ``left``, ``operator`` and ``right``.
        value_of: the value of one side.
        largest: the largest number that is worked with.
        whole_division: whether dividing whole numbers gives a whole number.
    """
    left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
    operator = node.child_by_field_name("operator")
    if left is None or right is None or operator is None:
        return UNKNOWN
    a, b = value_of(left), value_of(right)
    if not isinstance(a, (int, float)) or not isinstance(b, (int, float)):
        return UNKNOWN
    if isinstance(a, bool) or isinstance(b, bool) or max(abs(a), abs(b)) > largest:
        return UNKNOWN
    match operator.type:
        case "*":
            return a * b
        case "+":
            return a + b
        case "-":
            return a - b
        case "/" if b:
            whole = whole_division and isinstance(a, int) and isinstance(b, int)
            return a // b if whole else a / b
    return UNKNOWN


def number(text: str) -> object:
    """The value of a number as it is written, without separators and suffixes, or ``UNKNOWN``."""
    if len(text) > _LONGEST_NUMBER:
        return UNKNOWN
    try:
        return int(text, 0)
    except ValueError:
        pass
    try:
        return float(text)
    except ValueError:
        return UNKNOWN
