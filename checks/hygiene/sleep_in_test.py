"""The check ``sleep-in-test``: a fixed sleep that is used as synchronisation."""

from __future__ import annotations

from itertools import islice

from checks.events import Call, Function, Value, calls_of
from checks.hygiene.shared.assertions import asserts, is_failure
from checks.hygiene.shared.blocks import (
    block_of,
    following,
    later_in_function,
    mentions,
)
from checks.hygiene.shared.steps import is_step_of_tests, only_sleeps
from checks.hygiene.shared.tests import (
    called,
    decorators,
    helpers_named,
    is_replaced,
    is_setup,
    is_teardown,
    is_test,
    last_part,
    own_calls,
    preparations,
)
from checks.hygiene.shared.texts import words
from checks.hygiene.shared.unchanged import asks_for_no_change, wants_later_stamp
from checks.hygiene.shared.waiting import (
    SLEEPS,
    figure,
    is_limited,
    is_sleep,
    number,
    period,
    poll_around,
    reads_clock,
    seconds,
)
from checks.languages.python.context import Context
from checks.model import Aspect, Confidence, Severity, Surface
from checks.registry import TEST_ROLES, calls, check
from checks.report import Report

_SUBJECT = ("raises", "timeout", "move_on", "fail_after", "fail_at", "cancel", "freeze", "travel",
            "timer", "measure", "stopwatch", "suppress", "warns", "elapsed")  # fmt: skip
"""Words of context managers for which the sleep inside is the thing under test."""

_ENDINGS = ("Cancel", "Timeout", "KeyboardInterrupt", "Expired", "GreenletExit", "Exit", "Alarm")
_NOT_CALLED = frozenset({"assert_not_called", "assert_not_awaited"})
_HAPPENED = ("called", "done", "finished", "fired", "is_set", "triggered")
_PERIODS = frozenset({"age", "delay", "expire", "expires", "expiry", "heartbeat", "interval",
                      "keepalive", "lifetime", "period", "timeout", "ttl"})  # fmt: skip
_WAITS = ("acquire", "communicate", "get", "join", "poll", "put", "read", "recv", "result",
          "select", "wait")  # fmt: skip
"""Calls whose limit of time bounds the call itself."""

_FEW = 10
"""Calls after a sleep that may all be sleeps."""
_MOST_CALLS = 200
"""Calls of a test that are asked for a period."""
_CLOCK_PARAMETERS = frozenset(
    {"advance_time", "autojump_clock", "clock", "fake_clock", "fake_sleep", "fake_time", "freezer",
     "frozen_time", "mock_clock", "mock_sleep", "no_sleep", "time_machine"}
)  # fmt: skip
_CLOCK_MAKERS = frozenset(
    {"Clock", "FakeClock", "MockClock", "SleepFixture", "TimeFixture", "freeze_time", "travel"}
)


@check(
    id="sleep-in-test",
    title="Fixed sleep used as synchronisation",
    aspect=Aspect.TIME,
    severity=Severity.MEDIUM,
    confidence=Confidence.HIGH,
    once_a_file=True,
    roles=TEST_ROLES,
    on=calls(*SLEEPS),
)
def sleep_in_test(call: Call, report: Report) -> None:
    """A test that sleeps for a fixed time is slow on a fast machine and fails on a slow one.

    Why:
        The sleep stands for an event that the test does not look for. Where the machine is
        loaded the event comes later than the sleep ends, and the test fails now and then; where
        it is not, every run waits for nothing.
    Bad:
        # file: tests/test_jobs.py
        import time

        def test_job(runner):
            runner.start("job")
            time.sleep(5)
            assert runner.state("job") == "done"
    Bad:
        # file: tests/test_queue.py
        import asyncio

        async def test_queue(queue):
            queue.push(1)
            await asyncio.sleep(0.5)
            assert queue.empty()
    Good:
        # file: tests/test_jobs.py
        def test_job(runner):
            runner.start("job")
            runner.join(timeout=30)
            assert runner.state("job") == "done"
    Good:
        # file: tests/test_jobs.py
        import time

        def test_job(runner):
            runner.start("job")
            for _ in range(50):
                if runner.state("job") == "done":
                    break
                time.sleep(0.1)
            assert runner.state("job") == "done"
    Good:
        # file: tests/test_timeout.py
        import asyncio
        import pytest

        async def test_timeout():
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.01):
                    await asyncio.sleep(1)
    Suppress:
        Where time itself is what is tested and the clock cannot be replaced.
    """
    function = call.function
    if function is None or not (call.result_is_ignored or _is_yielded(call)):
        return
    if _stops_loop(call, function, report):
        return
    if not _is_fixed(call) or not (
        is_test(function)
        or is_setup(function)
        or is_teardown(function)
        or only_sleeps(function)
        or is_step_of_tests(function)
    ):
        return
    if _repeats_until(call) or _is_subject(call) or _clock_is_replaced(call, report):
        return
    waiters = helpers_named(function, call.module, call.cls, report.index, "wait_for", "wait_until",
                            "poll")  # fmt: skip
    duration = seconds(call)
    how_long = "" if duration is None else f" for {figure(duration)} s"
    ending = is_test(function) and _is_last(call)
    report(
        at=call,
        message=f"`{call.text if len(call.text) < 60 else call.target.short}` waits"
        f"{how_long} for something that the test does not look at.",
        why="Nothing stands after it that could see a difference: every run just takes longer."
        if ending
        else "On a loaded machine it comes later than that, and the test fails now and then.",
        fix=f"Wait for the event itself, as `{waiters[0]}` does."
        if waiters
        else "Wait for the event itself with a deadline, or let the test set the clock.",
        confidence=Confidence.LOW
        if ending
        or is_teardown(function)
        or is_step_of_tests(function)
        or _awaits_nothing(call)
        or _lets_pass(call, duration)
        or wants_later_stamp(call)
        else Confidence.HIGH,
    )


def _stops_loop(call: Call, function: Function, report: Report) -> bool:
    """Report a sleep that blocks, in a coroutine: what it waits for cannot happen meanwhile.

    In a test's own steps it is told of as any other sleep; a nested function plays slow code.
    """
    if call.name != "time.sleep" or not function.is_async or function.context.function is not None:
        return False
    own = is_test(function) or is_setup(function)
    if (own and not _repeats_until(call)) or _clock_is_replaced(call, report):
        return False
    report(
        at=call,
        message=f"`{call.target.text}` stops the event loop of this coroutine.",
        why="What it waits for cannot happen meanwhile, where the same loop has to do it.",
        fix="Await the event itself, or `asyncio.sleep` where nothing else shows it.",
        surface=Surface.SUMMARY,
    )
    return True


def _is_yielded(call: Call) -> bool:
    """Whether it is awaited in the way of generators: ``yield gen.sleep(1)``."""
    above = call.parent
    outer = None if above is None or above.kind != "yield" else above.parent
    return outer is not None and outer.kind == "expression_statement"


def _is_fixed(call: Call) -> bool:
    """Whether it sleeps for a time that is known and not zero."""
    duration = seconds(call)
    if duration is not None:
        return duration > 0
    value = call.argument(0, "seconds")
    if value is None or call.has_star:
        return False
    owner, _, name = value.text.rpartition(".")
    if owner in ("self", "cls") and _is_figure_of_class(call, name):
        return True
    return value.node.type in ("identifier", "attribute") and name.isupper()


def _is_figure_of_class(call: Call, name: str) -> bool:
    """Whether the class around the call sets it to a number, and no method changes that."""
    cls, module = call.cls, call.module
    if cls is None or any(f"self.{name} =" in one.text for one in cls.methods.values()):
        return False
    given = [
        one.child("right")
        for one in module.within(cls.node, "assignment")
        if one.function is None
        and (left := one.child("left")) is not None
        and module.text_of(left) == name
    ]
    return len(given) == 1 and given[0] is not None and given[0].type in ("integer", "float")


def _is_last(call: Call) -> bool:
    """Whether the test ends with it: it grants time, and nothing is asked afterwards."""
    if any(True for _ in call.enclosing("for_statement", "while_statement")):
        return False
    later = list(islice(later_in_function(call), _FEW + 1))
    return len(later) <= _FEW and all(
        one.kind == "call" and is_sleep(Call(one.module, one.place)) for one in later
    )


def _awaits_nothing(call: Call) -> bool:
    """Whether the test asserts next that nothing has happened: there is no event to wait for."""
    later = following(call)
    if not later:
        return False
    if any(one.method in _NOT_CALLED for one in calls_of(call.module, later[0])):
        return True
    if asks_for_no_change(call):
        return True
    if later[0].type != "assert_statement" or not later[0].named_children:
        return False
    asserted = later[0].named_children[0]
    if asserted.type != "not_operator":
        return False
    operand = asserted.child_by_field_name("argument")
    if operand is not None and operand.type == "identifier":
        return True
    text = call.module.text_of(asserted).removesuffix("()")
    return text.rpartition(".")[2].startswith(_HAPPENED)


def _repeats_until(call: Call) -> bool:
    """Whether a loop around it looks again after each sleep: that is a poll."""
    if poll_around(call) is not None:
        return True
    return any(
        loop.kind == "for_statement" and loop.node.child_by_field_name("alternative") is not None
        for loop in call.enclosing("for_statement")
    )


def _is_subject(call: Call) -> bool:
    """Whether the sleep is what is tested, or plays the work that is timed or cancelled."""
    if is_limited(call):
        return True
    for value in call.entered():
        text = value.text[:200].lower()
        if any(word in text for word in _SUBJECT):
            return True
    with_blocks = list(call.enclosing("with_statement"))
    if with_blocks and _is_alone(with_blocks[0]):
        return True
    for block in call.enclosing("try_statement"):
        for clause in block.node.named_children:
            if clause.type == "except_clause":
                caught = clause.child_by_field_name("value")
                text = "" if caught is None else call.module.text_of(caught)
                if any(word in text for word in _ENDINGS):
                    return True
    if _is_cut_short(call):
        return True
    function = call.function
    return function is not None and any(_measures(one) for one in own_calls(function))


def _lets_pass(call: Call, duration: float | None) -> bool:
    """Whether a period that the test has set runs out meanwhile: ``set(key, 1, ttl=1); sleep(2)``.

    Time is then what is tested. The test is slow, and a clock that it sets would be better; but
    there need be no event to wait for.
    """
    function = call.function
    if function is None or duration is None:
        return False
    for one in own_calls(function)[:_MOST_CALLS]:
        if one.node.start_byte >= call.node.start_byte:
            return False
        if one.method.startswith(_WAITS) and not _is_begun(one, function):
            continue
        periods = [
            number(value)
            for name, value in one.keywords.items()
            if not _PERIODS.isdisjoint(words(name))
        ]
        periods += [period(value) for value in (*one.arguments, *one.keywords.values())]
        if any(found is not None and 0 < found <= duration for found in periods):
            return True
    return False


def _is_begun(call: Call, function: Function) -> bool:
    """Whether a coroutine's wait is begun and not awaited: its limit runs out by itself."""
    above = call.parent
    if above is None or above.kind in ("await", "yield") or call.result_is_ignored:
        return False
    return function.is_async or function.is_generator


def _is_cut_short(call: Call) -> bool:
    """Whether the test is about the sleep being cancelled, or not.

    What comes next fails, because it must not be reached; or it notes that it was reached, and
    that is asserted later: ``await sleep(1); completed = True; ...; assert not completed``.
    """
    later = following(call)
    if not later:
        return False
    module, place = call.module, later[0]
    if place.type == "raise_statement":
        return True
    if any(is_failure(one) and one.statement.node == place for one in calls_of(module, place)):
        return True
    noted = place.named_children[0] if place.type == "expression_statement" else None
    if noted is None or noted.type != "assignment":
        return False
    name, value = noted.child_by_field_name("left"), noted.child_by_field_name("right")
    if name is None or value is None or value.type not in ("true", "false"):
        return False
    return any(
        asserts(one) and any(True for _ in mentions(module, one.node, module.text_of(name)))
        for one in later_in_function(call)
    )


def _is_alone(block: Context) -> bool:
    """Whether the block around it holds nothing else: then it is what the block is about."""
    return len(block_of(block.node)) == 1


def _measures(call: Call) -> bool:
    """Whether the test reads the clock: the sleep is then what it measures."""
    return reads_clock(call) and not is_sleep(call)


def _clock_is_replaced(call: Call, report: Report) -> bool:
    function = call.function
    if function is None:
        return False
    if any(one.name in _CLOCK_PARAMETERS for one in function.parameters):
        return True
    if any(_sets_clock(value) for value in decorators(call)):
        return True
    if any(
        not called(prepared).isdisjoint(_CLOCK_MAKERS)
        for prepared in preparations(call, report.index)
    ):
        return True
    if any(last_part(value) in _CLOCK_MAKERS for value in call.entered()):
        return True
    return is_replaced(call, report.index, "sleep", "time", "monotonic")


def _sets_clock(value: Value) -> bool:
    return last_part(value) in ("freeze_time", "travel", "mock_time", "patch_sleep")
