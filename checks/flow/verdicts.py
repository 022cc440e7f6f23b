"""Helper functions that say whether a value is harmless.

``if not is_safe(name): abort()`` cleans ``name`` for what ``is_safe`` tests: its body is run with a
marked argument, and what its tests tell of the mark wherever it answers so is what the answer tells
of the argument. ``ok = is_safe(name)`` is remembered until ``ok`` is tested.
"""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

from checks import ir
from checks.flow import calls, guards, library
from checks.flow.kinds import ALL
from checks.flow.values import Api, Bound, LocalFunction, Source, Taint, Value

if TYPE_CHECKING:
    from checks.flow.machine import Frame, Machine

_MAX_DEPTH = 3


def refine(machine: Machine, frame: Frame, node: ir.Call, *, truth: bool) -> None:
    """Learn from the answer of a call."""
    value = guards.read(machine, frame, node.function)
    for one in value.references:
        if isinstance(one, Api):
            _library_guard(machine, frame, node, one.path, truth=truth)
        elif isinstance(one, LocalFunction):
            _local_guard(machine, frame, node, one, [], truth=truth)
        elif isinstance(one, Bound):
            for inner in one.function.references:
                if isinstance(inner, LocalFunction):
                    _local_guard(machine, frame, node, inner, list(one.arguments), truth=truth)


def _library_guard(
    machine: Machine, frame: Frame, node: ir.Call, path: str, *, truth: bool
) -> None:
    fact = machine.facts.guards.get(library.canonical(machine.facts, path))
    if fact is None or fact.truth is not truth:
        return
    position, keyword = fact.at
    tested: ir.Expression | None = None
    for name, expression in node.keywords:
        if name == keyword and keyword:
            tested = expression
    if tested is None and position is not None and position < len(node.arguments):
        tested = node.arguments[position]
    if tested is not None:
        guards.clean(machine, frame, tested, fact.kinds)


def _local_guard(
    machine: Machine,
    frame: Frame,
    node: ir.Call,
    function: LocalFunction,
    before: list[Value],
    *,
    truth: bool,
) -> None:
    if len(machine.asking) >= _MAX_DEPTH or function.definition in machine.asking:
        return
    if any(isinstance(one, ir.Star) for one in node.arguments):
        return
    named: list[tuple[str, ir.Expression]] = []
    parameters = [one for one in function.definition.parameters if not one.kind]
    positional = [one for one in parameters if not one.keyword_only]
    for index, expression in enumerate(node.arguments):
        at = index + len(before)
        if at < len(positional):
            named.append((positional[at].name, expression))
    known = {one.name for one in parameters}
    named += [(name, one) for name, one in node.keywords if name is not None and name in known]
    found = cleaned_by(machine, frame, node, function, before, named, truth=truth)
    for name, expression in named:
        if bits := found.get(name, 0):
            guards.clean(machine, frame, expression, bits)


def cleaned_by(
    machine: Machine,
    frame: Frame,
    node: ir.Call,
    function: LocalFunction,
    before: list[Value],
    named: list[tuple[str, ir.Expression]],
    *,
    truth: bool,
) -> dict[str, int]:
    """For the parameters: the kinds that they are harmless to where the function answers so."""
    marks: dict[str, Source] = {}
    given: dict[str, Value] = {}
    for name, expression in named:
        value = guards.read(machine, frame, expression)
        if value.taints or value.vague:
            mark = Source("mark", name, frame.module, 0, 0)
            facts = 0
            for one in value.taints:
                facts |= one.clean & ~ALL
            marks[name] = mark
            given[name] = Value((Taint(mark, facts, None, sure=True),), 0)
        else:
            given[name] = value
    if not marks:
        return {}
    muted, machine.results.muted = machine.results.muted, True
    machine.asking.append(function.definition)
    try:
        states = calls.answers(machine, frame, function, before, given, node, truth=truth)
    finally:
        machine.asking.pop()
        machine.results.muted = muted
    if not states:
        return {}
    result: dict[str, int] = {}
    for name, mark in marks.items():
        bits = ALL
        for names in states:
            left = names.get(name)
            if left is None:
                bits = 0
                break
            for one in left.taints:
                if one.source is mark:
                    bits &= one.clean
        result[name] = bits
    return result


def passed(
    machine: Machine, frame: Frame, function: LocalFunction, value: Value, node: ir.Node
) -> int:
    """The kinds to which an argument is harmless of which a function says yes."""
    parameters = [one for one in function.definition.parameters if not one.kind]
    if not parameters or not (value.taints or value.vague):
        return 0
    mark = Source("mark", "", frame.module, 0, 0)
    given = Value((Taint(mark, 0, None, sure=True),), 0)
    muted, machine.results.muted = machine.results.muted, True
    machine.asking.append(function.definition)
    try:
        states = calls.answers(machine, frame, function, [given], {}, node, truth=True)
    finally:
        machine.asking.pop()
        machine.results.muted = muted
    bits = ALL if states else 0
    for names in states:
        left = names.get(parameters[0].name)
        for one in (given if left is None else left).taints:
            if one.source is mark:
                bits &= one.clean
    return bits


def recall(machine: Machine, frame: Frame, name: str, *, truth: bool) -> None:
    """A name that holds an answer was tested."""
    pending = frame.answers.get(name)
    if pending is None:
        return
    del frame.answers[name]
    guards.refine(machine, frame, pending, truth=truth)
    frame.answers[name] = pending


def remember(frame: Frame, name: str, value: ir.Expression) -> None:
    """A name is bound: to an answer, perhaps."""
    inner = value
    while isinstance(inner, ir.Unary) and inner.operator == "not":
        inner = inner.operand
    if isinstance(inner, (ir.Call, ir.Compare, ir.Logic, ir.Comprehension)):
        frame.answers[name] = value
    else:
        frame.answers.pop(name, None)
    for other in [one for one in frame.answers if one != name]:
        read = _names_in(frame.answers[other])
        if read is None or name in read:
            del frame.answers[other]


@functools.lru_cache(maxsize=512)
def _names_in(node: ir.Expression) -> frozenset[str] | None:
    """The names that an answer depends on; ``None``: perhaps on any."""
    found: set[str] = set()
    stack = [node]
    for _ in range(60):
        if not stack:
            return frozenset(found)
        one = stack.pop()
        if isinstance(one, ir.Name):
            found.add(one.id)
        elif isinstance(one, ir.Call):
            stack += [one.function, *one.arguments]
        elif isinstance(one, ir.Compare):
            stack += [one.left, *one.rights]
        elif isinstance(one, ir.Logic):
            stack += one.operands
        elif isinstance(one, ir.Unary):
            stack.append(one.operand)
        elif isinstance(one, ir.Comprehension):
            stack.append(one.value)
            for clause in one.clauses:
                stack += [clause.source, *clause.conditions]
        elif isinstance(one, (ir.Attribute, ir.Subscript)):
            stack.append(one.value)
    return None
