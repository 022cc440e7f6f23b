"""Loops: over items that are known one by one, over others, and while a test holds."""

from __future__ import annotations

from checks import ir
from checks.flow import binding, copies, each, flags, folding, guards, lookup
from checks.flow.machine import Frame, Machine, Snapshot
from checks.flow.values import NOTHING, Value

_UNROLLED = 6
"""Items of a known list that a loop goes through one by one."""


def _blur(_machine: Machine, frame: Frame, block: ir.Block) -> None:
    """Before a loop: what the body binds by adding to itself is not known any more."""
    stack: list[ir.Statement] = list(block)
    for _ in range(400):
        if not stack:
            break
        one = stack.pop()
        if isinstance(one, ir.Augment) and isinstance(one.target, ir.Name):
            _forget(frame, one.target.id)
        elif isinstance(one, ir.Assign):
            for target in one.targets:
                if isinstance(target, ir.Name):
                    _forget(frame, target.id)
        elif isinstance(one, ir.Branch):
            for _, body in one.branches:
                stack += body
            stack += one.otherwise
        elif isinstance(one, (ir.Loop, ir.While, ir.With)):
            stack += one.body
        elif isinstance(one, ir.Try):
            stack += (*one.body, *one.otherwise, *one.final)
            for handler in one.handlers:
                stack += handler.body


def _forget(frame: Frame, name: str) -> None:
    value = frame.names.get(name)
    if value is not None and value.constant is not NOTHING:
        frame.names[name] = Value(value.taints, value.vague, NOTHING, value.references,
                                  value.template)  # fmt: skip


def loop(machine: Machine, frame: Frame, node: ir.Loop) -> bool:
    """Run a ``for`` loop."""
    flag = flags.before(frame, node)
    alive = _run(machine, frame, node)
    if flag is not None and alive:
        frame.answers[flag[0]] = flag[1]
    return alive


def _run(machine: Machine, frame: Frame, node: ir.Loop) -> bool:
    source = machine.evaluate(frame, node.source)
    if frame.dead:
        return False
    items = lookup.known_items(machine, source)
    if items is not None and len(items) <= _UNROLLED:
        return _unrolled(machine, frame, node, items)
    _blur(machine, frame, node.body)
    part = lookup.element(machine, frame, source, node)
    exits: list[Snapshot] = []
    rounds: list[Snapshot] = []
    for _ in range(2):
        before = machine.snapshot(frame)
        binding.bind(machine, frame, node.target, part)
        frame.jumps.append([])
        frame.jumps.append([])
        done = machine.execute(frame, node.body)
        again = frame.jumps.pop()
        exits += frame.jumps.pop()
        ends = [before, *again]
        if done:
            ends.append(machine.state(frame))
        rounds += [(dict(names), heap) for names, heap in ends[1:]]
        machine.enter(frame, ends)
        if not machine.changed(before, frame):
            break
    each.looped(machine, frame, node, part, rounds)
    if machine.execute(frame, node.otherwise):
        exits.append(machine.state(frame))
    return machine.enter(frame, exits)


def _unrolled(machine: Machine, frame: Frame, node: ir.Loop, items: list[Value]) -> bool:
    exits: list[Snapshot] = []
    alive = True
    places = _places(machine, frame, node, len(items))
    named = _named(node.target)
    for index, item in enumerate(items):
        binding.bind(machine, frame, node.target, item)
        if places is not None and named is not None:
            copies.remember(frame, named, places[index])
        frame.jumps.append([])
        frame.jumps.append([])
        done = machine.execute(frame, node.body)
        again = frame.jumps.pop()
        exits += frame.jumps.pop()
        if done:
            again.append(machine.state(frame))
        alive = machine.enter(frame, again)
        if not alive:
            break
    if alive and machine.execute(frame, node.otherwise):
        exits.append(machine.state(frame))
    return machine.enter(frame, exits)


def _named(target: ir.Expression) -> str | None:
    """The name that an item is bound to; of a pair, that of the second."""
    if isinstance(target, ir.Sequence) and len(target.items) == 2:
        target = target.items[1]
    return target.id if isinstance(target, ir.Name) else None


def _places(
    machine: Machine, frame: Frame, node: ir.Loop, count: int
) -> tuple[ir.Expression, ...] | None:
    """Where the items stand that a loop goes through: ``for name in (first, second)``."""
    source = node.source
    if isinstance(source, ir.Call) and isinstance(source.function, ir.Attribute):
        paired = isinstance(node.target, ir.Sequence)
        if source.arguments or source.function.name != ("items" if paired else "values"):
            return None
        owner = source.function.value
        keys = lookup.known_items(machine, guards.read(machine, frame, owner))
        if guards.key_of(owner) is None or keys is None or len(keys) != count:
            return None
        return tuple(
            ir.Subscript(node.start, node.end, owner,
                         ir.Constant(node.start, node.end, one.constant))
            for one in keys
        )  # fmt: skip
    if isinstance(node.target, ir.Sequence):
        return None
    if not isinstance(node.source, ir.Sequence) or len(node.source.items) != count:
        return None
    return None if any(isinstance(x, ir.Star) for x in node.source.items) else node.source.items


def run_while(machine: Machine, frame: Frame, node: ir.While) -> bool:
    """Run a ``while`` loop."""
    _blur(machine, frame, node.body)
    exits: list[Snapshot] = []
    for _ in range(2):
        truth = guards.test(machine, frame, node.test)
        if truth is False:
            break
        before = machine.snapshot(frame)
        guards.refine(machine, frame, node.test, truth=True)
        frame.jumps.append([])
        frame.jumps.append([])
        done = machine.execute(frame, node.body)
        again = frame.jumps.pop()
        exits += frame.jumps.pop()
        ends = list(again)
        if done:
            ends.append(machine.state(frame))
        if truth is None:
            ends.append(before)
        if not machine.enter(frame, ends):
            return machine.enter(frame, exits)
        if not machine.changed(before, frame):
            break
    if folding.truth(machine.heap, guards.read(machine, frame, node.test)) is True:
        return machine.enter(frame, exits)  # while True: it ends by break only
    guards.refine(machine, frame, node.test, truth=False)
    if machine.execute(frame, node.otherwise):
        exits.append(machine.state(frame))
    return machine.enter(frame, exits)
