"""Methods that a class inherits, and that do something else in it.

``class Towns(Handler)`` gives ``Handler.on_get`` the statement that it runs: with an instance of
``Handler`` nothing is learnt of it. So a method that a framework calls, and that uses what a class
of the file defines anew, is run for that class, too.
"""

from __future__ import annotations

from collections.abc import Iterator

from checks import ir
from checks.flow import lookup
from checks.flow.feeding import feeding
from checks.flow.machine import Machine, ModuleRun
from checks.flow.results import Hit, Results
from checks.flow.values import LocalClass, LocalFunction

MAX_METHODS = 40
"""Inherited methods that are run for one file."""


def methods(machine: Machine, own: ModuleRun) -> Iterator[LocalFunction]:
    """The inherited methods that classes of a file change, each as one of the class."""
    left = MAX_METHODS
    for value in list(own.frame.names.values()):
        for cls in value.references:
            if not isinstance(cls, LocalClass) or cls.module is not own:
                continue
            for one in _of(machine, cls):
                if left <= 0:
                    return
                left -= 1
                yield one


def _of(machine: Machine, cls: LocalClass) -> Iterator[LocalFunction]:
    above = lookup.lineage(machine, cls)[1:]
    if not above:
        return
    seen = set(cls.frame.names)
    names = tuple(one.encode() for one in cls.frame.names if not one.startswith("__"))
    for base in above:
        for name, value in base.frame.names.items():
            if name in seen:
                continue
            for one in value.references:
                if isinstance(one, LocalFunction) and one.cls is base and _uses(one, names):
                    mine = LocalFunction(one.definition, one.frame, one.name, one.kind, cls,
                                         one.decorators)  # fmt: skip
                    if feeding(machine, mine)[0]:
                        yield mine
        seen |= set(base.frame.names)


def _uses(function: LocalFunction, names: tuple[bytes, ...]) -> bool:
    """Whether a method names something of its object that a class defines anew."""
    definition = function.definition
    if not isinstance(definition, ir.Function) or not definition.parameters or not names:
        return False
    receiver = definition.parameters[0].name.encode()
    text = function.frame.module.module.source.data[definition.start : definition.end]
    behind = text.split(receiver + b".")[1:]
    return any(one.startswith(names) for one in behind)


def kept(found: Results, own: ModuleRun) -> Iterator[Hit]:
    """Of what a method of another file did, the flows that lead through this one.

    The others are the other file's, where they are told of.
    """
    for hit in found.hits.values():
        link = hit.taint.trace
        while link is not None and link.module is not own:
            link = link.previous
        if hit.module is own or link is not None:
            yield hit
