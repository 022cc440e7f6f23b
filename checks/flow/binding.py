"""Writing things: targets of assignments, parts of objects."""

from __future__ import annotations

from checks import ir
from checks.flow import forks, guards, library, lists, lookup
from checks.flow.folding import hashable
from checks.flow.heap import Object, make
from checks.flow.machine import Frame, Machine
from checks.flow.values import (
    NOTHING,
    Cell,
    LocalClass,
    LocalFunction,
    LocalModule,
    Value,
    join,
    stepped,
)

_BESIDE = 40


def assign_name(
    machine: Machine, frame: Frame, identifier: str, value: Value, node: ir.Node
) -> None:
    """Bind a name."""
    if value.taints and not _just_came(value, node):
        module = frame.module
        value = stepped(value, module, node.start, node.end, f"assigned to `{identifier}`")
    if frame.keyed:
        guards.forget(frame, identifier)
    where = frame.elsewhere.get(identifier)
    if where is None:
        frame.names[identifier] = value
        return
    frame.writes = True
    owner: Frame | None = frame.module.frame
    if where == "nonlocal":
        owner = frame.parent
        while owner is not None and identifier not in owner.names:
            owner = owner.parent
    if owner is not None:
        known = owner.names.get(identifier)
        # Another function may run before or after: the name holds either.
        machine.write(owner, identifier, value if known is None else join(known, value))
        frame.names[identifier] = value


def _just_came(value: Value, node: ir.Node) -> bool:
    """Whether the step before stands right beside the name: two steps on a line are one."""
    trace = value.taints[0].trace
    return trace is not None and 0 <= trace.start - node.end <= _BESIDE


def bind(machine: Machine, frame: Frame, target: ir.Expression, value: Value) -> None:
    """Assign to a target."""
    if isinstance(target, ir.Name):
        assign_name(machine, frame, target.id, value, target)
    elif isinstance(target, ir.Sequence):
        _unpack(machine, frame, target, value)
    elif isinstance(target, ir.Attribute):
        owner = machine.evaluate(frame, target.value)
        guards.forget_key(frame, target)
        _remember(frame, owner, target, value)
        store(machine, frame, owner, target.name, value, target)
    elif isinstance(target, ir.Subscript):
        owner = machine.evaluate(frame, target.value)
        if isinstance(target.key, ir.Slice):
            lists.store_slice(machine, frame, owner, target.key, value, target)
            return
        key = machine.evaluate(frame, target.key)
        guards.forget_key(frame, target)
        _remember(frame, owner, target, value)
        store_item(machine, frame, owner, key, value, target)
    elif isinstance(target, ir.Star):
        bind(machine, frame, target.value, value)


def _remember(frame: Frame, owner: Value, target: ir.Expression, value: Value) -> None:
    """A part of something unknown was written: it is known until the function ends."""
    if not any(isinstance(one, (Cell, LocalClass, LocalModule)) for one in owner.references):
        guards.note(frame, target, value)


def _unpack(machine: Machine, frame: Frame, target: ir.Sequence, value: Value) -> None:
    items = lookup.known_items(machine, value)
    stars = [n for n, one in enumerate(target.items) if isinstance(one, ir.Star)]
    count = len(target.items)
    if items is not None and not stars and len(items) == count:
        for one, part in zip(target.items, items, strict=True):
            bind(machine, frame, one, part)
        return
    if items is not None and len(stars) == 1 and len(items) >= count - 1:
        at = stars[0]
        after = count - at - 1
        middle = items[at : len(items) - after]
        fields: dict[object, Value] = dict(enumerate(middle))
        rest = Value(references=(machine.heap.new(make(fields, "list")),))
        for one, part in zip(
            target.items, [*items[:at], rest, *items[len(items) - after :]], strict=False
        ):
            bind(machine, frame, one, part)
        return
    rows = [] if stars else _rows(machine, value, count)
    if not rows:
        part = lookup.element(machine, frame, value, target)
        for one in target.items:
            bind(machine, frame, one, part)
        return
    for index, one in enumerate(target.items):
        whole = rows[0][index]
        for row in rows[1:]:
            whole = join(whole, row[index])
        bind(machine, frame, one, whole)
    names = [one.id if isinstance(one, ir.Name) else None for one in target.items]
    forks.unpacked(frame, names, rows)


def _rows(machine: Machine, value: Value, count: int) -> list[list[Value]]:
    """The items of each of several tuples of a length; none, when one is of another."""
    found = []
    for one in value.references:
        items = lookup.known_items(machine, Value(references=(one,)))
        if items is None or len(items) != count:
            return []
        found.append(items)
    return found


def store(
    machine: Machine, frame: Frame, owner: Value, identifier: str, value: Value, node: ir.Node
) -> None:
    """``owner.identifier = value``."""
    if value.taints:
        value = stepped(
            value, frame.module, node.start, node.end, f"stored in the attribute `{identifier}`"
        )
    frame.writes = True
    for one in owner.references:
        if isinstance(one, Cell):
            made = machine.heap.get(one)
            if _set(machine, frame, one, identifier, value, node):
                continue
            if len(owner.references) == 1:
                machine.heap.put(one, made.with_field(identifier, value))
            else:
                known = made.fields.get(identifier)
                both = value if known is None else join(known, value)
                machine.heap.put(one, made.with_field(identifier, both))
        elif isinstance(one, LocalClass):
            machine.write(one.frame, identifier, value)
        elif isinstance(one, LocalModule):
            machine.write(one.run.frame, identifier, value)
    library.stored(machine, frame, owner, identifier, value, node)


def _set(
    machine: Machine, frame: Frame, cell: Cell, identifier: str, value: Value, node: ir.Node
) -> bool:
    """Assign to a property that has a setter; whether there is one."""
    cls = machine.heap.get(cell).cls
    known = None if cls is None else lookup.class_attribute(machine, cls, identifier)
    for one in () if known is None else known.references:
        if isinstance(one, LocalFunction) and one.setter is not None:
            receiver = Value(references=(cell,))
            lookup.apply(machine, frame, Value(references=(one.setter,)), [receiver, value], node)
            return True
        if isinstance(one, Cell):
            own = lookup.own_method(machine, frame, one, "__set__", node)
            if own is not None:
                lookup.apply(machine, frame, own, [Value(references=(cell,)), value], node)
                return True
    return False


def store_item(
    machine: Machine, frame: Frame, owner: Value, key: Value, value: Value, node: ir.Node
) -> None:
    """``owner[key] = value``."""
    if value.taints:
        value = stepped(value, frame.module, node.start, node.end, "stored under a key")
    frame.writes = True
    known = key.constant
    for one in owner.references:
        if not isinstance(one, Cell):
            continue
        made = machine.heap.get(one)
        own = lookup.own_method(machine, frame, one, "__setitem__", node)
        if own is not None:
            lookup.apply(machine, frame, own, [key, value], node)
            continue
        if isinstance(known, int) and known < 0 and made.size is not None:
            known += made.size
        if known is NOTHING or not hashable(known):
            machine.heap.put(one, made.with_rest(value, machine.heap.flat(key)))
        elif made.type == "list" and (made.size is None or known not in made.fields):
            machine.heap.put(one, made.with_rest(value))
        elif len(owner.references) == 1:
            machine.heap.put(one, made.with_field(known, value))
        else:
            old = made.fields.get(known)
            machine.heap.put(
                one, made.with_field(known, value if old is None else join(old, value))
            )
    library.stored_item(machine, frame, owner, key, value, node)


def delete(machine: Machine, frame: Frame, target: ir.Expression) -> None:
    """``del owner[key]``."""
    if not isinstance(target, ir.Subscript):
        return
    owner = machine.evaluate(frame, target.value)
    if isinstance(target.key, ir.Slice):
        lists.delete_slice(machine, frame, owner, target.key)
        return
    known = machine.evaluate(frame, target.key).constant
    guards.forget_key(frame, target)
    frame.writes = True
    for one in owner.references:
        if not isinstance(one, Cell):
            continue
        made = machine.heap.get(one)
        if made.type == "dict" and hashable(known) and known in made.fields:
            fields = {key: value for key, value in made.fields.items() if key != known}
            machine.heap.put(
                one, Object("dict", fields, made.rest, made.keys, cls=made.cls, trait=made.trait)
            )
        elif made.type == "list":
            items = lookup.known_items(machine, Value(references=(one,)))
            if items is not None and isinstance(known, int) and -len(items) <= known < len(items):
                del items[known]
                machine.heap.put(one, make(dict(enumerate(items)), "list"))


def extend(machine: Machine, frame: Frame, left: Value, right: Value, node: ir.Node) -> bool:
    """``left += right`` for a list, which stays the same list; whether it is one."""
    cells = [one for one in left.references if isinstance(one, Cell)]
    done = False
    for one in cells:
        made = machine.heap.get(one)
        if made.type not in ("list", "set"):
            continue
        done = True
        items = lookup.known_items(machine, right)
        if items is not None and made.size is not None and len(left.references) == 1:
            fields = dict(made.fields)
            for item in items:
                fields[len(fields)] = item
            machine.heap.put(one, make(fields, made.type))
        else:
            part = lookup.element(machine, frame, right, node)
            machine.heap.put(one, made.blurred().with_rest(part))
    frame.writes = frame.writes or done
    return done
