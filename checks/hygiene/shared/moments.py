"""Moments that a test takes for granted: that a second has not passed, that time has moved on."""

from __future__ import annotations

import re2

from checks.events import Call, Function, Value, argument_nodes
from checks.hygiene.shared.assertions import is_assertion
from checks.hygiene.shared.tests import last_part
from checks.languages.python.context import Located
from checks.languages.python.values import UNKNOWN

READING = frozenset({"now", "utcnow", "utc_now", "time", "time_ns", "monotonic", "perf_counter",
                     "aware_utcnow", "get_current_timestamp"})  # fmt: skip
"""Names of functions that read a clock, and are asked for nothing else."""

_SIGNS = frozenset({"<", ">"})
_ASSERTING = frozenset({"assertLess", "assertGreater"})
_SECONDS = re2.compile(
    r"(?i)\b\d+ ?(?:s|sec|secs|seconds?)\b[^a-z]*(?:ago|elapsed|left|old|remaining)\b"
    r"|(?i)\b(?:for|in|after|took) \d+ ?(?:sec|secs|seconds?)\b"
)
_STEP = re2.compile(r"\b(?:timedelta|td|relativedelta)\((?:minutes|seconds)=")
_WHOLE = frozenset({"int", "round", "math.floor", "str"})
_PAIR = 2


def is_strict(call: Call) -> bool:
    """Whether two readings of a clock in one assertion must differ: ``assert now() < time()``.

    A clock has a step (https://docs.python.org/3/library/time.html#time.get_clock_info): two
    readings that follow each other may be the same.
    """
    above = call.parent
    if above is None:
        return False
    if above.kind == "comparison_operator":
        signs = [one.type for one in above.node.children if not one.is_named]
        outer = above.parent
        if len(signs) != 1 or signs[0] not in _SIGNS or outer is None:
            return False
        asserted = outer.kind == "assert_statement"
        sides = [one for one in above.node.named_children if one.type != "comment"]
    elif above.kind == "argument_list":
        outer = above.parent
        asserted = outer is not None and _called(outer) in _ASSERTING
        sides = argument_nodes(outer.node)[:_PAIR] if outer is not None and asserted else []
    else:
        return False
    if not asserted or len(sides) != _PAIR:
        return False
    return all(_reads(above.value(one)) for one in sides)


def _called(one: Located) -> str:
    function = one.child("function")
    return "" if function is None else one.module.text_of(function).rpartition(".")[2]


def _reads(value: Value) -> bool:
    return value.node.type == "call" and last_part(value) in READING


def seconds_in_text(function: Function) -> Value | None:
    """The text with an exact number of seconds that a test looks for: ``"1 min 0 sec ago"``."""
    return function.module.remember((seconds_in_text, function), lambda: _text(function))


def _text(function: Function) -> Value | None:
    for one in function.own("string"):
        known = one.value().constant
        if not isinstance(known, str) or _SECONDS.search(known[:400]) is None:
            continue
        for above in one.ancestors():
            call = Call(above.module, above.place) if above.kind == "call" else None
            if above.kind == "assert_statement" or (call is not None and is_assertion(call)):
                return one.value()
            if above.kind == "block":
                break
    return None


def is_dated_back(call: Call) -> bool:
    """Whether some time is taken off a reading, and the result is kept: ``x.at = now() - …``."""
    above = call.parent
    if above is None or above.kind != "binary_operator":
        return False
    sign = above.child("operator")
    return (
        sign is not None
        and above.module.text_of(sign) == "-"
        and above.child("left") == (call.node)
    )


def collected(call: Call) -> Located | None:
    """The decorator that hands a test a moment some minutes from when the file is imported."""
    above = call.parent
    near = above is not None and above.kind == "binary_operator"
    if above is None or not near or _STEP.search(above.text[:200]) is None:
        return None
    sign = above.child("operator")
    if sign is None or above.module.text_of(sign) != "+":
        return None  # what is past only becomes older
    for one in above.ancestors():
        if one.kind == "decorator":
            return one if "parametrize" in one.text.partition("(")[0] else None
        if one.kind in ("block", "lambda"):
            return None
    return None


def whole_name(call: Call) -> str:
    """The name that holds a reading in whole seconds: ``ts = int(time.time())``."""
    above = call.parent
    outer = None if above is None else above.parent
    if above is None or outer is None or above.kind != "argument_list" or outer.kind != "call":
        return ""
    if outer.value().callee_name not in _WHOLE and _called(outer) not in _WHOLE:
        return ""
    return Call(outer.module, outer.place).assigned_to


def looks_like_time(value: Value) -> bool:
    """Whether a text or a number is a moment written out: ``"2012-10-24T00:00:00"``."""
    known = value.constant
    if known is UNKNOWN or isinstance(known, bool):
        return False
    if isinstance(known, (int, float)):
        return known > EPOCH
    return isinstance(known, str) and _MOMENT.search(known[:100]) is not None


EPOCH = 10**8
"""Seconds: a larger number may be a moment, counted since 1970."""
_MOMENT = re2.compile(
    r"\d{1,2}:\d\d|\d{4}-\d\d-\d\d|\d{1,2}/\d{1,2}/\d{2,4}"
    r"|\b(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)\w*\b,? \d|\b\d{1,2} (?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|"
    r"Sep|Oct|Nov|Dec)"
)
