"""Methods of dicts, buffers and configurations: what they hold, and at which place."""

from __future__ import annotations

from checks.flow import folding, lookup
from checks.flow.heap import Object, make
from checks.flow.machine import Frame, Machine
from checks.flow.site import Site
from checks.flow.values import (
    CLEAN,
    NONE,
    NOTHING,
    VAGUE,
    Cell,
    Value,
    constant,
    content,
    join,
)


def of_dict(
    machine: Machine, frame: Frame, cell: Cell, made: Object, name: str, site: Site
) -> Value:
    """A method of a dict."""
    heap = machine.heap
    if name in ("get", "pop", "setdefault", "__getitem__") and site.arguments:
        wanted = site.arguments[0]
        default = site.get(1, "default")
        known = wanted.constant
        if known is NOTHING or not folding.hashable(known):
            found = made.any_item()
            if name == "setdefault" and default is not None:
                heap.put(cell, made.with_rest(default, heap.flat(wanted)))
            return found if default is None else join(found, default)
        at = made.fields.get(known)
        if at is None and made.rest is not None:
            at = made.rest if default is None else join(made.rest, default)
        if name == "setdefault" and at is None:
            frame.writes = True
            heap.put(cell, made.with_field(known, NONE if default is None else default))
        if name == "pop" and known in made.fields:
            frame.writes = True
            fields = {key: value for key, value in made.fields.items() if key != known}
            heap.put(
                cell, Object("dict", fields, made.rest, made.keys, cls=made.cls, trait=made.trait)
            )
        if at is None:
            return NONE if default is None else default
        return at
    if name == "__setitem__" and len(site.arguments) == 2:
        frame.writes = True
        key, item = site.arguments
        if key.constant is NOTHING or not folding.hashable(key.constant):
            heap.put(cell, made.with_rest(item, heap.flat(key)))
        else:
            heap.put(cell, made.with_field(key.constant, item))
        return NONE
    if name == "popitem" and made.fields and made.rest is None:
        frame.writes = True
        last = list(made.fields)[0 if site.constant(0, "last") is False else -1]
        pair = make({0: constant(last), 1: made.fields[last]}, "tuple")
        others = {one: value for one, value in made.fields.items() if one != last}
        heap.put(cell, Object("dict", others, made.rest, made.keys, cls=made.cls, trait=made.trait))
        return Value(references=(heap.new(pair),))
    if name == "update":
        frame.writes = True
        for one in site.arguments:
            made = lookup.updated(machine, made, one)
        for word, value in site.keywords.items():
            made = made.with_field(word, value)
        heap.put(cell, made)
        return NONE
    if name == "items":
        pairs = [
            Value(references=(heap.new(make({0: constant(key), 1: value}, "tuple")),))
            for key, value in made.fields.items()
        ]
        whole = make(dict(enumerate(pairs)), "list")
        if made.rest is not None:
            pair = make({0: CLEAN if made.keys is None else made.keys, 1: made.rest}, "tuple")
            whole = whole.blurred().with_rest(Value(references=(heap.new(pair),)))
        return Value(references=(heap.new(whole),))
    if name == "values":
        whole = make(dict(enumerate(made.fields.values())), "list")
        if made.rest is not None:
            whole = whole.blurred().with_rest(made.rest)
        return Value(references=(heap.new(whole),))
    if name == "keys":
        whole = make({n: constant(key) for n, key in enumerate(made.fields)}, "list")
        if made.keys is not None:
            whole = whole.blurred().with_rest(made.keys)
        return Value(references=(heap.new(whole),))
    if name == "copy":
        return Value(references=(heap.new(made),))
    if name == "clear":
        frame.writes = True
        heap.put(cell, Object("dict", {}, cls=made.cls, trait=made.trait))
        return NONE
    return content(heap.flat(Value(references=(cell,))), site.everything())


def of_buffer(
    machine: Machine, frame: Frame, cell: Cell, made: Object, name: str, site: Site
) -> Value:
    """A method of ``StringIO`` or ``BytesIO``."""
    if name in ("write", "writelines"):
        frame.writes = True
        machine.heap.put(cell, made.with_rest(content(site.everything())))
        return CLEAN
    if name in ("getvalue", "read", "readline", "readlines", "getbuffer"):
        return content(made.any_item())
    return CLEAN


def of_config(
    machine: Machine, frame: Frame, cell: Cell, made: Object, name: str, site: Site
) -> Value:
    """``ConfigParser``: sections and options."""
    known = [one.constant for one in site.arguments[:2]]
    key = tuple(str(one) for one in known)
    if name == "set" and len(site.arguments) == 3:
        frame.writes = True
        if NOTHING in known:
            machine.heap.put(cell, made.with_rest(site.arguments[2]))
        else:
            machine.heap.put(cell, made.with_field(key, site.arguments[2]))
        return NONE
    if name == "get" and len(site.arguments) >= 2:
        found = made.fields.get(key) if NOTHING not in known else made.any_item()
        return (made.rest or VAGUE) if found is None else found
    if name in ("getint", "getfloat", "getboolean", "has_section", "has_option"):
        return CLEAN
    if name in ("read_string", "read_dict"):
        frame.writes = True
        machine.heap.put(cell, made.with_rest(content(site.everything())))
    return VAGUE
