"""Objects with parts: lists, dicts, instances.

An :class:`Object` never changes: writing to one puts another in its place, so that the two sides
of a branch can share what neither of them writes. What module code made lies in a base that the
functions' own writes cover.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator

from checks.flow.values import CLEAN, VAGUE, Cell, LocalClass, Value, join, merge_taints

MAX_FIELDS = 64
"""Parts that are told apart in one object; the others are one."""
MAX_DEPTH = 4
"""How deep the content of an object is looked into."""
ITERATOR = "iterator"
"""The trait of an iterator: what ``next`` gave is gone from it."""
LAST = "last"
"""The trait of a stack: :class:`queue.LifoQueue`."""


class Object:
    """An object of the heap."""

    __slots__ = ("cls", "fields", "keys", "rest", "size", "trait", "type")

    def __init__(
        self,
        type_: str,
        fields: dict[object, Value],
        rest: Value | None = None,
        keys: Value | None = None,
        size: int | None = None,
        cls: LocalClass | None = None,
        trait: object = None,
    ) -> None:
        self.type = type_
        """``list``, ``tuple``, ``set``, ``dict`` or ``instance``."""
        self.fields = fields
        self.rest = rest
        """What is at the places that are not known; ``None`` when there are none."""
        self.keys = keys
        """Keys of a dict that are not known."""
        self.size = size
        """For lists and tuples: how many items, when the fields are all of them."""
        self.cls = cls
        self.trait = trait
        """What it does otherwise than others of its type: how many items a ``deque`` keeps,
        :data:`LAST` for what gives back what came last, what a ``defaultdict`` calls."""

    def with_field(self, key: object, value: Value) -> Object:
        """The object with one part written."""
        if key not in self.fields and len(self.fields) >= MAX_FIELDS:
            return self.with_rest(value)
        fields = dict(self.fields)
        fields[key] = value
        return Object(self.type, fields, self.rest, self.keys, self.size, self.cls, self.trait)

    def with_rest(self, value: Value, keys: Value | None = None) -> Object:
        """The object with something written at a place that is not known."""
        rest = value if self.rest is None else join(self.rest, value)
        known = self.keys
        if keys is not None:
            known = keys if known is None else join(known, keys)
        return Object(self.type, self.fields, rest, known, None, self.cls, self.trait)

    def overlaid(self, value: Value) -> Object:
        """The dict with something written under any of its keys: whoever wrote chose them."""
        fields = {key: join(one, value) for key, one in self.fields.items()}
        return Object(self.type, fields, self.rest, self.keys, self.size, self.cls, self.trait)

    def blurred(self) -> Object:
        """The list with its places forgotten."""
        rest = self.rest
        for one in self.fields.values():
            rest = one if rest is None else join(rest, one)
        return Object(self.type, {}, rest, self.keys, None, self.cls, self.trait)

    def any_item(self) -> Value:
        """What an item of it may be."""
        found = self.rest
        for one in self.fields.values():
            found = one if found is None else join(found, one)
        return CLEAN if found is None else found

    def get(self, key: object) -> Value | None:
        """The part at a known key; ``None`` when there is none."""
        found = self.fields.get(key)
        if found is None:
            return self.rest
        return found


def make(fields: dict[object, Value], type_: str, *, keys: Value | None = None) -> Object:
    """A new object; too many parts are one."""
    size = len(fields) if type_ in ("list", "tuple") else None
    made = Object(type_, fields, None, keys, size)
    if len(fields) > MAX_FIELDS:
        return made.blurred()
    return made


def join_objects(first: Object, second: Object) -> Object:
    """What holds whichever of two states the object is in."""
    if first is second:
        return first
    if first.type in ("list", "tuple", "set") and first.size != second.size:
        first, second = first.blurred(), second.blurred()
    fields: dict[object, Value] = {}
    for key, one in first.fields.items():
        other = second.fields.get(key)
        if other is None:
            other = second.rest
        fields[key] = one if other is None else join(one, other)
    for key, one in second.fields.items():
        if key not in first.fields:
            fields[key] = one if first.rest is None else join(first.rest, one)
    rest = first.rest
    if second.rest is not None:
        rest = second.rest if rest is None else join(rest, second.rest)
    keys = first.keys
    if second.keys is not None:
        keys = second.keys if keys is None else join(keys, second.keys)
    size = first.size if first.size == second.size else None
    cls = first.cls if first.cls is second.cls else None
    trait = first.trait if first.trait == second.trait else None
    return Object(first.type, fields, rest, keys, size, cls, trait)


def as_fields(values: dict[str, Value]) -> dict[object, Value]:
    """Named values as the parts of an object."""
    return dict(values.items())


GONE = Object("instance", {}, VAGUE)
"""What is found where another function's object was kept in a global name."""


class Heap:
    """The objects by number."""

    __slots__ = ("base", "count", "mine", "numbers", "shared", "top")

    def __init__(self, shared: Heap | None = None) -> None:
        self.shared: dict[int, Object] = {} if shared is None else shared.base
        """What the module code of all files made; never written here."""
        self.numbers: Iterator[int] = itertools.count(1) if shared is None else shared.numbers
        self.base: dict[int, Object] = {}
        self.top: dict[int, Object] = {}
        """What was made and written since: read it, and write it by :meth:`own` only."""
        self.mine: dict[int, Object] | None = None
        """The top when nobody else holds it, for instance as the state before a branch."""
        self.count = 0
        """The objects that were made here."""

    def new(self, made: Object) -> Cell:
        """Put a new object on the heap."""
        self.count += 1
        number = next(self.numbers)
        top = self.top
        if top is not self.mine:
            top = self.own()
        top[number] = made
        return Cell(number)

    def own(self) -> dict[int, Object]:
        """The top, to be written: a copy when others may hold the one that there is."""
        if self.top is not self.mine:
            self.top = self.mine = dict(self.top)
        return self.top

    def get(self, cell: Cell) -> Object:
        """The object that is referred to, as it is now."""
        found = self.top.get(cell.number)
        return self.settled(cell.number) or GONE if found is None else found

    def settled(self, number: int) -> Object | None:
        """The object as it was before the entry function began."""
        found = self.base.get(number)
        return self.shared.get(number) if found is None else found

    def is_settled(self, number: int) -> bool:
        """Whether an object was there before the entry function began."""
        return number in self.base or number in self.shared

    def put(self, cell: Cell, made: Object) -> None:
        """Put an object in the place of one."""
        top = self.top
        if top is not self.mine:
            top = self.own()
        top[cell.number] = made

    def joined(self, first: dict[int, Object], second: dict[int, Object]) -> dict[int, Object]:
        """The objects after a branch."""
        if first is second:
            return first
        # Most objects are the same on both sides, and sets find the others fast. In order of
        # their numbers, so that nothing depends on where an object lies in memory.
        changed = sorted({number for number, _ in first.items() ^ second.items()})
        found = dict(first)
        for number in changed:
            one = first.get(number)
            if one is None:
                one = self.settled(number)
            other = second.get(number)
            if other is None:
                other = self.settled(number)
            if one is None or other is None:
                whole = one or other
                if whole is not None:
                    found[number] = whole
            else:
                found[number] = join_objects(one, other)
        return found

    def flat(self, value: Value) -> Value:
        """The value with the contents of what it refers to: what a reader of all of it gets."""
        return self._flat(value, 0, set()) if value.references else value

    def _flat(self, value: Value, depth: int, seen: set[tuple[int, int]]) -> Value:
        """The same, from a depth on.

        Objects that know each other make the ways to them countless: each is read once a depth.
        """
        taints, vague = value.taints, value.vague
        if depth >= MAX_DEPTH:
            return VAGUE if not taints else value
        touched = False
        for one in value.references:
            if isinstance(one, Cell):
                touched = True
                place = (one.number, depth)
                if place in seen:
                    continue
                seen.add(place)
                made = self.get(one)
                parts = list(made.fields.values())
                parts += [extra for extra in (made.rest, made.keys) if extra is not None]
                for part in parts:
                    inner = self._flat(part, depth + 1, seen) if part.references else part
                    if inner.taints:
                        taints = merge_taints(taints, inner.taints)
                    vague |= inner.vague
        if not touched:
            return value
        return Value(taints, vague, value.constant, value.references, value.text)
