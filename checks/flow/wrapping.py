"""What the decorators of a handler tell of its parameters.

``@digits("year")`` makes a wrapper that answers by itself unless ``kwargs["year"]`` is a number and
calls the handler otherwise. The wrapper is run with marked values; what it knows of them where it
calls the handler is known of the handler's parameters.
"""

from __future__ import annotations

from checks.flow import calls, supplied
from checks.flow.kinds import ALL, FULL
from checks.flow.machine import Machine
from checks.flow.values import Api, LocalFunction, Source, Taint, Value

_FEEDS = frozenset({"route", "request", "falcon"})
_FIRST = {"route": 0, "request": 1, "falcon": 2}
"""How many parameters a framework gives by place before those of the address."""


def tested(
    machine: Machine, function: LocalFunction, feeds: str, receiver: Value
) -> dict[str, int]:
    """For the parameters: the kinds that they are harmless to where the wrapper calls it."""
    if feeds not in _FEEDS or machine.watched is not None:
        return {}
    wrapper = supplied.wrapper(machine, function)
    if wrapper is None:
        return {}
    is_method = function.cls is not None and function.kind != "static"
    given = _FIRST[feeds] + is_method
    names = [one.name for one in function.definition.parameters if not one.kind][given:]
    marks = {name: Source("mark", name, function.frame.module, 0, 0) for name in names}
    if not marks:
        return {}
    values = {name: Value((Taint(one, 0, None, sure=True),), 0) for name, one in marks.items()}
    first = [Value((), FULL, references=(Api(path),)) for path in ("@request", "@response")]
    before = [receiver] * is_method + first[: _FIRST[feeds]]
    top, muted = machine.heap.top, machine.results.muted
    machine.heap.top, machine.results.muted = dict(top), True
    machine.watched, machine.seen = function.definition, []
    try:
        calls.call_function(
            machine, wrapper.frame, wrapper, before, values, None, wrapper.definition
        )
        seen = machine.seen
    finally:
        wrapper.frame.dead = False
        machine.watched, machine.seen = None, []
        machine.heap.top, machine.results.muted = top, muted
    return {} if not seen else {name: _known(seen, name, one) for name, one in marks.items()}


def _known(seen: list[dict[str, Value]], name: str, mark: Source) -> int:
    """What holds of a parameter at every call of the handler."""
    bits = ALL
    for names in seen:
        value = names.get(name)
        if value is None or (value.vague and not value.taints):
            return 0
        for one in value.taints:
            bits &= one.clean if one.source is mark else 0
    return bits
