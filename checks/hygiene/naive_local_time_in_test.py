"""The check ``naive-local-time-in-test``: a value that depends on the machine's time zone."""

from __future__ import annotations

from checks.events import Call, Function, Node
from checks.hygiene.shared.clocks import is_frozen, sets_zone
from checks.hygiene.shared.equalities import equalities
from checks.hygiene.shared.naive import CONVERTING, converted
from checks.hygiene.shared.tests import is_replaced, is_setup, is_test, own_calls
from checks.hygiene.shared.zones import epoch_elsewhere, is_local_default, is_named_by_machine
from checks.model import Aspect, Confidence, Severity, Surface
from checks.registry import TEST_ROLES, calls, check, nodes
from checks.report import Report

_STAMPS = ("datetime.datetime.fromtimestamp", "datetime.date.fromtimestamp")
_LOCAL = ("time.localtime", "time.mktime", "time.ctime")
_DAYS_OF_UTC = ("django.utils.timezone.now().date",)
"""What gives the day in UTC, while Django keeps, shows and filters days of its own time zone."""

_OF_OWN_ZONE = frozenset({"localdate", "localtime", "override", "activate"})
_ZONE_AT = 1
_SUMMER = (b"altzone", b"daylight", b"isdst")


@check(
    id="naive-local-time-in-test",
    title="Result depends on the machine's time zone",
    aspect=Aspect.TIME,
    severity=Severity.LOW,
    confidence=Confidence.MEDIUM,
    surface=Surface.SUMMARY,
    roles=TEST_ROLES,
    on=(
        calls(*_STAMPS, *_LOCAL, *_DAYS_OF_UTC, *CONVERTING, "datetime.datetime"),
        nodes("attribute"),
    ),
)
def naive_local_time_in_test(call: Call | Node, report: Report) -> None:
    """A test turns a fixed moment into local time, or compares local time with a fixed text.

    Why:
        The result is another one in each time zone and in summer: the test passes in the zone of
        its author and fails for a colleague, or on a build machine that runs in UTC.
    Bad:
        # file: tests/test_log.py
        import datetime

        def test_format(log):
            moment = datetime.datetime.fromtimestamp(0)
            assert log.format(moment) == "1970-01-01 00:00"
    Bad:
        # file: tests/test_users.py
        from django.utils import timezone

        def test_recent(client):
            today = timezone.now().date()
            assert client.get("/users", {"since": today}).count == 1
    Bad:
        # file: tests/test_log.py
        import datetime

        def test_format(log):
            moment = datetime.datetime(2021, 2, 8).astimezone(ZURICH)
            assert log.format(moment) == "2021-02-08 00:00"
    Good:
        # file: tests/test_log.py
        import datetime

        def test_format(log):
            moment = datetime.datetime.fromtimestamp(0, tz=datetime.timezone.utc)
            assert log.format(moment) == "1970-01-01 00:00"
    Bad:
        # file: tests/test_log.py
        import time

        def test_format(log):
            moment = 1547704837 + time.timezone
            assert log.format(moment) == "2019-01-17 06:00"
    Suppress:
        Where the time zone of the machine is what is tested.
    """
    if isinstance(call, Node):
        _winter(call, report)
        _abbreviated(call, report)
        return
    function = call.function
    if function is not None and call.name == "datetime.datetime":
        _elsewhere(call, report)
        return
    if is_local_default(call) and function is not None and not is_test(function):
        _tell_default(call, report)
        return
    if function is None or not (is_test(function) or is_setup(function)):
        return
    if _is_shifted(call):
        report(
            at=call,
            message="Local time minus `time.timezone` is UTC only where the offset never changed.",
            why="Summer time, and zones whose offset was another one then, give another moment.",
            fix="Use `calendar.timegm`, or a `datetime` with `tzinfo=timezone.utc`.",
        )
        return
    if converted(call) and not sets_zone(call) and not is_frozen(call, report.index):
        report(
            at=call,
            message=f"`{call.value().short}` takes a date without a zone for local time.",
            why="The moment is another one in every time zone, and what is expected is not.",
            fix="Give the date `tzinfo=timezone.utc`, or use `calendar.timegm`.",
        )
        return
    if call.name in _DAYS_OF_UTC:
        _look_at_day(call, function, report)
        return
    if sets_zone(call) or is_replaced(
        call, report.index, "localtime", "datetime", "mktime", "time"
    ):
        return
    first = call.argument(0)
    if call.name in _STAMPS:
        if call.argument(_ZONE_AT, "tz") is not None or call.has_double_star or first is None:
            return
        if not first.fixed and not _meets_text(call):
            return
    elif first is None or not first.fixed or not _meets_text(call):
        return
    report(
        at=call,
        message=f"`{call.value().short}` is another time in every time zone.",
        why="The test passes where its author lives and fails elsewhere.",
        fix="Pass `tz=timezone.utc`, or build the moment from its date with a time zone.",
    )


def _elsewhere(call: Call, report: Report) -> None:
    """Report a moment that is a date of the test as the time zone of its author has it."""
    number = epoch_elsewhere(call)
    if number is None or sets_zone(call) or is_frozen(call, report.index):
        return
    report(
        at=number,
        message=f"`{number.text}` is `{call.value().short}` in one time zone only.",
        why="The date has no zone, so its moment is another one on every machine.",
        fix="Give the date `tzinfo=timezone.utc`, and expect that moment.",
    )


def _abbreviated(event: Node, report: Report) -> None:
    """Report ``pytz.timezone(time.tzname[0])``: an abbreviation is no name of a zone."""
    if not is_named_by_machine(event) or sets_zone(event):
        return
    report(
        at=event,
        message="`time.tzname` holds the abbreviations of this machine, such as `PST`.",
        why="Most of them are no names of time zones, so the test fails outside of UTC.",
        fix="Name the zone that is meant, as a rule UTC.",
    )


def _tell_default(call: Call, report: Report) -> None:
    if sets_zone(call) or is_frozen(call, report.index):
        return
    report(
        at=call,
        message=f"`{call.value().short}` is another moment in every time zone.",
        why="The tests that use it work with another value on every machine.",
        fix="Write the number of seconds, or use `calendar.timegm`.",
    )


def _look_at_day(call: Call, function: Function, report: Report) -> None:
    """Report a day in UTC that is held against what the project does with days of its own."""
    own = own_calls(function)
    if is_frozen(call, report.index) or any(one.method in _OF_OWN_ZONE for one in own):
        return
    if next((one for one in own if one.name in _DAYS_OF_UTC), call).node != call.node:
        return  # told at the first
    report(
        at=call,
        message=f"`{call.value().short}` is the day in UTC, not in the project's time zone.",
        why="For some hours of each day the two differ, and the test fails then.",
        fix="Use `timezone.localdate()`, or set the clock in the test.",
    )


def _is_shifted(call: Call) -> bool:
    """Whether UTC is reckoned by hand: ``time.mktime(...) - time.timezone``."""
    above = call.parent
    if call.name != "time.mktime" or above is None or above.kind != "binary_operator":
        return False
    sides = [above.child("left"), above.child("right")]
    return any(
        side is not None and above.value(side).name in ("time.timezone", "time.altzone")
        for side in sides
    )


def _meets_text(call: Call) -> bool:
    """Whether the value is compared with something fixed."""
    function = call.function
    if function is None:
        return False
    start, end = call.span
    name = call.assigned_to
    for one in equalities(function):
        for side, other in one.sides:
            inside = side.span.start <= start and end <= side.span.end
            held = bool(name) and side.text.partition(".")[0] == name
            if (inside or held) and other.fixed:
                return True
    return False


def _winter(event: Node, report: Report) -> None:
    """Report ``moment + time.timezone``: in summer the zone is another one."""
    above = event.parent
    if above is None or above.kind != "binary_operator" or event.value().name != "time.timezone":
        return
    around = event.module.source.data if event.function is None else event.function.text.encode()
    if any(word in around for word in _SUMMER) or sets_zone(event):
        return
    report(
        at=above,
        message=f"`{above.value().short}` is an hour off while it is summer time.",
        why="`time.timezone` is the offset without summer time, so the result depends on the day.",
        fix="Work in UTC, with `time.gmtime` or `timezone.utc`.",
    )
