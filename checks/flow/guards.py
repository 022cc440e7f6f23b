"""Tests in conditions, and what is known of the tested values after them.

``refine`` is given a condition and the way it turned out, and writes what follows from that to
where the tested value stands: a name, an attribute, an item, or a reading call that is written
again later (``request.args.get("x")``).
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Final

from checks import ir
from checks.flow import (
    amounts,
    copies,
    each,
    folders,
    folding,
    forks,
    memberships,
    patterns,
    proofs,
    unions,
    verdicts,
)
from checks.flow.kinds import ALL, HOST, LINES, REDIRECT, REQUEST, SINGLE, SLASH
from checks.flow.machine import Frame, Machine
from checks.flow.values import CLEAN, NOTHING, Cell, Taint, Value, cleaned, constant

_MAX_KEY = 120
_READERS = frozenset({"get", "getlist", "get_argument", "getvalue", "get_param", "cookies"})
_THROUGH = frozenset({"lower", "upper", "strip", "casefold", "title", "lstrip", "rstrip", "decode",
                      "encode", "split", "rsplit", "partition", "removeprefix"})  # fmt: skip
_ALPHABETS = frozenset({"isdigit", "isalnum", "isalpha", "isdecimal", "isnumeric", "isidentifier"})
_CONVERSIONS = frozenset({"str", "int", "float", "set", "list", "tuple", "os.path.basename"})
_WEB_KINDS = REDIRECT | REQUEST


MADE: Final = "\0"
"""How names begin that stand for values for a moment, and in no text."""


@contextlib.contextmanager
def made(frame: Frame, values: list[Value]) -> Iterator[list[ir.Name]]:
    """Names for values, to be used in expressions that stand in no text."""
    first = sum(name.startswith(MADE) for name in frame.names)
    names = [ir.Name(0, 0, f"{MADE}{first + index}") for index in range(len(values))]
    frame.names.update((name.id, value) for name, value in zip(names, values, strict=True))
    try:
        yield names
    finally:
        for name in names:
            frame.names.pop(name.id, None)


def key_of(node: ir.Expression, depth: int = 0) -> str | None:
    """The place that an expression reads, as text; ``None`` when it reads none."""
    if isinstance(node, ir.Name):
        return node.id
    if depth > 6:
        return None
    if isinstance(node, ir.Attribute):
        inner = key_of(node.value, depth + 1)
        return None if inner is None else f"{inner}.{node.name}"
    if isinstance(node, ir.Subscript) and isinstance(node.key, ir.Constant):
        inner = key_of(node.value, depth + 1)
        return None if inner is None else f"{inner}[{node.key.value!r:.40}]"
    if isinstance(node, ir.Call) and isinstance(node.function, ir.Attribute):
        if node.function.name not in _READERS or node.keywords:
            return None
        first = node.arguments[:1]
        if not first or not isinstance(first[0], ir.Constant):
            return None
        inner = key_of(node.function.value, depth + 1)
        return None if inner is None else f"{inner}.{node.function.name}({first[0].value!r:.40})"
    return None


def known(frame: Frame, node: ir.Expression) -> Value | None:
    """What a test told of the place that an expression reads."""
    key = key_of(node)
    return None if key is None or key == "" else frame.names.get(key)


def forget(frame: Frame, name: str) -> None:
    """Drop what tests told of the parts of a name that is bound anew."""
    prefixes = (f"{name}.", f"{name}[")
    for key in [one for one in frame.names if one.startswith(prefixes)]:
        del frame.names[key]


def forget_key(frame: Frame, node: ir.Expression) -> None:
    """Drop what tests told of a place that is written."""
    if frame.keyed and (key := key_of(node)) is not None:
        frame.names.pop(key, None)
        forget(frame, key)


def test(machine: Machine, frame: Frame, node: ir.Expression) -> bool | None:
    """Evaluate a condition; whether it is true, ``None`` when that is not known."""
    value = machine.evaluate(frame, node)
    return folding.truth(machine.heap, value)


def narrowed(value: Value, *, truth: bool) -> Value:
    """The value when it is known to be true or false."""
    if not truth and (value.taints or value.vague):
        return CLEAN  # a false text, number or list holds nothing
    return value


def refine(machine: Machine, frame: Frame, node: ir.Expression, *, truth: bool) -> None:
    """Write what follows from a condition that turned out true or false."""
    machine.tick()
    if isinstance(node, ir.Unary) and node.operator == "not":
        refine(machine, frame, node.operand, truth=not truth)
    elif isinstance(node, ir.Logic):
        if (node.operator == "and") is truth:
            for one in node.operands:
                refine(machine, frame, one, truth=truth)
        else:
            _refine_any(machine, frame, node.operands, truth=truth)
    elif isinstance(node, ir.Compare):
        _refine_compare(machine, frame, node, truth=truth)
    elif isinstance(node, ir.Call):
        _refine_call(machine, frame, node, truth=truth)
    elif isinstance(node, ir.Walrus):
        refine(machine, frame, node.value, truth=truth)
        if isinstance(node.value, ir.Call) is False:
            _falsy(machine, frame, ir.Name(node.start, node.end, node.name), truth=truth)
    elif isinstance(node, ir.Name):
        stored = frame.names.get(node.id)
        if stored is not None:
            if frame.forks:
                forks.told(machine, frame, node.id, stored, truth=truth)
            verdicts.recall(machine, frame, node.id, truth=truth)
            if stored.references and verdicts.asked(
                machine, frame, node, stored, "__bool__", truth=truth
            ):
                return
        _falsy(machine, frame, node, truth=truth)
    elif isinstance(node, (ir.Attribute, ir.Subscript)):
        unions.by_part(machine, frame, node, truth=truth)
        if isinstance(node, ir.Attribute) and verdicts.asked(
            machine, frame, node, read(machine, frame, node.value), node.name, truth=truth
        ):
            return
        _falsy(machine, frame, node, truth=truth)
    elif isinstance(node, ir.Comprehension):
        if not truth:
            each.empty(machine, frame, node)
    elif isinstance(node, ir.Operation):
        memberships.operated(machine, frame, node, truth=truth)


def _refine_any(
    machine: Machine, frame: Frame, operands: tuple[ir.Expression, ...], *, truth: bool
) -> None:
    """One of several turned out so, it is not known which: what follows from each follows."""
    states = []
    for index, one in enumerate(operands):
        kept = machine.snapshot(frame)
        value = folding.truth(machine.heap, machine.evaluate(frame, one))
        if value is not (not truth):
            refine(machine, frame, one, truth=truth)
            states.append(machine.state(frame))
        machine.restore(frame, kept)
        if index < len(operands) - 1:
            refine(machine, frame, one, truth=not truth)
    if states:
        machine.enter(frame, states)


def _falsy(machine: Machine, frame: Frame, node: ir.Expression, *, truth: bool) -> None:
    if not truth:
        value = read(machine, frame, node)
        if value.taints and all(one.clean & HOST for one in value.taints):
            _clean_sources(machine, frame, value, REDIRECT)  # an address without a host
        if value.taints or value.vague:
            write(machine, frame, node, narrowed(value, truth=False))


def read(machine: Machine, frame: Frame, node: ir.Expression) -> Value:
    """Evaluate an expression once more, reporting nothing."""
    kept, machine.results.muted = machine.results.muted, True
    try:
        return machine.evaluate(frame, node)
    finally:
        machine.results.muted = kept


def write(machine: Machine, frame: Frame, node: ir.Expression, value: Value) -> None:
    """Put what is known of a tested value to the place it was read from."""
    if isinstance(node, ir.Walrus):
        frame.names[node.name] = value
        return
    if isinstance(node, ir.Name):
        if node.id in frame.names or node.id not in frame.elsewhere:
            frame.names[node.id] = value
        return
    if isinstance(node, ir.Attribute):
        owner = read(machine, frame, node.value)
        if len(owner.references) == 1 and isinstance(cell := owner.references[0], Cell):
            made = machine.heap.get(cell)
            if made.type == "instance" and node.name in made.fields:
                frame.writes = True
                machine.heap.put(cell, made.with_field(node.name, value))
                return
    if isinstance(node, ir.Subscript) and isinstance(node.key, ir.Constant):
        owner = read(machine, frame, node.value)
        if len(owner.references) == 1 and isinstance(cell := owner.references[0], Cell):
            made = machine.heap.get(cell)
            if node.key.value in made.fields:
                frame.writes = True
                machine.heap.put(cell, made.with_field(node.key.value, value))
                return
    note(frame, node, value)


def note(frame: Frame, node: ir.Expression, value: Value) -> None:
    """Remember what is at a place that is no name."""
    key = key_of(node)
    if key is not None and len(key) <= _MAX_KEY:
        frame.names[key] = value
        frame.keyed = True


def clean(machine: Machine, frame: Frame, node: ir.Expression, bits: int) -> None:
    """A test told that a value is harmless for some kinds (or told a fact of it)."""
    node = copies.settled(machine, frame, node)
    for _ in range(6):
        if isinstance(node, ir.Call) and isinstance(node.function, ir.Attribute):
            if node.function.name in _THROUGH and key_of(node) is None:
                node = node.function.value
                continue
        elif isinstance(node, ir.Call) and isinstance(node.function, ir.Name):
            if node.function.id in _CONVERSIONS and len(node.arguments) == 1:
                node = node.arguments[0]
                continue
        elif isinstance(node, ir.Subscript) and key_of(node) is None:
            node = node.value
            continue
        break
    value = read(machine, frame, node)
    if bits & (SLASH | SINGLE) and all(
        (one.clean | bits) & SLASH and (one.clean | bits) & SINGLE for one in value.taints
    ):
        bits |= REDIRECT  # a path of this site
    if value.taints and all(one.clean & HOST for one in value.taints):
        _clean_sources(machine, frame, value, bits & _WEB_KINDS)
    if isinstance(node, ir.Walrus) or key_of(node) is not None:
        write(machine, frame, node, cleaned(value, bits))
    if isinstance(node, ir.Name):
        copies.clean_derived(frame, node, value, bits)
        if frame.copies:
            copies.clean(machine, frame, node, value, bits)


def _clean_sources(machine: Machine, frame: Frame, value: Value, bits: int) -> None:
    """A part of an address was tested: the address it was taken from is as good."""
    sources = {id(one.source) for one in value.taints}

    def better(one: Value) -> Value:
        if not any(id(taint.source) in sources for taint in one.taints):
            return one
        taints = tuple(
            Taint(taint.source, taint.clean | bits, taint.trace, sure=taint.sure)
            if id(taint.source) in sources
            else taint
            for taint in one.taints
        )
        return Value(taints, one.vague & ~bits, one.constant, one.references, one.text)

    for name, one in list(frame.names.items()):
        if one.taints:
            frame.names[name] = better(one)
    top = machine.heap.own()
    for number, made in list(top.items()):
        for key, one in made.fields.items():
            if one.taints and (new := better(one)) is not one:
                made = made.with_field(key, new)
        top[number] = made


def _refine_compare(machine: Machine, frame: Frame, node: ir.Compare, *, truth: bool) -> None:
    amounts.refine(machine, frame, node, truth=truth)
    if len(node.operators) != 1:
        return
    sign, left, right = node.operators[0], node.left, node.rights[0]
    if sign in ("in", "not in"):
        memberships.refine(machine, frame, left, right, holds=truth is (sign == "in"))
        return
    if isinstance(left, ir.Call) and memberships.is_length(left):
        memberships.counted(machine, frame, left.arguments[0], sign, right, truth=truth)
        return
    if sign in ("==", "!=", "is", "is not", "<>"):
        equal = truth is (sign in ("==", "is"))
        one, other = read(machine, frame, left), read(machine, frame, right)
        if equal:
            for one_side, value in ((left, other), (right, one)):
                folders.common(machine, frame, one_side)
                folders.below(machine, frame, one_side, value)
            _equal(machine, frame, left, one, other)
            _equal(machine, frame, right, other, one)
        if equal and isinstance(left, (ir.Attribute, ir.Subscript)):
            unions.by_part(machine, frame, left, truth=None, known=other)
        if equal and frame.forks and isinstance(left, ir.Name) and other.constant is not NOTHING:
            forks.told(machine, frame, left.id, other, truth=None)
        elif frame.forks and isinstance(left, ir.Name) and other.constant is None:
            forks.told(machine, frame, left.id, one, truth=True)
        if isinstance(other.constant, str):
            proofs.slashes(machine, frame, left, other.constant, holds=equal)
        if isinstance(left, ir.Call) and other.constant in (True, False, None):
            # is_valid(x) is True; re.match(…) is not None
            if other.constant is None:
                _refine_call(machine, frame, left, truth=not equal)
            else:
                _refine_call(machine, frame, left, truth=equal is (other.constant is True))
        elif isinstance(left, ir.Name) and other.constant is None:
            verdicts.recall(machine, frame, left.id, truth=not equal)
        return
    if sign == "<=" and truth and memberships.is_set(left):
        memberships.within(machine, frame, left, right)
    elif sign == ">=" and truth and memberships.is_set(right):
        memberships.within(machine, frame, right, left)


def _equal(machine: Machine, frame: Frame, node: ir.Expression, value: Value, other: Value) -> None:
    if not value.taints and not value.vague:
        return
    flat = machine.heap.flat(other)
    is_host = bool(value.taints) and all(one.clean & HOST for one in value.taints)
    if is_host and not flat.dangerous(REDIRECT) and flat.taints:
        clean(machine, frame, node, REDIRECT)  # the host of this very request
        return
    if flat.taints or flat.vague:
        return
    if (
        isinstance(other.constant, (str, int, float, bool))
        and key_of(node) is not None
        and not any(one.clean & HOST for one in value.taints)
    ):
        write(machine, frame, node, constant(other.constant))
        return
    if other.constant is not None:
        clean(machine, frame, node, ALL)


def _refine_call(machine: Machine, frame: Frame, node: ir.Call, *, truth: bool) -> None:
    function = node.function
    if isinstance(function, ir.Name) and function.id in ("bool", "all", "any") and node.arguments:
        inner = node.arguments[0]
        if function.id == "bool":
            refine(machine, frame, inner, truth=truth)
            return
        inner = each.written_out(inner)
        if isinstance(inner, ir.Comprehension) and len(inner.clauses) == 1:
            each.refine(machine, frame, inner, function.id, truth=truth)
        return
    unions.typed(machine, frame, node, truth=truth)
    if truth and proofs.refine(machine, frame, node):
        return
    if isinstance(function, ir.Attribute):
        name = function.name
        if name in _ALPHABETS and truth and not node.arguments:
            clean(machine, frame, function.value, ALL)
            return
        if name == "isprintable" and truth and not node.arguments:
            clean(machine, frame, function.value, LINES)
            return
        if name == "startswith" and node.arguments:
            folders.begins(machine, frame, function.value, node, truth=truth)
            return
        if name == "endswith" and truth and node.arguments:
            memberships.ends(machine, frame, function.value, node.arguments[0])
            return
        if name == "is_relative_to" and truth:
            folders.inside(machine, frame, function.value)
            return
        if name in ("issubset", "issuperset", "isdisjoint", "__contains__"):
            if name == "issubset" and truth:
                clean(machine, frame, function.value, ALL)
            elif name == "issuperset" and truth and node.arguments:
                memberships.within(machine, frame, node.arguments[0], function.value)
            elif name == "__contains__" and truth and node.arguments:
                clean(machine, frame, node.arguments[0], ALL)
            return
        if name == "get" and truth is True:
            return
    if patterns.refine(machine, frame, node, truth=truth):
        return
    verdicts.refine(machine, frame, node, truth=truth)
