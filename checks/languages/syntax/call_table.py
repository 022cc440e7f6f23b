"""The calls of a file, in the order of the text."""

from __future__ import annotations

import bisect
from collections.abc import Callable, Iterator, Sequence
from typing import Generic, TypeVar

import tree_sitter

from checks.languages.syntax.source_file import Call
from checks.model import Span

C = TypeVar("C", bound=Call)


class CallTable(Generic[C]):
    """All calls, outer ones before those in them."""

    def __init__(self, calls: Sequence[C], visit: Callable[[], None]) -> None:
        """Take the calls in the order of the text; ``visit`` counts what a search looks at."""
        self.all = calls
        self._starts = [call.node.start_byte for call in calls]
        self._visit = visit

    def within(self, node: tree_sitter.Node | Span) -> Iterator[C]:
        """The calls inside a node, itself included when it is one.

        Raises:
            Expired: the time is over.
        """
        start, end = (
            (node.start, node.end) if isinstance(node, Span) else (node.start_byte, node.end_byte)
        )
        index = bisect.bisect_left(self._starts, start)
        while index < len(self._starts) and self._starts[index] < end:
            self._visit()
            call = self.all[index]
            index += 1
            if call.node.end_byte <= end:
                yield call
