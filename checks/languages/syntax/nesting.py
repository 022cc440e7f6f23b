"""Things that enclose each other, and which of them is the innermost around a byte."""

from __future__ import annotations

import bisect
from collections.abc import Iterable
from typing import Generic, TypeVar

from checks.model import Span

T = TypeVar("T")


class Nesting(Generic[T]):
    """Spans that lie one inside the other or apart, each with what stands for it."""

    def __init__(self, entries: Iterable[tuple[Span, T]]) -> None:
        self._starts: list[int] = []
        self._entries: list[tuple[int, T, int]] = []
        """Where each ends, what it is, and the number of the next one out."""
        outer = -1
        for span, value in sorted(entries, key=lambda one: (one[0].start, -one[0].end)):
            while outer >= 0 and self._entries[outer][0] <= span.start:
                outer = self._entries[outer][2]
            self._starts.append(span.start)
            self._entries.append((span.end, value, outer))
            outer = len(self._entries) - 1

    def innermost(self, offset: int) -> T | None:
        """The innermost around a byte; ``None`` when there is none."""
        index = bisect.bisect_right(self._starts, offset) - 1
        while index >= 0:
            end, value, outer = self._entries[index]
            if offset < end:
                return value
            index = outer
        return None
