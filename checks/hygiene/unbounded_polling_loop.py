"""The check ``unbounded-polling-loop``: a test that may wait for ever."""

from __future__ import annotations

from checks.events import Call, Function, calls_of
from checks.hygiene.shared.blocks import nested
from checks.hygiene.shared.tests import helpers_named, is_test_class
from checks.hygiene.shared.waiting import (
    SLEEPS,
    Poll,
    is_limited,
    is_sleep,
    poll_around,
    runs_under_limit,
)
from checks.model import Aspect, Confidence, Severity, Span
from checks.registry import TEST_ROLES, calls, check
from checks.report import Report

_SERVING = frozenset({"run", "main", "serve", "serve_forever", "loop", "worker", "work"})
_LIMITING = frozenset({"wait_for", "timeout", "fail_after", "move_on_after"})


@check(
    id="unbounded-polling-loop",
    title="Polling loop without a deadline",
    aspect=Aspect.TIME,
    severity=Severity.MEDIUM,
    confidence=Confidence.HIGH,
    once_a_file=True,
    roles=TEST_ROLES,
    on=calls(*SLEEPS),
    cwe=(835,),
)
def unbounded_polling_loop(call: Call, report: Report) -> None:
    """A loop looks and sleeps until a condition holds, and nothing else ends it.

    Why:
        When the condition never comes the test does not fail: it hangs until somebody stops the
        whole run, and nobody learns which test it was.
    Bad:
        # file: tests/test_worker.py
        import asyncio

        async def test_tasks(worker):
            worker.start()
            while not worker.tasks:
                await asyncio.sleep(0.01)
            assert worker.tasks == ["a"]
    Bad:
        # file: tests/test_worker.py
        import time

        def wait_for(job):
            while True:
                if job.done:
                    return job
                time.sleep(1)
    Good:
        # file: tests/test_worker.py
        import time

        def wait_for(job):
            deadline = time.monotonic() + 30
            while not job.done:
                assert time.monotonic() < deadline
                time.sleep(0.1)
    Good:
        # file: tests/test_worker.py
        import asyncio

        async def test_tasks(worker):
            async with asyncio.timeout(30):
                while not worker.tasks:
                    await asyncio.sleep(0.01)
    Suppress:
        Where the whole suite runs under a time limit and a hang is good enough a failure.
    """
    poll = poll_around(call)
    if poll is None or poll.bounded or not _is_first_sleep(call, poll):
        return
    function = call.function
    if function is None or nested(function) or not _is_test_helper(function, report):
        return
    if is_limited(call) or _is_handed_over(function) or _is_limited_by_callers(function):
        return
    if runs_under_limit(function, report.index):
        return
    pollers = helpers_named(function, call.module, call.cls, report.index, "wait_for", "wait_until",
                            "poll", "async_poll")  # fmt: skip
    report(
        at=_heading(call, poll),
        message="Nothing but the awaited condition ends this loop.",
        why="When the condition never comes the test hangs and does not say why.",
        fix=f"Wait by `{pollers[0]}`, or fail after a deadline."
        if pollers
        else "Count the attempts or compare a clock, and fail when they run out.",
    )


def _heading(call: Call, poll: Poll) -> Span:
    """The first line of the loop: the loop itself may be long."""
    node = poll.loop.node
    body = node.child_by_field_name("body")
    end = node.end_byte if body is None else body.start_byte
    text = call.module.source.data[node.start_byte : end].rstrip()
    return Span(node.start_byte, node.start_byte + len(text))


def _is_first_sleep(call: Call, poll: Poll) -> bool:
    first = next((one for one in calls_of(call.module, poll.loop.node) if is_sleep(one)), None)
    return first is not None and first.node == call.node


def _is_test_helper(function: Function, report: Report) -> bool:
    """Whether the function is a test or helps tests: not the body of a thread or a fake."""
    if function.name in _SERVING:
        return False
    if function.is_method:
        return is_test_class(function.cls, report.index)
    return True


def _is_handed_over(function: Function) -> bool:
    """Whether the function is given to a thread, a task or a pool: then it plays a worker."""
    module = function.module
    name = function.name
    for one in module.nodes("argument_list"):
        for child in one.children():
            value = (
                child.child_by_field_name("value") if child.type == "keyword_argument" else child
            )
            if value is None:
                continue
            text = module.text_of(value) if value.type in ("identifier", "attribute") else ""
            if text in (name, f"self.{name}", f"cls.{name}"):
                return True
    return False


def _is_limited_by_callers(function: Function) -> bool:
    """Whether every call of it in the file stands under a time limit."""
    callers = [one for one in calls_of(function.module) if one.method == function.name]
    return bool(callers) and all(_under_limit(one) for one in callers)


def _under_limit(call: Call) -> bool:
    if is_limited(call):
        return True
    for one in call.ancestors():
        if one.kind == "block":
            return False
        if one.kind == "call" and Call(one.module, one.place).method in _LIMITING:
            return True
    return False
