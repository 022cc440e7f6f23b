"""Dates without a time zone that a test turns into moments, which takes them for local time.

https://docs.python.org/3/library/datetime.html#datetime.datetime.astimezone,
https://docs.python.org/3/library/time.html#time.mktime
"""

from __future__ import annotations

import re2

from checks.events import Call, Function, Value, argument_nodes
from checks.hygiene.shared.blocks import mentions
from checks.hygiene.shared.equalities import equalities
from checks.hygiene.shared.moments import looks_like_time
from checks.languages.python.context import Located

CONVERTING = ("*.astimezone", "*.timestamp", "time.mktime")
_DATES = frozenset({"datetime.datetime", "datetime.datetime.strptime",
                    "datetime.datetime.fromisoformat", "datetime.datetime.combine"})  # fmt: skip
_ZONED = re2.compile(r"(?i)%z|[+-]\d\d:?\d\d['\"]|\dZ['\"]|tz|utc")
_KEEPING = frozenset({"timetuple", "replace"})
_ROUNDS = 3
_MOST = 100
"""Assertions of one function that are looked at."""

_FEWEST = 3
"""Arguments of a date: year, month and day."""


def converted(call: Call) -> bool:
    """Whether a fixed date is taken for local time, and what comes of it held against a text.

    ``datetime(2021, 2, 8).astimezone(zone)``, ``time.mktime(date.timetuple())``.
    """
    function = call.function
    naive = _naive_date(call)
    if function is None or naive is None:
        return False
    names = _made_of(call, function)
    start, end = call.span
    for one in equalities(function)[:_MOST]:
        for side, other in one.sides:
            inside = side.span.start <= start and end <= side.span.end
            held = any(_stands_in(function, side, name) for name in names)
            if (inside or held) and _is_written(other, function):
                return True
    return False


def _naive_date(call: Call) -> Value | None:
    value = call.argument(0) if call.method == "mktime" else call.receiver
    for _ in range(_ROUNDS):
        if value is None:
            return None
        value = value.origin
        if value.node.type != "call":
            return None
        if value.callee_name in _DATES:
            return value if _is_fixed_and_naive(value) else None
        function = value.node.child_by_field_name("function")
        if function is None or function.type != "attribute" or _ZONED.search(value.text[:300]):
            return None
        if value.module.text_of(function).rpartition(".")[2] not in _KEEPING:
            return None
        owner = function.child_by_field_name("object")
        value = None if owner is None else Value(value.module, owner, value.context)
    return None


def _is_fixed_and_naive(value: Value) -> bool:
    given = argument_nodes(value.node)
    text = value.text[:300].replace("tzinfo=None", "")
    if _ZONED.search(text) is not None or not given:
        return False
    if value.callee_name == "datetime.datetime" and not _FEWEST <= len(given) <= _FEWEST + 4:
        return False
    return all(
        one.type == "keyword_argument" or Value(value.module, one, value.context).fixed
        for one in given
    )


def _made_of(call: Call, function: Function) -> list[str]:
    """The names that hold the moment, or what is made of it: ``text`` of ``text = f(moment)``."""
    names = [call.assigned_to] if call.assigned_to.isidentifier() else []
    for one in function.own("assignment"):
        left, right = one.child("left"), one.child("right")
        if not names or len(names) > _ROUNDS:
            break
        if left is None or right is None or left.type != "identifier":
            continue
        if one.node.start_byte <= call.node.start_byte:
            continue
        if any(_stands_in(function, one, name) for name in names):
            names.append(function.module.text_of(left))
    return names


def _stands_in(function: Function, place: Located | Value, name: str) -> bool:
    return next(mentions(function.module, place.node, name), None) is not None


def _is_written(other: Value, function: Function) -> bool:
    """Whether a moment is written out there, or in the cases of the parameter that stands there."""
    if looks_like_time(other):
        return True
    if other.node.type != "identifier":
        return False
    if not any(one.name == other.text for one in function.parameters):
        return False
    return any(
        one.text.partition("(")[0].endswith("parametrize")
        and other.text in one.text[:200]
        and any(looks_like_time(value) for value in _cases(one))
        for one in function.decorators
    )


def _cases(decorator: Value) -> list[Value]:
    """The texts among the cases of a decorator."""
    rows = [
        Value(decorator.module, one, decorator.context) for one in argument_nodes(decorator.node)
    ][1:2]
    for _ in range(2):
        rows = [inner for row in rows for inner in (row.elements or (row,))]
    return rows
