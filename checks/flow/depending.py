"""What FastAPI gives a parameter that depends on something: ``query: Query = Depends()``.

A dependency is a function, a method, an object with ``__call__``, or a class. Its own parameters
are fed as those of a handler are; those of a class without a constructor of its own are its fields.
"""

from __future__ import annotations

from collections.abc import Callable

from checks import ir
from checks.flow import calls, construct, library, lookup, typing_facts
from checks.flow.machine import Frame, Machine
from checks.flow.site import Site
from checks.flow.values import (
    VAGUE,
    Bound,
    Cell,
    Link,
    LocalClass,
    LocalFunction,
    Source,
    Taint,
    Value,
)

_DEPENDING = frozenset({"Depends", "Security"})
_SETTINGS = "pydantic_settings."
_MAX_DEPTH = 3

Feeder = Callable[[LocalFunction, ir.Parameter, int], Value]
"""What a parameter of a function gets, by its place."""


def markers(node: ir.Parameter) -> list[ir.Call]:
    """The calls that say where a parameter comes from: ``Query(...)``, ``Depends(...)``."""
    found = [node.default] if node.default is not None else []
    if isinstance(node.annotation, ir.Subscript) and isinstance(node.annotation.key, ir.Sequence):
        found += node.annotation.key.items[1:]
    return [one for one in found if isinstance(one, ir.Call)]


def target(machine: Machine, frame: Frame, node: ir.Parameter) -> Value | None:
    """What a parameter depends on; ``None`` when it depends on nothing that is known."""
    for one in markers(node):
        name = library.path_of(machine, frame, one.function)
        if name.rpartition(".")[2] not in _DEPENDING:
            continue
        if one.arguments:
            return machine.evaluate(frame, one.arguments[0])
        model = typing_facts.model_of(machine, frame, node.annotation)
        return None if model is None else Value(references=(model,))
    return None


def given(machine: Machine, found: Value, feed: Feeder) -> Value:
    """What the framework gets when it calls a dependency."""
    for one in found.references:
        function, skipped = _called(machine, one)
        if function is None:
            if isinstance(one, LocalClass) and (made := _filled(machine, one)) is not None:
                return made
            continue
        if len(machine.active) > _MAX_DEPTH:
            continue
        definition = function.definition
        parts = {
            parameter.name: feed(function, parameter, index)
            for index, parameter in enumerate(definition.parameters)
            if not parameter.kind and index >= skipped
        }
        call = ir.Call(definition.start, definition.start, ir.Opaque(0, 0), ())
        site = Site(machine, function.frame, call, function.name, None, [], parts)
        result = calls.invoke(machine, function.frame, Value(references=(one,)), site)
        function.frame.dead = False
        if definition.body.lowered.yields:
            return lookup.element(machine, function.frame, result, call)
        return result
    return VAGUE


def _called(machine: Machine, one: object) -> tuple[LocalFunction | None, int]:
    """The function that is run when a dependency is called; how many parameters it has already."""
    if isinstance(one, LocalFunction):
        return one, 0
    if isinstance(one, Bound):
        for inner in one.function.references:
            if isinstance(inner, LocalFunction):
                return inner, len(one.arguments)
        return None, 0
    cls = one if isinstance(one, LocalClass) else None
    name = "__init__"
    if isinstance(one, Cell):
        cls, name = machine.heap.get(one).cls, "__call__"
    found = None if cls is None else lookup.class_attribute(machine, cls, name)
    for inner in () if found is None else found.references:
        if isinstance(inner, LocalFunction):
            return inner, 1
    return None, 0


def _filled(machine: Machine, cls: LocalClass) -> Value | None:
    """A model or dataclass: the query string fills its fields."""
    lineage = lookup.lineage(machine, cls)
    bases = lookup.library_bases(machine, cls)
    if not any(one.is_record for one in lineage) or any(one.startswith(_SETTINGS) for one in bases):
        return None
    definition = cls.definition
    header = definition.body[0].start if definition.body else definition.end
    said = "the query string"
    source = Source("remote", said, cls.module, definition.start, header)
    link = Link(cls.module, definition.start, header, f"{said} comes in", None)
    sent = Value((Taint(source, 0, link, sure=True),))
    return construct.tainted_model(machine, cls.frame, cls, sent)
