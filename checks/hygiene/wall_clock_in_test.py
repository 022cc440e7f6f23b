"""The check ``wall-clock-in-test``: an expected value that is made from today's date."""

from __future__ import annotations

from checks.events import Call, Function, Node, calls_of
from checks.hygiene.shared.blocks import holders
from checks.hygiene.shared.calendar import reckons_days
from checks.hygiene.shared.calendar_steps import stepped
from checks.hygiene.shared.clocks import is_frozen
from checks.hygiene.shared.equalities import (
    Equality,
    equalities,
    is_given_away,
    statement_assertion,
)
from checks.hygiene.shared.moments import (
    collected,
    is_dated_back,
    is_strict,
    seconds_in_text,
    whole_name,
)
from checks.hygiene.shared.readings import moved_on, read_at_once, same_moment
from checks.hygiene.shared.tests import is_test, is_test_class
from checks.model import Aspect, Confidence, Severity, Surface
from checks.registry import TEST_ROLES, calls, check, nodes
from checks.report import Report

_NOW = ("datetime.datetime.now", "datetime.datetime.utcnow", "datetime.datetime.today",
        "datetime.date.today", "django.utils.timezone.now", "django.utils.timezone.localdate",
        "oslo_utils.timeutils.utcnow", "pendulum.now", "pendulum.today", "arrow.now",
        "arrow.utcnow", "time.strftime", "time.time", "time.time_ns")  # fmt: skip
_DAYS = frozenset({"datetime.date.today", "django.utils.timezone.localdate"})
_WRITTEN = ("isoformat", "strftime")
"""What writes a moment as text."""
_TOLERANT = ("timedelta", "abs(", "delta", "approx", "almost", "within")


@check(
    id="wall-clock-in-test",
    title="Test depends on today's date",
    aspect=Aspect.TIME,
    severity=Severity.LOW,
    confidence=Confidence.MEDIUM,
    surface=Surface.SUMMARY,
    roles=TEST_ROLES,
    on=(calls(), nodes("assert_statement", "list_comprehension")),
)
def wall_clock_in_test(call: Call | Node, report: Report) -> None:
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
    Bad:
        # file: tests/test_jobs.py
        import time

        def test_finished(job):
            now = int(time.time())
            job.run()
            assert job.finished_at == now
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
    if _tell_readings(call, report) or isinstance(call, Node):
        return
    if call.method == "now" and reckons_days(call) and not is_frozen(call, report.index):
        report(
            at=call,
            message="The expected value is some days after now, in a zone with summer time.",
            why="Where the clocks change in these days, it is an hour off, and the test fails.",
            fix="Start from a fixed date in the test.",
        )
        return
    if (step := stepped(call)) is not None and not is_frozen(call, report.index):
        value, when = step
        report(
            at=call,
            message=f"`{value.short}` makes a date that does not exist {when}.",
            why="On such days the test fails with a `ValueError`, and nothing is wrong.",
            fix="Add a `timedelta`, or start from a fixed date in the test.",
        )
        return
    if call.name not in _NOW:
        return
    function = call.function
    if function is None:
        _at_import(call, report)
        _at_collection(call, report)
        return
    if not is_test(function):
        if is_test_class(call.cls, report.index) and _is_answer(call):
            _tell(call, report)
        return
    if is_frozen(call, report.index):
        return
    if call.name == "time.strftime" and len(call.arguments) > 1:
        return
    if _is_too_exact(call, function, report):
        return
    start, end = call.span
    name = call.assigned_to or whole_name(call) or _held_by(call)
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


def _tell_readings(event: Call | Node, report: Report) -> bool:
    """Report readings that must be the same or must differ, and may be either."""
    if isinstance(event, Node) and event.kind == "list_comprehension":
        reading = read_at_once(event)
        if reading is None or event.function is None or is_frozen(event, report.index):
            return False
        report(
            at=event,
            message=f"`{reading.value().short}` is read several times, within moments.",
            why="The clock may or may not move on in between: the readings are equal as a rule, "
            "and differ now and then.",
            fix="Read the clock once, and add what they are to be apart.",
        )
        return True
    if not is_test(event.function):
        return False
    same, different = same_moment(event), moved_on(event)
    found = same or different
    if found is None or is_frozen(event, report.index):
        return False
    report(
        at=event,
        message=f"`{found[0].short}` and `{found[1].short}` are two readings of the clock, "
        f"expected to {'be the same' if same else 'differ'}.",
        why="Now and then the clock moves on between them, and the test fails."
        if same
        else "The clock of a file system may not move on between two writes.",
        fix="Let the test set the clock, or allow for the time between them."
        if same
        else "Compare what was written, or set the time of the file with `os.utime`.",
    )
    return True


def _at_import(call: Call, report: Report) -> None:
    """Report a date that is written down when the file is imported, and asserted by a test."""
    cls = call.cls
    if cls is None or not is_test_class(cls, report.index):
        return
    statement = call.statement.node
    inner = statement.named_children[0] if statement.named_children else statement
    left = inner.child_by_field_name("left") if inner.type == "assignment" else None
    text = call.module.text_of(statement)
    if left is None or left.type != "identifier" or not any(one in text for one in _WRITTEN):
        return
    name = f"self.{call.module.text_of(left)}"
    for method in cls.methods.values():
        for one, _ in holders(call.module, method.node, name, "argument_list", "list", "tuple",
                              "comparison_operator"):  # fmt: skip
            if is_test(method) and statement_assertion(one) is not None:
                report(
                    at=call,
                    message=f"`{name}` is read from the clock when the file is imported.",
                    why="The tests run later: another minute or day by then, and they fail.",
                    fix="Read the clock in the test, or let the test set it.",
                )
                return


def _at_collection(call: Call, report: Report) -> None:
    """Report a moment some minutes off that a test gets from its decorator."""
    decorator = collected(call)
    if decorator is None:
        return
    first = next(
        one
        for one in calls_of(call.module, decorator.node)
        if one.name in _NOW and collected(one) is not None
    )
    if first.node != call.node:
        return  # told at the first
    report(
        at=call,
        message=f"`{call.value().short}` is read when the tests are collected, not when they run.",
        why="In a long run, these minutes are over before the test begins, and it fails.",
        fix="Hand over the difference, and read the clock in the test.",
    )


def _is_too_exact(call: Call, function: Function, report: Report) -> bool:
    """Report what holds only when no second passes, or when the clock has moved on."""
    if is_strict(call):
        report(
            at=call.statement,
            message="Two readings of the clock, one right after the other, must differ.",
            why="A clock moves in steps: both may be the same moment, and the test fails.",
            fix="Use `<=`, or let the test set the clock.",
        )
        return True
    text = seconds_in_text(function) if is_dated_back(call) else None
    if text is None:
        return False
    report(
        at=text,
        message=f"`{text.short}` holds only while no second passes.",
        why=f"The code reads the clock later than `{call.value().short}`: on a machine that is "
        "busy, it finds a second more.",
        fix="Leave the seconds out, or let the test set the clock.",
    )
    return True


def _is_answer(call: Call) -> bool:
    """Whether a helper answers whether today's date is in what the code gave."""
    if call.name not in _DAYS and not any(one in call.statement.text for one in _WRITTEN):
        return False
    for above in call.ancestors():
        if above.kind == "comparison_operator":
            outer = above.parent
            return outer is not None and outer.kind == "return_statement"
        if above.kind not in ("call", "attribute", "argument_list"):
            return False
    return False


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
