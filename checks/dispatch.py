"""Which listeners hear what of a file.

A table is built once for a set of listeners and used for every file: calls are found through the
last part of their name, so a call that nobody asked for costs one dictionary miss.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Sequence
from typing import Any, TypeAlias

from checks.events import Call, Change, Flow, ModuleEvent, Node, TextEvent
from checks.languages.python import grammar
from checks.languages.python.module import Module
from checks.languages.python.names import attribute_read
from checks.languages.python.parse import Expired, never
from checks.registry import EventKind, Events
from checks.workflows.event import WorkflowEvent

Emit: TypeAlias = Callable[[int, Any], None]
"""Takes the number of a listener and the event."""

_CALL = grammar.kind("call")
_CHECK_EVERY = 500
"""Calls between two looks at the deadline."""


class Dispatch:
    """A table of listeners; a listener is known by its number in ``listeners``.

    Raises:
        ValueError: a listener asks for a node kind that the grammar does not have, or that is not
            recorded.
    """

    def __init__(self, listeners: Sequence[tuple[Events, ...]]) -> None:
        self._calls: dict[str, list[tuple[str, int]]] = {}
        self._every_call: list[int] = []
        self._nodes: dict[str, list[int]] = {}
        self._flows: dict[str, list[int]] = {}
        self._kinds: dict[EventKind, list[int]] = {kind: [] for kind in EventKind}
        for number, events in enumerate(listeners):
            for one in events:
                self._add(number, one)

    def _add(self, number: int, events: Events) -> None:
        if events.kind is EventKind.CALL:
            for name in events.names:
                last = name.rpartition(".")[2]
                self._calls.setdefault(last, []).append((name, number))
            if not events.names:
                self._every_call.append(number)
        elif events.kind is EventKind.NODE:
            for name in events.names:
                grammar.kind(name)
                if name in grammar.LEAVES:
                    raise ValueError(f"nodes of kind {name!r} are not recorded")
                self._nodes.setdefault(name, []).append(number)
        elif events.kind is EventKind.FLOW:
            for name in events.names:
                self._flows.setdefault(name, []).append(number)
        else:
            self._kinds[events.kind].append(number)

    @property
    def compares(self) -> bool:
        """Whether a listener asks for the base beside the head."""
        return bool(self._kinds[EventKind.CHANGE])

    @property
    def follows(self) -> bool:
        """Whether a listener asks for the flow of data."""
        return bool(self._flows)

    @property
    def flow_kinds(self) -> frozenset[str]:
        """The kinds of flow that a listener asks for."""
        return frozenset(self._flows)

    def flow(self, event: Flow, emit: Emit) -> None:
        """Send out a flow."""
        for number in self._flows.get(event.kind, ()):
            emit(number, event)

    def code(
        self,
        module: Module,
        emit: Emit,
        expired: Callable[[], bool] = never,
        asleep: Container[int] = frozenset(),
    ) -> None:
        """Send out everything that happens in a file of code.

        Args:
            module: the file.
            emit: takes the number of a listener, and what happens.
            expired: tells that the time is over.
            asleep: listeners that need not be told of nodes, functions and classes.

        Raises:
            Expired: the time was over before the end.
        """
        self._send_calls(module, emit, expired)
        for name, listening in self._nodes.items():
            numbers = [number for number in listening if number not in asleep]
            for place in module.places[grammar.kind(name)] if numbers else ():
                node = Node(module, place)
                for number in numbers:
                    emit(number, node)
            if expired():
                raise Expired
        numbers = [one for one in self._kinds[EventKind.FUNCTION] if one not in asleep]
        for function in module.functions:
            for number in numbers:
                emit(number, function)
        numbers = [one for one in self._kinds[EventKind.CLASS] if one not in asleep]
        for cls in module.classes:
            for number in numbers:
                emit(number, cls)
        if expired():
            raise Expired
        for number in self._kinds[EventKind.MODULE]:
            emit(number, ModuleEvent(module, module.path))

    def text(self, event: TextEvent, emit: Emit) -> None:
        """Send out a file's text."""
        for number in self._kinds[EventKind.TEXT]:
            emit(number, event)

    def workflow(self, event: WorkflowEvent, emit: Emit) -> None:
        """Send out a workflow or an action."""
        for kind in (EventKind.WORKFLOW, EventKind.WORKFLOW_CHANGE):
            for number in self._kinds[kind]:
                emit(number, event)

    def change(self, event: Change, emit: Emit) -> None:
        """Send out a file before and after."""
        for number in self._kinds[EventKind.CHANGE]:
            emit(number, event)

    def _send_calls(self, module: Module, emit: Emit, expired: Callable[[], bool]) -> None:
        table, every, renamed = self._calls, self._every_call, module.renamed
        words = module.call_words
        for index, place in enumerate(module.places[_CALL]):
            if index % _CHECK_EVERY == 0 and expired():
                raise Expired
            word = words[index]
            call: Call | None = None
            if every:
                call = Call(module, place, word or None)
                for number in every:
                    emit(number, call)
            if not word:
                target = place[0].child_by_field_id(grammar.FUNCTION)
                read = attribute_read(module, target) if target is not None else None
                if read is not None:
                    call = call or Call(module, place)
                    _offer(call, table.get(read[1], []), emit)
                continue
            entries = table.get(word)
            if word in renamed:
                call = call or Call(module, place, word)
                other = (call.name or "").rpartition(".")[2]
                if other != word:
                    entries = [*(entries or ()), *table.get(other, ())]
            if entries:
                call = call or Call(module, place, word)
                _offer(call, entries, emit)


def _offer(call: Call, entries: list[tuple[str, int]], emit: Emit) -> None:
    name = call.name
    told: set[int] = set()
    for pattern, number in entries:
        if number in told:
            continue
        heard = _is_method(call) if pattern.startswith("*.") else pattern == name
        if heard:
            told.add(number)
            emit(number, call)


def _is_method(call: Call) -> bool:
    """Whether a call may be one of a method of an object whose type is not known.

    ``processutils.execute`` after ``from oslo_concurrency import processutils`` is a module's
    function that happens to have a method's name; ``db.session.execute`` after ``from app import
    db``, ``connect().execute`` and ``self.execute`` are methods.
    """
    receiver, name = call.receiver, call.name
    if receiver is None:
        return False
    if name is None or "()" in name or "[]" in name:
        return True
    if ":" in name or receiver.node.type == "identifier":
        return False
    return receiver.name not in call.module.imported_modules
