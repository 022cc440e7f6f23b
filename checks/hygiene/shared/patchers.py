"""Patchers of :mod:`unittest.mock`: which are started, and what stops them."""

from __future__ import annotations

import bisect
import enum
import itertools
from collections.abc import Iterator

from checks.events import Call, Class, Function, Module, Value, as_call
from checks.hygiene.shared.blocks import holders, mentions
from checks.hygiene.shared.tests import PATCHES, heirs
from checks.languages.python.context import Located
from checks.languages.python.index import Index

_ENTERING = ("enter_context", "enterContext", "enterClassContext", "enterModuleContext",
             "enter_async_context", "useFixture", "push")  # fmt: skip

_STOPPING = frozenset({"oslotest.base.BaseTestCase"})
"""Test cases of libraries that register ``mock.patch.stopall`` themselves."""

_MAX_MENTIONS = 5_000
"""Places in one class at which a name is looked for."""


class Fate(enum.Enum):
    """What becomes of a patcher, in the words of a review."""

    DECORATOR = "undone by the decorator"
    WITH = "undone at the end of a `with`"
    STACK = "undone by an exit stack"
    ADD_CLEANUP = "stopped by addCleanup"
    STOPPED = "stopped by `stop`"
    STOPALL = "stopped by `patch.stopall`"
    HANDED_ON = "handed on"
    NOT_STARTED = "not started here"
    NOT_STOPPED = "not seen to be stopped"


def is_patcher(value: Value) -> bool:
    """Whether the expression makes a patcher."""
    return value.callee_name in PATCHES


def started_by(call: Call) -> Value | None:
    """The patcher that ``x.start()`` starts: the expression that made it."""
    receiver = call.receiver
    if receiver is None or call.method != "start":
        return None
    if is_patcher(receiver):
        return receiver
    before = [
        one
        for one in receiver.assignments
        if one.span.end <= call.node.start_byte or receiver.text.startswith(("self.", "cls."))
    ]
    if not before:
        return None
    nearest = [one for one in before if one.context.function is call.function] or before
    return nearest[-1] if is_patcher(nearest[-1]) else None


def patcher_fate(call: Call, index: Index) -> Fate:
    """What becomes of the patcher that this call makes."""
    if call.is_decorator:
        return Fate.DECORATOR
    if call.is_with_item:
        return Fate.WITH
    above = call.parent
    around = above.parent if above is not None and above.kind == "argument_list" else None
    outer = None if around is None else as_call(around)
    if outer is not None:
        return Fate.STACK if outer.method in _ENTERING else Fate.HANDED_ON
    if above is not None and above.kind == "attribute":
        word = call.module.text_of(above.node).rpartition(".")[2]
        if word != "start":
            return Fate.HANDED_ON
        return Fate.STOPALL if stops_all(call, index) else Fate.NOT_STOPPED
    name = call.assigned_to
    if not name:
        return Fate.HANDED_ON
    return fate_of_name(call, name, index)


def fate_of_name(at: Located, name: str, index: Index) -> Fate:
    """What becomes of the patcher that is assigned to ``name`` at this place."""
    places = _region(at, name, index)
    if not any(_called(one, name, "start") for one in places):
        entered = any(_entered(module, function, name) for module, function, _ in places)
        return Fate.WITH if entered else Fate.NOT_STARTED
    for one in places:
        for stop in _called(one, name, "stop"):
            return Fate.ADD_CLEANUP if _is_registered(stop) else Fate.STOPPED
        if _called(one, name, "__exit__"):
            return Fate.STOPPED
    if stops_all(at, index):
        return Fate.STOPALL
    if any(_escapes(one, name) for one in places):
        return Fate.HANDED_ON
    return Fate.NOT_STOPPED


_Place = tuple[Module, Function, tuple[int, int]]


def _region(at: Located, name: str, index: Index) -> list[_Place]:
    """The functions in which the name means this patcher, with the bytes where it does."""
    function = at.function
    if function is None:
        return []
    if "." in name:
        cls = at.cls
        if cls is None or not name.startswith(("self.", "cls.")):
            return [(at.module, function, (0, function.span.end))]
        return [
            (one.module, one, (0, one.span.end))
            for one in methods_with(cls, name, index)
        ]  # fmt: skip
    start = at.statement.node.start_byte
    # Until the name gets its next value; a stop that was registered before is another patcher's.
    later = (
        one.node.start_byte
        for one, child in holders(at.module, function.node, name, "assignment", after=start + 1)
        if one.node.start_byte > start and one.child("left") == child
    )
    return [(at.module, function, (start, next(later, function.span.end)))]


def methods_of(cls: Class, index: Index) -> list[Function]:
    """All methods of a class and of its known bases."""
    return cls.module.remember(
        (methods_of, cls, index),
        lambda: [method for one in index.chain(cls) for method in one.methods.values()],
    )


def methods_with(cls: Class, name: str, index: Index) -> list[Function]:
    """Those of the methods of a class and of its known bases in which a name stands."""
    return cls.module.remember(
        (methods_with, cls, name, index), lambda: list(_methods_with(cls, name, index))
    )


def _methods_with(cls: Class, name: str, index: Index) -> Iterator[Function]:
    for one in index.chain(cls):
        methods = one.module.remember(
            (_methods_with, one),
            lambda one=one: sorted(one.methods.values(), key=_start),  # type: ignore[misc]
        )
        told = -1
        for node in itertools.islice(mentions(one.module, one.node, name), _MAX_MENTIONS):
            number = bisect.bisect_right(methods, node.start_byte, key=_start) - 1
            if number > told and node.end_byte <= methods[number].span.end:
                told = number
                yield methods[number]


def _start(function: Function) -> int:
    return function.span.start


def _called(place: _Place, name: str, method: str) -> list[Located]:
    """Where a method of what the name holds is named: ``patcher.stop``."""
    module, function, (start, end) = place
    return [
        one
        for one, _ in holders(module, function.node, name, "attribute", after=start, before=end)
        if one.text.rpartition(".")[2] == method
    ]


def _is_registered(stop: Located) -> bool:
    """Whether the method is handed to a call that registers a clean-up."""
    for one in stop.ancestors():
        if one.kind == "function_definition":
            break
        call = as_call(one)
        if call is not None and call.method.startswith("add") and "leanup" in call.method:
            return True
    return False


def _entered(module: Module, function: Function, name: str) -> bool:
    return any(True for _ in holders(module, function.node, name, "with_item"))


def _escapes(place: _Place, name: str) -> bool:
    """Whether the patcher itself is passed on, returned or kept: someone else may stop it."""
    module, function, (start, end) = place
    found = holders(
        module, function.node, name, "argument_list", "return_statement", "yield", "list", "tuple",
        "dictionary", "for_statement", "assignment", after=start, before=end,
    )  # fmt: skip
    return any(one.kind != "assignment" or one.child("right") == child for one, child in found)


def stops_all(at: Located, index: Index) -> bool:
    """Whether the class, its known bases, the file or a conftest above it calls ``stopall``."""
    return at.module.remember((stops_all, at.cls, index), lambda: _stops_all(at, index))


def _stops_all(at: Located, index: Index) -> bool:
    sources = [at.module]
    for cls in () if at.cls is None else (at.cls, *heirs(at.cls, index)):
        if not _STOPPING.isdisjoint(index.base_names(cls)):
            return True
        sources += [one.module for one in index.chain(cls)]
    folder = at.module.path.rpartition("/")[0] + "/"
    sources += [one for one in index.conftests if folder.startswith(one.path.rpartition("/")[0])]
    return any(b".stopall" in one.source.data for one in dict.fromkeys(sources))
