"""Unpicklers that load what a list allows, and nothing else.

``find_class`` of a subclass decides which names a pickle may use
(https://docs.python.org/3/library/pickle.html#restricting-globals). It is run with marked names:
where none of them is looked up untested, what is loaded is as harmless as the list.
"""

from __future__ import annotations

from checks.flow import calls, instances, lookup
from checks.flow.kinds import PICKLE
from checks.flow.machine import Frame, Machine
from checks.flow.results import Results
from checks.flow.values import LocalClass, LocalFunction, Source, Taint, Value

_LOOKING_UP = frozenset({"pickle", "import", "code"})


def is_confined(machine: Machine, frame: Frame, cls: LocalClass) -> bool:
    """Whether an unpickler looks up names that it tested only."""
    own = lookup.class_attribute(machine, cls, "find_class")
    for one in () if own is None else own.references:
        if isinstance(one, LocalFunction) and len(machine.active) < 3:
            return _tests(machine, frame, cls, one)
    return False


def _tests(machine: Machine, frame: Frame, cls: LocalClass, function: LocalFunction) -> bool:
    mark = Source("mark", "", frame.module, 0, 0)
    name = Value((Taint(mark, 0, None, sure=True),), 0)
    receiver = instances.an_instance(machine, cls)
    results, machine.results = machine.results, Results()
    top, machine.heap.top = machine.heap.top, dict(machine.heap.top)
    dead = frame.dead
    try:
        given = calls.call_function(
            machine, frame, function, [receiver, name, name], {}, None, function.definition
        )
        found = machine.results
    finally:
        machine.results, machine.heap.top, frame.dead = results, top, dead
    looked_up = any(
        hit.taint.source is mark and hit.kind in _LOOKING_UP for hit in found.hits.values()
    )
    return not looked_up and not any(
        one.source is mark for one in machine.heap.flat(given).dangerous(PICKLE)
    )
