"""Addresses that are taken apart, changed, and put together again.

An address whose scheme and host were taken out of it leads to this site, unless its path begins
with two slashes: what follows them is a host to a browser (https://url.spec.whatwg.org/#relative-slash-state),
and ``urlsplit("https://a//b").path`` is ``//b``.
"""

from __future__ import annotations

from checks.flow import lookup
from checks.flow.heap import Object
from checks.flow.kinds import BARE, HOST, PART, REDIRECT, REQUEST, SINGLE
from checks.flow.machine import Frame, Machine
from checks.flow.site import Site
from checks.flow.values import CLEAN, HOLE, NOTHING, VAGUE, Value, cleaned, content

_WEB = REDIRECT | REQUEST
_SLASHES = frozenset({"/+", "/*", "//+", "/{2,}", r"[/\\]+", r"[\\/]+", r"[/\\]*", r"[\\/]*"})
_NAMES = ("scheme", "netloc", "path", "query", "fragment")


def parsed(machine: Machine, _frame: Frame, _target: Value, site: Site) -> Value:
    """``urlsplit(address)``: its parts, by name and by place."""
    value = content(machine.heap.flat(site.arguments[0])) if site.arguments else VAGUE
    host = cleaned(value, HOST)
    whole = Value(value.taints, value.vague)
    path = cleaned(whole, PART)
    fields: dict[object, Value] = {
        "netloc": host, "hostname": host, "scheme": whole, "path": path, "query": whole,
        "fragment": whole, "port": CLEAN, "username": whole, "password": whole, "params": whole,
        0: whole, 1: host, 2: path, 3: whole, 4: whole,
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
    return _whole(whole, items[0], items[1], items[2])


def method(machine: Machine, made: Object, name: str, site: Site) -> Value | None:
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
    whole = content(*(machine.heap.flat(one) for one in made.fields.values()))
    return _whole(whole, made.fields["scheme"], made.fields["netloc"], made.fields["path"])


def _whole(whole: Value, scheme: Value, host: Value, path: Value) -> Value:
    """An address, cleaned as far as its parts say where it leads."""
    if not _is_fixed(scheme, host):
        return whole
    if host.constant != "" or _is_of_this_site(path):
        return cleaned(whole, _WEB)
    return cleaned(content(cleaned(whole, REDIRECT | PART), path), REQUEST)


def _is_of_this_site(path: Value) -> bool:
    """Whether a path, without a host in front of it, cannot begin with a host of its own."""
    text = path.template
    if text is not None and text[:1] != HOLE and text[:2] not in ("/", "//", "/\\", f"/{HOLE}"):
        return True
    return all(one.clean & SINGLE for one in path.dangerous(REDIRECT))


def slashes_taken(pattern: str, replacement: str) -> int:
    """What is known of a text in which ``re.sub`` replaced the slashes at its beginning."""
    if pattern.removeprefix("^").removeprefix(r"\A") not in _SLASHES:
        return 0
    if replacement == "/":
        return SINGLE
    return BARE | SINGLE if replacement == "" else 0


def _is_fixed(scheme: Value, host: Value) -> bool:
    """Whether nothing from outside chooses where an address leads."""
    if scheme.taints or host.taints:
        return False
    # A scheme without a host (``javascript:``) leads elsewhere.
    return host.constant != "" or scheme.constant in ("", NOTHING)
