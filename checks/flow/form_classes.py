"""Forms, serializers and the like: classes whose fields a framework fills from a request.

What a field gives is harmless when the field converts it to a number, a date or one of a list.
"""

from __future__ import annotations

from checks.flow import calls, lookup
from checks.flow.heap import Object
from checks.flow.machine import Frame, Machine
from checks.flow.site import Site
from checks.flow.values import (
    CLEAN,
    VAGUE,
    Api,
    Cell,
    Link,
    LocalClass,
    LocalFunction,
    Source,
    Taint,
    Value,
)

FILLED = (
    "django.forms.",
    "django.contrib.auth.forms.",
    "rest_framework.serializers.",
    "marshmallow.",
)
"""Bases of classes that are filled with what their constructor is given."""
SELF_FILLED = ("flask_wtf.", "wtforms.", "flask_wtf.form.", "quart_wtf.")
"""Bases of classes that read the request themselves."""
_HARMLESS = frozenset(
    {"IntegerField", "FloatField", "DecimalField", "BooleanField", "NullBooleanField", "DateField",
     "DateTimeField", "TimeField", "DurationField", "UUIDField", "ChoiceField", "SelectField",
     "TypedChoiceField", "ModelChoiceField", "MultipleChoiceField", "RadioField",
     "ModelMultipleChoiceField", "PrimaryKeyRelatedField", "IntegerRangeField", "Integer", "Int",
     "Float", "Boolean", "UUID", "Date", "DateTime"}
)  # fmt: skip
_REST = "rest_framework.serializers."
_RESULTS = ("cleaned_data", "validated_data", "data", "initial_data")


def _fields(machine: Machine, cls: LocalClass) -> list[tuple[str, bool]]:
    """The names of the fields, and whether what each gives is harmless."""
    found: dict[str, bool] = {}
    for one in reversed(lookup.lineage(machine, cls)):
        for name, value in one.frame.names.items():
            for reference in value.references:
                if isinstance(reference, Api) and reference.path.endswith("()"):
                    last = reference.path.removesuffix("()").rpartition(".")[2]
                    if last.endswith("Field") or last in _HARMLESS or last in ("Str", "String"):
                        found[name] = last in _HARMLESS
    return list(found.items())


def fill(machine: Machine, cls: LocalClass, cell: Cell, content: Value) -> None:
    """A form was made from untrusted data: what its fields give afterwards."""
    fields: dict[object, Value] = {
        name: CLEAN if harmless else _validated(machine, cls, name, content)
        for name, harmless in _fields(machine, cls)
    }
    made = machine.heap.get(cell)
    for name in _RESULTS:
        inner = machine.heap.new(Object("dict", dict(fields), content, content))
        if name in ("cleaned_data", "validated_data"):
            inner = machine.heap.new(Object("dict", dict(fields), None if fields else content))
        made = made.with_field(name, Value(references=(inner,)))
    machine.heap.put(cell, made)


def _validated(machine: Machine, cls: LocalClass, name: str, value: Value) -> Value:
    """A field as its own method hands it on: ``validate_name(self, value)`` of a serializer."""
    found = lookup.class_attribute(machine, cls, f"validate_{name}")
    for one in () if found is None else found.references:
        if isinstance(one, LocalFunction) and len(one.definition.parameters) == 2:
            if not any(base.startswith(_REST) for base in lookup.library_bases(machine, cls)):
                return value
            value = calls.call_function(
                machine, one.frame, one, [VAGUE, value], {}, None, one.definition
            )
            one.frame.dead = False
    return value


def filled(machine: Machine, cls: LocalClass, content: Value) -> Value:
    """A form that a framework made from a request."""
    cell = machine.heap.new(Object("instance", {}, cls=cls))
    fill(machine, cls, cell, content)
    return Value(references=(cell,))


def fill_itself(machine: Machine, frame: Frame, cls: LocalClass, cell: Cell, site: Site) -> None:
    """A form that reads the request: ``form.name.data`` is what was sent."""
    made = machine.heap.get(cell)
    for name, harmless in _fields(machine, cls):
        node = site.node
        said = f"`{name}` from the form"
        source = Source("remote", said, frame.module, node.start, node.end)
        link = Link(frame.module, node.start, node.end, f"{said} comes in", None)
        value = CLEAN if harmless else Value((Taint(source, 0, link, sure=True),), 0)
        field = machine.heap.new(Object("instance", {"data": value, "raw_data": value}))
        made = made.with_field(name, Value(references=(field,)))
    machine.heap.put(cell, made)
