"""The check ``wall-clock-in-test``: an expected value that is made from today's date."""

from __future__ import annotations

from checks.events import Call
from checks.hygiene.shared.clocks import is_frozen
from checks.hygiene.shared.equalities import Equality, equalities, is_given_away
from checks.hygiene.shared.tests import is_test
from checks.model import Aspect, Confidence, Severity, Surface
from checks.registry import TEST_ROLES, calls, check
from checks.report import Report

_NOW = ("datetime.datetime.now", "datetime.datetime.utcnow", "datetime.datetime.today",
        "datetime.date.today", "django.utils.timezone.now", "django.utils.timezone.localdate",
        "oslo_utils.timeutils.utcnow", "pendulum.now", "pendulum.today", "arrow.now",
        "arrow.utcnow", "time.strftime")  # fmt: skip
_DAYS = frozenset({"datetime.date.today", "django.utils.timezone.localdate"})
_TOLERANT = ("timedelta", "abs(", "delta", "approx", "almost", "within")


@check(
    id="wall-clock-in-test",
    title="Test depends on today's date",
    aspect=Aspect.TIME,
    severity=Severity.LOW,
    confidence=Confidence.MEDIUM,
    surface=Surface.SUMMARY,
    roles=TEST_ROLES,
    on=calls(*_NOW),
)
def wall_clock_in_test(call: Call, report: Report) -> None:
    """A test asks the clock for what it expects, while the code under test asks it on its own.

    Why:
        The two looks at the clock are not the same moment: around midnight, at the end of a month
        or on another day of the year they differ, and the test fails with nothing changed.
    Bad:
        # file: tests/test_jobs.py
        import datetime

        def test_start(job):
            job.start()
            assert job.started_at.date() == datetime.date.today()
    Good:
        # file: tests/test_jobs.py
        import datetime

        def test_expiry(token):
            token.expires = datetime.datetime.now() + datetime.timedelta(hours=1)
            assert token.is_valid()
    Good:
        # file: tests/test_jobs.py
        import datetime
        from freezegun import freeze_time

        @freeze_time("2024-02-29")
        def test_start(job):
            job.start()
            assert job.started_at.date() == datetime.date.today()
    Suppress:
        Where the library under test is the clock.
    """
    function = call.function
    if function is None or not is_test(function) or is_frozen(call, report.index):
        return
    if call.name == "time.strftime" and len(call.arguments) > 1:
        return
    start, end = call.span
    name = call.assigned_to or _held_by(call)
    for one in equalities(function):
        if _is_tolerant(one.at.text.lower()) and not _is_reckoned(call, one):
            continue
        for side, other in one.sides:
            inside = side.span.start <= start and end <= side.span.end
            if inside and not other.fixed and _outermost(side.node.type):
                _tell(call, report)
                return
            held = name and side.text.partition(".")[0].partition("(")[0] == name
            compared = held and not other.fixed and name not in other.text
            if compared and not is_given_away(call, name):
                _tell(call, report)
                return


def _held_by(call: Call) -> str:
    """The name of what is reckoned from a moment: ``this_year = date.today().year``."""
    for above in call.ancestors():
        if above.kind == "assignment":
            left = above.child("left")
            return (
                call.module.text_of(left) if left is not None and left.type == "identifier" else ""
            )
        if above.kind not in ("attribute", "binary_operator", "parenthesized_expression"):
            return ""
    return ""


def _is_tolerant(text: str) -> bool:
    """Whether a comparison allows for some time in between."""
    return any(word in text for word in _TOLERANT)


def _is_reckoned(call: Call, equality: Equality) -> bool:
    """Whether a day is reckoned from today's, ``date.today() + timedelta(days=30)``, and compared.

    The ``timedelta`` is then no tolerance. The tested code must not have been given today's date.
    """
    text = equality.at.text.lower().replace("timedelta(", "")
    if call.name not in _DAYS or _is_tolerant(text):
        return False
    above = call.parent
    if above is None or above.kind != "binary_operator":
        return False
    return any(
        side.node == above.node and call.text not in other.text and "timedelta" not in other.text
        for side, other in equality.sides
    )


def _outermost(kind: str) -> bool:
    """Whether an expression can be a moment itself, not a call that was handed one."""
    return kind in ("call", "attribute", "string", "binary_operator")


def _tell(call: Call, report: Report) -> None:
    report(
        at=call,
        message=f"The expected value comes from `{call.value().short}`, later than the tested one.",
        why="Around midnight the two are different days, and the test fails by chance.",
        fix="Let the test set the clock, or compare with the moments before and after.",
    )
