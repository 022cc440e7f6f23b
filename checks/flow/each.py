"""Tests of every item of something: what holds for each of its characters holds for the text.

``all(c in ALPHABET for c in text)``, ``any(bad in text for bad in (…))``, ``[c for c in text if not
c.isalnum()]`` that is empty, and loops that leave at the first item which they do not like.
"""

from __future__ import annotations

from checks import ir
from checks.flow import copies, guards, lookup, memberships, proofs
from checks.flow.kinds import ALL, BARE, PATH
from checks.flow.machine import Frame, Machine, Snapshot
from checks.flow.values import CLEAN, Value
from checks.flow.walking import inside

_MAX_TESTS = 8


def gained(before: Value, after: Value) -> int:
    """The kinds that a value was cleaned for between two states."""
    bits = ALL
    left = {id(one.source): one.clean for one in after.taints}
    for one in before.taints:
        bits &= left.get(id(one.source), ALL) & ~one.clean
    if before.vague:
        bits &= before.vague & ~after.vague
    return bits


def written_out(node: ir.Expression) -> ir.Expression:
    """``map(test, items)`` as ``(test(one) for one in items)``."""
    if not isinstance(node, ir.Call) or len(node.arguments) != 2 or node.keywords:
        return node
    function, items = node.arguments
    if not isinstance(node.function, ir.Name) or node.function.id != "map":
        return node
    if isinstance(function, ir.Star) or isinstance(items, ir.Star):
        return node
    one = ir.Name(node.start, node.end, f"{guards.MADE}item")
    clause = ir.Clause(node.start, node.end, one, items, [])
    call = ir.Call(node.start, node.end, function, (one,))
    return ir.Comprehension(node.start, node.end, "generator", None, call, (clause,))


def refine(
    machine: Machine, frame: Frame, node: ir.Comprehension, name: str, *, truth: bool
) -> None:
    """Learn from ``all(…)`` and ``any(…)``."""
    if name == "all" and truth:
        _hold(machine, frame, node.clauses[0], node.value, truth=True)
    elif name == "any" and not truth:
        _none_in(machine, frame, node)
        _hold(machine, frame, node.clauses[0], node.value, truth=False)
    elif name == "any" and not node.clauses[0].conditions:
        _some(machine, frame, node.clauses[0], node.value)


def components(machine: Machine, frame: Frame, clause: ir.Clause) -> None:
    """``[one for one in name.split("/") if one not in ("", "..")]``: nothing that leads upwards.

    Nor to the root: what is empty, or a slash, is left out as well.
    """
    if not clause.conditions or not isinstance(clause.target, ir.Name):
        return
    path = proofs.split_path(clause.source)
    if path is None:
        return
    refused: set[object] = set()
    waiting = list(clause.conditions)
    for _ in range(_MAX_TESTS):
        if not waiting:
            break
        test = waiting.pop()
        if isinstance(test, ir.Logic) and test.operator == "and":
            waiting += test.operands
        elif isinstance(test, ir.Name) and test.id == clause.target.id:
            refused.add("")
        elif isinstance(test, ir.Compare) and test.operators in (("not in",), ("!=",)):
            if not isinstance(test.left, ir.Name) or test.left.id != clause.target.id:
                continue
            value = guards.read(machine, frame, test.rights[0])
            if test.operators == ("!=",):
                refused.add(value.constant)
            else:
                refused |= {one.constant for one in lookup.known_items(machine, value) or ()}
    whole = guards.read(machine, frame, path)
    bare = bool(whole.taints) and all(one.clean & BARE for one in whole.taints)
    if ".." in refused and (bare or not refused.isdisjoint(("", "/"))):
        guards.clean(machine, frame, clause.target, PATH)


def _some(machine: Machine, frame: Frame, clause: ir.Clause, test: ir.Expression) -> None:
    """A test held for some item: what it tells of other values than the item is so."""
    if not isinstance(clause.target, ir.Name):
        return
    name = clause.target.id
    known = frame.names.get(name)
    source = guards.read(machine, frame, clause.source)
    frame.names[name] = lookup.element(machine, frame, source, clause)
    guards.refine(machine, frame, test, truth=True)
    if known is None:
        frame.names.pop(name, None)
    else:
        frame.names[name] = known


def empty(machine: Machine, frame: Frame, node: ir.Comprehension) -> None:
    """Learn from ``[c for c in text if test(c)]`` that is empty: no item passes the test."""
    if len(node.clauses) == 1 and len(node.clauses[0].conditions) == 1:
        clause = node.clauses[0]
        _hold(machine, frame, clause, clause.conditions[0], truth=False)


def _hold(
    machine: Machine, frame: Frame, clause: ir.Clause, test: ir.Expression, *, truth: bool
) -> None:
    """A test turned out the same for all items."""
    if not isinstance(clause.target, ir.Name):
        return
    whole = guards.read(machine, frame, clause.source)
    path = proofs.split_path(copies.settled(machine, frame, clause.source))
    if path is not None and _refuses_upwards(machine, frame, clause.target, test, truth=truth):
        guards.clean(machine, frame, path, PATH)
    if not whole.taints and not whole.vague:
        return
    kept = machine.snapshot(frame)
    marker = Value(whole.taints, whole.vague)
    frame.names[clause.target.id] = marker
    guards.refine(machine, frame, test, truth=truth)
    after = frame.names.get(clause.target.id, CLEAN)
    machine.restore(frame, kept)
    if bits := gained(marker, after):
        guards.clean(machine, frame, clause.source, bits)


def _refuses_upwards(
    machine: Machine, frame: Frame, item: ir.Name, test: ir.Expression, *, truth: bool
) -> bool:
    """Whether a test that turned out so says that an item is not ``..``."""
    if isinstance(test, ir.Logic) and (test.operator == "and") is truth:
        return any(_refuses_upwards(machine, frame, item, one, truth=truth)
                   for one in test.operands)  # fmt: skip
    if not isinstance(test, ir.Compare) or len(test.operators) != 1:
        return False
    if not isinstance(test.left, ir.Name) or test.left.id != item.id:
        return False
    sign, other = test.operators[0], guards.read(machine, frame, test.rights[0])
    if sign in ("in", "not in"):
        return truth is (sign == "not in") and ".." in proofs.characters(machine, other)
    return sign in ("==", "!=") and truth is (sign == "!=") and other.constant == ".."


def _none_in(machine: Machine, frame: Frame, node: ir.Comprehension) -> None:
    """None of several texts is in a value."""
    test = node.value
    if isinstance(test, ir.Compare) and test.operators == ("in",):
        source = guards.read(machine, frame, node.clauses[0].source)
        for text in sorted(proofs.characters(machine, source)):
            memberships.absent(machine, frame, test.rights[0], text)


def looped(
    machine: Machine, frame: Frame, node: ir.Loop, part: Value, rounds: list[Snapshot]
) -> None:
    """Learn from a loop that came to its end: what every round knows of its item at its end.

    Args:
        machine: the interpreter.
        frame: where the loop stands.
        node: the loop.
        part: the item that the rounds began with.
        rounds: the states at the ends of rounds.
    """
    if not isinstance(node.target, ir.Name) or not rounds or not (part.taints or part.vague):
        return
    name = node.target.id
    bits = ALL
    for names, _ in rounds:
        after = names.get(name)
        bits &= 0 if after is None else gained(part, after)
    if bits and not _binds(node.body, name):
        guards.clean(machine, frame, node.source, bits)


def _binds(block: ir.Block, name: str) -> bool:
    """Whether statements bind a name anew: it is the item no more."""
    for node in inside(block):
        targets: tuple[ir.Expression, ...] = ()
        if isinstance(node, ir.Assign):
            targets = node.targets
        elif isinstance(node, (ir.Augment, ir.Loop)):
            targets = (node.target,)
        elif isinstance(node, (ir.Try, ir.Match, ir.With, ir.Import)):
            return True  # they may
        elif isinstance(node, ir.Walrus) and node.name == name:
            return True
        for one in targets:
            if not isinstance(one, (ir.Attribute, ir.Subscript)) and (
                not isinstance(one, ir.Name) or one.id == name
            ):
                return True
    return False
