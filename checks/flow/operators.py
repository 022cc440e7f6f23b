"""Binary operators: texts and lists put together, paths, arithmetic."""

from __future__ import annotations

from checks.flow import addresses, folding, headings, lookup, urls
from checks.flow.heap import MAX_FIELDS, Object, make
from checks.flow.kinds import CSV
from checks.flow.machine import Machine
from checks.flow.values import (
    CLEAN,
    HOLE,
    MAX_TEXT,
    NOTHING,
    Cell,
    Value,
    cleaned,
    constant,
    content,
    merge_taints,
)

_FORMULA = f"=+-@\t\r\n {HOLE}"


def operate(machine: Machine, operator: str, left: Value, right: Value) -> Value:
    """The value of ``left operator right``."""
    if left.constant is not NOTHING and right.constant is not NOTHING:
        known = folding.operate(operator, left.constant, right.constant)
        if known is not NOTHING:
            return constant(known)
    if operator == "%" and left.template is not None:
        return folding.percent(machine, left, right)
    if operator == "+":
        found = _added(machine, left, right)
        return concatenated((left, right)) if found is None else found
    if operator == "/":
        return _divided(machine, left, right)
    if operator == "*":
        if (found := _repeated(machine, left, right)) is not None:
            return found
        return Value(merge_taints(left.taints, right.taints), left.vague | right.vague)
    if operator == "&":
        flat = [machine.heap.flat(left), machine.heap.flat(right)]
        return _some_of(machine, min(flat, key=lambda one: (len(one.taints), one.vague)))
    if operator in ("//", "**", "<<", ">>", "^", "@"):
        return CLEAN
    if operator == "|":
        return _merged(machine, left, right)
    if operator == "-" and left.references:
        return _some_of(machine, left)
    return content(left, right) if left.taints or left.vague else left


def _added(machine: Machine, left: Value, right: Value) -> Value | None:
    """Two lists or tuples as one."""
    cells = [
        machine.heap.get(one)
        for side in (left, right)
        for one in side.references
        if isinstance(one, Cell)
    ]
    if not cells:
        return None
    if len(cells) == 2 and cells[0].size is not None and cells[1].size is not None:
        items = [cell.fields[n] for cell in cells for n in range(cell.size or 0)]
        fields: dict[object, Value] = dict(enumerate(items))
        return Value(references=(machine.heap.new(make(fields, cells[0].type)),))
    whole = cells[0].blurred()
    for other in cells[1:]:
        whole = whole.with_rest(other.any_item())
    if len(cells) == 1:
        rest = right if left.references else left
        whole = whole.with_rest(content(rest))
    return Value(references=(machine.heap.new(whole),))


def _repeated(machine: Machine, left: Value, right: Value) -> Value | None:
    """``[item] * count``; ``None`` for what is no list."""
    for side, other in ((left, right), (right, left)):
        for one in side.references[:1]:
            made = machine.heap.get(one) if isinstance(one, Cell) else None
            if made is None or made.type not in ("list", "tuple"):
                continue
            count = other.constant
            if made.size is None or not isinstance(count, int) or made.size * count > MAX_FIELDS:
                return Value(references=(machine.heap.new(made.blurred()),))
            items = [made.fields[n] for n in range(made.size)] * count
            whole = make(dict(enumerate(items)), made.type)
            return Value(references=(machine.heap.new(whole),))
    return None


def _some_of(machine: Machine, value: Value) -> Value:
    """Some items of a set, or none."""
    references = []
    for one in value.references:
        if isinstance(one, Cell):
            made = machine.heap.get(one)
            one = machine.heap.new(Object(made.type, {}, made.any_item(), made.keys))
        references.append(one)
    return Value(value.taints, value.vague, value.constant, tuple(references), value.text)


def _merged(machine: Machine, left: Value, right: Value) -> Value:
    """Two dicts as one, or two sets: in a dict what stands on the right wins."""
    cells = [
        machine.heap.get(one)
        for side in (left, right)
        for one in side.references[:1]
        if isinstance(one, Cell)
    ]
    if not cells:
        return content(left, right)
    if any(one.type == "dict" for one in cells):
        made = lookup.updated(machine, Object("dict", {}), left)
        made = lookup.updated(machine, made, right)
        return Value(references=(machine.heap.new(made),))
    if len(cells) == 2 and all(one.type == "set" and one.rest is None for one in cells):
        items = [item for one in cells for item in one.fields.values()]
        return Value(references=(machine.heap.new(make(dict(enumerate(items)), "set")),))
    whole = cells[0].blurred()
    for one in cells[1:]:
        whole = whole.with_rest(one.any_item())
    if len(cells) == 1:
        other = right if any(isinstance(one, Cell) for one in left.references) else left
        whole = whole.with_rest(content(machine.heap.flat(other)))
    return Value(references=(machine.heap.new(whole),))


def _divided(machine: Machine, left: Value, right: Value) -> Value:
    """A number, or a path: those carry on what their parts hold."""
    for one in left.references:
        if isinstance(one, Cell) and urls.is_address(made := machine.heap.get(one)):
            return urls.extended(machine, made, right)
    taints = merge_taints(left.taints, machine.heap.flat(right).taints)
    text = None
    if left.template is not None or right.template is not None:
        text = f"{left.template or HOLE}/{right.template or HOLE}"[:MAX_TEXT]
    references = left.references if not any(isinstance(x, Cell) for x in left.references) else ()
    return Value(taints, left.vague | right.vague, NOTHING, references, text)


def concatenated(parts: tuple[Value, ...]) -> Value:
    """Texts, one after the other."""
    parts = tuple(headings.placed(parts))
    taints = parts[0].taints
    if not taints and parts[0].constant in (NOTHING, "/"):
        parts = tuple(addresses.placed(parts))
    vague = 0
    pieces: list[str] = []
    known = True
    for index, one in enumerate(parts):
        if index and one.taints:
            taints = merge_taints(taints, one.taints)
        vague |= one.vague
        text = one.template
        if text is None:
            if isinstance(one.constant, (int, float)) and not isinstance(one.constant, bool):
                text = str(one.constant)[:64]
            elif one.constant is None:
                text = "None"
            else:
                text, known = HOLE, False
        elif one.constant is NOTHING:
            known = False
        pieces.append(text)
    whole = "".join(pieces)
    if len(whole) > MAX_TEXT:
        whole = whole[:MAX_TEXT]
        known = False
    if known and not taints:
        return Value(constant=whole)
    found = Value(taints, vague, NOTHING, (), whole)
    if taints and whole[0] not in _FORMULA:
        return cleaned(found, CSV)  # whatever follows: it does not begin as a formula does
    return found
