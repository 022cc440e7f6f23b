"""Tests that prove something of a value without comparing it with what is allowed.

Its type, its signature, the character that it begins with.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from checks import ir
from checks.flow import guards
from checks.flow.kinds import ALL, BARE, NOSQL, SINGLE, SLASH
from checks.flow.values import Api, Cell, Value

if TYPE_CHECKING:
    from checks.flow.machine import Frame, Machine

_NUMBERS: Final = frozenset({"int", "float", "bool", "complex", "uuid.UUID", "decimal.Decimal"})
_TEXTS: Final = frozenset({"str", "bytes"})
_COMPARERS: Final = frozenset({"compare_digest", "constant_time_compare"})
_SIGNERS: Final = frozenset({"hmac.new", "hmac.digest", "hmac.HMAC"})
_MAX_STEPS: Final = 16


def refine(machine: Machine, frame: Frame, node: ir.Call) -> bool:
    """Learn from a call that answered yes; whether it was one of those."""
    function = node.function
    name = getattr(function, "name", "") or getattr(function, "id", "")
    if name == "isinstance" and len(node.arguments) == 2:
        _typed(machine, frame, node.arguments[0], node.arguments[1])
    elif name in _COMPARERS:
        _signed(machine, frame, node)
    else:
        return False
    return True


def _typed(machine: Machine, frame: Frame, node: ir.Expression, wanted: ir.Expression) -> None:
    """``isinstance(name, str)``: a text brings no operators into a query, a number nothing."""
    types = wanted.items if isinstance(wanted, ir.Sequence) else (wanted,)
    paths = [_path(machine, frame, one) for one in types]
    if paths and _NUMBERS.issuperset(paths):
        guards.clean(machine, frame, node, ALL)
    elif paths and (_NUMBERS | _TEXTS).issuperset(paths):
        guards.clean(machine, frame, node, NOSQL)


def _signed(machine: Machine, frame: Frame, node: ir.Call) -> None:
    """``compare_digest(sent, hmac.new(key, message, …).digest())``: who sent it has the key."""
    stack = list(node.arguments)
    for _ in range(_MAX_STEPS):
        if not stack:
            return
        one = stack.pop()
        if isinstance(one, ir.Name):
            made = frame.answers.get(one.id)
            stack += [] if made is None else [made]
        elif isinstance(one, ir.Attribute):
            stack.append(one.value)
        elif isinstance(one, ir.Operation):
            stack += [one.left, one.right]
        elif isinstance(one, ir.Call):
            if _path(machine, frame, one.function) in _SIGNERS:
                named = [value for name, value in one.keywords if name == "msg"]
                for message in (*one.arguments[1:2], *named):
                    guards.clean(machine, frame, message, ALL)
            else:
                stack.append(one.function)


def begun(node: ir.Expression) -> ir.Expression | None:
    """The text of which this is the first character: ``text[0]``, ``text[:1]``."""
    if not isinstance(node, ir.Subscript):
        return None
    key: ir.Expression | None = node.key
    first: object = 0
    if isinstance(key, ir.Slice):
        if key.lower is not None or key.step is not None:
            return None
        key, first = key.upper, 1
    return node.value if isinstance(key, ir.Constant) and key.value == first else None


def split_path(node: ir.Expression) -> ir.Expression | None:
    """The path whose parts these are: ``path.split("/")``, ``Path(path).parts``."""
    if isinstance(node, ir.Attribute) and node.name == "parts":
        made = node.value
        if isinstance(made, ir.Call) and len(made.arguments) == 1 and not made.keywords:
            return made.arguments[0]
        return made
    if not isinstance(node, ir.Call) or not isinstance(node.function, ir.Attribute):
        return None
    given = node.arguments[:1]
    if node.function.name != "split" or len(node.arguments) != 1 or node.keywords:
        return None
    if isinstance(given[0], ir.Constant) and given[0].value == "/":
        return node.function.value
    return None


def slashes(
    machine: Machine, frame: Frame, node: ir.Expression, found: str, *, holds: bool
) -> None:
    """Learn from the first characters of a text: whether they are, or are not, ``found``."""
    text = begun(node)
    if text is not None and found == "/":
        guards.clean(machine, frame, text, SLASH if holds else BARE | SINGLE)
    elif not holds and isinstance(node, ir.Subscript):
        key = node.key
        if isinstance(key, ir.Slice):
            ends = tuple(
                one.value for one in (key.lower, key.upper) if isinstance(one, ir.Constant)
            )
            second = (found == "/" and ends == (1, 2)) or (found == "//" and ends in ((2,), (0, 2)))
        else:
            second = found == "/" and isinstance(key, ir.Constant) and key.value == 1
        if second:
            guards.clean(machine, frame, node.value, SINGLE)


def characters(machine: Machine, value: Value) -> frozenset[str]:
    """The characters of a text, or the texts in a container."""
    if isinstance(value.constant, str):
        return frozenset(value.constant)
    return frozenset(
        one.constant
        for cell in value.references
        if isinstance(cell, Cell)
        for one in machine.heap.get(cell).fields.values()
        if isinstance(one.constant, str)
    )


def _path(machine: Machine, frame: Frame, node: ir.Expression) -> str:
    for one in guards.read(machine, frame, node).references:
        if isinstance(one, Api):
            return one.path
    return ""
