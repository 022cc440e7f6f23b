"""Messages written as text: behind the empty line that ends the headers nothing is a header."""

from __future__ import annotations

from collections.abc import Sequence

from checks.flow.kinds import MAIL
from checks.flow.values import Value, cleaned

_ENDS = ("\n\n", "\r\n\r\n")


def placed(parts: Sequence[Value], between: str = "") -> Sequence[Value]:
    """The parts of a text, those behind an empty line made harmless to the headers above it."""
    if not any(one.taints for one in parts[1:]):
        return parts
    found: list[Value] = []
    before = ""
    for index, one in enumerate(parts):
        if index:
            before += between
        ended = any(end in before for end in _ENDS)
        found.append(cleaned(one, MAIL) if ended and one.taints else one)
        if not ended:
            before += "\0" if one.template is None else one.template
    return found
