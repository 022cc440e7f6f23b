"""What goes through items and puts them together: ``reduce``, ``itertools``, ``operator``.

Beside :mod:`sequences`, which has the builtins.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from checks.flow import binding, calls, lookup, operators, sequences
from checks.flow.machine import Frame, Machine
from checks.flow.sequences import MANY, listed, some
from checks.flow.site import Site
from checks.flow.values import (
    CLEAN,
    NONE,
    VAGUE,
    Bound,
    Value,
    api,
    join,
)

_SIGNS: Final = {
    "add": "+", "concat": "+", "iadd": "+", "iconcat": "+", "mod": "%", "imod": "%", "mul": "*",
    "imul": "*", "or_": "|", "ior": "|", "and_": "&", "truediv": "/", "sub": "-",
}  # fmt: skip
_COMPARING: Final = ("eq", "ne", "lt", "le", "gt", "ge", "contains", "not_", "truth", "is_",
                     "is_not", "countOf", "indexOf", "index", "length_hint")  # fmt: skip


def _apply(machine: Machine, frame: Frame, function: Value, parts: list[Value],
           site: Site) -> Value:  # fmt: skip
    inner = Site(machine, frame, site.node, site.callee, None, parts, {})
    return calls.invoke(machine, frame, function, inner)


def _folded(machine: Machine, frame: Frame, function: Value | None, items: list[Value],
            begin: Value | None, site: Site) -> list[Value]:  # fmt: skip
    """What there is after each of the items."""
    found: list[Value] = []
    whole = begin
    for one in items:
        if whole is None:
            whole = one
        elif function is None:
            whole = operators.operate(machine, "+", whole, one)
        else:
            whole = _apply(machine, frame, function, [whole, one], site)
        found.append(whole)
    return found


def _rounds(machine: Machine, frame: Frame, source: Value, begin: Value | None,
            site: Site) -> tuple[list[Value], bool]:  # fmt: skip
    """The items one by one; a few like those that there are, where they are not known."""
    known = lookup.known_items(machine, source)
    if known is not None and len(known) <= MANY:
        return known, True
    part = lookup.element(machine, frame, source, site.node)
    return [part] * (2 if begin is not None else 3), False


def _reduce(machine: Machine, frame: Frame, _target: Value, site: Site) -> Value:
    """``reduce(function, items, initial)``."""
    if len(site.arguments) < 2:
        return VAGUE
    function, source = site.arguments[:2]
    begin = site.get(2, "initial")
    items, exact = _rounds(machine, frame, source, begin, site)
    found = _folded(machine, frame, function, items, begin, site)
    if not found:
        return VAGUE if begin is None else begin
    if exact:
        return found[-1]
    whole = found[-1] if begin is None else join(begin, found[-1])
    return join(whole, found[0])


def _accumulate(machine: Machine, frame: Frame, _target: Value, site: Site) -> Value:
    if not site.arguments:
        return VAGUE
    begin = site.get(None, "initial")
    items, exact = _rounds(machine, frame, site.arguments[0], begin, site)
    found = _folded(machine, frame, site.get(1, "func"), items, begin, site)
    if begin is not None:
        found.insert(0, begin)
    if exact:
        return listed(machine, found)
    whole = found[0]
    for one in found[1:]:
        whole = join(whole, one)
    return some(machine, whole)


def _product(machine: Machine, frame: Frame, _target: Value, site: Site) -> Value:
    repeat = site.constant(None, "repeat")
    sources = site.arguments * (repeat if isinstance(repeat, int) and 0 < repeat < 5 else 1)
    known = [lookup.known_items(machine, one) for one in sources]
    rows: list[list[Value]] | None = [[]]
    for items in known:
        if items is None or rows is None or len(rows) * len(items) > MANY:
            rows = None
            break
        rows = [[*row, one] for row in rows for one in items]
    if rows is not None and site.star is None:
        return listed(machine, [sequences.pair(machine, row) for row in rows])
    parts = [lookup.element(machine, frame, one, site.node) for one in sources]
    if not parts:
        return VAGUE if site.star is None else some(machine, site.star)
    return some(machine, sequences.pair(machine, parts))


def _chosen(machine: Machine, frame: Frame, _target: Value, site: Site) -> Value:
    """``combinations(items, 2)``, ``pairwise``: some of the items as a tuple."""
    if not site.arguments:
        return VAGUE
    part = lookup.element(machine, frame, site.arguments[0], site.node)
    count = 2 if site.callee.endswith("pairwise") else site.constant(1, "r")
    if isinstance(count, int) and 0 < count <= MANY and not site.callee.endswith("batched"):
        return some(machine, sequences.pair(machine, [part] * count))
    return some(machine, some(machine, part))


def _starmap(machine: Machine, frame: Frame, _target: Value, site: Site) -> Value:
    if len(site.arguments) < 2:
        return VAGUE
    function, source = site.arguments[:2]
    items = lookup.known_items(machine, source)
    exact = items is not None and len(items) <= MANY
    if items is None or not exact:
        items = [lookup.element(machine, frame, source, site.node)]
    found = []
    for one in items:
        parts = lookup.known_items(machine, one)
        star = None if parts is not None else lookup.element(machine, frame, one, site.node)
        inner = Site(machine, frame, site.node, site.callee, None, parts or [], {}, star)
        found.append(calls.invoke(machine, frame, function, inner))
    return listed(machine, found) if exact else some(machine, found[0])


def _grouped(machine: Machine, frame: Frame, _target: Value, site: Site) -> Value:
    """``groupby(items, key)``: pairs of a key and items."""
    if not site.arguments:
        return VAGUE
    part = lookup.element(machine, frame, site.arguments[0], site.node)
    key = site.get(1, "key")
    if key is None or key.constant is None:
        name = part
    else:
        name = _apply(machine, frame, key, [part], site)
    return some(machine, sequences.pair(machine, [name, some(machine, part)]))


def _repeated(machine: Machine, _frame: Frame, _target: Value, site: Site) -> Value:
    if not site.arguments:
        return VAGUE
    times = site.constant(1, "times")
    if isinstance(times, int) and 0 < times <= MANY:
        return listed(machine, [site.arguments[0]] * times)
    return some(machine, site.arguments[0])


def _counted(machine: Machine, _frame: Frame, _target: Value, _site: Site) -> Value:
    return some(machine, CLEAN)


def _operated(machine: Machine, _frame: Frame, _target: Value, site: Site) -> Value:
    """``operator.add(a, b)``."""
    if len(site.arguments) != 2:
        return VAGUE
    sign = _SIGNS[site.callee.rpartition(".")[2]]
    return operators.operate(machine, sign, site.arguments[0], site.arguments[1])


def _compared(_machine: Machine, _frame: Frame, _target: Value, _site: Site) -> Value:
    return CLEAN


def _item(machine: Machine, frame: Frame, _target: Value, site: Site) -> Value:
    """``operator.getitem(owner, key)``."""
    if len(site.arguments) != 2:
        return VAGUE
    return lookup.item(machine, frame, site.arguments[0], site.arguments[1], site.node)


def _set_item(machine: Machine, frame: Frame, _target: Value, site: Site) -> Value:
    """``operator.setitem(owner, key, value)``."""
    if len(site.arguments) == 3:
        owner, key, value = site.arguments
        binding.store_item(machine, frame, owner, key, value, site.node)
    return NONE


def _caller(_machine: Machine, _frame: Frame, _target: Value, site: Site) -> Value:
    """``methodcaller("strip", " ")``."""
    bound = Bound(api("@methodcaller"), tuple(site.arguments), dict(site.keywords))
    return Value(references=(bound,))


def _called(machine: Machine, frame: Frame, _target: Value, site: Site) -> Value:
    """What such a caller calls of its argument."""
    if len(site.arguments) < 2 or not isinstance(site.constant(0), str):
        return VAGUE
    name, *given, owner = site.arguments
    method = lookup.attribute(machine, frame, owner, str(name.constant), site.node)
    inner = Site(machine, frame, site.node, f"*.{name.constant}", owner, given,
                 dict(site.keywords))  # fmt: skip
    return calls.invoke(machine, frame, method, inner)


def _first(machine: Machine, frame: Frame, _target: Value, site: Site) -> Value:
    """``more_itertools.first(items, default)``."""
    if not site.arguments:
        return VAGUE
    known = lookup.known_items(machine, site.arguments[0])
    if known:
        return known[-1 if site.callee.endswith("last") else 0]
    found = lookup.element(machine, frame, site.arguments[0], site.node)
    default = site.get(1, "default")
    return found if default is None else join(found, default)


TABLE: Final[dict[str, Callable[[Machine, Frame, Value, Site], Value]]] = {
    "functools.reduce": _reduce, "reduce": _reduce, "itertools.accumulate": _accumulate,
    "itertools.product": _product, "itertools.starmap": _starmap,
    "itertools.groupby": _grouped, "itertools.repeat": _repeated, "itertools.count": _counted,
    **dict.fromkeys([f"itertools.{one}" for one in (
        "combinations", "permutations", "combinations_with_replacement", "pairwise", "batched",
    )], _chosen),
    **dict.fromkeys([f"operator.{one}" for one in _SIGNS], _operated),
    **dict.fromkeys([f"operator.{one}" for one in _COMPARING], _compared),
    "operator.getitem": _item, "operator.setitem": _set_item, "operator.methodcaller": _caller,
    "@methodcaller": _called, "more_itertools.first": _first, "more_itertools.last": _first,
    "more_itertools.one": _first, "more_itertools.nth": _first,
}  # fmt: skip
"""By the path of what is called."""
