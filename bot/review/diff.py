"""A file's patch as a value: where comments may stand, which head lines are new, what was before.

GitHub's ``patch`` is the body of a unified diff against the merge base: hunks, no file header.
Lines end in ``\\n`` only, as git and GitHub count them; a ``\\r`` belongs to its line. Pure.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from bot.review.model import FileDiff, Hunk
from checks.model import Lines

_SUBMODULE = "Subproject commit "
_HEX = "0123456789abcdef"
_REPLACEMENT = "\N{REPLACEMENT CHARACTER}"


class Line(NamedTuple):
    """One line of a hunk: ``tag`` is a space, ``+`` or ``-``."""

    tag: str
    text: str
    newline: bool = True
    """Whether the line ends in a newline; only the last one of a file may not."""


@dataclass(frozen=True, slots=True)
class Change:
    """One hunk with its lines. ``start`` is the first line; with no lines, the one before."""

    head_start: int
    head_count: int
    base_start: int
    base_count: int
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Patch:
    """A parsed patch."""

    changes: tuple[Change, ...]
    whole: bool
    """Whether every hunk has all the lines that its header announces."""

    @property
    def hunks(self) -> tuple[Hunk, ...]:
        """The line ranges that the hunks cover, context included."""
        return tuple(
            Hunk(
                head=_range(one.head_start, one.head_count),
                base=_range(one.base_start, one.base_count),
            )
            for one in self.changes
        )

    @property
    def added(self) -> tuple[Lines, ...]:
        """The head lines that the patch adds, as the longest ranges."""
        ranges: list[Lines] = []
        for change in self.changes:
            number = change.head_start
            for line in change.lines:
                if line.tag == "+":
                    if ranges and ranges[-1].end == number - 1:
                        ranges[-1] = Lines(ranges[-1].start, number)
                    else:
                        ranges.append(Lines(number, number))
                if line.tag != "-":
                    number += 1
        return tuple(ranges)

    @property
    def counts(self) -> tuple[int, int]:
        """How many lines are added and removed."""
        tags = [line.tag for change in self.changes for line in change.lines]
        return tags.count("+"), tags.count("-")

    @property
    def is_submodule(self) -> bool:
        """Whether the patch moves a submodule from one commit to another."""
        lines = [line for change in self.changes for line in change.lines]
        return bool(lines) and all(
            line.text.startswith(_SUBMODULE)
            and not line.text.removeprefix(_SUBMODULE).removesuffix("-dirty").strip(_HEX)
            for line in lines
        )


def parse(patch: str) -> Patch:
    """Read a patch. What does not follow a unified diff ends it, and it is not ``whole``."""
    rows = patch.split("\n")
    if rows and rows[-1] == "":
        rows.pop()
    changes: list[Change] = []
    position = 0
    while position < len(rows):
        header = _header(rows[position])
        if header is None:
            return Patch(tuple(changes), whole=False)
        change, position = _change(rows, position + 1, header)
        if change is None:
            return Patch(tuple(changes), whole=False)
        changes.append(change)
    return Patch(tuple(changes), whole=bool(changes))


def base_text(head: bytes, patch: Patch) -> bytes | None:
    """The text before the change, made by undoing the patch on the text after it.

    That is the text of the merge base, the very one that GitHub computed the patch against.

    Returns:
        None when the patch is not whole, does not fit the text, or holds characters that GitHub
        could not decode: the base must then be read.
    """
    if not patch.whole:
        return None
    lines = _lines(head)
    result: list[bytes] = []
    position = 0
    for change in patch.changes:
        start = change.head_start - 1 if change.head_count else change.head_start
        if not position <= start <= len(lines):
            return None
        result += lines[position:start]
        position = start
        for line in change.lines:
            text = line.text.encode("utf-8", "surrogatepass") + (b"\n" if line.newline else b"")
            if line.tag == "-":
                if _REPLACEMENT in line.text:
                    return None
                result.append(text)
                continue
            if position >= len(lines) or lines[position] != text:
                return None
            position += 1
            if line.tag == " ":
                result.append(text)
    return b"".join(result + lines[position:])


def changed_lines(base: bytes, head: bytes) -> tuple[Lines, ...]:
    """The head lines between the common beginning and the common end of both texts.

    For a file whose patch GitHub leaves out. Takes linear time, and never leaves out a new line;
    an old one between two changes counts as new.
    """
    before, after = _lines(base), _lines(head)
    shorter = min(len(before), len(after))
    first = 0
    while first < shorter and before[first] == after[first]:
        first += 1
    last = 0
    while last < shorter - first and before[-1 - last] == after[-1 - last]:
        last += 1
    return (Lines(first + 1, len(after) - last),) if first < len(after) - last else ()


def commentable(diff: FileDiff, lines: Lines) -> Lines | None:
    """The part of ``lines`` that one comment can stand on: within one hunk, on the head's side.

    GitHub refuses a comment whose lines are in no hunk or in two. The hunk that holds most of the
    lines is taken, the first of equals; None when no hunk holds any.
    """
    best: Lines | None = None
    for hunk in diff.hunks:
        if hunk.head is None:
            continue
        start = max(lines.start, hunk.head.start)
        end = min(lines.end, hunk.head.end)
        if start <= end and (best is None or end - start > best.end - best.start):
            best = Lines(start, end)
    return best


def _lines(text: bytes) -> list[bytes]:
    """The lines with their newlines: a line is equal to another only if it ends alike."""
    parts = text.split(b"\n")
    return [part + b"\n" for part in parts[:-1]] + ([parts[-1]] if parts[-1] else [])


def _header(row: str) -> tuple[int, int, int, int] | None:
    """Start and count of the base, then of the head, from ``@@ -1,2 +3,4 @@ section``."""
    if not row.startswith("@@ -"):
        return None
    ranges, mark, _ = row[4:].partition(" @@")
    base, plus, head = ranges.partition(" +")
    if not mark or not plus:
        return None
    numbers: list[int] = []
    for one in (base, head):
        start, comma, count = one.partition(",")
        for number in (start, count if comma else "1"):
            if not (number.isascii() and number.isdigit() and len(number) < 10):
                return None
            numbers.append(int(number))
    return numbers[0], numbers[1], numbers[2], numbers[3]


def _change(
    rows: list[str], position: int, header: tuple[int, int, int, int]
) -> tuple[Change | None, int]:
    base_start, base_count, head_start, head_count = header
    base_left, head_left = base_count, head_count
    lines: list[Line] = []
    while position < len(rows):
        row = rows[position]
        if row.startswith("\\"):
            if not lines:
                return None, position
            lines[-1] = Line(lines[-1].tag, lines[-1].text, newline=False)
            position += 1
            continue
        if not base_left and not head_left:
            break
        tag, text = (row[0], row[1:]) if row else (" ", "")
        base_left -= tag in " -"
        head_left -= tag in " +"
        if tag not in " +-" or base_left < 0 or head_left < 0:
            return None, position
        lines.append(Line(tag, text))
        position += 1
    if base_left or head_left:
        return None, position
    return Change(head_start, head_count, base_start, base_count, tuple(lines)), position


def _range(start: int, count: int) -> Lines | None:
    return Lines(start, start + count - 1) if count else None
