"""Addresses that are taken apart, changed, and put together again.

An address whose scheme and host were taken out of it leads to this site.
"""

from __future__ import annotations

from checks.flow import lookup
from checks.flow.heap import Object
from checks.flow.kinds import HOST, REDIRECT, REQUEST
from checks.flow.machine import Frame, Machine
from checks.flow.site import Site
from checks.flow.values import CLEAN, NOTHING, VAGUE, Cell, Value, cleaned, content

_WEB = REDIRECT | REQUEST
_NAMES = ("scheme", "netloc", "path", "query", "fragment")


def parsed(machine: Machine, _frame: Frame, _target: Value, site: Site) -> Value:
    """``urlsplit(address)``: its parts, by name and by place."""
    value = content(machine.heap.flat(site.arguments[0])) if site.arguments else VAGUE
    host = cleaned(value, HOST)
    whole = Value(value.taints, value.vague)
    fields: dict[object, Value] = {
        "netloc": host, "hostname": host, "scheme": whole, "path": whole, "query": whole,
        "fragment": whole, "port": CLEAN, "username": whole, "password": whole, "params": whole,
        0: whole, 1: host, 2: whole, 3: whole, 4: whole,
    }  # fmt: skip
    if site.callee.endswith("urlparse"):
        fields[5] = whole
    made = Object("instance", fields, whole)
    return Value(references=(machine.heap.new(made),))


def unparsed(machine: Machine, _frame: Frame, _target: Value, site: Site) -> Value:
    """``urlunsplit(parts)``: with a fixed host, or none, it leads nowhere else."""
    value = site.get(0, "components")
    if value is None:
        return content(site.everything())
    whole = content(machine.heap.flat(value))
    items = lookup.known_items(machine, value)
    if items is None or len(items) < len(_NAMES):
        return whole
    return cleaned(whole, _WEB) if _is_fixed(items[0], items[1]) else whole


def method(machine: Machine, cell: Cell, made: Object, name: str, site: Site) -> Value | None:
    """``_replace`` and ``geturl`` of an address that was taken apart; ``None`` for all others."""
    if "netloc" not in made.fields:
        return None
    if name == "_replace":
        fields = dict(made.fields)
        for key, value in site.keywords.items():
            fields[key] = value
            if key in _NAMES:
                fields[_NAMES.index(key)] = value
            if key == "netloc":
                fields["hostname"] = value
        return Value(references=(machine.heap.new(Object(made.type, fields, made.rest)),))
    if name != "geturl":
        return None
    whole = content(machine.heap.flat(Value(references=(cell,))))
    fixed = _is_fixed(made.fields["scheme"], made.fields["netloc"])
    return cleaned(whole, _WEB) if fixed else whole


def _is_fixed(scheme: Value, host: Value) -> bool:
    """Whether nothing from outside chooses where an address leads."""
    if scheme.taints or host.taints:
        return False
    # A scheme without a host (``javascript:``) leads elsewhere.
    return host.constant != "" or scheme.constant in ("", NOTHING)
