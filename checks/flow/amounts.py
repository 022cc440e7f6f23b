"""Numbers that were sent: how often, how long, how much, where nothing limits them.

A text from outside that was made a number can do no harm by what is in it, so it is clean for every
other kind. What is left is its size: the value keeps a :class:`Number` that says where it came from
until it is compared with a limit. Sums and products with other numbers keep it, remainders,
quotients and smallest values do not.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from checks import ir
from checks.flow import guards, library
from checks.flow.results import Reach
from checks.flow.site import Site
from checks.flow.values import CLEAN, NOTHING, Cell, Number, Value
from checks.models.facts import Sink

if TYPE_CHECKING:
    from checks.flow.machine import Frame, Machine

_KEEPING: Final = frozenset({"+", "-", "*", "**", "<<"})
_REPEATED: Final = Sink(
    "amount",
    ((0, ""),),
    None,
    "https://docs.python.org/3/library/stdtypes.html#common-sequence-operations",
    "memory",
)
_LESS: Final = frozenset({"<", "<="})
_MORE: Final = frozenset({">", ">="})


def sent(machine: Machine, value: Value) -> Value:
    """The number that a value was made."""
    taint = next((one for one in value.taints if one.source.kind == "remote"), None)
    if taint is None:
        found = of(value)
        return CLEAN if found is None else Value(references=(found,))
    known = machine.numbers.get(taint.source)
    if known is None:
        known = machine.numbers[taint.source] = Number(taint)
    return Value(references=(known,))


def of(value: Value) -> Number | None:
    """The number from outside that a value is, where nothing limits it."""
    for one in value.references:
        if isinstance(one, Number):
            return one
    return None


def _of_some(machine: Machine, value: Value) -> Number | None:
    """The same for a size with several parts: ``(width, height)``."""
    found = of(value)
    for one in value.references:
        if found is None and isinstance(one, Cell):
            made = machine.heap.get(one)
            if made.type == "tuple":
                found = next((part for item in made.fields.values() if (part := of(item))), None)
    return found


def limited(value: Value) -> Value:
    """The value, once its size was found to be within a limit."""
    kept = tuple(one for one in value.references if not isinstance(one, Number))
    if len(kept) == len(value.references):
        return value
    return Value(value.taints, value.vague, value.constant, kept, value.text)


def counted(operator: str, left: Value, right: Value, result: Value) -> Value:
    """The result of arithmetic, which is as large as its operands may be."""
    if operator not in _KEEPING:
        return limited(result)
    if result.references or result.constant is not NOTHING:
        return result
    for one, other in ((left, right), (right, left)):
        found = of(one)
        if found is not None and (of(other) or isinstance(other.constant, (int, float))):
            return Value(result.taints, result.vague, NOTHING, (found,))
    return result


def check(machine: Machine, frame: Frame, fact: Sink, site: Site) -> None:
    """Look at what a call is told of how much, how often or how long."""
    for place in fact.at:
        value = site.at(place)
        found = None if value is None else _of_some(machine, value)
        if value is not None and found is not None and not _is_span(site):
            library.report(machine, frame, fact, site, value, [found.taint], Reach.TAINTED)
            return


def _is_span(site: Site) -> bool:
    """``range(n, n + 10)``: as many as the difference."""
    return site.callee == "range" and len(site.arguments) > 1 and of(site.arguments[0]) is not None


def repeated(machine: Machine, frame: Frame, node: ir.Operation, left: Value, right: Value) -> None:
    """``"x" * n``, ``[0] * n``: a text or a list as long as somebody says."""
    for one, other in ((left, right), (right, left)):
        found = of(one)
        if found is None or not _is_sequence(machine, other):
            continue
        nothing = ir.Opaque(node.start, node.end)
        call = ir.Call(node.start, node.end, nothing, (node,))
        site = Site(machine, frame, call, "repetition", None, [one], {})
        library.report(machine, frame, _REPEATED, site, one, [found.taint], Reach.TAINTED)
        return


def _is_sequence(machine: Machine, value: Value) -> bool:
    if isinstance(value.constant, (str, bytes)):
        return bool(value.constant)
    return any(
        isinstance(one, Cell) and machine.heap.get(one).type in ("list", "tuple")
        for one in value.references
    )


def refine(machine: Machine, frame: Frame, node: ir.Compare, *, truth: bool) -> None:
    """Learn from ``n > LIMIT``, ``0 < n <= LIMIT``: where it turned out so, ``n`` is limited."""
    if not truth and len(node.operators) > 1:
        return  # any of the comparisons may have failed
    sides = (node.left, *node.rights)
    for one, sign, other in zip(sides, node.operators, sides[1:], strict=False):
        _limit(machine, frame, one, other, is_less=(sign in _LESS) is truth, sign=sign)
        _limit(machine, frame, other, one, is_less=(sign in _MORE) is truth, sign=sign)


def _limit(
    machine: Machine,
    frame: Frame,
    node: ir.Expression,
    limit: ir.Expression,
    *,
    is_less: bool,
    sign: str,
) -> None:
    if sign not in _LESS | _MORE or not is_less:
        return
    value = guards.read(machine, frame, node)
    if of(value) is not None and of(guards.read(machine, frame, limit)) is None:
        guards.write(machine, frame, node, limited(value))


def chosen(name: str, values: list[Value]) -> Value | None:
    """``min(n, LIMIT)`` is limited, ``max(n, 1)`` is not; ``None`` when no number is among them."""
    numbers = [one for one in values if of(one) is not None]
    if not numbers:
        return None
    return CLEAN if name == "min" and len(numbers) < len(values) else numbers[0]


def is_limited(text: str) -> bool:
    """Whether the options of a parameter, as they are written, limit it: ``Query(le=100)``."""
    written = "".join(text.split())
    return any(one in written for one in ("le=", "lt=", "max_value=", "maximum="))
