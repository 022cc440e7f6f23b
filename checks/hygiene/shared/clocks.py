"""Whether a test sets the clock that the code under test reads."""

from __future__ import annotations

from checks.hygiene.shared.tests import called, decorators, is_replaced, last_part, preparations
from checks.languages.python.context import Located
from checks.languages.python.index import Index

_FREEZERS = frozenset(
    {"freeze_time", "travel", "move_to", "frozen_time", "TimeFixture", "set_time_override",
     "fixture_time", "freeze", "mock_time", "patch_time", "FrozenClock", "FakeClock", "MockClock",
     "time_machine", "freezer", "clock_ctx"}
)  # fmt: skip
_FIXTURES = frozenset(
    {"freezer", "time_machine", "frozen_time", "clock", "fake_clock", "mock_clock", "frozen_clock",
     "fake_time", "mock_time", "autojump_clock", "freeze_time", "mock_now", "frozen_now"}
)  # fmt: skip
_NAMES = ("now", "utcnow", "today", "time", "datetime", "date", "localtime", "timezone", "gmtime",
          "monotonic", "_now", "_utcnow", "time_ns", "timeutils")  # fmt: skip


def is_frozen(located: Located, index: Index) -> bool:
    """Whether the clock stands still, or is set, where the code runs."""
    function = located.function
    if function is not None and any(one.name in _FIXTURES for one in function.parameters):
        return True
    if any(last_part(value) in _FREEZERS for value in decorators(located)):
        return True
    if any(last_part(value) in _FREEZERS for value in located.entered()):
        return True
    if any(not _FREEZERS.isdisjoint(called(prepared)) for prepared in preparations(located, index)):
        return True
    return is_replaced(located, index, *_NAMES)


def sets_zone(located: Located) -> bool:
    """Whether the file sets a time zone of its own."""
    data = located.module.source.data
    return any(word in data for word in (b"tzset", b'"TZ"', b"'TZ'", b"set_timezone", b"tz_local"))
