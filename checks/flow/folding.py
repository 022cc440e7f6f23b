"""Arithmetic with what is known: constants, texts with holes, truth.

Bounded: nothing here makes a value larger than a few thousand characters or 64 bits.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import re2

from checks.flow import addresses, headings
from checks.flow.heap import Heap, Object
from checks.flow.kinds import LINES
from checks.flow.values import (
    CLEAN,
    HOLE,
    MAX_TEXT,
    NOTHING,
    Api,
    Cell,
    LocalClass,
    LocalFunction,
    Value,
    cleaned,
    constant,
    content,
    merge_taints,
)

if TYPE_CHECKING:
    from checks.flow.machine import Machine

_LARGEST = 1 << 64
_ARITHMETIC: dict[str, Callable[[Any, Any], Any]] = {
    "+": operator.add, "-": operator.sub, "*": operator.mul, "/": operator.truediv,
    "//": operator.floordiv, "%": operator.mod, "&": operator.and_, "|": operator.or_,
    "^": operator.xor, "<<": operator.lshift, ">>": operator.rshift, "**": operator.pow,
}  # fmt: skip
_COMPARISONS: dict[str, Callable[[Any, Any], Any]] = {
    "==": operator.eq, "!=": operator.ne, "<>": operator.ne, "<": operator.lt, "<=": operator.le,
    ">": operator.gt, ">=": operator.ge,
}  # fmt: skip
_DIRECTIVE = re2.compile(r"%(?:\(([^)]*)\))?[-+ #0]*(?:\d+|\*)?(?:\.(?:\d+|\*))?[hlL]?([a-zA-Z%])")
_FIELD = re2.compile(r"\{\{|\}\}|\{([^{}!:]*)(![rsa])?(?::([^{}]*(?:\{[^{}]*\})?[^{}]*))?\}")
_STEP = re2.compile(r"\[([^\[\]]*)\]|\.(\w+)")
_NUMBERS = frozenset("dioxXeEfFgGuc")
_QUOTED = ("!r", "!a")


def hashable(value: object) -> bool:
    """Whether a constant can be a key."""
    return value is None or isinstance(value, (str, bytes, int, float, bool, tuple))


def operate(sign: str, left: object, right: object) -> object:
    """An operator applied to constants; ``NOTHING`` when it cannot be, or grows too large."""
    function = _ARITHMETIC.get(sign)
    if function is None:
        return NOTHING
    numbers = isinstance(left, (int, float)) and isinstance(right, (int, float))
    if sign == "*" and not numbers:
        text, count = (left, right) if isinstance(left, (str, bytes)) else (right, left)
        if not isinstance(text, (str, bytes)) or not isinstance(count, int):
            return NOTHING
        return text * count if len(text) * max(count, 0) <= MAX_TEXT else NOTHING
    if sign in ("**", "<<") and not (
        numbers and isinstance(left, int) and isinstance(right, int) and 0 <= right < 64
        and abs(left) < 1 << 20
    ):  # fmt: skip
        return NOTHING
    if sign == "%" and isinstance(left, (str, bytes)):
        return NOTHING
    try:
        found = function(left, right)
    except Exception:  # operators of constants raise whatever their types say
        return NOTHING
    if isinstance(found, int) and abs(found) > _LARGEST:
        return NOTHING
    if isinstance(found, (str, bytes)) and len(found) > MAX_TEXT:
        return NOTHING
    return found if isinstance(found, (str, bytes, int, float, bool)) else NOTHING


def sliced(value: Value, bounds: list[object]) -> Value:
    """A slice of a constant."""
    whole = value.constant
    known = [one if isinstance(one, int) else None for one in bounds]
    if isinstance(whole, (str, bytes)) and known == bounds:
        try:
            return constant(whole[slice(known[0], known[1], known[2])])
        except ValueError:
            return CLEAN
    return CLEAN


def truth(heap: Heap, value: Value) -> bool | None:
    """Whether a value is true; ``None`` when that is not known."""
    if value.constant is not NOTHING:
        return bool(value.constant)
    if value.taints or value.vague:
        return None
    if len(value.references) == 1:
        one = value.references[0]
        if isinstance(one, (LocalFunction, LocalClass)):
            return True
        if isinstance(one, Cell):
            return has_items(heap.get(one))
    return None


def has_items(made: Object) -> bool | None:
    """Whether a container is true: whether there is something in it; ``None``: not known."""
    if made.type in ("list", "tuple") and made.size is not None:
        return made.size > 0
    if made.type in ("dict", "set") and made.cls is None:
        if made.rest is None and made.keys is None:
            return bool(made.fields)
        return True if made.fields else None
    return None


def compare(heap: Heap, sign: str, left: Value, right: Value) -> object:
    """What a comparison gives: True, False, or ``NOTHING``."""
    if sign in ("in", "not in"):
        return _contains(heap, left, right, negated=sign == "not in")
    if left.constant is NOTHING or right.constant is NOTHING:
        return NOTHING
    one, other = left.constant, right.constant
    if sign in ("is", "is not"):
        if one is None or other is None or isinstance(one, bool) or isinstance(other, bool):
            return (one is other) == (sign == "is")
        return NOTHING
    function = _COMPARISONS.get(sign)
    if function is None:
        return NOTHING
    try:
        return bool(function(one, other))
    except TypeError:
        return NOTHING


def _contains(heap: Heap, left: Value, right: Value, *, negated: bool) -> object:
    if left.constant is NOTHING:
        return NOTHING
    needle, stack = left.constant, right.constant
    if isinstance(stack, (str, bytes)):
        if type(needle) is not type(stack):
            return NOTHING
        return (needle in stack) != negated  # type: ignore[operator]  # both are text of one type
    for one in right.references:
        if not isinstance(one, Cell):
            continue
        made = heap.get(one)
        if made.type == "dict" and made.rest is None and made.keys is None:
            return (hashable(needle) and needle in made.fields) != negated
        values = list(made.fields.values())
        known = [item.constant for item in values]
        if needle in [item for item in known if item is not NOTHING]:
            return not negated
        if made.rest is None and NOTHING not in known and len(right.references) == 1:
            return negated
    return NOTHING


def as_text(machine: Machine, value: Value) -> Value:
    """What ``str()`` makes of a value."""
    if value.constant is not NOTHING:
        if isinstance(value.constant, (str, int, float)) or value.constant is None:
            return constant(str(value.constant)[:MAX_TEXT])
        return CLEAN
    if value.references:
        if (made := machine.text_of(value)) is not None:
            return made
        flat = machine.heap.flat(value)
        references = tuple(one for one in value.references if isinstance(one, Api))
        return Value(flat.taints, flat.vague, NOTHING, references, value.text)
    return value


def percent(machine: Machine, template: Value, right: Value) -> Value:
    """``template % right``."""
    heap = machine.heap
    text = template.template or ""
    values: list[Value] = []
    named: dict[object, Value] = {}
    known = True
    cells = [heap.get(one) for one in right.references if isinstance(one, Cell)]
    if cells and cells[0].type == "tuple" and cells[0].size is not None:
        values = [cells[0].fields[n] for n in range(cells[0].size)]
    elif cells and cells[0].type == "dict":
        named = cells[0].fields
        known = cells[0].rest is None
    elif not cells or (cells[0].cls is not None and cells[0].type == "instance"):
        values = [right]
    else:
        known = False
    whole = heap.flat(right)
    position = 0

    def fill(name: str, letter: str) -> Value:
        nonlocal position
        if name:
            found = named.get(name)
        else:
            found = values[position] if position < len(values) else None
            position += 1
        if letter in _NUMBERS:
            return CLEAN
        if found is None:
            return whole if not known or not values else CLEAN
        if letter in "ra":
            return cleaned(content(heap.flat(found)), LINES)
        return as_text(machine, found)

    pieces: list[Value] = []
    end = 0
    for match in _DIRECTIVE.finditer(text):
        pieces.append(constant(text[end : match.start()]))
        end = match.end()
        letter = match.group(2)
        pieces.append(constant("%") if letter == "%" else fill(match.group(1) or "", letter))
    pieces.append(constant(text[end:]))
    return put_together(template, pieces)


def formatted(
    machine: Machine,
    template: Value,
    values: list[Value],
    named: dict[str, Value],
    rest: Value | None,
) -> Value:
    """``template.format(*values, **named)``."""
    heap = machine.heap
    text = template.template
    if text is None:
        flat = [heap.flat(one) for one in (*values, *named.values())]
        return content(template, *flat)
    pieces: list[Value] = []
    end = position = 0
    for match in _FIELD.finditer(text):
        pieces.append(constant(text[end : match.start()]))
        end = match.end()
        whole = match.group(0)
        if whole in ("{{", "}}"):
            pieces.append(constant(whole[0]))
            continue
        name = match.group(1) or ""
        head = re2.split(r"[.\[]", name)[0] if name else ""
        found: Value | None
        if head == "" or head.isdigit():
            index = position if head == "" else int(head[:4])
            position += head == ""
            found = values[index] if index < len(values) else rest
        else:
            found = named.get(head, rest)
        if found is not None and len(name) > len(head):
            found = _part(heap, found, name[len(head) :])
        if (match.group(3) or "")[-1:] in _NUMBERS and match.group(3):
            found = CLEAN
        if found is not None and match.group(2) in _QUOTED:
            pieces.append(cleaned(content(heap.flat(found)), LINES))
            continue
        pieces.append(as_text(machine, CLEAN if found is None else found))
    pieces.append(constant(text[end:]))
    return put_together(template, pieces)


def _part(heap: Heap, value: Value, path: str) -> Value:
    """What ``[key]`` and ``.name`` of a field take out of a value, where that is known."""
    for match in _STEP.finditer(path[:200]):
        key: object = match.group(1) or match.group(2) or ""
        cells = [one for one in value.references if isinstance(one, Cell)]
        if len(cells) != 1 or len(value.references) != 1:
            return value
        made = heap.get(cells[0])
        if isinstance(key, str) and key.isdigit() and made.type in ("list", "tuple"):
            key = int(key[:4])
        part = made.fields.get(key)
        if part is None:
            return value
        value = part
    return value


def put_together(template: Value, pieces: list[Value]) -> Value:
    """The pieces of a template as one text; what is untrusted in the template stays in it."""
    taints, vague = template.taints, template.vague
    texts: list[str] = []
    known = not template.taints and template.constant is not NOTHING
    for one in addresses.placed(headings.placed(pieces)):
        taints = merge_taints(taints, one.taints)
        vague |= one.vague
        text = one.template
        if one.constant is NOTHING:
            known = False
        texts.append(HOLE if text is None else text)
    whole = "".join(texts)[:MAX_TEXT]
    if known and not taints:
        return Value(constant=whole)
    return Value(taints, vague, NOTHING, (), whole)
