"""Dates that are stepped by hand, and do not exist at the end of a month or of a year.

``today.replace(month=today.month + 1)`` raises ``ValueError`` in December, and on the 31st of
every second month: https://docs.python.org/3/library/datetime.html#datetime.date.replace
"""

from __future__ import annotations

from checks.events import Call, Value, argument_nodes

_FIELDS = ("year", "month", "day", "hour", "minute", "second")
_MAKERS = frozenset({"datetime.date", "datetime.datetime"})
_WHEN = {
    "year": "on February 29th",
    "month": "at the end of a year, or of a longer month",
    "day": "at the end of a month",
    "hour": "at the end of a day",
    "minute": "at the end of an hour",
    "second": "at the end of a minute",
}
_READING = frozenset({"now", "today", "utcnow", "localdate", "localtime", "utc_now"})


def stepped(call: Call) -> tuple[Value, str] | None:
    """The part of a date that is stepped, and when the result is no date.

    Only of what the clock gives; of a fixed date it is known.
    """
    given: dict[str, Value] = {}
    if call.method == "replace" and call.receiver is not None and not call.arguments:
        given = call.keywords
    elif call.name in _MAKERS:
        given = {**dict(zip(_FIELDS, call.arguments, strict=False)), **call.keywords}
    for field, value in given.items():
        if field in _WHEN and _is_stepped(value, field):
            if field == "year" and call.name in _MAKERS and not _keeps_day(given):
                continue
            return value, _WHEN[field]
    return None


def _is_stepped(value: Value, field: str) -> bool:
    """Whether it is ``today.month + 1``, with a moment that the clock gave."""
    node = value.node
    if node.type != "binary_operator":
        return False
    left, right, sign = (node.child_by_field_name(one) for one in ("left", "right", "operator"))
    if left is None or right is None or sign is None or sign.type not in ("+", "-"):
        return False
    if left.type != "attribute" or right.type != "integer":
        return False
    owner = left.child_by_field_name("object")
    if owner is None or value.module.text_of(left).rpartition(".")[2] != field:
        return False
    return _reads_clock(Value(value.module, owner, value.context))


def _reads_clock(value: Value) -> bool:
    origin = value.origin
    if origin.node.type != "call":
        return False
    name = origin.text.partition("(")[0].rpartition(".")[2]
    if name in _READING:
        return True
    # now().date(), timezone.now().replace(microsecond=0)
    called = origin.node.child_by_field_name("function")
    inner = None if called is None else called.child_by_field_name("object")
    if inner is None or name not in ("date", "replace", "astimezone"):
        return False
    if argument_nodes(origin.node) and "day=" in origin.text:
        return False
    return _reads_clock(Value(origin.module, inner, origin.context))


def _keeps_day(given: dict[str, Value]) -> bool:
    """Whether the day of the date is taken over, which that year may not have."""
    day = given.get("day")
    return day is not None and day.text.endswith(".day")
