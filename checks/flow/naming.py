"""Where a name stands in the text of a file, and in which of its functions.

Names are few and texts long: looking for each is much faster than taking a text apart.
"""

from __future__ import annotations

import bisect
from collections.abc import Iterator, Sequence

from checks.languages.python.definitions import Function

_LETTERS = frozenset(bytes((one,)) for one in range(128) if chr(one).isalnum() or one == ord("_"))
"""What a name may go on with, each a byte."""


class Nesting:
    """Which of some functions of a file stand around a place."""

    __slots__ = ("_above", "_ends", "_numbers", "_starts")

    def __init__(self, functions: Sequence[Function]) -> None:
        spans = sorted((*one.node.byte_range, number) for number, one in enumerate(functions))
        self._starts = [start for start, _, _ in spans]
        self._ends = [end for _, end, _ in spans]
        self._numbers = [number for _, _, number in spans]
        self._above: list[int] = []
        open_ones: list[int] = []
        for at, (start, _, _) in enumerate(spans):
            while open_ones and self._ends[open_ones[-1]] <= start:
                open_ones.pop()
            self._above.append(open_ones[-1] if open_ones else -1)
            open_ones.append(at)

    def around(self, place: int) -> Iterator[int]:
        """The numbers of the functions whose text holds a byte."""
        at = bisect.bisect_right(self._starts, place) - 1
        while at >= 0:
            if place < self._ends[at]:
                yield self._numbers[at]
            at = self._above[at]


def places_of(name: bytes, data: bytes) -> Iterator[int]:
    """Where a name stands as a word."""
    size = len(name)
    at = data.find(name) if name else -1
    while at >= 0:
        end = at + size
        if data[at - 1 : at] not in _LETTERS and data[end : end + 1] not in _LETTERS:
            yield at
        at = data.find(name, end)
