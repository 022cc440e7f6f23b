"""Functions of the standard library that make things or take them apart: records, tables.

They know what their arguments hold, and keep it apart by name and by place.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from checks.flow import lookup
from checks.flow.heap import Object, make
from checks.flow.kinds import PATH
from checks.flow.machine import Frame, Machine
from checks.flow.site import Site
from checks.flow.values import (
    CLEAN,
    NONE,
    NOTHING,
    VAGUE,
    Api,
    Cell,
    Value,
    cleaned,
    constant,
    content,
)

_BUILTIN_TYPES = frozenset({"str", "bytes", "int", "float", "bool", "list", "tuple", "dict", "set"})


def _isinstance(machine: Machine, _frame: Frame, _target: Value, site: Site) -> Value:
    """``isinstance(x, str)``, where what ``x`` is is known."""
    if len(site.arguments) != 2:
        return CLEAN
    value, wanted = site.arguments
    types = lookup.known_items(machine, wanted) or [wanted]
    names = [one.path for each in types for one in each.references if isinstance(one, Api)]
    if len(names) != len(types) or not _BUILTIN_TYPES.issuperset(names):
        return CLEAN
    known = _type_of(machine, value)
    if known is None:
        return CLEAN
    return constant(known in names or (known == "bool" and "int" in names))


def _type_of(machine: Machine, value: Value) -> str | None:
    """The name of a value's type, when it is one of the builtin ones."""
    if value.constant is not NOTHING:
        name = type(value.constant).__name__
        return name if name in _BUILTIN_TYPES else None
    if value.text is not None and not value.references:
        return "str"
    if len(value.references) == 1 and isinstance(one := value.references[0], Cell):
        made = machine.heap.get(one)
        plain = not value.taints and not value.vague and made.cls is None
        # A deque and a list are told apart by nothing here, and neither is a text.
        return made.type if plain and made.type in ("tuple", "dict") else None
    return None


def _splitext(machine: Machine, _frame: Frame, _target: Value, site: Site) -> Value:
    """``os.path.splitext(name)``: there is no slash in the ending."""
    value = content(machine.heap.flat(site.arguments[0])) if site.arguments else VAGUE
    pair = make({0: value, 1: cleaned(value, PATH)}, "tuple")
    return Value(references=(machine.heap.new(pair),))


def _maketrans(machine: Machine, _frame: Frame, _target: Value, site: Site) -> Value:
    """``str.maketrans(table)``, ``str.maketrans("ab", "cd", "gone")``."""
    if len(site.arguments) == 1:
        return site.arguments[0]
    known = [one.constant for one in site.arguments]
    fields: dict[object, Value] = {}
    if isinstance(old := known[0], str) and isinstance(new := known[1], str):
        fields.update((one, constant(other)) for one, other in zip(old, new, strict=False))
    if len(known) > 2 and isinstance(gone := known[2], str):
        fields.update(dict.fromkeys(gone, NONE))
    return Value(references=(machine.heap.new(Object("dict", fields)),))


def _ordinal(_machine: Machine, _frame: Frame, _target: Value, site: Site) -> Value:
    """``ord("<")``, as the keys of a table for ``translate`` are written."""
    known = site.constant(0)
    if isinstance(known, (str, bytes)) and len(known) == 1:
        return constant(ord(known))
    return CLEAN


def _character(_machine: Machine, _frame: Frame, _target: Value, site: Site) -> Value:
    """``chr(60)``."""
    known = site.constant(0)
    if isinstance(known, int) and 0 <= known < 0x110000:
        return constant(chr(known))
    return CLEAN


def _config_parser(machine: Machine, _frame: Frame, _target: Value, _site: Site) -> Value:
    return Value(references=(machine.heap.new(Object("config", {})),))


def _field(machine: Machine, frame: Frame, _target: Value, site: Site) -> Value:
    """``dataclasses.field(default_factory=list)``: the default."""
    factory = site.get(None, "default_factory") or site.get(None, "factory")
    if factory is not None:
        return lookup.apply(machine, frame, factory, [], site.node)
    default = site.get(None, "default")
    return VAGUE if default is None else default


TABLE: Final[dict[str, Callable[[Machine, Frame, Value, Site], Value]]] = {
    "os.path.splitext": _splitext, "posixpath.splitext": _splitext, "isinstance": _isinstance,
    "str.maketrans": _maketrans, "ord": _ordinal, "chr": _character,
    "dataclasses.field": _field, "attr.ib": _field, "attrs.field": _field, "attr.field": _field,
    "configparser.ConfigParser": _config_parser,
    "configparser.RawConfigParser": _config_parser,
    "configparser.SafeConfigParser": _config_parser,
}  # fmt: skip
"""By the path of what is called."""
