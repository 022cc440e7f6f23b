"""The nodes of a pattern."""

from __future__ import annotations

import enum
from typing import TypeAlias

from checks.light import dataclass


class Unreadable(Exception):
    """The pattern is no pattern, too large, or uses what is not understood."""


@dataclass(frozen=True, slots=True)
class Chars:
    """One character of a set."""

    bits: int
    listed: bool = True
    """Whether it is a character or a class that is not negated: what may be put together."""
    written: tuple[str | int, ...] = ()
    """How it is written, so that only what is written the same is taken for the same."""


@dataclass(frozen=True, slots=True)
class Sequence:
    """One after the other."""

    parts: tuple[Node, ...] = ()


@dataclass(frozen=True, slots=True)
class Alternative:
    """One of several."""

    branches: tuple[Node, ...]


class Greed(enum.Enum):
    """How a repetition takes."""

    GREEDY = "greedy"
    LAZY = "lazy"
    POSSESSIVE = "possessive"


@dataclass(frozen=True, slots=True)
class Repeat:
    """A body several times; ``high`` is ``None`` when there is no limit."""

    body: Node
    low: int
    high: int | None
    greed: Greed


@dataclass(frozen=True, slots=True)
class Group:
    """What a group with a number matches is remembered."""

    body: Node
    number: int


@dataclass(frozen=True, slots=True)
class Atomic:
    """What matched once is not tried in another way."""

    body: Node


@dataclass(frozen=True, slots=True)
class Look:
    """A test of what stands before or behind."""

    body: Node
    ahead: bool
    negative: bool
    width: int = 0
    """Of what stands behind: how many characters it has."""


@dataclass(frozen=True, slots=True)
class At:
    r"""A test of the place: ``^``, ``$``, ``A``, ``Z``, ``b``, ``B``; ``m^``, ``m$`` at lines."""

    kind: str
    word: int = 0
    """The characters of words."""


@dataclass(frozen=True, slots=True)
class Back:
    """What a group matched, once more."""

    number: int


@dataclass(frozen=True, slots=True)
class Conditional:
    """One of two, by whether a group matched."""

    number: int
    yes: Node
    no: Node


Node: TypeAlias = (
    Chars | Sequence | Alternative | Repeat | Group | Atomic | Look | At | Back | Conditional
)


def width(node: Node) -> int:
    """How many characters a node always matches.

    Raises:
        Unreadable: it is not always the same number.
    """
    if isinstance(node, Chars):
        return 1
    if isinstance(node, Sequence):
        return sum(width(one) for one in node.parts)
    if isinstance(node, Alternative):
        found = {width(one) for one in node.branches}
        if len(found) == 1:
            return found.pop()
    elif isinstance(node, Repeat):
        if node.low == node.high:
            return node.low * width(node.body)
    elif isinstance(node, (Group, Atomic)):
        return width(node.body)
    elif isinstance(node, (Look, At)):
        return 0
    raise Unreadable("looks behind over a width that varies")
