"""What functions leave behind for others: in queues, tables and fields that outlive their run.

One handler puts a job into a queue of the module, a worker takes it out; one method writes
``self.pending``, another reads it. What is untrusted in such an object when a function of the file
ends is kept in it from then on, beside what was in it before, and the functions that use the object
are run once more.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import re2

from checks.flow.heap import Object, join_objects
from checks.flow.values import Cell, LocalClass, LocalFunction, Taints, Value, merge_taints

if TYPE_CHECKING:
    from checks.flow.machine import Machine, ModuleRun

_PER_REQUEST: Final = frozenset({"get", "post", "put", "patch", "delete", "head", "options"})
"""Methods of views that are made anew for each request."""
_MAX_DEPTH: Final = 3
MAX_READERS: Final = 40
"""Functions that are run once more."""


class Left:
    """What the functions of one file left behind."""

    def __init__(self, machine: Machine, own: ModuleRun) -> None:
        self._machine = machine
        self._own = own
        self._numbers: set[int] = set()
        """The objects in which something was left since the readers ran."""
        self._names: set[str] = set()
        self._read = len(machine.journal)

    def take(self, function: LocalFunction, *, fed: bool) -> None:
        """Keep what a function that was just run wrote into objects that were there before."""
        machine = self._machine
        heap = machine.heap
        skipped = self._instance(function) if fed and function.name in _PER_REQUEST else None
        for number, made in list(heap.top.items()):
            if number == skipped:
                continue
            before = heap.settled(number)
            if before is None or before is made or not _adds(machine, before, made):
                continue
            heap.base[number] = join_objects(before, made)
            self._settle(made, _MAX_DEPTH)
            self._numbers.add(number)
            if before.type == "instance":
                self._names |= {
                    name for name, value in made.fields.items()
                    if isinstance(name, str) and value is not before.fields.get(name)
                    and machine.heap.flat(value).taints
                }  # fmt: skip

    def _instance(self, function: LocalFunction) -> int | None:
        """The object whose method a function is, where the library's base makes it anew."""
        cls = function.cls
        known = None if cls is None else self._machine.instances.get(cls)
        if cls is None or known is None or not cls.bases:
            return None
        return next((one.number for one in known.references if isinstance(one, Cell)), None)

    def _settle(self, made: Object, depth: int) -> None:
        """What is referred to from an object that stays, stays as well."""
        heap = self._machine.heap
        parts = [*made.fields.values(), *([] if made.rest is None else [made.rest])]
        for part in parts:
            for one in part.references:
                if isinstance(one, Cell) and not heap.is_settled(one.number):
                    inner = heap.get(one)
                    heap.base[one.number] = inner
                    if depth:
                        self._settle(inner, depth - 1)

    def readers(self) -> list[LocalFunction]:
        """The functions of the file in which a name stands of what was left; then forget it."""
        journal = self._machine.journal
        written = {write.name for write in journal[self._read :] if write.value.taints}
        self._read = len(journal)
        names = sorted(self._names | self._named() | written)
        self._numbers.clear()
        self._names.clear()
        if not names:
            return []
        pattern = re2.compile(rf"\b(?:{'|'.join(re2.escape(one) for one in names)})\b".encode())
        data = self._own.module.source.data
        found = []
        for one in self._own.functions:
            definition = one.definition
            if pattern.search(data[definition.start : definition.end]) is not None:
                found.append(one)
        return found[:MAX_READERS]

    def _named(self) -> set[str]:
        """The names, in the file, its classes and their objects, of what something was left in."""
        found: set[str] = set()
        if not self._numbers:
            return found
        for name, value in self._own.frame.names.items():
            if self._refers(value):
                found.add(name)
            for one in value.references:
                if isinstance(one, LocalClass):
                    found |= {key for key, part in one.frame.names.items() if self._refers(part)}
        heap = self._machine.heap
        for value in self._machine.instances.values():
            for cell in value.references:
                if isinstance(cell, Cell):
                    fields = heap.get(cell).fields
                    found |= {
                        key for key, part in fields.items()
                        if isinstance(key, str) and self._refers(part)
                    }  # fmt: skip
        return found

    def _refers(self, value: Value) -> bool:
        return any(isinstance(one, Cell) and one.number in self._numbers
                   for one in value.references)  # fmt: skip


def _adds(machine: Machine, before: Object, made: Object) -> bool:
    """Whether something untrusted is in an object that was not in it before."""
    after = _content(machine, made)
    if not after.taints:
        return False
    known = _content(machine, before)
    return merge_taints(known.taints, after.taints) != known.taints


def _content(machine: Machine, made: Object) -> Value:
    taints: Taints = ()
    for part in (*made.fields.values(), *([] if made.rest is None else [made.rest])):
        taints = merge_taints(taints, machine.heap.flat(part).taints)
    return Value(taints)
