"""Objects with named parts: named tuples, dataclasses, namespaces, and copies of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from checks.flow import binding, construct, containers, lookup, methods
from checks.flow.heap import Object, as_fields, make
from checks.flow.machine import Frame, Machine
from checks.flow.site import Site
from checks.flow.values import (
    NONE,
    VAGUE,
    Bound,
    Cell,
    LocalClass,
    Reference,
    Value,
    api,
    constant,
    content,
)

_MAX_DEPTH: Final = 3
_OF_DICTS: Final = frozenset({"update", "get", "items", "values", "keys", "pop", "setdefault"})


def _named_tuple(machine: Machine, _frame: Frame, _target: Value, site: Site) -> Value:
    """``collections.namedtuple("Point", "x y")``: what it gives is called with the fields."""
    names = site.get(1, "field_names")
    if names is None:
        return VAGUE
    words = names.constant
    if isinstance(words, str):
        fields = [constant(one) for one in words.replace(",", " ").split()]
    else:
        fields = lookup.known_items(machine, names) or []
    if not fields:
        return VAGUE
    given = Value(references=(machine.heap.new(make(dict(enumerate(fields)), "tuple")),))
    defaults = site.get(None, "defaults")
    known = [] if defaults is None else lookup.known_items(machine, defaults) or []
    named = zip(reversed(fields), reversed(known), strict=False)
    rest = {f"={name.constant}": value for name, value in named}
    return Value(references=(Bound(api("@namedtuple"), (given,), rest),))


def _tuple_made(machine: Machine, _frame: Frame, _target: Value, site: Site) -> Value:
    """An instance of a named tuple: its fields by name and by place."""
    names = [one.constant for one in lookup.known_items(machine, site.arguments[0]) or []]
    fields: dict[object, Value] = {}
    for index, name in enumerate(names):
        value = site.get(index + 1, str(name))
        if value is None:
            value = site.keywords.get(f"={name}") if site.star is None else site.star
        fields[name] = fields[index] = VAGUE if value is None else value
    return Value(references=(machine.heap.new(Object("instance", fields)),))


def _namespace(machine: Machine, _frame: Frame, _target: Value, site: Site) -> Value:
    made = Object("instance", as_fields(site.keywords), site.star)
    return Value(references=(machine.heap.new(made),))


def _made(machine: Machine, frame: Frame, target: Value, site: Site) -> Value:
    """``Point._make(items)``."""
    owner = target if site.receiver is None else site.receiver
    for one in owner.references:
        if isinstance(one, LocalClass) and site.arguments:
            items = lookup.known_items(machine, site.arguments[0])
            star = None
            if items is None:
                star = lookup.element(machine, frame, site.arguments[0], site.node)
            inner = Site(machine, frame, site.node, site.callee, None, items or [], {}, star)
            return construct.instance(machine, frame, one, inner)
    return content(site.everything())


def changed(machine: Machine, frame: Frame, made: Object, given: dict[str, Value],
            star: Value | None, site: Site) -> Value:  # fmt: skip
    """A copy of a record with other values in some of its fields."""
    fields = dict(made.fields)
    names = [name for name in fields if isinstance(name, str)]
    for name, value in given.items():
        fields[name] = value
        if name in names and (at := names.index(name)) in fields:
            fields[at] = value
    new = Object(made.type, fields, made.rest, made.keys, made.size, made.cls, made.trait)
    if star is not None:
        new = new.overlaid(star)
    cell = machine.heap.new(new)
    if made.cls is not None and any(one.is_record for one in lookup.lineage(machine, made.cls)):
        construct.initialised(machine, frame, made.cls, cell, site)
    return Value(references=(cell,))


def _replaced(machine: Machine, frame: Frame, _target: Value, site: Site) -> Value:
    """``dataclasses.replace(record, field=value)``."""
    if not site.arguments:
        return VAGUE
    for one in site.arguments[0].references:
        if isinstance(one, Cell):
            made = machine.heap.get(one)
            return changed(machine, frame, made, site.keywords, site.star, site)
    return content(site.everything())


def method(machine: Machine, frame: Frame, cell: Cell, made: Object, name: str,
           site: Site) -> Value | None:  # fmt: skip
    """A method that every record has; ``None`` for others."""
    if name == "_replace":
        return changed(machine, frame, made, site.keywords, site.star, site)
    if name in ("model_copy", "copy"):
        update = site.get(None, "update")
        if update is None:
            return Value(references=(machine.heap.new(made),))
        other = lookup.updated(machine, Object("dict", {}), update)
        given = {key: value for key, value in other.fields.items() if isinstance(key, str)}
        return changed(machine, frame, made, given, other.rest, site)
    if name in _OF_DICTS and (made.cls is None or not made.cls.bases):
        # vars(record).update(other)
        shown = Object("dict", dict(made.fields), made.rest, made.keys)
        machine.heap.put(cell, shown)
        found = containers.of_dict(machine, frame, cell, shown, name, site)
        after = machine.heap.get(cell)
        new = Object(made.type, after.fields, after.rest, None, made.size, made.cls, made.trait)
        machine.heap.put(cell, made if after is shown else new)
        return found
    return None


def _vars(_machine: Machine, _frame: Frame, _target: Value, site: Site) -> Value:
    """``vars(record)``: what is written to it is written to the record."""
    cells = [one for value in site.arguments[:1] for one in value.references
             if isinstance(one, Cell)]  # fmt: skip
    return Value(references=tuple(cells)) if cells else content(site.everything())


def _as_dict(machine: Machine, _frame: Frame, _target: Value, site: Site) -> Value:
    """``dataclasses.asdict(record)``."""
    for value in site.arguments[:1]:
        for one in value.references:
            if isinstance(one, Cell):
                return methods.as_dict(machine, machine.heap.get(one))
    return content(site.everything())


def _as_tuple(machine: Machine, _frame: Frame, _target: Value, site: Site) -> Value:
    """``dataclasses.astuple(record)``."""
    for value in site.arguments[:1]:
        for one in value.references:
            if isinstance(one, Cell):
                fields = machine.heap.get(one).fields
                items = [value for key, value in fields.items() if isinstance(key, str)]
                return Value(references=(machine.heap.new(make(dict(enumerate(items)), "tuple")),))
    return content(site.everything())


def _copied(machine: Machine, _frame: Frame, _target: Value, site: Site) -> Value:
    """``copy.copy(value)``, ``copy.deepcopy(value)``."""
    if not site.arguments:
        return VAGUE
    return _copy(machine, site.arguments[0], _MAX_DEPTH if site.callee.endswith("deepcopy") else 1)


def _copy(machine: Machine, value: Value, depth: int) -> Value:
    if not depth or not any(isinstance(one, Cell) for one in value.references):
        return value
    references: list[Reference] = []
    for one in value.references:
        if not isinstance(one, Cell):
            references.append(one)
            continue
        made = machine.heap.get(one)
        fields = {key: _copy(machine, part, depth - 1) for key, part in made.fields.items()}
        rest = None if made.rest is None else _copy(machine, made.rest, depth - 1)
        new = Object(made.type, fields, rest, made.keys, made.size, made.cls, made.trait)
        references.append(machine.heap.new(new))
    return Value(value.taints, value.vague, value.constant, tuple(references), value.text)


def _setattr(machine: Machine, frame: Frame, _target: Value, site: Site) -> Value:
    """``setattr(record, name, value)``: any field, where the name is not known."""
    if len(site.arguments) != 3:
        return NONE
    owner, name, value = site.arguments
    if isinstance(name.constant, str):
        binding.store(machine, frame, owner, name.constant, value, site.node)
        return NONE
    frame.writes = True
    for one in owner.references:
        if isinstance(one, Cell) and (value.taints or value.references):
            made = machine.heap.get(one).overlaid(value)
            machine.heap.put(one, made if made.cls is not None else made.with_rest(value))
    return NONE


def _view(_machine: Machine, _frame: Frame, _target: Value, site: Site) -> Value:
    """``MappingProxyType(mapping)``: the mapping."""
    return site.arguments[0] if site.arguments else VAGUE


def _default_dict(machine: Machine, _frame: Frame, _target: Value, site: Site) -> Value:
    """``defaultdict(factory, mapping)``: the factory is called for a key that is missing."""
    factory = site.get(0, "default_factory")
    known = factory is not None and factory.constant is not None and factory.references
    made = Object("dict", {})
    for one in site.arguments[1:]:
        made = lookup.updated(machine, made, one) if one.references else made
    for key, value in site.keywords.items():
        made = made.with_field(key, value)
    made = Object("dict", made.fields, made.rest, made.keys, trait=factory if known else None)
    return Value(references=(machine.heap.new(made),))


_MAKE = ("typing.NamedTuple()._make", "typing_extensions.NamedTuple()._make")
TABLE: Final[dict[str, Callable[[Machine, Frame, Value, Site], Value]]] = {
    "collections.namedtuple": _named_tuple, "@namedtuple": _tuple_made,
    "types.SimpleNamespace": _namespace, "argparse.Namespace": _namespace,
    "dataclasses.replace": _replaced, "copy.replace": _replaced, "attr.evolve": _replaced,
    "attrs.evolve": _replaced, "attr.assoc": _replaced, "msgspec.structs.replace": _replaced,
    "copy.copy": _copied, "copy.deepcopy": _copied, "vars": _vars, "setattr": _setattr,
    "object.__setattr__": _setattr, "dataclasses.asdict": _as_dict, "attr.asdict": _as_dict,
    "attrs.asdict": _as_dict, "msgspec.structs.asdict": _as_dict,
    "dataclasses.astuple": _as_tuple, "attr.astuple": _as_tuple, "attrs.astuple": _as_tuple,
    "types.MappingProxyType": _view, "collections.defaultdict": _default_dict,
    **dict.fromkeys(_MAKE, _made),
}  # fmt: skip
"""By the path of what is called."""
