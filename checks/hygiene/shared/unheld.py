"""Tasks, threads and timers that a test begins and keeps no hold of.

Source: https://docs.python.org/3/library/asyncio-task.html#asyncio.create_task ("save a reference
to the result").
"""

from __future__ import annotations

from checks.events import Call
from checks.hygiene.shared.blocks import mentions
from checks.hygiene.shared.services import noun_of
from checks.hygiene.shared.tests import is_setup, is_test

_MAKERS = frozenset({"asyncio.create_task", "asyncio.ensure_future"})
_OF_LOOP = ("event_loop", "get_event_loop()", "get_running_loop()", "loop")
_UNHELD = frozenset({"process", "thread", "timer"})


def is_forgotten_task(call: Call) -> bool:
    """Whether a test begins a task whose end or failure nothing of it can see."""
    function = call.function
    if function is None or call.method not in ("create_task", "ensure_future"):
        return False
    if function.context.function is not None or not (is_test(function) or is_setup(function)):
        return False
    receiver = call.receiver
    of_loop = receiver is not None and receiver.text.endswith(_OF_LOOP)
    if (call.name not in _MAKERS and not of_loop) or _is_own_part(call):
        return False
    if call.result_is_ignored:
        return True
    held = call.assigned_to
    if not held.isidentifier() or held in call.context.scope.elsewhere:
        return False
    places = mentions(call.module, function.node, held)
    return not any(one.start_byte > call.node.end_byte for one in places)


def _is_own_part(call: Call) -> bool:
    """Whether the task is a function inside the test: its part of the play, which the test sees."""
    first = call.argument(0, "coro")
    called = None if first is None else first.node.child_by_field_name("function")
    if first is None or called is None or called.type != "identifier":
        return False
    scope = call.context.scope.find(call.module.text_of(called))
    return scope is not None and scope.kind == "function"


def is_started_unheld(call: Call) -> bool:
    """Whether it is ``threading.Timer(5, work).start()``: no name holds what runs."""
    receiver = call.receiver
    if receiver is None or receiver.node.type != "call" or not call.result_is_ignored:
        return False
    return noun_of(receiver) in _UNHELD
