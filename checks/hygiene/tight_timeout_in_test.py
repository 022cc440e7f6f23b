"""The check ``tight-timeout-in-test``: a success that has less than half a second."""

from __future__ import annotations

from checks.events import UNKNOWN, Call, Function, Value, calls_of
from checks.hygiene.shared.assertions import expects_exception
from checks.hygiene.shared.blocks import block_of
from checks.hygiene.shared.tests import is_replaced, is_test
from checks.hygiene.shared.texts import words
from checks.hygiene.shared.waiting import figure, number
from checks.languages.python.context import Located
from checks.model import Aspect, Confidence, Severity, Surface
from checks.registry import TEST_ROLES, calls, check
from checks.report import Report

_TIGHT = 0.5
_KEYWORDS = ("timeout", "max_wait", "timeout_seconds")
_WAITS = frozenset(
    {"acquire", "communicate", "get", "join", "poll", "recv", "result", "select", "wait",
     "wait_for", "wait_until", "expect", "until"}
)  # fmt: skip
_SECOND = frozenset({"asyncio.wait_for"})
"""Waits that take the limit as their second argument."""

_LIMITS = frozenset({"asyncio.timeout", "anyio.fail_after", "trio.fail_after",
                     "async_timeout.timeout"})  # fmt: skip
_SUBJECT = frozenset(
    {"timeout", "timeouts", "timed", "slow", "expire", "expires", "expired", "cancel", "cancelled",
     "cancels", "block", "blocks", "blocked", "hang", "hangs", "deadline", "retry", "retries",
     "delay", "interrupt", "keepalive"}
)  # fmt: skip
_NEGATIVE = ("assertFalse", "assertIsNone", "assertNotIn", "assertRaises")


@check(
    id="tight-timeout-in-test",
    title="Sub-second timeout on the success path",
    aspect=Aspect.TIME,
    severity=Severity.INFO,
    confidence=Confidence.MEDIUM,
    surface=Surface.SUMMARY,
    roles=TEST_ROLES,
    on=calls(),
)
def tight_timeout_in_test(call: Call, report: Report) -> None:
    """A test waits for something that should come, and gives it less than half a second.

    Why:
        A loaded machine stops a process for longer than that. The limit costs nothing while the
        event comes, so a tight one only makes the test fail by chance.
    Bad:
        # file: tests/test_cluster.py
        def test_futures(cluster, poll_for):
            poll_for(lambda: not cluster.futures, timeout=0.3)
            assert cluster.idle
    Good:
        # file: tests/test_cluster.py
        def test_futures(cluster, poll_for):
            poll_for(lambda: not cluster.futures, timeout=30)
            assert cluster.idle
    Good:
        # file: tests/test_cluster.py
        import pytest

        def test_timeout(queue):
            with pytest.raises(TimeoutError):
                queue.get(timeout=0.1)
    Suppress:
        Where the wait is meant to end by its limit.
    """
    function = call.function
    if function is None or not is_test(function):
        return
    if call.name in _LIMITS and call.is_with_item:
        _block(call, function, report)
        return
    parts = words(call.method)
    if not parts or (call.method not in _WAITS and _WAITS.isdisjoint(parts)):
        return
    value = next((call.keywords[one] for one in _KEYWORDS if one in call.keywords), None)
    if value is None and call.name in _SECOND:
        value = call.argument(1)
    amount = None if value is None else number(value)
    if value is None or amount is None or not 0 < amount < _TIGHT:
        return
    if _is_subject(call, function) or is_replaced(call, report.index, call.method, "time", "sleep"):
        return
    _tell(call, value, amount, report)


def _block(call: Call, function: Function, report: Report) -> None:
    """A ``with`` that limits what is done in it, when an assertion in it must be reached."""
    value = call.argument(0)
    amount = None if value is None else number(value)
    if value is None or amount is None or not 0 < amount < _TIGHT or _is_subject(call, function):
        return
    block = next((one for one in call.ancestors() if one.kind == "with_statement"), None)
    inside = [] if block is None else block_of(block.node)
    if not inside or inside[-1].type != "assert_statement":
        return
    _tell(call, value, amount, report)


def _tell(call: Call, value: Value, amount: float, report: Report) -> None:
    report(
        at=value,
        message=f"`{call.target.short}` has {figure(amount)} s for something that should come.",
        why="A loaded machine can stop for longer than that, and the test fails by chance.",
        fix="Allow as long as the whole suite may hang: the limit costs nothing when all is well.",
    )


def _is_subject(call: Call, function: Function) -> bool:
    """Whether the test expects that the limit is reached, or is about limits."""
    if not _SUBJECT.isdisjoint(words(function.name)):
        return True
    if any("raises" in one.text or "assertRaises" in one.text for one in call.entered()):
        return True
    if any("Timeout" in one.text or "Empty" in one.text for one in _expected(function)):
        return True
    if any(True for _ in call.enclosing("try_statement")) or next(
        iter(call.enclosing("for_statement", "while_statement")), None
    ):
        return True
    for above in call.ancestors():
        if above.kind in ("not_operator", "lambda", "if_statement"):
            return True
        if above.kind == "comparison_operator" and not _equals_something(above):
            return True
        if above.kind == "call" and above.text.partition("(")[0].endswith(_NEGATIVE):
            return True
        if above.kind == "call" and "raises" in above.text.partition("(")[0]:
            return True
        if above.kind == "block":
            break
    # A wait whose outcome nobody looks at may be a pause.
    return call.result_is_ignored and call.method in ("wait", "join", "select", "poll")


def _equals_something(comparison: Located) -> bool:
    """Whether what came is compared with a value, so that nothing that came in time is a failure.

    ``is None``, ``== []`` and ``== False`` ask for what a wait gives that has run out.
    """
    operands = [comparison.value(one) for one in comparison.children() if one.type != "comment"]
    signs = [one.type for one in comparison.node.children if not one.is_named]
    if signs != ["=="] or len(operands) != 2:
        return False
    known = [one.constant for one in operands if one.constant is not UNKNOWN]
    return bool(known) and all(bool(one) for one in known)


def _expected(function: Function) -> list[Value]:
    return [
        one.arguments[0]
        for one in calls_of(function.module, function.node)
        if expects_exception(one) and one.arguments
    ]
