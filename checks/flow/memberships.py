"""Tests of what is in what: in lists of what is allowed, in sets, in texts.

And of how much is in something: nothing, where ``len(wrong) == 0``.
"""

from __future__ import annotations

from checks import ir
from checks.flow import amounts, copies, folders, guards, proofs, verdicts
from checks.flow.kinds import ALL, CSV, HOST, LINES, PATH, REDIRECT, REQUEST, XPATH
from checks.flow.machine import Frame, Machine
from checks.flow.values import Cell


def refine(
    machine: Machine, frame: Frame, left: ir.Expression, right: ir.Expression, *, holds: bool
) -> None:
    """Learn from ``left in right``."""
    if holds and isinstance(right, ir.Attribute) and right.name == "parents":
        folders.inside(machine, frame, right.value)
        return
    one, other = guards.read(machine, frame, left), guards.read(machine, frame, right)
    if other.references and verdicts.asked(
        machine, frame, left, other, "__contains__", (left,), truth=holds
    ):
        return
    flat = machine.heap.flat(other)
    container = isinstance(other.constant, str) or other.text is None
    if holds and container and not flat.taints and isinstance(left, ir.Sequence):
        for part in left.items:
            guards.clean(machine, frame, part, ALL)  # (kind, name) in a list of pairs
        return
    if holds and container and not flat.taints and (one.taints or one.vague):
        # A list that comes from nowhere untrusted is a list of what is allowed.
        guards.clean(machine, frame, left, ALL)
        return
    if holds and amounts.of(one) is not None:
        guards.write(machine, frame, left, amounts.limited(one))
    if not holds and one.constant == "..":
        path = proofs.split_path(copies.settled(machine, frame, right))
        if path is not None:
            guards.clean(machine, frame, path, PATH)  # no part of it leads upwards
            return
    if not holds and isinstance(one.constant, str) and (other.taints or other.vague):
        absent(machine, frame, right, one.constant)
    elif not holds:
        text = proofs.begun(left)
        if text is not None and "=" in proofs.characters(machine, other):
            guards.clean(machine, frame, text, CSV)  # it begins with none of "=+-@"
        elif "/" in proofs.characters(machine, other):
            proofs.slashes(machine, frame, left, "/", holds=False)


def absent(machine: Machine, frame: Frame, node: ir.Expression, text: str) -> None:
    """A text is known not to be in a value."""
    if isinstance(node, ir.Operation) and node.operator == "+" and len(text) == 1:
        # What is not in the sum is in none of its parts.
        absent(machine, frame, node.left, text)
        absent(machine, frame, node.right, text)
        return
    if text in ("..", "../", "/"):
        guards.clean(machine, frame, node, PATH)
    elif text == "\n":
        guards.clean(machine, frame, node, LINES)
    elif text in ("'", '"'):
        guards.clean(machine, frame, node, XPATH)  # XPath has no escapes: no quote, no way out


def is_set(node: ir.Expression) -> bool:
    """Whether an expression makes a set: only of those does ``<=`` say what they hold."""
    if isinstance(node, ir.Call) and isinstance(node.function, ir.Name):
        return node.function.id in ("set", "frozenset")
    return isinstance(node, ir.Sequence) and node.type == "set"


def within(machine: Machine, frame: Frame, node: ir.Expression, allowed: ir.Expression) -> None:
    """A set holds nothing but what stands in another one."""
    if machine.heap.flat(guards.read(machine, frame, allowed)).taints:
        return
    parts = node.items if isinstance(node, ir.Sequence) else (node,)
    for one in parts:
        guards.clean(machine, frame, one, ALL)


def operated(machine: Machine, frame: Frame, node: ir.Operation, *, truth: bool) -> None:
    """``if set(text) - ALLOWED``: nothing is left, so all of it is allowed."""
    if (node.operator == "-" and not truth and is_set(node.left)) or (
        node.operator == "&"
        and truth
        and isinstance(node.left, ir.Sequence)
        and len(node.left.items) == 1
    ):
        within(machine, frame, node.left, node.right)


def ends(machine: Machine, frame: Frame, tested: ir.Expression, ending: ir.Expression) -> None:
    """``host.endswith(".example.org")``: a host of that domain, and of no other."""
    value, wanted = guards.read(machine, frame, tested), guards.read(machine, frame, ending)
    texts = [wanted.constant]
    for one in wanted.references:
        if isinstance(one, Cell):
            texts = [part.constant for part in machine.heap.get(one).fields.values()]
    if (
        value.taints
        and all(one.clean & HOST for one in value.taints)
        and all(isinstance(text, str) and text[:1] == "." and "." in text[1:] for text in texts)
    ):
        guards.clean(machine, frame, tested, REDIRECT | REQUEST)


def is_length(node: ir.Call) -> bool:
    """Whether a call is ``len(items)``."""
    return isinstance(node.function, ir.Name) and node.function.id == "len" and (
        len(node.arguments) == 1
    )  # fmt: skip


def counted(
    machine: Machine,
    frame: Frame,
    node: ir.Expression,
    sign: str,
    right: ir.Expression,
    *,
    truth: bool,
) -> None:
    """``len(wrong) > 0``: whether there is anything in it."""
    number = right.value if isinstance(right, ir.Constant) else None
    if (sign, number) in ((">", 0), (">=", 1), ("!=", 0)):
        guards.refine(machine, frame, node, truth=truth)
    elif (sign, number) in (("==", 0), ("<", 1), ("<=", 0)):
        guards.refine(machine, frame, node, truth=not truth)
