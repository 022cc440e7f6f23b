"""Finding and writing things: names, attributes, items, targets of assignments."""

from __future__ import annotations

import builtins

from checks import ir
from checks.flow import calls, holders, library
from checks.flow.folding import hashable
from checks.flow.heap import Object
from checks.flow.kinds import FULL
from checks.flow.machine import Frame, Machine
from checks.flow.site import Site
from checks.flow.values import (
    CLEAN,
    NONE,
    NOTHING,
    VAGUE,
    Api,
    Bound,
    Cell,
    LocalClass,
    LocalFunction,
    LocalModule,
    Method,
    Number,
    Parent,
    Reference,
    Value,
    api,
    constant,
    content,
    join,
)

_BUILTINS = frozenset(dir(builtins)) | {"unicode", "raw_input", "xrange", "basestring", "execfile"}
_BUILTIN_VALUES = {name: api(name, vague=0) for name in sorted(_BUILTINS)}
_OWN = {"__file__": CLEAN, "__name__": CLEAN, "__doc__": CLEAN, "__package__": CLEAN}
_MAX_BASES = 12
_MEMBERS = ("__members__", "_value2member_map_", "_member_map_")
_AS_DICT = frozenset({"model_dump", "dict", "_asdict", "model_copy", "copy", "json", "to_dict",
                      "model_dump_json", "_replace"})  # fmt: skip
_CONTAINER_METHODS = ("list", "tuple", "set", "dict", "buffer", "config", "parser", "variable")


def name(machine: Machine, frame: Frame, identifier: str) -> Value:
    """What a name stands for here."""
    found = frame.names.get(identifier)
    if found is not None:
        return found
    if identifier in frame.assigned and frame.function is not None:
        return VAGUE  # bound on another way to here, or nowhere
    one = frame.parent
    while one is not None:
        if one.cls is None and (found := one.names.get(identifier)) is not None:
            return found
        one = one.parent
    for star in frame.module.stars:
        path = f"{star}.{identifier}"
        if library.knows(machine.facts, path):
            return api(library.canonical(machine.facts, path), imported=True)
    found = _OWN.get(identifier)
    if found is not None:
        return found
    return _BUILTIN_VALUES.get(identifier, VAGUE)


def attribute(
    machine: Machine, frame: Frame, value: Value, identifier: str, node: ir.Node
) -> Value:
    """What ``value.identifier`` is."""
    if not value.references:
        return Value(value.taints, value.vague, NOTHING, (Method(value, identifier),))
    found: Value | None = None
    for one in value.references:
        part = _attribute_of(machine, frame, value, one, identifier, node)
        found = part if found is None else join(found, part)
    if found is not None and (plain := _beside(value)) is not None:
        return join(found, Value(plain.taints, 0, NOTHING, (Method(plain, identifier),)))
    return VAGUE if found is None else found


def _beside(value: Value) -> Value | None:
    """The untrusted content that a value may be in place of an object of the heap.

    ``event.get("body") or {}`` is either: what is read from it may come from both.
    """
    if not value.taints or not all(isinstance(one, Cell) for one in value.references):
        return None
    return content(Value(value.taints))


def _attribute_of(
    machine: Machine, frame: Frame, value: Value, one: Reference, identifier: str, node: ir.Node
) -> Value:
    if isinstance(one, Api):
        return library.attribute(machine, frame, value, one, identifier, node)
    if isinstance(one, Cell):
        return _part(machine, frame, value, one, identifier, node)
    if isinstance(one, LocalModule):
        found = one.run.frame.names.get(identifier)
        if found is not None:
            return found
        inner = machine.find_module(f"{one.run.name}.{identifier}", frame.module)
        return VAGUE if inner is None else Value(references=(LocalModule(inner),))
    if isinstance(one, LocalClass):
        found = class_attribute(machine, one, identifier)
        if found is None and one.is_enum and identifier in _MEMBERS:
            return _members(machine, one, identifier)
        if found is None:
            return _inherited(machine, frame, one, Value(references=(one,)), identifier, node)
        return _bound_to_class(found, one)
    if isinstance(one, Parent):
        found = _above(machine, one.cls, identifier)
        if found is None and _is_container(machine, one.receiver):
            return Value(references=(Method(one.receiver, identifier),))
        if found is None:
            return _inherited(machine, frame, one.cls, one.receiver, identifier, node)
        return bind_method(machine, frame, found, one.receiver, node)
    if isinstance(one, Number):
        return Value((), 0, NOTHING, (Method(CLEAN, identifier),))
    return Value(value.taints, FULL, NOTHING, (Method(value, identifier),))


def _is_container(machine: Machine, value: Value) -> bool:
    """Whether a value is a container: ``super()`` of its class has the methods of one."""
    return any(
        isinstance(one, Cell) and machine.heap.get(one).type in _CONTAINER_METHODS
        for one in value.references
    )


def _part(
    machine: Machine, frame: Frame, value: Value, cell: Cell, identifier: str, node: ir.Node
) -> Value:
    made = machine.heap.get(cell)
    receiver = value if len(value.references) == 1 else Value((), 0, NOTHING, (cell,))
    is_container = made.type in _CONTAINER_METHODS
    found = None if is_container else made.fields.get(identifier)
    if found is not None:
        return found
    if made.cls is not None:
        inherited = class_attribute(machine, made.cls, identifier)
        if inherited is not None:
            return bind_method(machine, frame, inherited, receiver, node)
    if is_container:
        return Value(references=(Method(receiver, identifier),))
    if identifier == "__dict__":
        return Value(references=(cell,))
    if identifier in _AS_DICT or "netloc" in made.fields:  # of an address, see urls.py
        return Value(references=(Method(receiver, identifier),))
    own = own_method(machine, frame, cell, "__getattr__", node)
    if own is not None:
        return apply(machine, frame, own, [constant(identifier)], node)
    if made.cls is not None and library_bases(machine, made.cls):
        found = _inherited(machine, frame, made.cls, receiver, identifier, node)
        if made.rest is not None and made.rest.taints and not found.taints:
            return made.rest
        return found
    if made.rest is not None:
        return made.rest
    return Value((), FULL, NOTHING, (Method(receiver, identifier),))


def bind_method(
    machine: Machine, frame: Frame, found: Value, receiver: Value, node: ir.Node
) -> Value:
    """A function found in a class, bound to the object it was asked of."""
    references: list[Reference] = []
    for one in found.references:
        if isinstance(one, LocalFunction) and one.kind == "property":
            return calls.call_function(machine, frame, one, [receiver], {}, None, node)
        if isinstance(one, LocalFunction) and one.kind != "static":
            references.append(Bound(Value(references=(one,)), (receiver,), {}))
        elif isinstance(one, Cell) and (own := own_method(machine, frame, one, "__get__", node)):
            return apply(machine, frame, own, [receiver, VAGUE], node)
        elif isinstance(one, Bound):
            references.append(holders.as_method(one, receiver))
        else:
            references.append(one)
    return Value(found.taints, found.vague, found.constant, tuple(references), found.text)


def _bound_to_class(found: Value, cls: LocalClass) -> Value:
    for one in found.references:
        if isinstance(one, LocalFunction) and one.kind == "class":
            receiver = Value(references=(cls,))
            return Value(references=(Bound(Value(references=(one,)), (receiver,), {}),))
    return found


def own_method(
    machine: Machine, frame: Frame, cell: Cell, name: str, node: ir.Node
) -> Value | None:
    """A method of an object that its class, in the change, defines; ``None`` when it does not."""
    cls = machine.heap.get(cell).cls
    found = None if cls is None else class_attribute(machine, cls, name)
    if found is None:
        return None
    return bind_method(machine, frame, found, Value(references=(cell,)), node)


def class_attribute(machine: Machine, cls: LocalClass, identifier: str) -> Value | None:
    """What the class or one of its known bases binds a name to."""
    for one in lineage(machine, cls):
        found = one.frame.names.get(identifier)
        if found is not None:
            return found
    return None


def _above(machine: Machine, cls: LocalClass, identifier: str) -> Value | None:
    for one in lineage(machine, cls)[1:]:
        found = one.frame.names.get(identifier)
        if found is not None:
            return found
    return None


def lineage(_machine: Machine, cls: LocalClass) -> list[LocalClass]:
    """The class and its known bases, near ones first."""
    found = [cls]
    for one in found:
        for base in one.bases:
            for reference in base.references:
                if isinstance(reference, LocalClass) and reference not in found:
                    found.append(reference)
        if len(found) > _MAX_BASES:
            break
    return found


def library_bases(machine: Machine, cls: LocalClass) -> list[str]:
    """The paths of the bases that are classes of libraries."""
    return [
        reference.path
        for one in lineage(machine, cls)
        for base in one.bases
        for reference in base.references
        if isinstance(reference, Api)
    ]


def _inherited(
    machine: Machine, frame: Frame, cls: LocalClass, receiver: Value, identifier: str, node: ir.Node
) -> Value:
    """An attribute that only a base class of a library can have."""
    found: Value | None = None
    for path in library_bases(machine, cls):
        part = library.attribute(machine, frame, receiver, Api(f"{path}()"), identifier, node)
        if library.is_known(machine.facts, part, f"{path}().{identifier}"):
            return part
        found = part if found is None else found
    return Value((), FULL, NOTHING, (Method(receiver, identifier),)) if found is None else found


def item(machine: Machine, frame: Frame, value: Value, key: Value, node: ir.Node) -> Value:
    """What ``value[key]`` is."""
    if isinstance(value.constant, (str, bytes)):
        if isinstance(key.constant, int) and -len(value.constant) <= key.constant < len(
            value.constant
        ):
            found = value.constant[key.constant]
            return constant(found)
        return CLEAN
    result: Value | None = None
    for one in value.references:
        if isinstance(one, Cell):
            own = own_method(machine, frame, one, "__getitem__", node)
            if own is None:
                part = _entry(machine, frame, one, key, node)
            else:
                part = apply(machine, frame, own, [key], node)
        elif isinstance(one, Api):
            part = library.item(machine, frame, value, one, key, node)
        elif isinstance(one, LocalClass) and one.is_enum and key.constant is NOTHING:
            part = CLEAN  # one of its members
        elif isinstance(one, LocalClass):
            part = class_attribute(machine, one, str(key.constant)) or Value((), 0, NOTHING, (one,))
        else:
            part = content(value)
        result = part if result is None else join(result, part)
    if result is not None:
        plain = _beside(value)
        return result if plain is None else join(result, plain)
    if not value.taints and value.vague == FULL:
        return Value((), FULL, NOTHING, ())
    return content(value)


def is_closed(machine: Machine, value: Value) -> bool:
    """Whether a value is a mapping whose keys are all known, or an enum."""
    if len(value.references) != 1 or value.taints or value.vague:
        return False
    one = value.references[0]
    if isinstance(one, LocalClass):
        return one.is_enum
    made = machine.heap.get(one) if isinstance(one, Cell) else None
    if made is None or made.type != "dict" or made.cls is not None or made.trait is not None:
        return False
    return made.rest is None and made.keys is None and bool(made.fields)


def _members(machine: Machine, cls: LocalClass, identifier: str) -> Value:
    """``Color.__members__``: the members of an enum by name."""
    fields: dict[object, Value] = {}
    for name, value in cls.frame.names.items():
        for one in value.references:
            if isinstance(one, Cell) and (made := machine.heap.get(one)).cls is cls:
                known = made.fields.get("value", NONE).constant
                key = known if identifier == "_value2member_map_" else name
                if hashable(key):
                    fields[key] = value
    return Value(references=(machine.heap.new(Object("dict", fields)),))


def _entry(machine: Machine, frame: Frame, cell: Cell, key: Value, node: ir.Node) -> Value:
    """An item; one that is missing is what its class, or what was given for it, makes of it."""
    made = machine.heap.get(cell)
    if made.type != "dict" or (made.trait is None and made.cls is None):
        return object_item(made, key)
    known = key.constant is not NOTHING and hashable(key.constant)
    if known and key.constant in made.fields:
        return made.fields[key.constant]
    missing = own_method(machine, frame, cell, "__missing__", node)
    if missing is not None:
        part = apply(machine, frame, missing, [key], node)
        return part if known and made.rest is None else join(part, made.any_item())
    if not isinstance(made.trait, Value) or (made.rest is not None and not known):
        return object_item(made, key)
    part = apply(machine, frame, made.trait, [], node)
    frame.writes = True
    if known:
        whole = part if made.rest is None else join(part, made.rest)
        machine.heap.put(cell, made.with_field(key.constant, whole))
        return whole
    machine.heap.put(cell, made.with_rest(part, machine.heap.flat(key)))
    return join(part, made.any_item()) if made.fields else part


def object_item(made: Object, key: Value) -> Value:
    """The part of an object at a key."""
    known = key.constant
    if known is NOTHING or not hashable(known):
        return made.any_item()
    if isinstance(known, int) and not isinstance(known, bool) and made.type in ("list", "tuple"):
        if made.size is not None and known < 0:
            known += made.size
        found_at = made.fields.get(known)
        if found_at is not None:
            return found_at
        return made.any_item() if made.rest is not None or made.size is None else CLEAN
    found_or_none = made.get(known)
    return CLEAN if found_or_none is None else found_or_none


def known_items(machine: Machine, value: Value) -> list[Value] | None:
    """The items that iterating gives, when they are known one by one."""
    if isinstance(value.constant, str) and len(value.constant) <= 16:
        return [constant(one) for one in value.constant]
    if value.taints or len(value.references) != 1 or not isinstance(value.references[0], Cell):
        return None
    made = machine.heap.get(value.references[0])
    if made.type in ("list", "tuple") and made.size is not None:
        return [made.fields[index] for index in range(made.size)]
    if made.type == "instance" and 0 in made.fields:
        return [made.fields[n] for n in range(len(made.fields)) if n in made.fields]
    if made.type == "set" and made.rest is None:
        return list(made.fields.values())
    if made.type == "dict" and made.rest is None and made.keys is None:
        return [constant(key) for key in made.fields]
    return None


def element(machine: Machine, frame: Frame, value: Value, node: ir.Node) -> Value:
    """What iterating gives, as one value."""
    result: Value | None = None
    for one in value.references:
        if isinstance(one, Cell):
            made = machine.heap.get(one)
            own = own_method(machine, frame, one, "__iter__", node)
            if own is not None:
                given = apply(machine, frame, own, [], node)
                same = any(ref is one for ref in given.references)
                part = made.any_item() if same else element(machine, frame, given, node)
            elif made.type == "dict":
                part = Value(constant=next(iter(made.fields), "")) if made.fields else CLEAN
                if len(made.fields) != 1 or made.rest is not None:
                    part = CLEAN
                if made.keys is not None:
                    part = join(part, made.keys)
            elif made.type == "instance":
                part = content(machine.heap.flat(value))
            else:
                part = made.any_item()
        elif isinstance(one, Api):
            part = library.element(machine, frame, value, one, node)
        else:
            part = content(value)
        result = part if result is None else join(result, part)
    if result is not None:
        plain = _beside(value)
        return result if plain is None else join(result, plain)
    return content(value)


def updated(machine: Machine, made: Object, other: Value) -> Object:
    """A dict with the entries of another one over its own."""
    for one in other.references:
        if isinstance(one, Cell):
            second = machine.heap.get(one)
            if second.type in ("dict", "instance"):
                if second.keys is not None and second.keys.taints and second.rest is not None:
                    made = made.overlaid(second.rest)
                for key, value in second.fields.items():
                    made = made.with_field(key, value)
                if second.rest is not None:
                    made = made.with_rest(second.rest, second.keys)
                return made
    flat = content(machine.heap.flat(other))
    if flat.taints:
        made = made.overlaid(flat)
    return made.with_rest(flat, flat) if flat.taints or flat.vague else made


def apply(
    machine: Machine, frame: Frame, target: Value, arguments: list[Value], node: ir.Node
) -> Value:
    """Call a value with arguments that no call in the text gives."""
    call = ir.Call(node.start, node.end, ir.Opaque(node.start, node.end), ())
    site = Site(machine, frame, call, "", None, arguments, {})
    result = calls.invoke(machine, frame, target, site)
    frame.dead = False
    return result
