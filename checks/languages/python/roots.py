"""At which paths of the repository a module of a name may stand.

The folders that the interpreter searches are not known. What is known are some paths, those of the
change first of all, and they tell most of it: where ``lib/project/tests/test_x.py`` stands,
``project.tests.base`` is ``lib/project/tests/base.py``.
"""

from __future__ import annotations

from collections.abc import Iterable

from checks.languages.python import library
from checks.repository import acceptable

_USUAL = ("", "src/")
"""Where packages stand when nothing tells."""

_TOPS = ("", "src/", "lib/", "python/")
"""Where a folder with the name of a library must stand to be imported in the library's stead."""

_TEST_FOLDERS = frozenset({"functional", "integration", "test", "testing", "tests", "unit"})
_MAX_ROOTS = 3
_MAX_ANCESTORS = 3
_MAX_PARTS = 12
_MAX_PLACES = 2_000
"""Places of one folder name that are told apart."""


class Roots:
    """What a set of known paths says about where modules stand."""

    def __init__(self, paths: Iterable[str], more: Roots | None = None) -> None:
        """Learn of some paths.

        Args:
            paths: the paths.
            more: what is known besides, which must not change any more.
        """
        self._more = more
        self._places: dict[str, dict[tuple[str, tuple[str, ...]], None]] = {}
        """By a part of a path: what stands before it, and it with all after it."""
        self._folders: set[str] = set()
        self._agreed: dict[tuple[str, ...], tuple[int, frozenset[str]]] = {}
        for path in paths:
            self._add(path)

    def _add(self, path: str) -> None:
        stem = path.rpartition(".")[0] or path
        parts = tuple(stem.split("/")[:_MAX_PARTS])
        if parts[-1] == "__init__":
            parts = parts[:-1]
        before = ""
        for number, part in enumerate(parts):
            places = self._places.setdefault(part, {})
            if len(places) < _MAX_PLACES:
                places[before, parts[number:]] = None
            before += f"{part}/"
        folder = path.rpartition("/")[0]
        while folder and folder not in self._folders:
            self._folders.add(folder)
            folder = folder.rpartition("/")[0]

    def agreeing(self, parts: tuple[str, ...]) -> tuple[int, frozenset[str]]:
        """How many parts of a name a known path has at most, and the folders of those that do."""
        if parts not in self._agreed:
            best, found = 1, set[str]()
            if self._more is not None:
                best, before_this = self._more.agreeing(parts)
                found.update(before_this)
            for before, known in self._places.get(parts[0], ()):
                length = _agreement(parts, known)
                if length > best:
                    best, found = length, set()
                if length == best:
                    found.add(before)
            self._agreed[parts] = best, frozenset(found)
        return self._agreed[parts]

    def has_folder(self, folder: str) -> bool:
        """Whether a folder is known to be there."""
        return folder in self._folders or (self._more is not None and self._more.has_folder(folder))

    def candidates(self, name: str, importer: str, *, guess: bool) -> list[str]:
        """The paths at which a module may stand, likely ones first; none when it cannot.

        Args:
            name: its dotted name.
            importer: the path of the file that imports it.
            guess: whether usual places are tried where no known path tells.
        """
        parts = name.split(".")
        if not all(parts) or len(parts) > _MAX_PARTS:
            return []
        roots = self._roots(parts, importer)
        if library.is_library(name):
            roots = [one for one in roots if one in _TOPS]
        elif guess and all(_is_of_tests(one) for one in roots):
            # tests/app/test_db.py mirrors app/db.py, and says nothing about where that is.
            roots = list(dict.fromkeys([*roots, *_USUAL, *_beside(importer, len(parts))]))
        stems = [root + "/".join(parts) for root in roots]
        # Where the folder is known to be there, no module of its name stands beside it.
        paths = (
            f"{stem}{end}"
            for stem in stems
            for end in (("/__init__.py",) if self.has_folder(stem) else (".py", "/__init__.py"))
        )
        return [one for one in paths if acceptable(one)]

    def _roots(self, parts: list[str], importer: str) -> list[str]:
        """The folders from which a known path agrees with the name for longest."""
        _, found = self.agreeing(tuple(parts))
        near = sorted(found, key=lambda one: (not importer.startswith(one), -len(one), one))
        return near[:_MAX_ROOTS]


def _agreement(parts: tuple[str, ...], known: tuple[str, ...]) -> int:
    length = 0
    for one, other in zip(parts, known, strict=False):
        if one != other:
            break
        length += 1
    return length


def _is_of_tests(root: str) -> bool:
    return not _TEST_FOLDERS.isdisjoint(root.split("/"))


def _beside(importer: str, parts: int) -> list[str]:
    """The importer's folder, and for a short name those above it: runners put them on the path."""
    folders = importer.split("/")[:-1]
    above = [f"{'/'.join(folders[:end])}/" for end in range(len(folders), 0, -1)]
    return above[: _MAX_ANCESTORS if parts == 1 else 1]
