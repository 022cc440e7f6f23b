"""Markdown of bounded size: blocks that are kept whole, lists that end early and say so.

GitHub refuses a check run's summary or text of more than 65,535 bytes of UTF-8 and a comment of
more than 65,536 characters. Cutting happens between blocks and between the items of a list, so
that a fence, a table, a folded part or a marker is never cut in two.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar, overload

from bot.review.words.sentences import count, listed

BUDGET = 60_000
"""Bytes of UTF-8 in one text: below GitHub's limit with room for what GitHub counts otherwise."""

_RESERVE = 600
"""Bytes kept for the sentence that says what was cut."""


T = TypeVar("T")


class Each(Sequence[str], Generic[T]):
    """A text for each value, written when it is asked for, once: most of a long list never is."""

    def __init__(self, values: Sequence[T], write: Callable[[T], str]) -> None:
        self._values = values
        self._write = write
        self._written: dict[int, str] = {}

    def __len__(self) -> int:
        return len(self._values)

    @overload
    def __getitem__(self, index: int) -> str: ...
    @overload
    def __getitem__(self, index: slice) -> list[str]: ...
    def __getitem__(self, index: int | slice) -> str | list[str]:
        if isinstance(index, slice):
            return [self[one] for one in range(*index.indices(len(self)))]
        if index not in self._written:
            self._written[index] = self._write(self._values[index])
        return self._written[index]


@dataclass(frozen=True, slots=True)
class Block:
    """A piece of Markdown that stands between blank lines.

    ``items`` may be left out from the end, ``head`` and ``tail`` go with the first that stays.
    """

    head: str
    items: Sequence[str] = ()
    tail: str = ""
    noun: str = "part"
    """What one item is, in the sentence that says what was cut."""
    plural: str = ""
    essential: bool = False
    """Never left out: the verdict, the table, the footer. Their size is bounded by their maker."""
    separator: str = "\n"
    """What stands between two items: ``"\\n\\n"`` where each is a block of its own."""

    def written(self, items: int) -> str:
        """The block with its first ``items`` items."""
        body = self.separator.join(self.items[:items])
        return "\n".join(filter(None, (self.head, body, self.tail)))


def compose(blocks: Sequence[Block], budget: int = BUDGET) -> str:
    """The blocks in order, cut to ``budget`` bytes, with a sentence that says what was cut.

    Earlier blocks have precedence. The sentence stands before the last block, which is the footer
    where there is one.
    """
    room = budget - _RESERVE - sum(_size(one.written(0)) for one in blocks if one.essential)
    parts: list[str] = []
    cut: dict[tuple[str, str], int] = {}
    for block in blocks:
        if block.essential:
            parts.append(block.written(0))
            continue
        kept = _fitting(block, room)
        if kept or (not block.items and _size(block.written(0)) <= room):
            text = block.written(kept)
            room -= _size(text)
            parts.append(text)
            left = len(block.items) - kept
        else:
            left = len(block.items) or 1
        if left:
            key = (block.noun, block.plural)
            cut[key] = cut.get(key, 0) + left
    if cut:
        what = listed([count(number, *words) for words, number in cut.items()])
        footer = bool(blocks) and blocks[-1].essential and len(parts) > 1
        sentence = f"*Cut for length, and not shown here: {what}.*"
        parts.insert(len(parts) - 1 if footer else len(parts), sentence)
    return "\n\n".join(filter(None, parts))


def _fitting(block: Block, room: int) -> int:
    """How many of the block's first items fit into ``room`` bytes."""
    left = room - _size(block.written(0)) - 2
    for number, item in enumerate(block.items):
        left -= len(item.encode()) + len(block.separator)
        if left < 0:
            return number
    return len(block.items)


def _size(text: str) -> int:
    return len(text.encode()) + 2


def folded(summary: str, body: str) -> str:
    """A part that opens on a click. ``summary`` is HTML already, ``body`` Markdown."""
    head, tail = folding(summary)
    return f"{head}\n{body}\n{tail}"


def folding(summary: str) -> tuple[str, str]:
    """The lines before and after what is folded: blank lines make GitHub read it as Markdown."""
    return f"<details><summary>{summary}</summary>\n", "\n</details>"
