"""Instances that somebody unknown made."""

from __future__ import annotations

from checks import ir
from checks.flow import calls, library, lookup, typing_facts
from checks.flow.heap import Object
from checks.flow.kinds import FULL
from checks.flow.machine import Frame, Machine
from checks.flow.values import (
    NOTHING,
    VAGUE,
    Api,
    Cell,
    LocalClass,
    LocalFunction,
    Value,
)

_BEFORE = ("prepare", "setup", "initial")
"""What frameworks call before the method that answers: Tornado, Django, its REST framework."""
_MAX_DEPTH = 3
"""Instances made for the constructors of others."""


def an_instance(machine: Machine, cls: LocalClass) -> Value:
    """An instance of a class whose constructor somebody unknown called."""
    initial = lookup.class_attribute(machine, cls, "__init__")
    kept, machine.heap.top = machine.heap.top, {}
    cell = machine.heap.new(Object("instance", {}, cls=cls))
    value = Value(references=(cell,))
    machine.making.append(cls)
    muted, machine.results.muted = machine.results.muted, True
    try:
        for one in () if initial is None else initial.references:
            if isinstance(one, LocalFunction) and len(machine.active) < 3:
                _call(machine, cls, one, value)
        if initial is None:
            _fill(machine, cls, cell)
        for name in _BEFORE:
            before = lookup.class_attribute(machine, cls, name)
            for one in () if before is None else before.references:
                if isinstance(one, LocalFunction) and len(machine.active) < 3:
                    _call(machine, cls, one, value)
    finally:
        machine.results.muted = muted
        machine.making.pop()
    made = machine.heap.get(cell)
    fields = dict(made.fields)
    if not machine.by_default:
        fields = {key: _unsettled(one) for key, one in fields.items()}
    machine.heap.put(cell, Object("instance", fields, VAGUE, cls=cls))
    machine.heap.base.update(machine.heap.top)
    machine.heap.top = kept
    return value


def _fill(machine: Machine, cls: LocalClass, cell: Cell) -> None:
    """The fields of a dataclass that hold objects: ``store: Store``."""
    made = machine.heap.get(cell)
    for one in lookup.lineage(machine, cls):
        for name, annotation, _ in one.fields if one.is_record else ():
            part = _annotated(machine, one.frame, annotation)
            if part is not None and name not in made.fields:
                made = made.with_field(name, part)
    machine.heap.put(cell, made)


def _call(machine: Machine, cls: LocalClass, function: LocalFunction, value: Value) -> None:
    """Call a method as the framework would, before the one that answers."""
    given: dict[str, Value] = {}
    for index, one in enumerate(function.definition.parameters[1:]):
        if index < 2 and one.name == "request" and _is_given_request(machine, cls, function):
            given[one.name] = Value((), FULL, NOTHING, (Api("@request"),))
        elif machine.by_default and one.default is not None:
            given[one.name] = machine.evaluate(function.frame, one.default)
        elif not one.kind and (made := _declared(machine, function, one)) is not None:
            given[one.name] = made
    node = function.definition
    calls.call_function(machine, function.frame, function, [value], given, VAGUE, node)
    function.frame.dead = False


def _declared(machine: Machine, function: LocalFunction, node: ir.Parameter) -> Value | None:
    """What an annotation says of a parameter: ``def __init__(self, store: Store)``."""
    return _annotated(machine, function.frame, node.annotation)


def _annotated(machine: Machine, frame: Frame, node: ir.Expression | None) -> Value | None:
    """Something that somebody unknown made, of the class that an annotation names."""
    if node is None:
        return None
    path = typing_facts.path_of(machine, frame, node)
    if path:
        if "." not in path:
            return None  # a text, a number, a list
        return Value((), FULL, NOTHING, (Api(library.canonical(machine.facts, f"{path}()")),))
    model = typing_facts.model_of(machine, frame, node)
    if model is None or model in machine.making or len(machine.making) >= _MAX_DEPTH:
        return None
    known = machine.instances.get(model)
    if known is None:
        known = machine.instances[model] = an_instance(machine, model)
    return known


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
