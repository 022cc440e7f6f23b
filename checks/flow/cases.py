"""``match``: cases that cannot be taken are not followed, captures hold their pieces."""

from __future__ import annotations

from checks import ir
from checks.flow import binding, folding, forks, guards, library, lookup
from checks.flow.kinds import ALL, HOST, NOSQL
from checks.flow.machine import Frame, Machine, Snapshot
from checks.flow.values import CLEAN, NOTHING, VAGUE, Cell, Value, cleaned, constant, content

_NUMBERS = frozenset({"int", "float", "bool", "complex"})


def match(machine: Machine, frame: Frame, node: ir.Match) -> bool:
    """Run a ``match`` statement."""
    subject = machine.evaluate(frame, node.subject)
    ends: list[Snapshot] = []
    known = frame.forks
    for case in node.cases:
        kept = machine.snapshot(frame)
        matches = _bind(machine, frame, case.pattern, subject)
        if matches is False:
            machine.restore(frame, kept)
            continue
        if case.guard is not None:
            truth = guards.test(machine, frame, case.guard)
            if truth is False:
                machine.restore(frame, kept)
                continue
            guards.refine(machine, frame, case.guard, truth=True)
            matches = matches if truth else None
        _narrow(machine, frame, node.subject, subject, case.pattern)
        if machine.execute(frame, case.body):
            ends.append(machine.state(frame))
        if matches is True:
            alive = machine.enter(frame, ends)
            forks.met(machine, frame, ends, known)
            return alive
        machine.restore(frame, kept)
    ends.append(machine.state(frame))
    alive = machine.enter(frame, ends)
    forks.met(machine, frame, ends, known)
    return alive


def _narrow(
    machine: Machine, frame: Frame, node: ir.Expression, subject: Value, pattern: ir.Pattern
) -> None:
    """In a case of constants the subject is one of them."""
    if frame.forks and isinstance(node, ir.Name) and pattern.type == "value":
        known = _known(machine, frame, pattern)
        if known.constant is not NOTHING:
            forks.told(machine, frame, node.id, known, truth=None)
    if not subject.taints and not subject.vague:
        return
    if pattern.type == "as" and pattern.parts:
        inner = pattern.parts[0]
        if _is_constant(machine, frame, inner) and pattern.name:
            frame.names[pattern.name] = Value()
        pattern = inner
    if _is_constant(machine, frame, pattern):
        if any(one.clean & HOST for one in subject.taints):
            guards.clean(machine, frame, node, ALL)  # and the address that it is the host of
        guards.write(machine, frame, node, _known(machine, frame, pattern))


def _known(machine: Machine, frame: Frame, pattern: ir.Pattern) -> Value:
    if pattern.type == "value" and pattern.value is not None:
        value = machine.evaluate(frame, pattern.value)
        if value.constant is not NOTHING:
            return value
    return Value()


def _is_constant(machine: Machine, frame: Frame, pattern: ir.Pattern) -> bool:
    if pattern.type == "or":
        return all(_is_constant(machine, frame, one) for one in pattern.parts)
    if pattern.type != "value" or pattern.value is None:
        return False
    value = machine.evaluate(frame, pattern.value)
    return not value.taints and not value.vague


def _bind(machine: Machine, frame: Frame, pattern: ir.Pattern, subject: Value) -> bool | None:
    """Bind what a pattern captures; whether it matches."""
    machine.tick()
    kind = pattern.type
    if kind == "capture":
        if pattern.name:
            binding.assign_name(machine, frame, pattern.name, subject, pattern)
        return True
    if kind == "star":
        if pattern.name:
            binding.assign_name(machine, frame, pattern.name, content(subject), pattern)
        return None
    if kind == "value":
        value = VAGUE if pattern.value is None else machine.evaluate(frame, pattern.value)
        found = folding.compare(machine.heap, "==", subject, value)
        return found if isinstance(found, bool) else None
    if kind == "or":
        found_any: bool | None = False
        for one in pattern.parts:
            result = _bind(machine, frame, one, subject)
            if result is True:
                return True
            if result is None:
                found_any = None
        return found_any
    if kind == "as":
        result = None
        for one in pattern.parts:
            result = _bind(machine, frame, one, subject)
        if pattern.name and result is not False:
            binding.assign_name(machine, frame, pattern.name, subject, pattern)
        return result
    return _bind_parts(machine, frame, pattern, subject)


def _bind_parts(machine: Machine, frame: Frame, pattern: ir.Pattern, subject: Value) -> bool | None:
    items = lookup.known_items(machine, subject) if pattern.type == "sequence" else None
    stars = any(one.type == "star" for one in pattern.parts)
    if items is not None and not stars and not isinstance(subject.constant, str):
        if len(items) != len(pattern.parts):
            return False
        results = [
            _bind(machine, frame, one, item) for one, item in zip(pattern.parts, items, strict=True)
        ]
        if False in results:
            return False
        return None if None in results else True
    flat = content(machine.heap.flat(subject))
    if pattern.type == "class" and pattern.value is not None:
        path = library.path_of(machine, frame, pattern.value)
        if path in _NUMBERS:
            flat = CLEAN  # int(size)
        elif path == "str":
            flat = cleaned(flat, NOSQL)
    for index, one in enumerate(pattern.parts):
        part = flat
        key = pattern.keys[index] if index < len(pattern.keys) else None
        if pattern.type == "mapping" and key is not None:
            for cell in subject.references:
                if isinstance(cell, Cell):
                    part = lookup.object_item(machine.heap.get(cell), constant(key))
        elif pattern.type == "class" and isinstance(key, str):
            part = lookup.attribute(machine, frame, subject, key, pattern)
        _bind(machine, frame, one, part)
    return None
