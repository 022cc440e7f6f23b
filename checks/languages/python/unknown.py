"""The answer of an evaluation that does not know."""

from __future__ import annotations

from typing import Final


class Unknown:
    """The type of :data:`UNKNOWN`. It is false, and equal to nothing but itself."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "UNKNOWN"

    def __bool__(self) -> bool:
        return False


UNKNOWN: Final = Unknown()
"""What an expression evaluates to when its value is not known. Compare with ``is``."""
