"""Names that stand for other places: what a test tells of the one holds for the other.

``for bound in (self.low, self.high): check(bound)`` tests the fields, and ``for name in ("a", "b"):
check(form[name])`` two items.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from checks import ir
from checks.flow import guards
from checks.flow.folding import hashable
from checks.flow.values import NOTHING, Value, cleaned

if TYPE_CHECKING:
    from checks.flow.machine import Frame, Machine

_MAX_DEPTH: Final = 3


def remember(frame: Frame, name: str, place: ir.Expression) -> None:
    """A name was bound to what stands at a place."""
    if isinstance(place, (ir.Name, ir.Attribute, ir.Subscript)) and (
        guards.key_of(place) not in (None, name)
    ):
        frame.copies[name] = place
    else:
        frame.copies.pop(name, None)


def clean(machine: Machine, frame: Frame, node: ir.Name, value: Value, bits: int) -> None:
    """What a name stands for was found harmless: so is the place that it was read from.

    Only while there is still the same in it.
    """
    seen = {node.id}
    name = node.id
    for _ in range(_MAX_DEPTH):
        place = frame.copies.get(name)
        if place is None:
            return
        there = guards.read(machine, frame, place)
        if not value.taints or [one.source for one in there.taints] != [
            one.source for one in value.taints
        ]:
            return
        guards.write(machine, frame, place, cleaned(there, bits))
        if not isinstance(place, ir.Name) or place.id in seen:
            return
        name = place.id
        seen.add(name)


def settled(machine: Machine, frame: Frame, node: ir.Expression) -> ir.Expression:
    """``items[name]`` with the name's value in the place of the name, where it is known."""
    if not isinstance(node, ir.Subscript) or not isinstance(node.key, (ir.Name, ir.Attribute)):
        return node
    key = guards.read(machine, frame, node.key).constant
    if key is NOTHING or not hashable(key):
        return node
    return ir.Subscript(node.start, node.end, node.value,
                        ir.Constant(node.key.start, node.key.end, key))  # fmt: skip
