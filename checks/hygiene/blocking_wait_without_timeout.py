"""The check ``blocking-wait-without-timeout``: a wait that can hang the whole run."""

from __future__ import annotations

from checks.events import Call, Function
from checks.hygiene.shared.blocks import mentions
from checks.hygiene.shared.tests import is_replaced, is_test, own_calls
from checks.hygiene.shared.waiting import is_limited
from checks.model import Aspect, Confidence, Edit, Severity, Span, Surface
from checks.registry import TEST_ROLES, calls, check
from checks.report import Report

_POSITION = {
    "subprocess.Popen().wait": 0,
    "subprocess.Popen().communicate": 1,
    "threading.Thread().join": 0,
    "multiprocessing.Process().join": 0,
    "threading.Event().wait": 0,
    "multiprocessing.Event().wait": 0,
    "threading.Barrier().wait": 0,
    "queue.Queue().get": 1,
    "queue.SimpleQueue().get": 1,
    "multiprocessing.Queue().get": 1,
    "concurrent.futures.ThreadPoolExecutor().submit().result": 0,
    "concurrent.futures.ProcessPoolExecutor().submit().result": 0,
    "concurrent.futures.Future().result": 0,
}
"""Waits, and where each takes its timeout by position."""

_STARTED = frozenset({"threading.Thread", "multiprocessing.Process"})
_ENDING = ("kill", "terminate", "send_signal", "set", "stop", "shutdown", "close", "put", "cancel",
           "put_nowait", "set_result", "set_exception", "abort", "release")  # fmt: skip


@check(
    id="blocking-wait-without-timeout",
    title="Blocking wait that can hang the run",
    aspect=Aspect.TIME,
    severity=Severity.INFO,
    confidence=Confidence.MEDIUM,
    surface=Surface.SUMMARY,
    roles=TEST_ROLES,
    on=calls(*_POSITION, "*.join"),
)
def blocking_wait_without_timeout(call: Call, report: Report) -> None:
    """A test waits for a process, a thread, a queue or a future, and nothing limits the wait.

    Why:
        When what is waited for does not come, the test does not fail: the run hangs until the
        build is killed, and nothing says in which test.
    Bad:
        # file: tests/test_cli.py
        import subprocess

        def test_cli():
            process = subprocess.Popen(["app", "check"])
            assert process.wait() == 0
    Good:
        # file: tests/test_cli.py
        import subprocess

        def test_cli():
            process = subprocess.Popen(["app", "check"])
            assert process.wait(timeout=30) == 0
    Suppress:
        Where the runner limits every test.
    """
    function = call.function
    if function is None or not is_test(function) or is_limited(call):
        return
    if call.name not in _POSITION and not _is_one_of_many(call, function):
        return
    position = _POSITION.get(call.name or "", 0)
    if call.argument(position, "timeout") is not None or call.has_star or call.has_double_star:
        return
    if "block" in call.keywords or (call.method == "get" and call.arguments):
        return
    if _is_ended(call, function) or _cleans_up(call):
        return
    if is_replaced(call, report.index, "Popen", "Thread", "Queue", "wait", "join"):
        return
    edits = []
    if call.method in ("wait", "get", "result") and not call.arguments and not call.keywords:
        end = call.span.end - 1
        edits = [Edit(Span(end, end), "timeout=30")]
    report(
        at=call,
        message=f"`{call.value().short}` waits without a limit.",
        why="When what it waits for does not come the run hangs, and nothing says where.",
        fix="Give it a generous limit, such as `timeout=30`.",
        edits=edits,
    )


def _is_one_of_many(call: Call, function: Function) -> bool:
    """Whether it joins each of some threads or processes: ``for one in threads: one.join()``."""
    receiver = call.receiver
    if call.arguments or call.keywords or receiver is None or receiver.node.type != "identifier":
        return False
    for loop in call.enclosing("for_statement"):
        left = loop.node.child_by_field_name("left")
        right = loop.node.child_by_field_name("right")
        if left is None or right is None or call.module.text_of(left) != receiver.text:
            continue
        origin = call.value(right).origin.node
        return any(
            one.name in _STARTED and origin.start_byte <= one.node.start_byte < origin.end_byte
            for one in own_calls(function)
        )
    return False


def _is_ended(call: Call, function: Function) -> bool:
    """Whether something before makes sure that the wait is soon over."""
    module = call.module
    for one in function.own("call"):
        if one.span.start >= call.span.start:
            continue
        target = one.child("function")
        if target is None or target.type != "attribute":
            continue
        if module.text_of(target).rpartition(".")[2] in _ENDING:
            return True
    receiver = call.receiver
    if receiver is None:
        return False
    # poll() and a bounded wait before show that it ended.
    return any(
        next(mentions(module, function.node, f"{receiver.text}.{word}"), None) is not None
        for word in ("is_alive", "poll", "daemon")
    )


def _cleans_up(call: Call) -> bool:
    """Whether the wait is the end of a cleanup: in ``finally``, or handed over."""
    if call.context.kind == "finally_clause":
        return True
    return any(context.kind == "finally_clause" for context in call.context.chain())
