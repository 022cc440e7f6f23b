"""Functions that go through items: ``zip``, ``enumerate``, ``filter``, ``itertools``, heaps.

Where the items are known one by one, what is made of them is.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from checks import ir
from checks.flow import calls, lookup, verdicts
from checks.flow.heap import Object, make
from checks.flow.machine import Frame, Machine
from checks.flow.site import Site
from checks.flow.values import (
    CLEAN,
    NONE,
    VAGUE,
    Bound,
    Cell,
    Value,
    api,
    cleaned,
    constant,
    content,
    join,
)

MANY: Final = 16
"""Items up to which they are told apart."""


def listed(machine: Machine, items: list[Value]) -> Value:
    """A list of these items."""
    return Value(references=(machine.heap.new(make(dict(enumerate(items)), "list")),))


def some(machine: Machine, item: Value) -> Value:
    """A list of any number of such items."""
    return Value(references=(machine.heap.new(Object("list", {}, item)),))


def pair(machine: Machine, parts: list[Value]) -> Value:
    """A tuple of these items."""
    return Value(references=(machine.heap.new(make(dict(enumerate(parts)), "tuple")),))


def _items(machine: Machine, value: Value) -> list[Value] | None:
    found = lookup.known_items(machine, value)
    return found if found is not None and len(found) <= MANY else None


def _zip(machine: Machine, frame: Frame, _target: Value, site: Site) -> Value:
    known = [_items(machine, one) for one in site.arguments]
    exact = [one for one in known if one is not None]
    if len(exact) == len(known) and site.star is None:
        return listed(machine, [pair(machine, list(one)) for one in zip(*exact, strict=False)])
    parts = [lookup.element(machine, frame, one, site.node) for one in site.arguments]
    return some(machine, pair(machine, parts))


def _enumerate(machine: Machine, frame: Frame, _target: Value, site: Site) -> Value:
    if not site.arguments:
        return VAGUE
    known = _items(machine, site.arguments[0])
    start = site.constant(1, "start") if site.get(1, "start") is not None else 0
    if known is not None and isinstance(start, int):
        pairs = [pair(machine, [constant(start + n), one]) for n, one in enumerate(known)]
        return listed(machine, pairs)
    part = lookup.element(machine, frame, site.arguments[0], site.node)
    return some(machine, pair(machine, [CLEAN, part]))


def _range(machine: Machine, _frame: Frame, _target: Value, site: Site) -> Value:
    known = [one.constant for one in site.arguments]
    bounds = [one for one in known if isinstance(one, int)]
    if len(bounds) == len(known) and 0 < len(bounds) <= 3 and site.star is None:
        try:
            numbers = range(*bounds)
        except ValueError:
            return some(machine, CLEAN)
        if len(numbers) <= MANY:
            return listed(machine, [constant(one) for one in numbers])
    return some(machine, CLEAN)


def _map(machine: Machine, frame: Frame, _target: Value, site: Site) -> Value:
    if len(site.arguments) < 2:
        return VAGUE
    function, *sources = site.arguments
    known = [_items(machine, one) for one in sources]
    exact = [one for one in known if one is not None]

    def apply(parts: list[Value]) -> Value:
        inner = Site(machine, frame, site.node, site.callee, None, parts, {})
        return calls.invoke(machine, frame, function, inner)

    if len(exact) == len(known):
        return listed(machine, [apply(list(one)) for one in zip(*exact, strict=False)])
    return some(machine, apply([lookup.element(machine, frame, one, site.node) for one in sources]))


def _filter(machine: Machine, frame: Frame, _target: Value, site: Site) -> Value:
    """``filter(str.isalnum, text)``: what is left passed the test."""
    if len(site.arguments) < 2:
        return VAGUE
    part = lookup.element(machine, frame, site.arguments[1], site.node)
    inner = Site(machine, frame, site.node, site.callee, None, [part], {})
    calls.invoke(machine, frame, site.arguments[0], inner)
    test = site.node.arguments[0] if site.node.arguments else None
    if test is not None and not isinstance(test, ir.Star):
        part = cleaned(part, verdicts.passed(machine, frame, test, part))
    return some(machine, part)


def _chain(machine: Machine, frame: Frame, _target: Value, site: Site) -> Value:
    whole: list[Value] = []
    parts: list[Value] = []
    sources = site.arguments
    if site.callee.endswith("from_iterable") and sources:
        known = _items(machine, sources[0])
        exact = known is not None
        sources = known or [lookup.element(machine, frame, sources[0], site.node)]
    else:
        exact = site.star is None
    for one in sources:
        items = _items(machine, one)
        exact = exact and items is not None
        whole += items or []
        parts.append(lookup.element(machine, frame, one, site.node))
    if exact and len(whole) <= MANY:
        return listed(machine, whole)
    if site.star is not None:
        parts.append(lookup.element(machine, frame, site.star, site.node))
    if not parts:
        return some(machine, CLEAN)
    found = parts[0]
    for one in parts[1:]:
        found = join(found, one)
    return some(machine, found)


def _sliced(machine: Machine, frame: Frame, _target: Value, site: Site) -> Value:
    """``islice``, ``cycle``, ``takewhile``, ``nlargest``: some of the items."""
    at = 0 if site.callee.endswith(("islice", "cycle", "tee")) else 1
    value = site.get(at)
    if value is None:
        return VAGUE
    part = lookup.element(machine, frame, value, site.node)
    return some(machine, some(machine, part) if site.callee.endswith("tee") else part)


def _chained(machine: Machine, _frame: Frame, _target: Value, site: Site) -> Value:
    """``ChainMap(first, second)``: what stands in the first wins."""
    made = Object("dict", {})
    for one in reversed(site.arguments):
        made = lookup.updated(machine, made, one)
    return Value(references=(machine.heap.new(made),))


def _getter(_machine: Machine, _frame: Frame, _target: Value, site: Site) -> Value:
    """``itemgetter("key")``, ``attrgetter("name")``."""
    path = "@itemgetter" if site.callee.endswith("itemgetter") else "@attrgetter"
    return Value(references=(Bound(api(path), tuple(site.arguments), {}),))


def _got(machine: Machine, frame: Frame, _target: Value, site: Site) -> Value:
    """What such a getter takes out of its argument."""
    if len(site.arguments) < 2:
        return VAGUE
    *keys, value = site.arguments
    found: list[Value] = []
    for key in keys:
        if site.callee == "@itemgetter":
            found.append(lookup.item(machine, frame, value, key, site.node))
            continue
        part = value
        for name in str(key.constant).split("."):
            part = lookup.attribute(machine, frame, part, name, site.node)
        found.append(part)
    return found[0] if len(found) == 1 else pair(machine, found)


def _pushed(machine: Machine, frame: Frame, _target: Value, site: Site) -> Value:
    """``heappush(heap, item)``, ``insort(items, item)``: the item is somewhere in it."""
    if len(site.arguments) < 2:
        return VAGUE
    frame.writes = True
    taken = content(CLEAN)
    for one in site.arguments[0].references:
        if isinstance(one, Cell):
            made = machine.heap.get(one).blurred().with_rest(site.arguments[1])
            machine.heap.put(one, made)
            taken = made.any_item()
    return taken if site.callee.endswith(("pushpop", "replace")) else NONE


def _popped(machine: Machine, frame: Frame, _target: Value, site: Site) -> Value:
    """``heappop(heap)``: any of the items."""
    if not site.arguments:
        return VAGUE
    return lookup.element(machine, frame, site.arguments[0], site.node)


TABLE: Final[dict[str, Callable[[Machine, Frame, Value, Site], Value]]] = {
    "zip": _zip, "itertools.zip_longest": _zip, "enumerate": _enumerate, "range": _range,
    "xrange": _range, "map": _map, "filter": _filter, "itertools.chain": _chain,
    "itertools.chain.from_iterable": _chain, "itertools.islice": _sliced,
    "itertools.cycle": _sliced, "itertools.tee": _sliced, "itertools.takewhile": _sliced,
    "itertools.dropwhile": _sliced, "itertools.filterfalse": _sliced,
    "heapq.nlargest": _sliced, "heapq.nsmallest": _sliced, "collections.ChainMap": _chained,
    "operator.itemgetter": _getter, "operator.attrgetter": _getter, "@itemgetter": _got,
    "@attrgetter": _got, "heapq.heappush": _pushed, "heapq.heappushpop": _pushed,
    "heapq.heapreplace": _pushed, "bisect.insort": _pushed, "heapq.heappop": _popped,
}  # fmt: skip
"""By the path of what is called."""
