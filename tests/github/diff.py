"""Diffs as GitHub shows them, computed by git: changed files, patches, and lines inside hunks.

The patch of a file is its hunks only, without the file header and without a last line break. It
is absent for binary files, for files of more than 20,000 lines or 500 KB of patch, and once the
patches together pass 1 MB (GitHub: repository limits).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import lru_cache

from tests.github.git import ObjectStore

PATCH_LINES = 20_000
PATCH_BYTES = 500_000
TOTAL_BYTES = 1_000_000
FILES_MAX = 3_000

_STATUS = {
    "A": "added",
    "D": "removed",
    "M": "modified",
    "R": "renamed",
    "C": "copied",
    "T": "changed",
}
_HUNK = re.compile(r"@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@")
_NO_OID = "0" * 40


@dataclass(frozen=True, slots=True)
class Change:
    """One changed file of a comparison."""

    path: str
    status: str
    oid: str | None
    previous_path: str | None
    previous_oid: str | None
    mode: int
    previous_mode: int
    additions: int
    deletions: int
    binary: bool
    patch: str | None
    full_patch: str | None

    @property
    def blob(self) -> str | None:
        """The blob that GitHub names: the head's, or the base's for a removed file."""
        return self.oid or self.previous_oid


@dataclass(frozen=True, slots=True)
class DiffLine:
    """One line of a patch. ``position`` counts lines below the first hunk header."""

    hunk: int
    position: int
    left: int | None
    right: int | None
    text: str


class Differ:
    """Comparisons of one object store, remembered: commits never change."""

    def __init__(self, store: ObjectStore, *, find_copies: bool = False) -> None:
        self._store = store
        self.find_copies = find_copies
        self.changes = lru_cache(maxsize=2_000)(self._changes)

    def _changes(self, base: str, head: str) -> tuple[Change, ...]:
        """The changed files from commit ``base`` to commit ``head``, in git's order."""
        how = ("--find-copies-harder", "-C") if self.find_copies else ("--find-renames",)
        common = (*how, "--no-ext-diff", "--no-textconv", "--full-index", "-r")
        raw = self._store.git("diff-tree", "--raw", "--numstat", "-z", *common, base, head)
        changes = _parse_raw(raw)
        text = self._store.git("diff-tree", "-p", *common, base, head)
        return tuple(_with_patches(changes, _split_patches(text)))

    def text(self, base: str, head: str) -> str:
        """The whole diff as text, as the diff media type serves it."""
        return self._store.git(
            "diff-tree", "-p", "--find-renames", "--no-ext-diff", "--no-textconv", base, head
        ).decode("utf-8", "replace")


def _parse_raw(raw: bytes) -> list[Change]:
    fields = raw.decode("utf-8", "replace").split("\0")
    changes: list[Change] = []
    at = 0
    while at < len(fields) and fields[at].startswith(":"):
        old_mode, new_mode, old, new, letter = fields[at][1:].split(" ")
        moved = letter[0] in "RC"
        previous = fields[at + 1] if moved else None
        path = fields[at + 2] if moved else fields[at + 1]
        changes.append(
            Change(
                path=path,
                status=_STATUS[letter[0]],
                oid=None if new == _NO_OID else new,
                previous_path=previous,
                previous_oid=None if old == _NO_OID else old,
                mode=int(new_mode, 8),
                previous_mode=int(old_mode, 8),
                additions=0,
                deletions=0,
                binary=False,
                patch=None,
                full_patch=None,
            )
        )
        at += 3 if moved else 2
    for index, change in enumerate(changes):
        added, deleted, _ = fields[at].split("\t", 2)
        at += 3 if change.previous_path is not None else 1
        changes[index] = replace(
            change,
            binary=added == "-",
            additions=0 if added == "-" else int(added),
            deletions=0 if deleted == "-" else int(deleted),
        )
    return changes


def _split_patches(text: bytes) -> list[str | None]:
    """The hunks of each file of a patch, None where there are none, in order."""
    patches: list[str | None] = []
    current: list[str] | None = None
    inside = False
    for line in text.decode("utf-8", "replace").split("\n"):
        if line.startswith("diff --git "):
            if current is not None:
                patches.append("\n".join(current) or None)
            current, inside = [], False
        elif current is not None:
            inside = inside or line.startswith("@@ ")
            if inside:
                current.append(line)
    if current is not None:
        if current and current[-1] == "":
            current.pop()
        patches.append("\n".join(current) or None)
    return patches


def _with_patches(changes: list[Change], patches: list[str | None]) -> list[Change]:
    given = iter(patches)
    total = 0
    result = []
    for change in changes:
        full = next(given, None)
        if change.status == "changed":
            # git shows a change of type as a removal and an addition; GitHub shows no patch.
            next(given, None)
            full = None
        shown = full
        if full is not None:
            size = len(full.encode())
            total += size
            if size > PATCH_BYTES or full.count("\n") >= PATCH_LINES or total > TOTAL_BYTES:
                shown = None
        result.append(replace(change, patch=shown, full_patch=full))
    return result


@lru_cache(maxsize=5_000)
def diff_lines(patch: str) -> tuple[DiffLine, ...]:
    """Every line of a patch with its numbers on both sides (1-based)."""
    lines: list[DiffLine] = []
    left = right = 0
    hunk = -1
    for position, text in enumerate(patch.split("\n")):
        header = _HUNK.match(text) if text.startswith("@@") else None
        if header:
            hunk += 1
            left, right = int(header[1]), int(header[3])
            continue
        sign = text[:1]
        if sign == "\\":
            continue
        on_left, on_right = sign != "+", sign != "-"
        lines.append(
            DiffLine(hunk, position, left if on_left else None, right if on_right else None, text)
        )
        left += on_left
        right += on_right
    return tuple(lines)


def find_line(patch: str, side: str, line: int) -> DiffLine | None:
    """The patch's line that has that number on that side (``LEFT`` or ``RIGHT``), or None."""
    for one in diff_lines(patch):
        if (one.left if side == "LEFT" else one.right) == line:
            return one
    return None


def hunk_text(patch: str, upto: DiffLine) -> str:
    """The hunk's header and its lines up to one line: a review comment's ``diff_hunk``."""
    rows = patch.split("\n")
    start = max(i for i in range(upto.position + 1) if rows[i].startswith("@@"))
    return "\n".join(rows[start : upto.position + 1])


def map_line(patch: str | None, line: int) -> int | None:
    """Where an old line stands after ``patch`` was applied; None when it was touched."""
    if patch is None:
        return line
    shift = 0
    for one in diff_lines(patch):
        if one.left is not None and one.right is not None:
            if one.left == line:
                return one.right
            if one.left > line:
                break
            shift = one.right - one.left
        elif one.left is not None:
            if one.left == line:
                return None
            if one.left > line:
                break
            shift -= 1
        else:
            assert one.right is not None
            if one.right - shift > line:
                break
            shift += 1
    return line + shift
