"""The Python files of unpacked projects, and the parts of them that a benchmark looks at.

What is picked depends on the files alone, so that two runs on the same sources compare.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from checks.model import ChangedFile
from checks.repository import acceptable

MOST_BYTES = 2_000_000
"""Of a file; larger ones are passed over."""
BATCH_FILES = 100
"""Files that are analysed together: those of a large pull request."""
CHANGE_FILES = 100
CHANGE_LINES = 30_000
PUSHED = 50
"""One file of so many is changed by the second push: 2 %."""
SHORT_LINES = 500


@dataclass(frozen=True, slots=True)
class Project:
    """A project's files, with paths relative to its root."""

    name: str
    files: tuple[ChangedFile, ...]

    @property
    def lines(self) -> int:
        """All lines, empty ones too."""
        return sum(map(lines_of, self.files))


class Neighbours:
    """Tells the analysis of a project's other files (:class:`checks.repository.Lookup`)."""

    def __init__(self, project: Project) -> None:
        self._texts = {one.path: one.head for one in project.files}

    def __call__(self, paths: Sequence[str], /) -> Mapping[str, bytes | None]:
        """The texts of these paths, ``None`` where no file is."""
        return {path: self._texts.get(path) for path in paths if acceptable(path)}


def read(root: Path) -> Project:
    """All Python files below a folder, by path; none that is reached through a link."""
    found = []
    for path in sorted(root.rglob("*.py")):
        if path.is_symlink() or not path.is_file() or path.stat().st_size > MOST_BYTES:
            continue
        found.append(ChangedFile(path.relative_to(root).as_posix(), path.read_bytes()))
    return Project(root.name, tuple(found))


def lines_of(file: ChangedFile) -> int:
    """How many lines a file has."""
    return file.head.count(b"\n")


def batches(files: Sequence[ChangedFile]) -> Iterator[tuple[ChangedFile, ...]]:
    """The files in the order they have, in parts of the size of a large pull request."""
    for start in range(0, len(files), BATCH_FILES):
        yield tuple(files[start : start + BATCH_FILES])


def pushed(files: Sequence[ChangedFile]) -> tuple[ChangedFile, ...]:
    """Every fiftieth file: what a second push changes."""
    return tuple(files[::PUSHED])


def change(project: Project) -> tuple[ChangedFile, ...]:
    """At most 100 files with about 30,000 lines: a large pull request, with and without tests.

    Files of about the mean length are taken, so that no single one decides.
    """
    mean = CHANGE_LINES // CHANGE_FILES
    near = sorted(project.files, key=lambda one: (abs(lines_of(one) - mean), one.path))
    return tuple(sorted(near[:CHANGE_FILES], key=lambda one: one.path))


def short(project: Project) -> bytes:
    """The text of one file of 500 lines: the first that is long enough, cut after them."""
    for file in project.files:
        if lines_of(file) >= SHORT_LINES:
            return b"\n".join(file.head.split(b"\n")[:SHORT_LINES]) + b"\n"
    longest = max(project.files, key=lines_of, default=None)
    return b"" if longest is None else longest.head
