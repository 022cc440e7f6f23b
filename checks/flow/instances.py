"""Instances that somebody unknown made."""

from __future__ import annotations

from checks.flow import calls, lookup
from checks.flow.heap import Object
from checks.flow.kinds import FULL
from checks.flow.machine import Machine
from checks.flow.values import (
    NOTHING,
    VAGUE,
    Api,
    LocalClass,
    LocalFunction,
    Value,
)

_BEFORE = ("prepare", "setup", "initial")
"""What frameworks call before the method that answers: Tornado, Django, its REST framework."""


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
                _call(machine, cls, one, value)
        for name in _BEFORE:
            before = lookup.class_attribute(machine, cls, name)
            for one in () if before is None else before.references:
                if isinstance(one, LocalFunction) and len(machine.active) < 3:
                    _call(machine, cls, one, value)
    finally:
        machine.results.muted = muted
    made = machine.heap.get(cell)
    fields = {key: _unsettled(one) for key, one in made.fields.items()}
    machine.heap.put(cell, Object("instance", fields, VAGUE, cls=cls))
    machine.heap.base.update(machine.heap.top)
    machine.heap.top = kept
    return value


def _call(machine: Machine, cls: LocalClass, function: LocalFunction, value: Value) -> None:
    """Call a method as the framework would, before the one that answers."""
    given: dict[str, Value] = {}
    for one in function.definition.parameters[1:3]:
        if one.name == "request" and _is_given_request(machine, cls, function):
            given[one.name] = Value((), FULL, NOTHING, (Api("@request"),))
    node = function.definition
    calls.call_function(machine, function.frame, function, [value], given, VAGUE, node)
    function.frame.dead = False


def _is_given_request(machine: Machine, cls: LocalClass, function: LocalFunction) -> bool:
    """Whether a framework makes the instances, or prepares them, with the request."""
    if function.name != "__init__":
        return bool(lookup.library_bases(machine, cls))
    decorated = [*cls.decorators]
    for value in cls.frame.names.values():
        for one in value.references:
            if isinstance(one, LocalFunction):
                decorated += one.decorators
    if any(one.startswith("pyramid.view.") for one in decorated):
        return True
    # Registered by ``config.add_view(Assets)``, here or elsewhere.
    names = function.frame.module.module.imported_modules
    return any(one.partition(".")[0] == "pyramid" for one in names)


def _unsettled(value: Value) -> Value:
    """A field may have been written since: its constant is not known any more."""
    if value.constant is None:
        return VAGUE
    if value.constant is NOTHING:
        return value
    return Value(value.taints, value.vague, NOTHING, value.references, value.template)
