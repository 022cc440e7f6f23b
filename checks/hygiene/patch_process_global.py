"""The check ``patch-process-global``: a patch that all threads of the process see."""

from __future__ import annotations

from checks.events import Call, Function, as_call
from checks.hygiene.shared.conditions import bare, comparison
from checks.hygiene.shared.tests import is_test, own_calls, preparations
from checks.hygiene.shared.texts import words
from checks.languages.python.context import Located
from checks.languages.python.index import Index
from checks.model import Aspect, Confidence, Severity, Surface
from checks.registry import TEST_ROLES, calls, check
from checks.report import Report

_SHARED = frozenset(
    {"builtins.open", "os.close", "os.fork", "os.kill", "os.rename", "os.replace", "os.unlink",
     "select.select", "socket.create_connection", "socket.getaddrinfo", "socket.socket",
     "subprocess.Popen", "threading.Condition.wait", "threading.Event.wait", "threading.Lock",
     "threading.Thread.join", "time.monotonic", "time.perf_counter", "time.sleep", "time.time"}
)  # fmt: skip
_CALLED_BY_ANYONE = frozenset(
    {"os.close", "socket.socket", "threading.Event.wait", "time.monotonic", "time.perf_counter",
     "time.time"}
)  # fmt: skip
"""Functions that the interpreter, logging and event loops call on their own account."""

_PATCHING = frozenset(
    {"unittest.mock.patch", "fixtures.MockPatch", "fixtures.MonkeyPatch", "mocker.patch"}
)
_STARTS = frozenset(
    {"threading.Thread", "threading.Timer", "concurrent.futures.ThreadPoolExecutor",
     "multiprocessing.pool.ThreadPool", "eventlet.spawn", "eventlet.spawn_n", "gevent.spawn",
     "asyncio.to_thread", "anyio.to_thread.run_sync", "trio.to_thread.run_sync"}
)  # fmt: skip
_SERVICES = frozenset({"agent", "daemon", "monitor", "server", "service", "thread", "worker",
                       "workers", "scheduler"})  # fmt: skip
_NAMES = frozenset({"close", "monotonic", "sleep", "socket", "time", "wait"})
"""What the mock of such a function is named after."""

_EXACT = frozenset({"assert_called_once", "assert_called_once_with", "assert_has_calls"})


@check(
    id="patch-process-global",
    title="Patch of a process-wide function",
    aspect=Aspect.MOCKS,
    severity=Severity.INFO,
    confidence=Confidence.MEDIUM,
    surface=Surface.SUMMARY,
    roles=TEST_ROLES,
    on=calls("unittest.mock.patch", "fixtures.{MockPatch,MonkeyPatch}", "*.patch"),
)
def patch_process_global(call: Call, report: Report) -> None:
    """A patch of `time.sleep` or `os.close` by its own path is seen by every thread.

    Why:
        Threads and services of the same process call the function, too: they count in the mock's
        calls, and break when it does nothing. The test then fails now and then.
    Bad:
        # file: tests/test_worker.py
        import threading
        from unittest import mock

        @mock.patch("threading.Event.wait", new=mock.Mock())
        def test_worker():
            thread = threading.Thread(target=work)
            thread.start()
            thread.join()
            assert done()
    Good:
        # file: tests/test_worker.py
        import threading
        from unittest import mock

        @mock.patch("app.worker.wait", new=mock.Mock())
        def test_worker():
            thread = threading.Thread(target=work)
            thread.start()
            thread.join()
            assert done()
    Good:
        # file: tests/test_retry.py
        from unittest import mock

        @mock.patch("time.sleep")
        def test_retry(sleep):
            retry(times=2)
            sleep.assert_called_with(1)
    Suppress:
        Where no other thread runs.
    """
    if call.name not in _PATCHING and not call.target.text.endswith("mocker.patch"):
        return
    target = call.arguments[0].constant if call.arguments else None
    if not isinstance(target, str) or target not in _SHARED:
        return
    why = _reason(call, target, report.index)
    if not why:
        return
    report(
        at=call,
        message=f"`{target}` is patched for the whole process, and {why}.",
        why="Whatever else calls it, in any thread, sees the mock and counts in its calls.",
        fix="Patch the name in the module under test, or pass the function in.",
    )


def _reason(call: Call, target: str, index: Index) -> str:
    if target.startswith("threading.") and target not in ("threading.Lock", "threading.Thread"):
        return "only threads wait with it"
    for function in _concerned(call, index):
        if any(_starts_thread(one) for one in own_calls(function)):
            return "the test starts threads"
    if target in _CALLED_BY_ANYONE:
        patched = _patched(call)
        if patched is not None and _counts(patched):
            return "the test counts its calls"
    return ""


def _concerned(call: Call, index: Index) -> list[Function]:
    """The test that the patch is for, and what prepares it."""
    function = _patched(call)
    if function is not None:
        return [*preparations(Located(function.module, function.place), index), function]
    if call.is_decorator:
        return [
            method
            for one in call.module.classes
            if any(decorator.node == call.node for decorator in one.decorators)
            for method in one.methods.values()
        ]
    if call.function is None:
        return [] if call.cls is None else list(call.cls.methods.values())
    found = list(preparations(call, index))
    if call.cls is not None and not is_test(call.function):
        found += [one for one in call.cls.methods.values() if is_test(one)]
    return found


def _patched(call: Call) -> Function | None:
    """The function that the decorator is on, or in which the patch is made."""
    if not call.is_decorator:
        return call.function
    # The decorators of a function stand outside of it.
    for one in call.module.functions:
        if any(decorator.node == call.node for decorator in one.decorators):
            return one
    return None


def _starts_thread(call: Call) -> bool:
    if call.name in _STARTS:
        return True
    receiver = call.receiver
    return (
        call.method in ("start", "start_service", "launch", "serve_forever")
        and receiver is not None
        and receiver.node.type in ("identifier", "attribute")
        and words(receiver.text.rpartition(".")[2])[-1:] != []
        and words(receiver.text.rpartition(".")[2])[-1] in _SERVICES
    )


def _counts(function: Function) -> bool:
    """Whether the test asserts how often something was called."""
    for one in function.module.within(function.node, "call", "comparison_operator"):
        call = as_call(one)
        if call is not None:
            receiver = "" if call.receiver is None else call.receiver.text.rpartition(".")[2]
            if call.method in _EXACT and not _NAMES.isdisjoint(words(receiver)):
                return True
            continue
        pair = comparison(one.node)
        if pair is None or pair.operator != "==":
            continue
        text = function.module.text_of(bare(pair.left))
        if text.endswith(".call_count") and not _NAMES.isdisjoint(words(text)):
            return True
    return False
