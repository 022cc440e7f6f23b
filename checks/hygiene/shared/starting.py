"""What one method starts and another one ends: ``start_kernel()``, ``kill_kernel()``.

And processes whose end by force stands where it is never reached.
"""

from __future__ import annotations

from checks.events import Call, Function, Value
from checks.hygiene.shared.blocks import following
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


_FORCING = ("kill", "send_signal", "terminate")
_NEXT = 3
"""Statements after a wait that are looked at."""


def missed_ending(call: Call, receiver: Value) -> str:
    """What ends a process by force, where the wait before it raises when it would be needed.

    ``process.wait(timeout=10)``, and then ``if process.poll() is None: process.kill()``.

    Source: https://docs.python.org/3/library/subprocess.html#subprocess.Popen.wait
    """
    at = 0 if call.method == "wait" else 1
    limit = call.argument(at, "timeout")
    if limit is None or limit.node.type == "none" or receiver.node.type != "identifier":
        return ""
    made = (receiver.origin, *receiver.assignments)
    if not any(one.callee_name == "subprocess.Popen" for one in made) or _is_tried(call):
        return ""
    name = receiver.text
    for statement in following(call)[:_NEXT]:
        text = call.module.text_of(statement)
        asked = statement.type == "if_statement" and any(
            word in text.partition(":")[0] for word in (f"{name}.poll()", f"{name}.returncode")
        )
        if not asked and statement.type != "expression_statement":
            continue
        for word in _FORCING:
            if f"{name}.{word}(" in text:
                return f"{name}.{word}(…)" if word == "send_signal" else f"{name}.{word}()"
    return ""


def _is_tried(call: Call) -> bool:
    """Whether a ``try`` around the call catches what it raises."""
    for context in call.enclosing("try_statement"):
        body = context.node.child_by_field_name("body")
        caught = any(one.type == "except_clause" for one in context.node.named_children)
        inside = body is not None and body.start_byte <= call.node.start_byte < body.end_byte
        if caught and inside:
            return True
    return any("suppress" in value.text.partition("(")[0] for value in call.entered())
