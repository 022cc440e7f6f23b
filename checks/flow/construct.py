"""Instances of the change's classes."""

from __future__ import annotations

from checks import ir
from checks.flow import (
    amounts,
    calls,
    constraints,
    form_classes,
    library,
    lookup,
    pickles,
    storing,
    typing_facts,
    urls,
)
from checks.flow.heap import Object
from checks.flow.machine import Frame, Machine
from checks.flow.site import Site
from checks.flow.values import (
    CLEAN,
    VAGUE,
    Cell,
    LocalClass,
    LocalFunction,
    Value,
    cleaned,
    constant,
    content,
)

_DICTS = frozenset({"dict", "collections.UserDict", "collections.OrderedDict", "typing.TypedDict",
                    "typing_extensions.TypedDict"})  # fmt: skip
"""Bases whose instances are dicts."""


_VALIDATORS = frozenset({"pydantic.field_validator()", "pydantic.validator()"})


ADDRESSES = frozenset({"pydantic.HttpUrl", "pydantic.AnyUrl", "pydantic.AnyHttpUrl",
                       "pydantic.networks.HttpUrl", "pydantic.networks.AnyUrl",
                       "pydantic.networks.AnyHttpUrl"})  # fmt: skip
"""Types whose values are addresses, taken apart."""


def instance(machine: Machine, frame: Frame, cls: LocalClass, site: Site) -> Value:
    """What calling a class gives."""
    if cls.is_enum:
        # An enum's call gives one of its members, or raises.
        if not site.arguments:
            return Value(references=(cls,))
        if site.arguments[0].taints and len(site.node.arguments) == 1:
            machine.converted(frame, site.node.arguments[0])
        return CLEAN
    if site.keywords:
        storing.constructed(machine, frame, cls, site)
    cell = machine.heap.new(Object("instance", {}, cls=cls))
    value = Value(references=(cell,))
    initial = lookup.class_attribute(machine, cls, "__init__")
    functions = () if initial is None else initial.references
    ran = False
    for one in functions:
        if isinstance(one, LocalFunction):
            calls.call_function(
                machine, frame, one, [value, *site.arguments], site.keywords, site.star, site.node
            )
            ran = True
            if frame.dead:
                return VAGUE
    if ran:
        return value
    if any(one.is_record for one in lookup.lineage(machine, cls)):
        _fill(machine, cell, cls, site)
        initialised(machine, frame, cls, cell, site)
        return value
    if not _DICTS.isdisjoint(lookup.library_bases(machine, cls)):
        made = Object("dict", {}, cls=cls)
        for mapping in site.arguments[:1]:
            made = lookup.updated(machine, made, mapping)
        for name, given in site.keywords.items():
            made = made.with_field(name, given)
        machine.heap.put(cell, made if site.star is None else made.with_rest(site.star))
        return value
    if lookup.library_bases(machine, cls):
        return _of_library(machine, frame, cls, cell, site)
    return value


def initialised(machine: Machine, frame: Frame, cls: LocalClass, cell: Cell, site: Site) -> None:
    """Call what the class does with its fields once they are filled."""
    after = lookup.class_attribute(machine, cls, "__post_init__")
    for one in () if after is None else after.references:
        if isinstance(one, LocalFunction):
            value = Value(references=(cell,))
            calls.call_function(machine, frame, one, [value], {}, None, site.node)


def _fill(machine: Machine, cell: Cell, cls: LocalClass, site: Site) -> None:
    """A dataclass, named tuple or model: its fields are its parameters."""
    made = machine.heap.get(cell)
    by_place = any(one.endswith(".NamedTuple") for one in lookup.library_bases(machine, cls))
    position = index = 0
    for one in reversed(lookup.lineage(machine, cls)):
        for name, annotation, default in one.fields:
            if position < len(site.arguments) and name not in site.keywords:
                value = site.arguments[position]
                position += 1
            elif name in site.keywords:
                value = site.keywords[name]
            elif site.star is not None:
                value = site.star
            else:
                value = VAGUE if default is None else _fresh(machine, default)
            if cls.is_typed and typing_facts.is_harmless(machine, one.frame, annotation):
                value = CLEAN
            made = made.with_field(name, value)
            if by_place:
                made = made.with_field(index, value)
                index += 1
    machine.heap.put(cell, made)


def _fresh(machine: Machine, default: Value) -> Value:
    """A default, made anew for each instance: ``field(default_factory=list)``."""
    if len(default.references) != 1 or not isinstance(one := default.references[0], Cell):
        return default
    return Value(references=(machine.heap.new(machine.heap.get(one)),))


def _of_library(machine: Machine, frame: Frame, cls: LocalClass, cell: Cell, site: Site) -> Value:
    """The base class is a library's: what is known of its own construction holds for it."""
    everything = content(
        *(machine.heap.flat(one) for one in (*site.arguments, *site.keywords.values())),
        CLEAN if site.star is None else site.star,
    )
    for path in lookup.library_bases(machine, cls):
        site.callee = path
        if path.endswith(".Unpickler") and pickles.is_confined(machine, frame, cls):
            continue
        library.check_sinks(machine, frame, path, site)
    bases = lookup.library_bases(machine, cls)
    if any(path.startswith(form_classes.SELF_FILLED) for path in bases):
        form_classes.fill_itself(machine, frame, cls, cell, site)
    elif everything.taints and any(path.startswith(form_classes.FILLED) for path in bases):
        form_classes.fill(machine, cls, cell, everything)
    elif everything.taints:
        made = machine.heap.get(cell).with_rest(everything)
        machine.heap.put(cell, made)
    return Value(references=(cell,))


def tainted_model(
    machine: Machine, frame: Frame, cls: LocalClass, value: Value, depth: int = 0
) -> Value:
    """An instance of a model whose fields a framework filled from a request."""
    made = Object("instance", {}, cls=cls)
    for one in reversed(lookup.lineage(machine, cls)):
        for name, annotation, _ in one.fields:
            inner = typing_facts.model_of(machine, one.frame, annotation)
            if typing_facts.is_harmless(machine, one.frame, annotation):
                part = _number(machine, one, name, annotation, value)
            elif inner is not None and depth < 3:
                part = tainted_model(machine, frame, inner, value, depth + 1)
            elif typing_facts.path_of(machine, one.frame, annotation) in ADDRESSES:
                part = urls.of(machine, value)
            else:
                part = cleaned(value, constraints.of_field(machine, one, annotation))
            made = made.with_field(name, _validated(machine, cls, name, part))
    return Value(references=(machine.heap.new(made),))


def _validated(machine: Machine, cls: LocalClass, name: str, value: Value) -> Value:
    """A field as the validators of the model hand it on (``@field_validator("url")``)."""
    if not value.taints:
        return value
    for one in lookup.lineage(machine, cls):
        for found in tuple(one.frame.names.values()):
            for function in found.references:
                if isinstance(function, LocalFunction) and _validates(function, name):
                    value = calls.call_function(
                        machine, one.frame, function, [Value(references=(cls,)), value], {}, None,
                        function.definition,
                    )  # fmt: skip
                    one.frame.dead = False
    return value


def _validates(function: LocalFunction, name: str) -> bool:
    if isinstance(function.definition, ir.Lambda):
        return False
    for path, node in zip(function.decorators, function.definition.decorators, strict=False):
        if path in _VALIDATORS and isinstance(node, ir.Call):
            named = [one.value for one in node.arguments if isinstance(one, ir.Constant)]
            if name in named or "*" in named:
                return len(function.definition.parameters) in (2, 3)
    return False


def _number(
    machine: Machine, cls: LocalClass, name: str, annotation: ir.Expression | None, value: Value
) -> Value:
    """A field that is converted to a number, or to something else that is harmless."""
    if not typing_facts.is_number(machine, cls.frame, annotation):
        return CLEAN
    data = cls.module.module.source.data
    for statement in cls.definition.body:
        if isinstance(statement, ir.Assign) and statement.annotation is annotation:
            text = data[statement.start : statement.end].decode("utf-8", "replace")
            if amounts.is_limited(text):
                return CLEAN
        elif isinstance(statement, ir.Function) and any(
            _may_refuse(one, name) for one in statement.decorators
        ):
            return CLEAN
    return amounts.sent(machine, value)


def _may_refuse(decorator: ir.Expression, name: str) -> bool:
    """``@field_validator("size")``, ``@model_validator(mode="after")``: it may refuse the field."""
    function = decorator.function if isinstance(decorator, ir.Call) else decorator
    called = function.name if isinstance(function, ir.Attribute) else getattr(function, "id", "")
    if called in ("model_validator", "root_validator"):
        return True
    if called not in ("field_validator", "validator") or not isinstance(decorator, ir.Call):
        return False
    named = [one.value for one in decorator.arguments if isinstance(one, ir.Constant)]
    return name in named or "*" in named


def made_class(machine: Machine, frame: Frame, definition: ir.Class) -> LocalClass:
    """Run a class body."""
    inner = Frame(frame.module, frame.function, frame)
    cls = LocalClass(definition, frame.module, inner)
    inner.cls = cls
    cls.bases = tuple(machine.evaluate(frame, one) for one in definition.bases)
    cls.decorators = tuple(library.path_of(machine, frame, one) for one in definition.decorators)
    bases = lookup.library_bases(machine, cls)
    cls.is_enum = any(one.startswith("enum.") for one in bases)
    cls.is_record = any(
        one in ("dataclasses.dataclass", "dataclasses.dataclass()", "attr.s", "attr.s()",
                "attrs.define", "attrs.define()", "attr.dataclass", "attrs.frozen",
                "attrs.frozen()", "strawberry.input", "strawberry.input()",
                "pydantic.dataclasses.dataclass",
                "pydantic.dataclasses.dataclass()")
        for one in cls.decorators
    ) or any(
        one in ("pydantic.BaseModel", "typing.NamedTuple", "sqlmodel.SQLModel", "msgspec.Struct",
                "pydantic_settings.BaseSettings", "ninja.Schema")
        for one in bases
    )  # fmt: skip
    cls.is_typed = any(
        one.startswith(("pydantic", "sqlmodel", "ninja.", "strawberry.input"))
        for one in (*bases, *cls.decorators)
    )
    machine.execute(inner, definition.body)
    for name, value in list(inner.names.items()):
        for one in value.references:
            if isinstance(one, Cell) and (
                own := lookup.own_method(machine, frame, one, "__set_name__", definition)
            ):
                given = [Value(references=(cls,)), constant(name)]
                lookup.apply(machine, frame, own, given, definition)
    for statement in definition.body:
        if isinstance(statement, ir.Assign) and statement.annotation is not None:
            target = statement.targets[0]
            if isinstance(target, ir.Name):
                default = inner.names.get(target.id)
                cls.fields.append((target.id, statement.annotation, default))
    if cls.is_enum:
        for name, value in list(inner.names.items()):
            if not any(isinstance(one, LocalFunction) for one in value.references):
                member = Object("instance", {"value": value, "name": Value(constant=name)}, cls=cls)
                inner.names[name] = Value(references=(machine.heap.new(member),))
    return cls
