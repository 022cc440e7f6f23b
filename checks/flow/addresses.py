"""Texts put together behind the beginning of an address.

``f"{base}/users/{name}"`` leads to the host of ``base``, whatever ``name`` is.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from checks.flow.kinds import BARE, REDIRECT, REQUEST
from checks.flow.values import HOLE, Value, cleaned

_WEB = REDIRECT | REQUEST
_AFTER_HOST = frozenset("/?#")


def placed(parts: Sequence[Value]) -> Iterator[Value]:
    """The parts of a text, those that stand behind the host of an address cleaned for it."""
    before = ""
    bits = 0
    known = True
    for one in parts:
        if known and one.taints:
            bits = _behind(before)
            if before == "/" and all(taint.clean & BARE for taint in one.taints):
                bits |= REDIRECT  # "/" and what has no slash of its own in front
            known = False
        yield cleaned(one, bits) if bits and one.taints else one
        if known:
            before += HOLE if one.template is None else one.template


def _behind(before: str) -> int:
    """What the beginning of a text, in which nothing is from outside, decides for the rest."""
    if not before.startswith(HOLE):
        return 0  # the text itself says it: see the conditions of the facts
    rest = before[1:].replace("://", "").removeprefix("//")
    if _AFTER_HOST.isdisjoint(rest):
        return 0
    # The beginning may be empty: "/" and another slash would name a host.
    return REQUEST if rest == "/" else _WEB
