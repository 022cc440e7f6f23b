"""Time zones that a test takes from the machine without saying so.

https://docs.python.org/3/library/datetime.html#aware-and-naive-objects,
https://docs.python.org/3/library/time.html#time.tzname
"""

from __future__ import annotations

import calendar
import itertools
from collections.abc import Iterator

import re2

from checks.events import Call, Function, Node, argument_nodes
from checks.hygiene.shared.moments import EPOCH
from checks.languages.python.values import Value

_HALF_DAY = 14 * 3_600
"""Seconds by which the zones of the world differ from UTC at most."""
_QUARTER = 900
"""Every offset that is in use is a multiple of a quarter of an hour."""
_FEWEST, _MOST = 3, 6
_FIRST_YEAR, _LAST_YEAR = 1971, 2100
_MOST_NUMBERS = 200
_NUMBER = re2.compile(rb"\b\d{9,10}\b")
_MAKING = frozenset({"timezone", "gettz", "ZoneInfo", "get_timezone"})


def epoch_elsewhere(call: Call) -> Value | None:
    """The number of seconds that is a date without a zone, read in the author's time zone.

    ``datetime(2019, 12, 1)`` and ``1575154800``: the number is that date one hour east of UTC.
    """
    function = call.function
    moment = _moment(call)
    if function is None or moment is None:
        return None
    for one in _numbers(function):
        away = abs(int(one.text) - moment)
        if away and away <= _HALF_DAY and away % _QUARTER == 0:
            return one
    return None


def _numbers(function: Function) -> list[Value]:
    """The integers of a test that may be moments."""
    return function.module.remember((_numbers, function), lambda: list(_found(function)))


def _found(function: Function) -> Iterator[Value]:
    start, end = function.node.start_byte, function.node.end_byte
    text = function.module.source.data[start:end]
    for one in itertools.islice(_NUMBER.finditer(text), _MOST_NUMBERS):
        first, last = start + one.start(), start + one.end()
        node = function.node.descendant_for_byte_range(first, last)
        if node is not None and node.type == "integer" and int(one.group()) > EPOCH:
            yield Value(function.module, node, function.context)


def _moment(call: Call) -> int | None:
    """The seconds since 1970 of a fixed date without a zone, read as UTC."""
    if call.keywords or call.has_star or not _FEWEST <= len(call.arguments) <= _MOST:
        return None
    parts = [one.constant for one in call.arguments]
    numbers = [one for one in parts if isinstance(one, int) and not isinstance(one, bool)]
    above = call.parent
    if len(numbers) != len(parts) or not _FIRST_YEAR < numbers[0] < _LAST_YEAR:
        return None
    if above is not None and above.kind == "attribute":
        return None  # .replace(tzinfo=…), .astimezone(…)
    date = [*numbers, 0, 0, 0][:_MOST]
    if not (1 <= date[1] <= 12 and 1 <= date[2] <= 31):
        return None
    return calendar.timegm((*date, 0, 0, 0))


def is_named_by_machine(event: Node) -> bool:
    """Whether a zone is asked for by the machine's abbreviation: ``timezone(time.tzname[0])``."""
    module = event.module
    if not module.remember(is_named_by_machine, lambda: b"tzname" in module.source.data):
        return False
    if event.value().name != "time.tzname":
        return False
    for one in event.ancestors():
        if one.kind == "call":
            function = one.child("function")
            called = "" if function is None else one.module.text_of(function)
            return called.rpartition(".")[2] in _MAKING
        if one.kind == "block":
            break
    return False


def is_local_default(call: Call) -> bool:
    """Whether a fixed date becomes a moment in local time: ``mktime(date.timetuple())``."""
    first = call.argument(0)
    if call.name != "time.mktime" or first is None or first.node.type != "call":
        return False
    text = first.text
    inner = _inner_call(first)
    return (
        text.endswith(".timetuple()")
        and inner is not None
        and all(Value(inner.module, one, inner.context).fixed for one in argument_nodes(inner.node))
    )


def _inner_call(value: Value) -> Value | None:
    """``datetime(2010, 1, 1)`` of ``datetime(2010, 1, 1).timetuple()``."""
    function = value.node.child_by_field_name("function")
    owner = None if function is None else function.child_by_field_name("object")
    if owner is None or owner.type != "call" or not argument_nodes(owner):
        return None
    made = Value(value.module, owner, value.context)
    return made if made.callee_name == "datetime.datetime" else None
