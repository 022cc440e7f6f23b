"""The nodes of statements, one after the other."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator

from checks import ir

_MAX_NODES = 4_000


def inside(block: ir.Block) -> Iterator[ir.Node]:
    """The nodes of statements, those in the bodies of inner functions left out."""
    waiting: list[ir.Node] = list(reversed(block))
    left = _MAX_NODES
    while waiting and left:
        left -= 1
        node = waiting.pop()
        yield node
        for one in dataclasses.fields(node):
            _gather(getattr(node, one.name), waiting)


def _gather(part: object, waiting: list[ir.Node]) -> None:
    if isinstance(part, ir.Node):
        waiting.append(part)
    elif isinstance(part, (tuple, list)):
        for one in part:
            _gather(one, waiting)
