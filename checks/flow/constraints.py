"""Patterns that frameworks hold fields and parameters to: ``Field(pattern=r"^[a-z]+$")``.

pydantic's, FastAPI's and msgspec's. They search for the pattern, so it has to name both ends.
"""

from __future__ import annotations

from typing import Final

from checks import ir
from checks.flow import patterns
from checks.flow.machine import Frame, Machine
from checks.flow.values import LocalClass

_NAMES: Final = ("pattern", "regex")
_MAX_NODES: Final = 30


def passed(machine: Machine, frame: Frame, *places: ir.Expression | None) -> int:
    """The kinds to which a text is harmless that a framework lets through.

    Args:
        machine: the interpreter.
        frame: where the field is declared.
        places: its annotation and its default.
    """
    waiting = [one for one in places if one is not None]
    bits = 0
    for _ in range(_MAX_NODES):
        if not waiting:
            break
        one = waiting.pop()
        if isinstance(one, ir.Subscript):
            waiting.append(one.key)
        elif isinstance(one, ir.Sequence):
            waiting += one.items
        elif isinstance(one, ir.Operation) and one.operator == "|":
            waiting += [one.left, one.right]
        elif isinstance(one, ir.Call):
            for name, value in one.keywords:
                text = None if name not in _NAMES else machine.evaluate(frame, value).template
                if text is not None and "\0" not in text:
                    bits |= patterns.passed_by(text, "search")
    return bits


def of_field(machine: Machine, cls: LocalClass, annotation: ir.Expression | None) -> int:
    """The kinds to which a field of a model is harmless, as it is declared."""
    for statement in cls.definition.body:
        if isinstance(statement, ir.Assign) and statement.annotation is annotation:
            return passed(machine, cls.frame, annotation, statement.value)
    return 0
