"""Methods that the language calls by itself: at the ends of a block, and to make a text."""

from __future__ import annotations

from checks import ir
from checks.flow import lookup
from checks.flow.machine import Frame, Machine
from checks.flow.values import NONE, Cell, Value

_OPERATORS = {"+": "add", "-": "sub", "*": "mul", "/": "truediv", "//": "floordiv", "%": "mod",
              "|": "or", "&": "and", "^": "xor", "<<": "lshift", ">>": "rshift",
              "@": "matmul"}  # fmt: skip
_WRITING = ("__str__", "__repr__")


def entered(machine: Machine, frame: Frame, value: Value, node: ir.Node) -> Value:
    """What ``with value as name`` binds."""
    for one in value.references:
        for name in ("__enter__", "__aenter__"):
            if isinstance(one, Cell) and (
                (own := lookup.own_method(machine, frame, one, name, node)) is not None
            ):
                return lookup.apply(machine, frame, own, [], node)
    return value


def left(machine: Machine, frame: Frame, value: Value, node: ir.Node) -> None:
    """What the end of ``with value`` does."""
    for one in value.references:
        for name in ("__exit__", "__aexit__"):
            if isinstance(one, Cell) and (
                (own := lookup.own_method(machine, frame, one, name, node)) is not None
            ):
                lookup.apply(machine, frame, own, [NONE, NONE, NONE], node)


def operated(
    machine: Machine,
    frame: Frame,
    operator: str,
    left: Value,
    right: Value,
    node: ir.Node,
    *,
    in_place: bool = False,
) -> Value | None:
    """What the project's own makes of ``left operator right``; ``None`` when it does nothing."""
    name = _OPERATORS.get(operator)
    if name is None or not (left.references or right.references):
        return None
    names = (f"__i{name}__", f"__{name}__") if in_place else (f"__{name}__",)
    for value, other, called in ((left, right, names), (right, left, (f"__r{name}__",))):
        for one in value.references:
            if not isinstance(one, Cell) or machine.heap.get(one).cls is None:
                continue
            for each in called:
                own = lookup.own_method(machine, frame, one, each, node)
                if own is not None:
                    return lookup.apply(machine, frame, own, [other], node)
    return None


def written(machine: Machine, value: Value) -> Value | None:
    """What the ``__str__`` of the project's own makes of an object; ``None`` when it has none."""
    if len(value.references) != 1 or not isinstance(cell := value.references[0], Cell):
        return None
    cls = machine.heap.get(cell).cls
    if cls is None:
        return None
    for name in _WRITING:
        own = lookup.class_attribute(machine, cls, name)
        if own is not None:
            bound = lookup.bind_method(machine, cls.frame, own, value, cls.definition)
            return lookup.apply(machine, cls.frame, bound, [], cls.definition)
    return None
