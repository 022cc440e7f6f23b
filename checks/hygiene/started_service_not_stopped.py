"""The check ``started-service-not-stopped``: a server or thread that outlives its test."""

from __future__ import annotations

from checks.events import Call, Function, Value
from checks.hygiene.shared.releases import Creation, Holder
from checks.hygiene.shared.services import begins, noun_of, tells_to_end
from checks.hygiene.shared.starting import missed_ending, started_last
from checks.hygiene.shared.tests import (
    has_unknown_base,
    is_replaced,
    is_setup,
    is_teardown,
    is_test,
)
from checks.hygiene.shared.unheld import is_forgotten_task, is_started_unheld
from checks.model import Aspect, Confidence, Severity, Surface
from checks.registry import TEST_ROLES, calls, check
from checks.report import Report


@check(
    id="started-service-not-stopped",
    title="Server, thread or service started and not stopped",
    aspect=Aspect.CLEANUP,
    severity=Severity.LOW,
    confidence=Confidence.HIGH,
    surface=Surface.SUMMARY,
    roles=TEST_ROLES,
    on=calls(),
    cwe=(772,),
)
def started_service_not_stopped(call: Call, report: Report) -> None:
    """A test starts a server, thread or service, and nothing stops it, or waits for its end.

    Why:
        It runs on through the tests that follow: it holds its port, changes what they look at,
        and keeps the process from ending.
    Bad:
        # file: tests/test_rpc.py
        import unittest
        from app import rpc

        class TestRpc(unittest.TestCase):
            def test_call(self):
                server = rpc.get_server("topic")
                server.start()
                self.assertTrue(rpc.call("topic"))
    Bad:
        # file: tests/test_worker.py
        import threading

        def test_worker(work):
            thread = threading.Thread(target=work)
            thread.start()
            assert work.done
    Good:
        # file: tests/test_rpc.py
        import unittest
        from app import rpc

        class TestRpc(unittest.TestCase):
            def test_call(self):
                server = rpc.get_server("topic")
                server.start()
                self.addCleanup(server.stop)
                self.assertTrue(rpc.call("topic"))
    Good:
        # file: tests/test_worker.py
        import threading

        def test_worker(work):
            thread = threading.Thread(target=work)
            thread.start()
            thread.join(timeout=30)
            assert work.done
    Bad:
        # file: tests/test_cli.py
        import shutil
        import subprocess

        def test_cli(folder):
            process = subprocess.Popen(["serve", folder])
            assert answers(folder)
            process.terminate()
            shutil.rmtree(folder)
    Suppress:
        Where the service ends by itself.
    """
    function = call.function
    receiver = call.receiver
    if function is None or receiver is None:
        return
    if is_forgotten_task(call):
        report(
            at=call,
            message=f"The task of `{call.value().short}` is begun, and nobody waits for it.",
            why="What fails in it is never seen, and it can run on into the test after this one.",
            fix="Keep it, and await or cancel it before the test ends; or use a task group.",
        )
        return
    ending = started_last(call, report.index)
    if ending:
        report(
            at=call,
            message=f"What `{call.target.short}` starts here runs on: only the one before it is "
            "ended.",
            why="It runs on through the tests that follow.",
            fix=f"Call `{receiver.short}.{ending}(…)` at the end as well.",
        )
        return
    if call.method in ("terminate", "kill"):
        _look_at_end(call, function, receiver, report)
        return
    if call.method in ("wait", "communicate"):
        missed = missed_ending(call, receiver)
        if missed:
            report(
                at=call,
                message=f"`{missed}` is not reached when the time of this wait is over.",
                why=f"`{call.method}` raises `TimeoutExpired` then, and the process runs on.",
                fix="Catch `subprocess.TimeoutExpired` around it, and end the process there.",
            )
        return
    if not (is_test(function) or is_setup(function)):
        return
    if not begins(call) or function.context.function is not None:
        return
    if any("raises" in one.text.partition("(")[0].lower() for one in call.entered()):
        return  # it is not to start at all
    if is_started_unheld(call):
        if not is_replaced(call, report.index, "start", "Thread", "Process", "Timer"):
            report(
                at=call,
                message=f"What `{receiver.short}` makes is started, and nobody keeps it.",
                why="Nobody can wait for its end or stop it: it runs on through later tests.",
                fix="Keep it under a name, and join or cancel it before the test ends.",
            )
        return
    name = receiver.text
    maker = _maker(call, receiver)
    noun = "" if maker is None else noun_of(maker)
    if not noun or not _is_held(receiver):
        return
    holder = Holder(call.module, report.index)
    creation = Creation(call, name, f"{name}.{call.method}")
    if holder.is_released(creation, function) or holder.is_awaited(creation, function):
        return
    if holder.passes_on(creation, function) or _is_entered(call, name) or _is_kept(function, name):
        return
    if is_replaced(call, report.index, "start", "Thread", "Process", "Timer", "serve_forever"):
        return
    own = name.startswith(("self.", "cls."))
    if own and call.cls is not None and has_unknown_base(call.cls, report.index):
        return
    report(
        at=call,
        message=f"The {noun} `{name}` is started and never stopped.",
        why="It runs on through the tests that follow.",
        fix=_fix(call, name, noun),
    )


def _look_at_end(call: Call, function: Function, receiver: Value, report: Report) -> None:
    """Report a process that is told to end, and whose end nobody awaits."""
    if not (is_test(function) or is_setup(function) or is_teardown(function)):
        return
    if not _is_held(receiver) or not tells_to_end(call, _maker(call, receiver)):
        return
    name = receiver.text
    creation = Creation(call, name, f"{name}.{call.method}")
    holder = Holder(call.module, report.index)
    if holder.is_joined(creation, function) or _is_entered(call, name):
        return
    if is_replaced(call, report.index, "Popen", "Process", call.method):
        return
    report(
        at=call,
        message=f"`{name}` is told to end, and nothing waits until it has.",
        why="It may still write, or hold its files and its port, while what follows runs.",
        fix=f"Call `{name}.{'wait' if 'Popen' in _made_by(call, receiver) else 'join'}(timeout=…)`"
        " afterwards.",
    )


def _made_by(call: Call, receiver: Value) -> str:
    maker = _maker(call, receiver)
    return "" if maker is None else maker.callee_name or ""


def _maker(call: Call, receiver: Value) -> Value | None:
    """The expression that made what is started, when it is only one."""
    if receiver.node.type == "call":
        return receiver
    made = [
        one
        for one in receiver.assignments
        if one.span.end <= call.span.start or receiver.text.startswith(("self.", "cls."))
    ]
    return made[-1] if made else None


def _is_held(receiver: Value) -> bool:
    """Whether it is held by a name of the function, or of the test itself."""
    if receiver.node.type == "identifier":
        return True
    return receiver.node.type == "attribute" and receiver.text.count(".") == 1


def _is_kept(function: Function, name: str) -> bool:
    """Whether the test keeps it under another name too: ``self.second_server = server``."""
    return any(
        right is not None and right.type == "identifier" and function.module.text_of(right) == name
        for one in function.own("assignment")
        for right in (one.child("right"),)
    )


def _is_entered(call: Call, name: str) -> bool:
    """Whether a ``with`` of the function, or of the class, enters or made it."""
    functions = [call.function] if call.function is not None else []
    if name.startswith("self.") and call.cls is not None:
        functions += [one for one in call.cls.methods.values() if one is not call.function]
    for function in functions:
        for item in function.module.within(function.node, "with_item"):
            if name in item.text:
                return True
    return False


def _fix(call: Call, name: str, noun: str) -> str:
    word = "join" if noun in ("thread", "process") else "cancel" if noun == "timer" else "stop"
    if call.cls is not None:
        return f"Add `self.addCleanup({name}.{word})` after it is started."
    return f"Call `{name}.{word}()` in a `finally`, or make it in a fixture that stops it."
