"""What goes together where ways meet: ``if not ok(name): errors.append("name")``.

Behind a branch a flag is either, and a name is clean or not; but they are so together. A
:class:`Fork` remembers the ends that met, as far as they differed, until something tells which of
them it was: a test of the flag. So are the parts of results that stand side by side in the
``return`` statements of a function: ``return None, "no such thing"`` beside ``return value, None``.

What was written since is no part of it any more: only what still is what the ends were joined to is
set back to what it was at the ends that are left.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from checks.flow import folding
from checks.flow.heap import Object, join_objects
from checks.flow.values import NOTHING, Cell, Value, join
from checks.light import dataclass

if TYPE_CHECKING:
    from checks.flow.machine import Frame, Machine, Snapshot

_MAX_FORKS: Final = 8
_MAX_ENDS: Final = 6


@dataclass(slots=True)
class End:
    """What one of the ways left behind, where they differ."""

    names: dict[str, Value]
    objects: dict[int, Object]


@dataclass(slots=True)
class Fork:
    """Ends of ways that met, and what they were joined to."""

    ends: list[End]
    names: dict[str, Value]
    objects: dict[int, Object]


def met(machine: Machine, frame: Frame, ends: list[Snapshot], known: list[Fork]) -> None:
    """Remember what goes together in the states that were just joined.

    Args:
        machine: the interpreter.
        frame: where they were joined.
        ends: the states.
        known: the forks before the ways parted.
    """
    frame.forks = known
    if not 1 < len(ends) <= _MAX_ENDS:
        return
    names, objects = _differing(machine, frame, ends)
    if len(names) + len(objects) < 2 or not _may_harm(names, objects):
        return
    parts = []
    for one in ends:
        mine = {number: _object(machine, one, number) for number in objects}
        parts.append(
            End({name: one[0][name] for name in names},
                {number: made for number, made in mine.items() if made is not None})
        )  # fmt: skip
    _add(frame, Fork(parts, names, objects))


def _object(machine: Machine, end: Snapshot, number: int) -> Object | None:
    found = end[1].get(number)
    return machine.heap.settled(number) if found is None else found


def _differing(
    machine: Machine, frame: Frame, ends: list[Snapshot]
) -> tuple[dict[str, Value], dict[int, Object]]:
    """What the states were joined to, where they differ."""
    first_names, first_heap = ends[0]
    changed: set[str] = set()
    numbers: set[int] = set()
    for others, heap in ends[1:]:
        if others is not first_names:
            changed.update(name for name, _ in first_names.items() ^ others.items())
        if heap is not first_heap:
            numbers.update(number for number, _ in first_heap.items() ^ heap.items())
    names = {
        name: frame.names[name]
        for name in sorted(changed)
        if name in frame.names and all(name in one for one, _ in ends)
    }
    top = machine.heap.top
    objects = {
        number: top[number]
        for number in sorted(numbers)
        if number in top and all(_object(machine, one, number) is not None for one in ends)
    }
    return names, objects


def _may_harm(names: dict[str, Value], objects: dict[int, Object]) -> bool:
    return any(one.taints for one in names.values()) or any(
        part.taints
        for made in objects.values()
        for part in (*made.fields.values(), *([] if made.rest is None else [made.rest]))
    )


def _add(frame: Frame, fork: Fork) -> None:
    frame.forks = [*frame.forks[1 - _MAX_FORKS :], fork]


def unpacked(frame: Frame, names: list[str | None], rows: list[list[Value]]) -> None:
    """Remember which items stood side by side in the tuples that a name each was bound to."""
    bound = {name: frame.names[name] for name in names if name is not None and name in frame.names}
    if not 1 < len(rows) <= _MAX_ENDS or len(bound) < 2:
        return
    ends = []
    for row in rows:
        mine = {name: value for name, value in zip(names, row, strict=True) if name is not None}
        ends.append(End(mine, {}))
    _add(frame, Fork(ends, bound, {}))


def told(machine: Machine, frame: Frame, name: str, known: Value, *, truth: bool | None) -> None:
    """A test told something of a name: ends at which it was otherwise were not taken.

    Args:
        machine: the interpreter.
        frame: where the test stands.
        name: the name.
        known: what it was before the test.
        truth: whether it is true; ``None`` where it is one of the constants of ``known``.
    """
    for fork in reversed(frame.forks):
        now = frame.names.get(name)
        if now is None or not _holds(machine, frame, fork, name, known if truth is None else now):
            continue
        left = [end for end in fork.ends if _fits(machine, end, name, known, truth=truth)]
        if left and len(left) < len(fork.ends):
            _set_back(machine, frame, fork, left, name)


def _holds(machine: Machine, frame: Frame, fork: Fork, name: str, now: Value) -> bool:
    """Whether a name still is what the ends were joined to."""
    joined = fork.names.get(name)
    if joined is not None:
        return joined is frame.names.get(name) or joined is now
    for one in now.references:
        if isinstance(one, Cell) and one.number in fork.objects:
            return fork.objects[one.number] is machine.heap.get(one)
    return False


def _fits(machine: Machine, end: End, name: str, known: Value, *, truth: bool | None) -> bool:
    """Whether an end may be the one that was taken."""
    value = end.names.get(name, known if truth is not None else None)
    if value is None:
        return True
    if truth is None:
        return value.constant is NOTHING or value.constant == known.constant
    found = folding.truth(machine.heap, value)
    if name not in end.names or found is None:
        for one in value.references:
            if isinstance(one, Cell) and one.number in end.objects and len(value.references) == 1:
                found = folding.has_items(end.objects[one.number])
    return found is not (not truth)


def _set_back(machine: Machine, frame: Frame, fork: Fork, left: list[End], tested: str) -> None:
    for name, joined in fork.names.items():
        if name != tested and frame.names.get(name) is not joined:
            continue
        whole = left[0].names[name]
        for end in left[1:]:
            whole = join(whole, end.names[name])
        frame.names[name] = whole
    for number, made in fork.objects.items():
        if machine.heap.top.get(number) is not made:
            continue
        found: Object | None = None
        for end in left:
            one = end.objects.get(number)
            if one is None:
                found = None
                break
            found = one if found is None else join_objects(found, one)
        if found is not None:
            machine.heap.own()[number] = found
