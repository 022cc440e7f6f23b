"""What one method starts and another one ends: ``start_kernel()``, ``kill_kernel()``."""

from __future__ import annotations

from checks.events import Call, Function
from checks.hygiene.shared.tests import is_fixture, is_teardown, is_test, own_calls, preparations
from checks.languages.python.index import Index

_STARTING = ("launch_", "spawn_", "start_")
_ENDING = ("close_", "kill_", "shutdown_", "stop_", "terminate_")
_ALL = frozenset({"close", "close_all", "kill_all", "shutdown", "shutdown_all", "stop", "stop_all",
                  "terminate_all"})  # fmt: skip


def started_last(call: Call, index: Index) -> str:
    """The method that ends what this call starts, where the test used it before and not after.

    A test that kills its first kernel and leaves the second one shows itself what is missing.
    """
    function, receiver = call.function, call.receiver
    if function is None or receiver is None or not is_test(function):
        return ""
    prefix = next((one for one in _STARTING if call.method.startswith(one)), "")
    if not prefix or any(True for _ in call.entered()):
        return ""
    thing = call.method.removeprefix(prefix)
    endings = {f"{one}{thing}" for one in _ENDING}
    ended = ""
    for one in own_calls(function):
        if one.receiver is None or one.receiver.text != receiver.text:
            continue
        if one.method not in endings and one.method not in _ALL:
            continue
        late = any(context.kind == "finally_clause" for context in one.context.chain())
        if one.node.start_byte > call.node.end_byte or late:
            return ""
        ended = one.method if one.method in endings else ended
    if not ended or any(f".{one}" in function.text for one in ("addCleanup(", "addfinalizer(")):
        return ""
    return "" if _is_ended_around(call, function, endings, index) else ended


def _is_ended_around(call: Call, function: Function, endings: set[str], index: Index) -> bool:
    others = [one for one in preparations(call, index) if is_fixture(one) and one is not function]
    if call.cls is not None:
        others += [one for one in index.methods(call.cls).values() if is_teardown(one)]
    others += [one for one in call.module.functions if is_teardown(one)]
    return any(word in one.text for one in others for word in (*endings, *_ALL))
