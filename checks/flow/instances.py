"""Instances that somebody unknown made."""

from __future__ import annotations

from checks.flow import calls, lookup
from checks.flow.heap import Object
from checks.flow.machine import Machine
from checks.flow.values import (
    NOTHING,
    VAGUE,
    LocalClass,
    LocalFunction,
    Value,
)


def an_instance(machine: Machine, cls: LocalClass) -> Value:
    """An instance of a class whose constructor somebody unknown called."""
    initial = lookup.class_attribute(machine, cls, "__init__")
    kept, machine.heap.top = machine.heap.top, {}
    cell = machine.heap.new(Object("instance", {}, cls=cls))
    value = Value(references=(cell,))
    muted, machine.results.muted = machine.results.muted, True
    try:
        for one in () if initial is None else initial.references:
            if isinstance(one, LocalFunction) and len(machine.active) < 3:
                node = one.definition
                calls.call_function(machine, one.frame, one, [value], {}, VAGUE, node)
                one.frame.dead = False
    finally:
        machine.results.muted = muted
    made = machine.heap.get(cell)
    fields = {key: _unsettled(one) for key, one in made.fields.items()}
    machine.heap.put(cell, Object("instance", fields, VAGUE, cls=cls))
    machine.heap.base.update(machine.heap.top)
    machine.heap.top = kept
    return value


def _unsettled(value: Value) -> Value:
    """A field may have been written since: its constant is not known any more."""
    if value.constant is None:
        return VAGUE
    if value.constant is NOTHING:
        return value
    return Value(value.taints, value.vague, NOTHING, value.references, value.template)
