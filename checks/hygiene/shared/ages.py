"""Ages that a test expects to the moment: what it dated back by 17 s is 17.0 to 17.1 s old."""

from __future__ import annotations

import tree_sitter

from checks.events import Function, Value
from checks.hygiene.shared.waiting import number, period
from checks.languages.python.context import Located

_NARROW = 1.2
"""How far the ends of a band must be apart, as a ratio."""

_BOTH_ENDS = 2
_LESS = frozenset({"<", "<="})
_READING = (".now", ".utcnow", ".time", "now", "utcnow", "time")


def exact_age(
    event: Located, comparison: tuple[list[tree_sitter.Node], list[str]], function: Function
) -> tuple[Value, float] | None:
    """The age and its upper bound in ``assert 17 <= age <= 17.1``, where now less 17 s was given.

    The clock is read once by the test and once more by the tested code.
    """
    operands, operators = comparison
    if len(operators) != _BOTH_ENDS or not _LESS.issuperset(operators):
        return None
    low, age, high = (event.value(one) for one in operands)
    lower, upper = number(low), number(high)
    if lower is None or upper is None or not 0 < lower < upper < lower * _NARROW:
        return None
    dated = function.module.remember((exact_age, function), lambda: _dated_back(function))
    return (age, upper) if lower in dated else None


def _dated_back(function: Function) -> frozenset[float]:
    """The seconds by which a function dates something back from now."""
    found = (_seconds_back(one) for one in function.own("binary_operator"))
    return frozenset(one for one in found if one is not None)


def _seconds_back(one: Located) -> float | None:
    left, right, sign = one.child("left"), one.child("right"), one.child("operator")
    if left is None or right is None or sign is None or one.module.text_of(sign) != "-":
        return None
    reading = left.type == "call" and one.module.text_of(left).partition("(")[0].endswith(_READING)
    return period(one.value(right)) if reading else None
