"""Helper functions that say whether a value is harmless.

``if not is_safe(name): abort()`` cleans ``name`` for what ``is_safe`` tests: its body is run with a
marked argument, and what its tests tell of the mark wherever it answers so is what the answer tells
of the argument. ``ok = is_safe(name)`` is remembered until ``ok`` is tested.
"""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Iterator
from typing import TYPE_CHECKING

from checks import ir
from checks.flow import calls, guards, library, lookup
from checks.flow.kinds import ALL
from checks.flow.values import Api, Bound, Cell, LocalFunction, Source, Taint, Value, cleaned

if TYPE_CHECKING:
    from checks.flow.machine import Frame, Machine

_MAX_DEPTH = 3
_MAX_MARKS = 8
ALPHABETS = frozenset({"str.isalnum", "str.isalpha", "str.isdigit", "str.isdecimal",
                       "str.isnumeric", "str.isidentifier"})  # fmt: skip
"""Tests of every character of a text."""


def refine(machine: Machine, frame: Frame, node: ir.Call, *, truth: bool) -> None:
    """Learn from the answer of a call."""
    place = _place(frame, node.function)
    if place is not None:
        again = ir.Call(node.start, node.end, place, node.arguments, node.keywords)
        guards.refine(machine, frame, again, truth=truth)
        return
    value = guards.read(machine, frame, node.function)
    for one in value.references:
        if isinstance(one, Api):
            if truth and one.path in ALPHABETS and len(node.arguments) == 1:
                guards.clean(machine, frame, node.arguments[0], ALL)
            _library_guard(machine, frame, node, one.path, truth=truth)
        elif isinstance(one, LocalFunction):
            _local_guard(machine, frame, node, one, [], truth=truth)
        elif isinstance(one, Bound):
            _bound_guard(machine, frame, node, one, truth=truth)
        elif isinstance(one, Cell):
            asked(machine, frame, node, value, "__call__", node.arguments, truth=truth)


def _place(frame: Frame, function: ir.Expression) -> ir.Expression | None:
    """``is_word(name)`` after ``is_word = PATTERN.fullmatch``: what the name stands for."""
    if not isinstance(function, ir.Name):
        return None
    place = frame.copies.get(function.id)
    if place is None and function.id not in frame.names:
        place = frame.module.frame.copies.get(function.id)
    return place if isinstance(place, ir.Attribute) else None


def _bound_guard(machine: Machine, frame: Frame, node: ir.Call, one: Bound, *, truth: bool) -> None:
    for inner in one.function.references:
        if isinstance(inner, LocalFunction):
            _local_guard(machine, frame, node, inner, list(one.arguments), truth=truth)
        elif isinstance(inner, Api) and not one.keywords:
            # partial(re.fullmatch, pattern)(name)
            values = [one.function, *one.arguments]
            with guards.made(frame, values) as (function, *given):
                again = ir.Call(node.start, node.end, function, (*given, *node.arguments),
                                node.keywords)  # fmt: skip
                guards.refine(machine, frame, again, truth=truth)


def asked(
    machine: Machine,
    frame: Frame,
    node: ir.Node,
    owner: Value,
    name: str,
    arguments: tuple[ir.Expression, ...] = (),
    *,
    truth: bool,
) -> bool:
    """Learn from what a method says that the language calls by itself; whether there is one.

    ``name in allowed``, ``if parsed:``, ``is_known(name)`` with an object that can be called, and
    properties.
    """
    if len(owner.references) != 1 or not isinstance(cell := owner.references[0], Cell):
        return False
    cls = machine.heap.get(cell).cls
    found = None if cls is None else lookup.class_attribute(machine, cls, name)
    for one in () if found is None else found.references:
        if isinstance(one, LocalFunction) and (not name.isidentifier() or one.kind != "static"):
            if not name.startswith("__") and one.kind != "property":
                continue
            call = ir.Call(node.start, node.end, ir.Opaque(node.start, node.end), arguments)
            _local_guard(machine, frame, call, one, [owner], truth=truth)
            return True
    return False


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
    with _marked(machine, function, before) as marks:
        found = cleaned_by(machine, frame, node, function, before, named, marks, truth=truth)
    for name, expression in named:
        if bits := found.get(name, 0):
            guards.clean(machine, frame, expression, bits)
    for cell, key, mark in marks:
        if (bits := found.get(mark, 0)) and (made := machine.heap.get(cell)).fields.get(key):
            frame.writes = True
            machine.heap.put(cell, made.with_field(key, cleaned(made.fields[key], bits)))


_Marks = list[tuple[Cell, object, Source]]


@contextlib.contextmanager
def _marked(machine: Machine, function: LocalFunction, before: list[Value]) -> Iterator[_Marks]:
    """While a method is asked: the fields of its object hold marks."""
    marks: _Marks = []
    top = machine.heap.top
    receiver = before[0] if before and function.cls is not None else None
    references = () if receiver is None or function.kind in ("static", "class") else (
        receiver.references
    )  # fmt: skip
    if len(references) == 1 and isinstance(cell := references[0], Cell):
        made = machine.heap.get(cell)
        for key, value in made.fields.items():
            if value.taints and len(marks) < _MAX_MARKS:
                mark = Source("mark", str(key), function.frame.module, 0, 0)
                marks.append((cell, key, mark))
                made = made.with_field(key, _mark(mark, value))
        if marks:
            machine.heap.top = {**top, cell.number: made}
    try:
        yield marks
    finally:
        machine.heap.top = top


def _mark(mark: Source, value: Value) -> Value:
    """A mark in the place of a value, with the facts that are known of that."""
    facts = 0
    for one in value.taints:
        facts |= one.clean & ~ALL
    return Value((Taint(mark, facts, None, sure=True),), 0)


def cleaned_by(
    machine: Machine,
    frame: Frame,
    node: ir.Call,
    function: LocalFunction,
    before: list[Value],
    named: list[tuple[str, ir.Expression]],
    fields: _Marks,
    *,
    truth: bool,
) -> dict[str | Source, int]:
    """For parameters and fields: the kinds that they are harmless to where it answers so."""
    marks: dict[str, Source] = {}
    given: dict[str, Value] = {}
    for name, expression in named:
        value = guards.read(machine, frame, expression)
        if value.taints or value.vague:
            mark = marks[name] = Source("mark", name, frame.module, 0, 0)
            given[name] = _mark(mark, value)
        else:
            given[name] = value
    if not marks and not fields:
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
    result: dict[str | Source, int] = {}
    for name, mark in marks.items():
        result[name] = _left(mark, [names.get(name) for names, _ in states])
    for cell, key, mark in fields:
        after = [heap.get(cell.number) for _, heap in states]
        result[mark] = _left(mark, [None if one is None else one.fields.get(key) for one in after])
    return result


def _left(mark: Source, after: list[Value | None]) -> int:
    """The kinds that what is marked is harmless to in all states."""
    bits = ALL
    for value in after:
        if value is None:
            return 0
        for one in value.taints:
            if one.source is mark:
                bits &= one.clean
    return bits


def passed(machine: Machine, frame: Frame, function: ir.Expression, value: Value) -> int:
    """The kinds to which an argument is harmless of which a function says yes."""
    if not (value.taints or value.vague):
        return 0
    mark = Source("mark", "", frame.module, 0, 0)
    given = _mark(mark, value)
    kept = machine.snapshot(frame)
    muted, machine.results.muted = machine.results.muted, True
    try:
        with guards.made(frame, [given]) as (name,):
            call = ir.Call(function.start, function.end, function, (name,))
            guards.refine(machine, frame, call, truth=True)
            return _left(mark, [frame.names.get(name.id)])
    finally:
        machine.results.muted = muted
        machine.return_to(frame, kept)


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
    if isinstance(value, ir.Choice):
        value = _chosen(value)
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


def _chosen(node: ir.Choice) -> ir.Expression:
    """``name if test else None`` is true where the test and the name are."""
    first, second = node.first, node.second
    if isinstance(second, ir.Constant) and not second.value:
        return ir.Logic(node.start, node.end, "and", (node.test, first))
    if isinstance(first, ir.Constant) and not first.value:
        negated = ir.Unary(node.start, node.end, "not", node.test)
        return ir.Logic(node.start, node.end, "and", (negated, second))
    return node


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
