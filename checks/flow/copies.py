"""Names that stand for other places: what a test tells of the one holds for the other.

``for bound in (self.low, self.high): check(bound)`` tests the fields, and ``for name in ("a", "b"):
check(form[name])`` two items.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from checks import ir
from checks.flow import guards
from checks.flow.escaping import is_decoding
from checks.flow.folding import hashable
from checks.flow.kinds import ALL
from checks.flow.values import MAX_TRACE, NOTHING, Link, Value, cleaned

if TYPE_CHECKING:
    from checks.flow.machine import Frame, Machine

_MAX_DEPTH: Final = 3


def remember(frame: Frame, name: str, place: ir.Expression) -> None:
    """A name was bound to what stands at a place."""
    value = frame.names.get(name)
    if value is not None and len(value.taints) == 1 and value.taints[0].trace is not None:
        frame.began[name] = value.taints[0].trace
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


def clean_derived(frame: Frame, node: ir.Name, value: Value, bits: int) -> None:
    """A name was found harmless as a whole: so is what was put together of it before.

    ``path = join(ROOT, name)`` above ``if ".." in name: abort()``. What was decoded from it is not
    meant, nor what it is itself only a part of.
    """
    if len(value.taints) != 1 or not (bits := bits & ALL):
        return
    link = value.taints[0].trace
    if link is None or not _begins(frame, node.id, link):
        return
    for name, other in frame.names.items():
        if name != node.id and len(other.taints) == 1 and _is_of(other.taints[0].trace, link):
            frame.names[name] = cleaned(other, bits)


def _begins(frame: Frame, name: str, link: Link) -> bool:
    """Whether a step is the one in which a name got its content."""
    if frame.began.get(name) is link:
        return True
    function = frame.function
    return function is not None and any(
        one.name == name and one.start == link.start for one in function.definition.parameters
    )


def _is_of(trace: Link | None, link: Link) -> bool:
    """Whether a content came by a step, and was not decoded since."""
    for _ in range(MAX_TRACE):
        if trace is None or is_decoding(trace.note):
            return False
        if trace is link:
            return True
        trace = trace.previous
    return False


def settled(machine: Machine, frame: Frame, node: ir.Expression) -> ir.Expression:
    """``items[name]`` with the name's value in the place of the name, where it is known."""
    if not isinstance(node, ir.Subscript) or not isinstance(node.key, (ir.Name, ir.Attribute)):
        return node
    key = guards.read(machine, frame, node.key).constant
    if key is NOTHING or not hashable(key):
        return node
    return ir.Subscript(node.start, node.end, node.value,
                        ir.Constant(node.key.start, node.key.end, key))  # fmt: skip
