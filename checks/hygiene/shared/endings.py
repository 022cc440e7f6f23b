"""How the tests of a file end what they make: in a cleanup, by luck at the very end, or not at all.

An object that other tests of the file close, join or release outlives the test unless that is
done; one that is closed by the last line only lives on after every assertion that fails.
"""

from __future__ import annotations

import itertools

import re2

from checks.events import Call, Function, Module, as_call
from checks.hygiene.shared.assertions import asserts
from checks.hygiene.shared.blocks import holders, mentions, statements
from checks.hygiene.shared.tests import is_test, own_calls
from checks.languages.python.context import Located
from checks.light import dataclass

_WAITING = frozenset({"join", "wait"})
_CLOSING = frozenset(
    {"aclose", "cancel", "close", "disconnect", "dispose", "kill", "quit", "release",
     "release_lock", "server_close", "shutdown", "stop", "terminate"}
)  # fmt: skip
_ENDING = _WAITING | _CLOSING
_WORDS = ("clean", "clos", "delete", "destroy", "remove", "shutdown", "stop", "tear", "terminate")
_HOLDING_NOTHING = ("BytesIO", "StringIO", "Mock", "mock", "patch", "Fake", "fake", "stub", "Stub",
                    "Dummy", "dummy", "getvalue", "Transport")  # fmt: skip
"""Words of what makes doubles and buffers, which hold nothing that must be given back."""

_MARKS = ("Barrier", "Condition", "Event", "Lock", "RLock", "Semaphore")
"""What is waited for, and was not begun by its maker: https://docs.python.org/3/library/threading.html"""

_LOOPS = frozenset({"loop", "reactor"})
"""Names of loops, which a test stops in order to end what it runs, and not to clean up."""

_HABIT = 3
"""Tests from which on it is a habit."""
_REGISTER = ("leanup", "finalizer", "callback")
_SELDOM = 4
"""How much oftener it must be done than not."""
_MOST_TESTS = 400
_REGISTERING = re2.compile(r"(?:leanup|finalizer|callback)\(\s*[\w.]+\.(\w+)")


@dataclass(frozen=True, slots=True)
class Ending:
    """How a test ends what a call gives it."""

    by: str
    """The method that ends it for certain, or that is waited by; ``""`` when there is none."""
    open: bool
    """Whether the test itself would have to: it neither returns, stores nor hands it on."""


def unended(call: Call) -> str:
    """The method by which other tests end what this call makes, where this one does not."""
    function, name = call.function, call.assigned_to
    if function is None or not is_test(function) or not name.isidentifier():
        return ""
    if _holds_nothing(call):
        return ""
    own = _ending(call, function, name)
    if own.by or not own.open or f"del {name}" in function.text:
        return ""
    for key in _keys(call):
        habit = _habits(call.module).get(key, {})
        by = max(habit, key=lambda one: len(habit[one]), default="")
        if not by or (key.endswith(".*") and by not in _WAITING):
            continue
        left = habit.get("", set()) - {function.name}
        if len(habit[by] - {function.name}) >= _HABIT and _SELDOM * len(left) <= len(habit[by]):
            return by
    return ""


def first_asked(call: Call) -> Located:
    """The first assertion after a call, as the place where what was not awaited is asked for."""
    function = call.function
    found: list[Located] = []
    if function is not None:
        found = [
            one
            for one in function.own("assert_statement", "call")
            if one.node.start_byte >= call.node.end_byte and asserts(one)
        ]
    return min(found, key=lambda one: one.node.start_byte, default=call)


def ends_by_luck(call: Call) -> bool:
    """Whether a test closes what it made only in its last lines, behind its assertions."""
    function, receiver = call.function, call.receiver
    if function is None or receiver is None or not is_test(function):
        return False
    if call.method not in _CLOSING or call.arguments or receiver.node.type != "identifier":
        return False
    if not _is_at_end(call, function):
        return False
    made = [one for one in receiver.assignments if one.node.type == "call"]
    if len(made) != 1 or len(receiver.assignments) != 1 or _is_double(made[0].text):
        return False
    start, end = made[0].span.end, call.node.start_byte
    uses = [
        one
        for one in mentions(function.module, function.node, receiver.text)
        if one.start_byte >= start
    ]
    if len(uses) < 2 or _is_seen_to(call, function, receiver.text):
        return False
    return made[0].span.start >= function.node.start_byte and any(
        start <= one.node.start_byte < end and asserts(one)
        for one in function.own("assert_statement", "call")
    )


def is_told(call: Call) -> bool:
    """Whether it is worth a word: the file registers such ends elsewhere, or it is the first one.

    A file that closes all that it makes in this way has one habit, which is told once.
    """
    module = call.module
    text = module.source.data.decode("utf-8", "replace")
    known = module.remember(is_told, lambda: frozenset(_REGISTERING.findall(text)))
    if call.method in known:
        return True
    first = module.remember((is_told, "first"), lambda: _first(module))
    return first is not None and first.node == call.node


def _first(module: Module) -> Call | None:
    tests = itertools.islice((one for one in module.functions if is_test(one)), _MOST_TESTS)
    return next((one for test in tests for one in own_calls(test) if ends_by_luck(one)), None)


def _is_at_end(call: Call, function: Function) -> bool:
    """Whether only calls that end something else stand behind it."""
    body = statements(function.body)
    place = call.statement.node
    if place not in body:
        return False
    rest = body[body.index(place) :]
    endings = {
        one.statement.node
        for one in own_calls(function)
        if one.method in _CLOSING or any(word in one.method.lower() for word in _WORDS)
    }
    return all(one in endings for one in rest)


def _is_seen_to(call: Call, function: Function, name: str) -> bool:
    """Whether another place of the test closes it, or gives it to whoever does."""
    for one in own_calls(function):
        if one.node == call.node:
            continue
        if "leanup" in one.method or "finalizer" in one.method or "context" in one.method:
            if name in one.text:
                return True
        elif one.method == call.method and one.receiver is not None and one.receiver.text == name:
            return True
    return any(
        name in function.module.text_of(one.node)
        for one in function.own("finally_clause", "except_clause", "with_item")
    )


def _keys(call: Call) -> tuple[str, ...]:
    """What makes it, as it is written, and whose method that is."""
    owner = "" if call.receiver is None else call.receiver.text
    return (call.target.text, f"{owner}.*") if "." in owner else (call.target.text,)


def _habits(module: Module) -> dict[str, dict[str, set[str]]]:
    return module.remember(_habits, lambda: _all_habits(module))


def _all_habits(module: Module) -> dict[str, dict[str, set[str]]]:
    """By what makes a thing, and the method that ends it: the tests that do so."""
    found: dict[str, dict[str, set[str]]] = {}
    tests = (one for one in module.functions if is_test(one))
    for function in itertools.islice(tests, _MOST_TESTS):
        for call in own_calls(function):
            name = call.assigned_to
            if not name.isidentifier():
                continue
            own = _ending(call, function, name)
            if own.by or own.open:
                for key in _keys(call):
                    found.setdefault(key, {}).setdefault(own.by, set()).add(function.name)
    return found


def _ending(call: Call, function: Function, name: str) -> Ending:
    """How one test ends what one call gives it."""
    opened = True
    for one, child in holders(
        function.module, function.node, name,
        "attribute", "with_item", "return_statement", "yield", "assignment", "keyword_argument",
        "argument_list", "list", "tuple", after=call.node.end_byte,
    ):  # fmt: skip
        if one.kind == "attribute":
            word = one.text.rpartition(".")[2]
            if word in _ENDING:
                # What a test closes by hand may be a step of what it tests; a cleanup is not.
                told = word in _WAITING or _is_registered(one)
                return Ending(word if told else "", open=False)
        elif one.kind == "argument_list":
            outer = next((made for up in one.ancestors() if (made := as_call(up))), None)
            if outer is None or any(word in outer.text.lower() for word in _WORDS):
                return Ending("", open=False)
        elif one.kind != "assignment" or one.child("right") == child:
            opened = False
    return Ending("", open=opened)


def _is_registered(method: Located) -> bool:
    """Whether ``thing.close`` is handed over to be called after the test."""
    above = method.parent
    outer = None if above is None or above.kind != "argument_list" else above.parent
    call = None if outer is None else as_call(outer)
    return call is not None and any(word in call.method for word in _REGISTER)


def _holds_nothing(call: Call) -> bool:
    if "client" in call.target.text.rpartition(".")[0].lower():
        return True  # an answer of a test client, which as a rule is read already
    if call.method in _MARKS or call.assigned_to in _LOOPS:
        return True
    return _is_double(call.target.text) or any("aises" in one.text for one in call.entered())


def _is_double(text: str) -> bool:
    return any(word in text[:200] for word in _HOLDING_NOTHING)
