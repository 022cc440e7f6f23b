"""Addresses that are taken apart, changed, and put together again.

An address whose scheme and host were taken out of it leads to this site, unless its path begins
with two slashes: what follows them is a host to a browser
(https://url.spec.whatwg.org/#relative-slash-state), and ``urlsplit("https://a//b").path`` is
``//b``. One whose scheme and host the program gave it leads there, whatever its path is. Those of
``urllib`` and of ``yarl`` are known.
"""

from __future__ import annotations

from checks.flow import lookup
from checks.flow.heap import Object
from checks.flow.kinds import BARE, HOST, PART, REDIRECT, REQUEST, SINGLE
from checks.flow.machine import Frame, Machine
from checks.flow.site import Site
from checks.flow.values import (
    CLEAN,
    HOLE,
    NOTHING,
    VAGUE,
    Cell,
    Value,
    cleaned,
    constant,
    content,
    join,
)

WEB = REDIRECT | REQUEST
_SLASHES = frozenset({"/+", "/*", "//+", "/{2,}", r"[/\\]+", r"[\\/]+", r"[/\\]*", r"[\\/]*"})
_NAMES = ("scheme", "netloc", "path", "query", "fragment")
_HOSTS = ("netloc", "hostname", "host", "raw_host", "authority")
_EMPTY = constant("")
_BEHIND = frozenset({"with_path", "with_query", "update_query", "extend_query", "with_fragment",
                     "with_name", "with_suffix", "joinpath", "without_query_params"})  # fmt: skip
"""Methods of ``yarl.URL`` that change what stands behind the host."""


def parsed(machine: Machine, _frame: Frame, _target: Value, site: Site) -> Value:
    """``urlsplit(address)``: its parts, by name and by place."""
    value = content(machine.heap.flat(site.arguments[0])) if site.arguments else VAGUE
    return of(machine, value, with_params=site.callee.endswith("urlparse"))


def of(machine: Machine, value: Value, *, with_params: bool = False) -> Value:
    """An address taken apart."""
    host = cleaned(value, HOST)
    whole = Value(value.taints, value.vague)
    path = cleaned(whole, PART)
    fields: dict[object, Value] = {
        "scheme": whole, "path": path, "query": whole, "fragment": whole, "port": CLEAN,
        "username": whole, "password": whole, "params": whole,
        0: whole, 1: host, 2: path, 3: whole, 4: whole,
    }  # fmt: skip
    fields.update(dict.fromkeys(_HOSTS, host))
    if with_params:
        fields[5] = whole
    made = Object("instance", fields, whole)
    return Value(references=(machine.heap.new(made),))


def unparsed(machine: Machine, _frame: Frame, _target: Value, site: Site) -> Value:
    """``urlunsplit(parts)``: with a fixed host, or none, it leads nowhere else."""
    value = site.get(0, "components")
    if value is None:
        return content(site.everything())
    if (found := written(machine, value)) is not None:
        return found
    whole = content(machine.heap.flat(value))
    items = lookup.known_items(machine, value)
    if items is None or len(items) < len(_NAMES):
        return whole
    return _whole(whole, items[0], items[1], items[2])


def is_address(made: Object) -> bool:
    """Whether an object is an address that was taken apart."""
    return made.type == "instance" and "netloc" in made.fields


def written(machine: Machine, value: Value) -> Value | None:
    """An address that was taken apart as a text; ``None`` for all other values."""
    if len(value.references) != 1 or not isinstance(cell := value.references[0], Cell):
        return None
    made = machine.heap.get(cell)
    if not is_address(made):
        return None
    parts = [made.fields[one] for one in _NAMES]
    whole = content(*(machine.heap.flat(one) for one in parts))
    return _whole(whole, made.fields["scheme"], made.fields["netloc"], made.fields["path"])


def extended(machine: Machine, made: Object, behind: Value) -> Value:
    """``address / name``: the host stays what it was."""
    flat = content(machine.heap.flat(behind))
    fields = dict(made.fields)
    for name in ("path", "query", 2, 3):
        fields[name] = content(fields.get(name, CLEAN), flat)
    rest = content(CLEAN if made.rest is None else made.rest, flat)
    return Value(references=(machine.heap.new(Object(made.type, fields, rest)),))


def method(machine: Machine, cell: Cell, made: Object, name: str, site: Site) -> Value | None:
    """A method of an address that was taken apart; ``None`` for all others."""
    if not is_address(made):
        return None
    value = Value(references=(cell,))
    if name == "_replace":
        return _changed(machine, made, site.keywords)
    if name in ("geturl", "human_repr"):
        return written(machine, value)
    if name in _BEHIND:
        return extended(machine, made, site.everything())
    if name in ("with_host", "with_scheme") and site.arguments:
        part = "netloc" if name == "with_host" else "scheme"
        return _changed(machine, made, {part: content(site.arguments[0])})
    if name == "relative":
        return _changed(machine, made, {"scheme": _EMPTY, "netloc": _EMPTY})
    if name == "join" and site.arguments:
        return _joined(machine, made, site.arguments[0])
    return value if name in ("origin", "with_port", "with_user", "with_password") else None


def _changed(machine: Machine, made: Object, parts: dict[str, Value]) -> Value:
    fields = dict(made.fields)
    for key, value in parts.items():
        fields[key] = value
        if key in _NAMES:
            fields[_NAMES.index(key)] = value
        if key == "netloc":
            fields.update(dict.fromkeys(_HOSTS, value))
    return Value(references=(machine.heap.new(Object(made.type, fields, made.rest)),))


def _joined(machine: Machine, made: Object, other: Value) -> Value:
    """``base.join(other)``: an address with a host of its own takes the place of the base."""
    flat = content(machine.heap.flat(other))
    parts: dict[str, Value] = dict.fromkeys(_NAMES, flat)
    for one in other.references:
        if isinstance(one, Cell) and is_address(inner := machine.heap.get(one)):
            parts = {name: inner.fields[name] for name in _NAMES}
    return _changed(
        machine, made, {name: join(made.fields[name], part) for name, part in parts.items()}
    )


def _whole(whole: Value, scheme: Value, host: Value, path: Value) -> Value:
    """An address, cleaned as far as its parts say where it leads."""
    if not _is_fixed(scheme, host):
        return whole
    if host.constant != "" or _is_of_this_site(path):
        return cleaned(whole, WEB)
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
