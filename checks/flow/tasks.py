"""Tasks that are put into a queue: the call that does it is where their arguments come from.

``resize.delay(name)`` runs ``resize(name)``, later and elsewhere, with what it is given here.
"""

from __future__ import annotations

from checks.flow import calls, lookup
from checks.flow.machine import Frame, Machine
from checks.flow.site import Site
from checks.flow.values import VAGUE, Cell, LocalFunction, Method, Value

SENDING = frozenset({"delay", "delay_on_commit", "apply_async", "apply_async_on_commit", "apply",
                     "s", "si", "signature", "send", "send_with_options", "defer",
                     "kiq"})  # fmt: skip
"""Methods of a task that run it, or make something that does (Celery, Dramatiq, Taskiq)."""
_PACKED = frozenset({"apply_async", "apply_async_on_commit", "apply", "signature",
                     "send_with_options"})  # fmt: skip
"""Those that are given the arguments as a list and a mapping."""


def sent(machine: Machine, frame: Frame, one: Method, site: Site) -> Value | None:
    """``task.delay(…)`` for a task of the change; ``None`` for all other calls."""
    found = None
    for reference in one.receiver.references:
        if isinstance(reference, LocalFunction) and reference.decorators:
            _run(machine, frame, reference, site, [])
            found = VAGUE
    return found


def sent_by_class(machine: Machine, frame: Frame, _target: Value, site: Site) -> Value | None:
    """``Export().delay(…)``: a task that is a class runs its method ``run``."""
    receiver = site.receiver
    for one in () if receiver is None else receiver.references:
        cls = machine.heap.get(one).cls if isinstance(one, Cell) else None
        body = None if cls is None else lookup.class_attribute(machine, cls, "run")
        for inner in () if body is None else body.references:
            if isinstance(inner, LocalFunction):
                _run(machine, frame, inner, site, [VAGUE if receiver is None else receiver])
                return VAGUE
    return None


def _run(
    machine: Machine, frame: Frame, function: LocalFunction, site: Site, before: list[Value]
) -> None:
    parameters = function.definition.parameters
    if not before and function.cls is None and parameters[:1] and parameters[0].name == "self":
        before = [VAGUE]  # a bound task is given itself
    arguments, keywords = list(site.arguments), dict(site.keywords)
    star = site.star
    if site.method in _PACKED:
        given, named = site.get(0, "args"), site.get(1, "kwargs")
        items = [] if given is None else lookup.known_items(machine, given)
        if items is None and given is not None:
            star = lookup.element(machine, frame, given, site.node)
        arguments, keywords = items or [], _named(machine, named)
    calls.call_function(machine, frame, function, [*before, *arguments], keywords, star, site.node)
    frame.dead = False


def _named(machine: Machine, value: Value | None) -> dict[str, Value]:
    for one in () if value is None else value.references:
        if isinstance(one, Cell):
            fields = machine.heap.get(one).fields
            return {key: part for key, part in fields.items() if isinstance(key, str)}
    return {}
