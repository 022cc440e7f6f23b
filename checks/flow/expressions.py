"""Expressions: names, attributes, subscripts, operators, displays, comprehensions."""

from __future__ import annotations

from checks import ir
from checks.flow import amounts, binding, calls, each, folding, guards, lookup, operators, protocols
from checks.flow.heap import ITERATOR, Object, make
from checks.flow.kinds import ALL, NOSQL
from checks.flow.machine import EVALUATORS, Frame, Machine
from checks.flow.values import (
    CLEAN,
    NONE,
    NOTHING,
    VAGUE,
    Cell,
    LocalFunction,
    Value,
    cleaned,
    constant,
    content,
    join,
)

UNROLLED = 8
"""Items of a known list that a comprehension or a loop goes through one by one."""


def _opaque(machine: Machine, frame: Frame, node: ir.Opaque) -> Value:
    for one in node.inner:
        machine.evaluate(frame, one)
    return VAGUE


def _constant(_machine: Machine, _frame: Frame, node: ir.Constant) -> Value:
    return constant(node.value)


def _name(machine: Machine, frame: Frame, node: ir.Name) -> Value:
    return lookup.name(machine, frame, node.id)


def _attribute(machine: Machine, frame: Frame, node: ir.Attribute) -> Value:
    if frame.keyed and (found := guards.known(frame, node)) is not None:
        return found
    value = machine.evaluate(frame, node.value)
    return lookup.attribute(machine, frame, value, node.name, node)


def _subscript(machine: Machine, frame: Frame, node: ir.Subscript) -> Value:
    if frame.keyed and (found := guards.known(frame, node)) is not None:
        return found
    value = machine.evaluate(frame, node.value)
    if isinstance(node.key, ir.Slice):
        return _sliced(machine, frame, value, node.key)
    key = machine.evaluate(frame, node.key)
    if key.taints and lookup.is_closed(machine, value):
        guards.clean(machine, frame, node.key, ALL)  # it raises for any other key
    return lookup.item(machine, frame, value, key, node)


def _sliced(machine: Machine, frame: Frame, value: Value, node: ir.Slice) -> Value:
    bounds = [
        NONE if one is None else machine.evaluate(frame, one)
        for one in (node.lower, node.upper, node.step)
    ]
    if value.constant is not NOTHING:
        return folding.sliced(value, [one.constant for one in bounds])
    for ref in value.references:
        if isinstance(ref, Cell):
            made = machine.heap.get(ref)
            written = [bound.constant for bound in bounds]
            known = [one if isinstance(one, int) else None for one in written]
            if made.size is not None and known == written:
                items = [made.fields[index] for index in range(made.size)]
                try:
                    kept = items[slice(known[0], known[1], known[2])]
                except ValueError:
                    return VAGUE
                fields: dict[object, Value] = dict(enumerate(kept))
                return Value(references=(machine.heap.new(make(fields, made.type)),))
            return Value(references=(machine.heap.new(made.blurred()),))
    return content(value)


def _call(machine: Machine, frame: Frame, node: ir.Call) -> Value:
    if frame.keyed and (found := guards.known(frame, node)) is not None:
        return found
    return calls.call(machine, frame, node)


def _operation(machine: Machine, frame: Frame, node: ir.Operation) -> Value:
    spine: list[ir.Operation] = []
    one: ir.Expression = node
    while isinstance(one, ir.Operation):
        spine.append(one)
        one = one.left
    value = machine.evaluate(frame, one)
    for outer in reversed(spine):
        right = machine.evaluate(frame, outer.right)
        if outer.operator == "*":
            amounts.repeated(machine, frame, outer, value, right)
        own = protocols.operated(machine, frame, outer.operator, value, right, outer)
        if own is not None:
            value = own
            continue
        result = operators.operate(machine, outer.operator, value, right)
        value = amounts.counted(outer.operator, value, right, result)
    return value


def _format(machine: Machine, frame: Frame, node: ir.Format) -> Value:
    parts = []
    for one in node.parts:
        value = machine.evaluate(frame, one)
        parts.append(folding.as_text(machine, value))
    return operators.concatenated(tuple(parts)) if parts else constant("")


def _unary(machine: Machine, frame: Frame, node: ir.Unary) -> Value:
    if node.operator == "not":
        value = machine.evaluate(frame, node.operand)
        truth = folding.truth(machine.heap, value)
        return CLEAN if truth is None else constant(not truth)
    value = machine.evaluate(frame, node.operand)
    if node.operator == "-" and isinstance(value.constant, (int, float)):
        return constant(-value.constant)
    return CLEAN if node.operator != "+" else value


def _logic(machine: Machine, frame: Frame, node: ir.Logic) -> Value:
    stops_at = node.operator == "or"
    found: Value | None = None
    kept = machine.snapshot(frame)
    last = len(node.operands) - 1
    for index, one in enumerate(node.operands):
        value = machine.evaluate(frame, one)
        if frame.dead:  # a or abort()
            frame.dead = index == 0
            break
        truth = folding.truth(machine.heap, value)
        if index == last or truth is stops_at:
            found = value if found is None else join(found, value)
            break
        if truth is None:
            passed = guards.narrowed(value, truth=stops_at)
            found = passed if found is None else join(found, passed)
        guards.refine(machine, frame, one, truth=not stops_at)
    after = machine.state(frame)
    machine.enter(frame, [kept, after])
    return CLEAN if found is None else found


def _compare(machine: Machine, frame: Frame, node: ir.Compare) -> Value:
    left = machine.evaluate(frame, node.left)
    result: object = True
    for operator, right_node in zip(node.operators, node.rights, strict=False):
        right = machine.evaluate(frame, right_node)
        one = folding.compare(machine.heap, operator, left, right)
        if one is NOTHING:
            result = NOTHING
        elif one is False:
            return constant(value=False)
        left = right
    return CLEAN if result is NOTHING else constant(value=True)


def _choice(machine: Machine, frame: Frame, node: ir.Choice) -> Value:
    truth = guards.test(machine, frame, node.test)
    if truth is True:
        return machine.evaluate(frame, node.first)
    if truth is False:
        return machine.evaluate(frame, node.second)
    kept = machine.snapshot(frame)
    guards.refine(machine, frame, node.test, truth=True)
    first = machine.evaluate(frame, node.first)
    dead, frame.dead = frame.dead, False
    after = machine.state(frame)
    machine.restore(frame, kept)
    guards.refine(machine, frame, node.test, truth=False)
    second = machine.evaluate(frame, node.second)
    if dead:
        return second
    if frame.dead:
        frame.dead = False
        machine.restore(frame, after)
        return first
    machine.enter(frame, [after, machine.state(frame)])
    return join(first, second)


def _sequence(machine: Machine, frame: Frame, node: ir.Sequence) -> Value:
    fields: dict[object, Value] = {}
    rest: Value | None = None
    for one in node.items:
        if isinstance(one, ir.Star):
            value = machine.evaluate(frame, one.value)
            items = lookup.known_items(machine, value)
            if items is None or rest is not None:
                item = lookup.element(machine, frame, value, one)
                rest = item if rest is None else join(rest, item)
            else:
                for item in items:
                    fields[len(fields)] = item
        else:
            value = machine.evaluate(frame, one)
            if rest is None:
                fields[len(fields)] = value
            else:
                rest = join(rest, value)
    made = make(fields, node.type)
    if rest is not None:
        made = made.blurred().with_rest(rest)
    return Value(references=(machine.heap.new(made),))


def _mapping(machine: Machine, frame: Frame, node: ir.Mapping) -> Value:
    made = Object("dict", {})
    for key_node, value_node in node.items:
        if key_node is None:
            value = machine.evaluate(frame, value_node)
            made = lookup.updated(machine, made, value)
            continue
        key = machine.evaluate(frame, key_node)
        value = machine.evaluate(frame, value_node)
        if key.constant is NOTHING or not folding.hashable(key.constant):
            made = made.with_rest(value, machine.heap.flat(key))
        elif key.constant == "$eq":
            # What is compared for equality brings no operators into a query.
            made = made.with_field(key.constant, cleaned(value, NOSQL))
        else:
            made = made.with_field(key.constant, value)
    return Value(references=(machine.heap.new(made),))


def _comprehension(machine: Machine, frame: Frame, node: ir.Comprehension) -> Value:
    kept_names = frame.names
    frame.names = dict(kept_names)
    items: list[tuple[Value | None, Value]] = []
    exact = _clauses(machine, frame, node, 0, items, 1)
    frame.names = kept_names
    made = Object("dict" if node.type == "dict" else "list", {}, size=None)
    if node.type == "dict":
        for key, value in items:
            if key is None:
                continue
            if key.constant is not NOTHING and folding.hashable(key.constant):
                made = made.with_field(key.constant, value)
            else:
                made = made.with_rest(value, machine.heap.flat(key))
    elif exact:
        fields: dict[object, Value] = {n: value for n, (_, value) in enumerate(items)}
        made = make(fields, "set" if node.type == "set" else "list")
        if node.type == "generator":
            made.trait = ITERATOR
    else:
        for _, value in items:
            made = made.with_rest(value)
        if node.type == "set":
            made = Object("set", made.fields, made.rest, made.keys)
    return Value(references=(machine.heap.new(made),))


def _clauses(
    machine: Machine,
    frame: Frame,
    node: ir.Comprehension,
    index: int,
    items: list[tuple[Value | None, Value]],
    copies: int,
) -> bool:
    """Run the clauses from one on; whether the items are exactly those that there will be."""
    if index == len(node.clauses):
        key = None if node.key is None else machine.evaluate(frame, node.key)
        items.append((key, machine.evaluate(frame, node.value)))
        return True
    clause = node.clauses[index]
    source = machine.evaluate(frame, clause.source)
    known = lookup.known_items(machine, source)
    exact = known is not None and len(known) * copies <= UNROLLED
    values = known if exact and known is not None else None
    if values is None:
        values = [lookup.element(machine, frame, source, clause)]
    for value in values:
        binding.bind(machine, frame, clause.target, value)
        runs = True
        for condition in clause.conditions:
            truth = guards.test(machine, frame, condition)
            if truth is False:
                runs = False
                break
            exact = exact and truth is True
            guards.refine(machine, frame, condition, truth=True)
        each.components(machine, frame, clause)
        if runs:
            inner = _clauses(machine, frame, node, index + 1, items, copies * len(values))
            exact = exact and inner
    return exact


def _lambda(machine: Machine, frame: Frame, node: ir.Lambda) -> Value:
    made = LocalFunction(node, frame, "lambda", "")
    made.defaults = calls.defaults(machine, frame, node)
    return Value(references=(made,))


def _yield(machine: Machine, frame: Frame, node: ir.Yield) -> Value:
    value = NONE if node.value is None else machine.evaluate(frame, node.value)
    if frame.function is not None and frame.function.is_coroutine:
        return value  # it waits for it
    if node.delegates:
        value = lookup.element(machine, frame, value, node)
    frame.yielded = value if frame.yielded is None else join(frame.yielded, value)
    return VAGUE


def _walrus(machine: Machine, frame: Frame, node: ir.Walrus) -> Value:
    value = machine.evaluate(frame, node.value)
    binding.assign_name(machine, frame, node.name, value, node)
    return value


def _star(machine: Machine, frame: Frame, node: ir.Star) -> Value:
    return lookup.element(machine, frame, machine.evaluate(frame, node.value), node)


def _slice(machine: Machine, frame: Frame, node: ir.Slice) -> Value:
    for one in (node.lower, node.upper, node.step):
        if one is not None:
            machine.evaluate(frame, one)
    return CLEAN


EVALUATORS.update(
    {
        ir.Opaque: _opaque,
        ir.Constant: _constant,
        ir.Name: _name,
        ir.Attribute: _attribute,
        ir.Subscript: _subscript,
        ir.Slice: _slice,
        ir.Star: _star,
        ir.Call: _call,
        ir.Operation: _operation,
        ir.Unary: _unary,
        ir.Logic: _logic,
        ir.Compare: _compare,
        ir.Choice: _choice,
        ir.Format: _format,
        ir.Sequence: _sequence,
        ir.Mapping: _mapping,
        ir.Comprehension: _comprehension,
        ir.Yield: _yield,
        ir.Walrus: _walrus,
        ir.Lambda: _lambda,
    }
)
