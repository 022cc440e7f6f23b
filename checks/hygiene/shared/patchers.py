"""Patchers of :mod:`unittest.mock`: which are started, and what stops them."""

from __future__ import annotations

import enum

from checks.events import Call, Class, Function, Module, Value, as_call, calls_of
from checks.hygiene.shared.blocks import mentions
from checks.hygiene.shared.tests import PATCHES
from checks.languages.python.context import Located
from checks.languages.python.index import Index

_ENTERING = ("enter_context", "enterContext", "enterClassContext", "enterModuleContext",
             "enter_async_context", "useFixture", "push")  # fmt: skip


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
    started = any(_uses(module, span, f"{name}.start") for module, _, span in places)
    if not started:
        entered = any(_entered(module, one, name) for module, one, _ in places)
        return Fate.WITH if entered else Fate.NOT_STARTED
    for module, function, span in places:
        if not _uses(module, span, name):
            continue
        if not (_uses(module, span, f"{name}.stop") or _uses(module, span, f"{name}.__exit__")):
            continue
        for node in mentions(module, function.node, f"{name}.stop"):
            if span[0] <= node.start_byte < span[1]:
                registered = any(
                    call.method.startswith("add") and "leanup" in call.method
                    and call.node.start_byte <= node.start_byte < call.node.end_byte
                    for call in calls_of(module, function.node)
                )  # fmt: skip
                return Fate.ADD_CLEANUP if registered else Fate.STOPPED
        if next(mentions(module, function.node, f"{name}.__exit__"), None) is not None:
            return Fate.STOPPED
    if stops_all(at, index):
        return Fate.STOPALL
    if any(_escapes(module, one, name, span) for module, one, span in places):
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
            for one in methods_of(cls, index)
        ]  # fmt: skip
    start = at.statement.node.start_byte
    # Until the name gets its next value; a stop that was registered before is another patcher's.
    later = [
        one.node.start_byte
        for one in at.module.within(function.node, "assignment")
        if one.node.start_byte > start
        and (left := one.child("left")) is not None
        and at.module.text_of(left) == name
    ]
    return [(at.module, function, (start, min(later, default=function.span.end)))]


def methods_of(cls: Class, index: Index) -> list[Function]:
    """All methods of a class, of its known bases, and of the classes around it."""
    return [method for one in index.chain(cls) for method in one.methods.values()]


def _uses(module: Module, span: tuple[int, int], dotted: str) -> bool:
    return dotted.encode() in module.source.data[span[0] : span[1]]


def _entered(module: Module, function: Function, name: str) -> bool:
    return any(
        module.text_of(one.node).partition(" as ")[0].strip() == name
        for one in module.within(function.node, "with_item")
    )


def _escapes(module: Module, function: Function, name: str, span: tuple[int, int]) -> bool:
    """Whether the patcher itself is passed on, returned or kept: someone else may stop it."""
    places = {
        node.start_byte
        for node in mentions(module, function.node, name)
        if span[0] <= node.start_byte < span[1]
    }
    if not places:
        return False
    for one in module.within(
        function.node, "argument_list", "return_statement", "yield", "list", "tuple", "dictionary",
        "for_statement",
    ):  # fmt: skip
        for child in one.children():
            if child.start_byte in places and module.text_of(child) == name:
                return True
    return any(
        (right := one.child("right")) is not None
        and right.start_byte in places
        and module.text_of(right) == name
        for one in module.within(function.node, "assignment")
    )


def stops_all(at: Located, index: Index) -> bool:
    """Whether the class, its known bases, the file or a conftest above it calls ``stopall``."""
    sources = [at.module]
    if at.cls is not None:
        sources += [one.module for one in index.chain(at.cls)]
    folder = at.module.path.rpartition("/")[0] + "/"
    sources += [
        one
        for one in index.modules
        if one.path.rpartition("/")[2] == "conftest.py"
        and folder.startswith(one.path.rpartition("/")[0])
    ]
    return any(b".stopall" in one.source.data for one in dict.fromkeys(sources))
