"""Flags that a loop sets: ``for one in ALLOWED: if name == one: valid = True``.

Such a flag says at the end of the loop what ``any(name == one for one in ALLOWED)`` says, and is
remembered as that until it is tested.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from checks import ir

if TYPE_CHECKING:
    from checks.flow.machine import Frame


def before(frame: Frame, node: ir.Loop) -> tuple[str, ir.Expression] | None:
    """The flag that a loop sets when a test holds for an item, and the answer that it will be."""
    if len(node.body) != 1 or node.otherwise or not isinstance(node.target, ir.Name):
        return None
    branch = node.body[0]
    if not isinstance(branch, ir.Branch) or len(branch.branches) != 1 or branch.otherwise:
        return None
    test, body = branch.branches[0]
    first = body[0] if body else None
    if not isinstance(first, ir.Assign) or len(first.targets) != 1:
        return None
    if len(body) > 2 or not all(isinstance(x, ir.Jump) and x.type == "break" for x in body[1:]):
        return None
    target, value = first.targets[0], first.value
    if not isinstance(target, ir.Name) or not isinstance(value, ir.Constant):
        return None
    known = frame.names.get(target.id)
    if (
        not isinstance(value.value, bool)
        or known is None
        or known.constant is not (not value.value)
    ):
        return None
    clause = ir.Clause(node.start, node.end, node.target, node.source, [])
    items = ir.Comprehension(node.start, node.end, "generator", None, test, (clause,))
    found: ir.Expression = ir.Call(
        node.start, node.end, ir.Name(node.start, node.end, "any"), (items,)
    )
    if not value.value:
        found = ir.Unary(node.start, node.end, "not", found)
    return target.id, found
