"""Values that are one of several things: which of them, once a test has told them apart.

``{"ok": False, …}`` or ``{"ok": True, …}``, a text or a list.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from checks import ir
from checks.flow import folding, guards, lookup
from checks.flow.values import NOTHING, Api, Cell, LocalClass, Reference, Value, constant

if TYPE_CHECKING:
    from checks.flow.machine import Frame, Machine

_TYPES: Final = {
    "list": ("list",), "tuple": ("tuple",), "dict": ("dict",), "set": ("set",),
    "frozenset": ("set",), "collections.abc.Mapping": ("dict",), "typing.Mapping": ("dict",),
    "collections.abc.Sequence": ("list", "tuple"), "collections.abc.Iterable": ("list", "tuple"),
}  # fmt: skip
_PLAIN: Final = frozenset({"str", "bytes", "int", "float", "bool"})


def by_part(
    machine: Machine,
    frame: Frame,
    node: ir.Attribute | ir.Subscript,
    *,
    truth: bool | None,
    known: Value | None = None,
) -> None:
    """A part of a record was tested: it is one of those of which the part is so.

    Args:
        machine: the interpreter.
        frame: where the test stands.
        node: the part.
        truth: whether it is true; ``None`` where it equals a constant.
        known: that constant.
    """
    owner = guards.read(machine, frame, node.value)
    if len(owner.references) < 2 or not all(isinstance(one, Cell) for one in owner.references):
        return
    if known is not None and known.constant is NOTHING:
        return
    if isinstance(node, ir.Attribute):
        key = constant(node.name)
    else:
        key = guards.read(machine, frame, node.key)
    if key.constant is NOTHING or not folding.hashable(key.constant):
        return
    left: list[Reference] = []
    for one in owner.references:
        part = lookup.object_item(machine.heap.get(one), key) if isinstance(one, Cell) else owner
        if truth is None:
            same = part.constant is NOTHING or known is None or part.constant == known.constant
        else:
            same = folding.truth(machine.heap, part) is not (not truth)
        if same:
            left.append(one)
    if left and len(left) < len(owner.references):
        new = Value(owner.taints, owner.vague, owner.constant, tuple(left), owner.text)
        guards.write(machine, frame, node.value, new)


def typed(machine: Machine, frame: Frame, node: ir.Call, *, truth: bool) -> None:
    """``isinstance(value, str)``: the text of which the value may be, or what else it may be."""
    function = node.function
    if not isinstance(function, ir.Name) or function.id != "isinstance":
        return
    if len(node.arguments) != 2 or guards.key_of(node.arguments[0]) is None:
        return
    value = guards.read(machine, frame, node.arguments[0])
    if not any(isinstance(one, Cell) for one in value.references):
        return
    wanted = guards.read(machine, frame, node.arguments[1])
    types = lookup.known_items(machine, wanted) or [wanted]
    asked = [one for each in types for one in each.references]
    if not asked or not all(isinstance(one, (Api, LocalClass)) for one in asked):
        return
    kept: list[Reference] = []
    for one in value.references:
        found = _is_of(machine, one, asked) if isinstance(one, Cell) else None
        if found is None or found is truth:
            kept.append(one)
    paths = {one.path for one in asked if isinstance(one, Api)}
    has_texts = not _PLAIN.isdisjoint(paths)
    if truth and not has_texts:
        # One of the objects: the text that it may be otherwise is not there.
        new = Value((), 0, NOTHING, tuple(kept)) if kept else None
    elif truth or not kept or "str" not in paths:
        new = Value(value.taints, value.vague, value.constant, tuple(kept), value.text)
    else:
        new = Value((), 0, NOTHING, tuple(kept))
    if new is not None:
        guards.write(machine, frame, node.arguments[0], new)


def _is_of(machine: Machine, cell: Cell, asked: list[Reference]) -> bool | None:
    """Whether an object is of one of the types; ``None`` when that is not known."""
    made = machine.heap.get(cell)
    for one in asked:
        if isinstance(one, LocalClass):
            if made.cls is None:
                continue
            if one in lookup.lineage(machine, made.cls):
                return True
        elif isinstance(one, Api):
            if one.path in _TYPES:
                if made.type in _TYPES[one.path]:
                    return True
            elif one.path not in _PLAIN:
                return None
    if made.type == "instance" and made.cls is None:
        return None
    return False
