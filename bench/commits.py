"""The commits of a local git repository, as the analysis takes a change.

Git is asked for what it stores and for nothing else: no checkout, no hook, no filter, no network.
"""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import IO, Self

from bot.review.diff import parse
from checks.model import ChangedFile, Lines

_LARGEST = 2_000_000
"""Bytes of a file; what is larger is passed over."""


class RepositoryUnreadable(Exception):
    """Git cannot read it, or is not there."""


class Commits:
    """A repository's history: one process of git gives the texts, and one each answer."""

    def __init__(self, folder: Path) -> None:
        inner = folder / ".git"
        self._git = ("git", f"--git-dir={inner if inner.is_dir() else folder}")
        self._texts: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        self._ask("rev-parse", "--git-dir")
        self._texts = subprocess.Popen(
            [*self._git, "cat-file", "--batch"], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._texts is not None:
            self._texts.communicate()

    def ids(self) -> list[str]:
        """The commits that are no merge and not the first."""
        return [
            line.split()[0]
            for line in self._ask("log", "--no-merges", "--format=%H %P").decode().splitlines()
            if len(line.split()) == 2
        ]

    def changed(self, commit: str, most: int) -> list[ChangedFile]:
        """The files that a commit changes; none at all when there are more than ``most``."""
        words = self._ask("diff-tree", "-r", "-M", "--name-status", "-z", f"{commit}^", commit)
        rows = list(_rows(words.decode("utf-8", "replace").split("\0")))
        if len(rows) > most:
            return []
        found = []
        for status, old, new in rows:
            before = None if status == "A" else self.text(f"{commit}^", old)
            head = b"" if status == "D" else self.text(commit, new)
            if head is None or (before is None and status != "A"):
                continue  # a submodule, or too large
            if status == "D":
                found.append(ChangedFile(new, b"", before, old, deleted=True))
            else:
                added = None if before is None else self._added(commit, old, new)
                found.append(ChangedFile(new, head, before, old, added))
        return found

    def text(self, commit: str, path: str) -> bytes | None:
        """A file as it was at a commit; ``None`` where there is none, or a very large one."""
        if self._texts is None or "\n" in path:
            return None
        asked, told = self._texts.stdin, self._texts.stdout
        if asked is None or told is None:
            return None
        asked.write(f"{commit}:{path}\n".encode())
        asked.flush()
        words = told.readline().split()
        if len(words) != 3 or not words[2].isdigit():
            return None
        text = _read(told, int(words[2]))
        return text if words[1] == b"blob" and len(text) <= _LARGEST else None

    def _added(self, commit: str, old: str, new: str) -> tuple[Lines, ...]:
        """The lines of a file that the commit adds or rewrites."""
        told = self._ask("diff", "-U0", "--no-ext-diff", f"{commit}^:{old}", f"{commit}:{new}")
        _, mark, hunks = told.decode("utf-8", "replace").partition("\n@@ ")
        return tuple(
            Lines(one.head_start, one.head_start + one.head_count - 1)
            for one in parse("@@ " + hunks if mark else "").changes
            if one.head_count
        )

    def _ask(self, *words: str) -> bytes:
        try:
            done = subprocess.run([*self._git, *words], capture_output=True, check=True)
        except (OSError, subprocess.CalledProcessError) as error:
            raise RepositoryUnreadable(f"git cannot read {self._git[1]}: {error}") from error
        return done.stdout


def _read(told: IO[bytes], size: int) -> bytes:
    text = told.read(size)
    told.read(1)  # the line end behind it
    return text


def _rows(words: Sequence[str]) -> list[tuple[str, str, str]]:
    """Letter of the status, old path, new path."""
    rows = []
    left = iter(words)
    for status in left:
        if status:
            old = next(left)
            rows.append((status[0], old, next(left) if status[0] in "RC" else old))
    return rows
