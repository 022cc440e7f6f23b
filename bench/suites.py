"""The test suite of one project, read by all checks as a review would read it.

Every file whose role is test code is given to the engine at once, as new; the project's other
files are there to be asked for, so that base classes, helpers and conftest files are known. What
compares a base with a head has nothing to say here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from checks import engine, registry
from checks.languages import roles
from checks.languages.paths import generated_by_text
from checks.languages.python.module import read
from checks.model import ChangedFile, FileReport, Role, Settings
from checks.repository import Bounds, acceptable
from checks.text import SourceText

# A suite is larger than a change: it may ask for more than a review.
BOUNDS = Bounds(rounds=3, paths=1_000, files=500, bytes=20_000_000)
MOST_FILES = 20_000
MOST_BYTES = 5_000_000
"""Of a file; larger ones are passed over."""


@dataclass(frozen=True, slots=True)
class Found:
    """One finding, as the figures keep it."""

    check: str
    surface: str
    path: str
    line: int
    message: str


def test_code(root: Path) -> list[ChangedFile]:
    """The project's Python files whose role is test or test support, by path."""
    found = []
    for path in sorted(root.rglob("*.py"))[:MOST_FILES]:
        name = path.relative_to(root).as_posix()
        if path.is_symlink() or not path.is_file() or path.stat().st_size > MOST_BYTES:
            continue
        file = ChangedFile(name, path.read_bytes())
        if is_test_code(file):
            found.append(file)
    return found


def is_test_code(file: ChangedFile) -> bool:
    """Whether a review reads the file as test code, by its path, its header and its imports."""
    generated = generated_by_text(file.head)
    source = SourceText(file.head)
    role = roles.decide(file.path, None, Settings(), generated).role
    if role is Role.PRODUCTION and source.too_large is None:
        imported = read(source, file.path).imported_names
        role = roles.decide(file.path, imported, Settings(), generated).role
    return role.is_test_code


def analyse(files: Sequence[ChangedFile], root: Path) -> tuple[FileReport, ...]:
    """The reports of all checks on these files."""
    return engine.analyse(
        files,
        Settings(),
        checks=registry.load(),
        evidence=(),
        repository=Neighbours(root),
        bounds=BOUNDS,
    )


class Neighbours:
    """Reads other files of the project (:class:`checks.repository.Lookup`)."""

    def __init__(self, root: Path) -> None:
        self._root = root.resolve()

    def __call__(self, paths: Sequence[str], /) -> Mapping[str, bytes | None]:
        """The texts of these paths, ``None`` where no file is."""
        return {path: self._text(path) for path in paths}

    def _text(self, path: str) -> bytes | None:
        if not acceptable(path):
            return None
        there = (self._root / path).resolve()
        if not there.is_relative_to(self._root) or not there.is_file():
            return None
        return there.read_bytes() if there.stat().st_size <= MOST_BYTES else None


def findings_in(reports: Sequence[FileReport]) -> tuple[Found, ...]:
    """The findings of these reports, in their order."""
    return tuple(
        Found(one.check, str(one.surface), report.path, one.region.start_line, one.message)
        for report in reports
        for one in report.findings
    )
