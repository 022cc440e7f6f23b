"""Days that are reckoned from now in a zone with summer time."""

from __future__ import annotations

import itertools

import re2

from checks.events import Call, Function, Value
from checks.hygiene.shared.equalities import equalities
from checks.model import Span

_ZONE = re2.compile(r"^(?:Africa|America|Asia|Australia|Europe|Pacific|US|Canada)/\w")
_STEPS = re2.compile(r"\btimedelta\((?:days|weeks)\b")
_ZONES = ("ZoneInfo", "timezone", "gettz", "get_timezone")
_MOST = 500
"""Sides of comparisons of one function that are looked at."""

_KNOWING = ("pendulum", "arrow", "whenever")
"""Libraries whose own arithmetic knows summer time."""


def reckons_days(call: Call) -> bool:
    """Whether an asserted moment is some days after now in a zone of a place.

    ``start_of_day(now("Europe/Paris")) + timedelta(days=n)``: the sum keeps the time of day and,
    by the type of the zone, the old offset; across a change of the clocks it is an hour off.
    """
    function = call.function
    if function is None or call.method != "now" or not _has_place(call):
        return False
    if (call.name or "").startswith(_KNOWING):
        return False
    if not any(
        above.kind == "binary_operator" and _STEPS.search(above.text[:300]) is not None
        for above in call.ancestors()
    ):
        return False
    start, end = call.span
    spans = call.module.remember((reckons_days, function), lambda: _compared(function))
    return any(one.start <= start and end <= one.end for one in spans)


def _compared(function: Function) -> tuple[Span, ...]:
    found = (side.span for one in equalities(function) for side, _ in one.sides)
    return tuple(itertools.islice(found, _MOST))


def _has_place(call: Call) -> bool:
    return any(_is_place(one) for one in (*call.arguments, *call.keywords.values()))


def _is_place(value: Value) -> bool:
    known = value.constant
    if isinstance(known, str):
        return _ZONE.match(known) is not None
    origin = value.origin
    if origin.node.type != "call":
        return False
    made = origin.text.partition("(")
    text = made[2].strip("\"') ")
    return made[0].endswith(_ZONES) and _ZONE.match(text) is not None
