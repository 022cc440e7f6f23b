"""What the configuration of a project's test runner says, as far as checks need it.

It stands in files that a change as a rule does not touch: they are asked of the repository, in one
call, and only when a changed test has a spy that nothing in its own file puts back.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from checks.languages.javascript.calls import constant
from checks.languages.python.parse import Expired
from checks.light import dataclass
from checks.repository import Bounds, Lookup, acceptable
from checks.text import SourceText

if TYPE_CHECKING:
    from collections.abc import Callable

    from checks.languages.javascript.file import JavaScriptFile

    Read = Callable[[SourceText, str, str], JavaScriptFile]

_NAMES = (
    "jest.config.js", "jest.config.ts", "jest.config.mjs", "jest.config.cjs", "jest.config.json",
    "vitest.config.ts", "vitest.config.mts", "vitest.config.js", "vitest.config.mjs",
    "vite.config.ts", "vite.config.js", "package.json",
)  # fmt: skip
"""Where Jest and Vitest look for their settings: https://jestjs.io/docs/configuration and
https://vitest.dev/config/."""

_FOLDERS = 5
"""Folders that are looked into for one file, from its own on, and the top."""

RESTORES = (b"restore", b"Restore", b"unstubAll", b"using ", b"mockReset", b"resetAllMocks")
"""What a file holds that puts back what it replaces."""

_LONGEST = 200_000
_SETTING = "restoreMocks"


@dataclass(frozen=True, slots=True)
class Project:
    """The settings that hold for a file; ``None`` where the configuration was not seen."""

    restores_mocks: bool | None = None
    """Whether the runner puts back what was spied on, before each test (``restoreMocks``)."""


def has_open_spies(file: JavaScriptFile) -> bool:
    """Whether a file replaces functions and nothing in it puts them back."""
    data = file.source.data
    return b".spyOn(" in data and not any(mark in data for mark in RESTORES)


def look_up(
    files: Sequence[JavaScriptFile],
    known: Mapping[str, bytes],
    repository: Lookup,
    bounds: Bounds,
    read: Read,
) -> dict[str, tuple[str, ...]]:
    """Tell files what the configuration of their project says.

    Args:
        files: those for which it matters.
        known: the texts of the change itself, by path.
        repository: reads others.
        bounds: how much may be asked for.
        read: reads a JavaScript file.

    Returns:
        What was asked for on behalf of each file, by its path.
    """
    wanted = {file.path: list(_candidates(file.path)) for file in files}
    paths = list(dict.fromkeys(path for some in wanted.values() for path in some))
    missing = [path for path in paths if path not in known][: bounds.paths]
    texts: dict[str, bytes | None] = dict(known)
    if missing:
        texts |= repository(missing)
    for file in files:
        file.project = Project(_restores(wanted[file.path], texts, read))
    asked = frozenset(missing)
    return {path: tuple(one for one in some if one in asked) for path, some in wanted.items()}


def _candidates(path: str) -> Iterator[str]:
    """The paths at which the configuration may stand, those near the file first."""
    folders = path.split("/")[:-1]
    depths = [*range(len(folders), max(0, len(folders) - _FOLDERS), -1), 0]
    for depth in depths:
        for name in _NAMES:
            candidate = "/".join([*folders[:depth], name])
            if acceptable(candidate):
                yield candidate


def _restores(paths: Iterable[str], texts: Mapping[str, bytes | None], read: Read) -> bool | None:
    """What the nearest configuration says that there is; unset, runners restore nothing."""
    seen = None
    for path in paths:
        text = texts.get(path)
        if text is None or len(text) > _LONGEST:
            continue
        if path.endswith(".json"):
            said = _in_json(text, whole=not path.endswith("package.json"))
        else:
            said = _in_code(text, path, read)
        if said:
            return True
        seen = seen if said is None else False
    return seen


def _in_json(text: bytes, *, whole: bool) -> bool | None:
    """The setting in a JSON file; ``None`` when the file says nothing of the runner."""
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        return None
    section = document if whole else document.get("jest") if isinstance(document, dict) else None
    return section.get(_SETTING) is True if isinstance(section, dict) else None


def _in_code(text: bytes, path: str, read: Read) -> bool | None:
    """The setting in a configuration that is a program."""
    source = SourceText(text)
    if source.too_large is not None:
        return None
    if _SETTING.encode() not in text:
        return False
    language = "typescript" if path.endswith("ts") else "javascript"
    try:
        file = read(source, path, language)
    except Expired:
        return None
    for pair in file.nodes("pair"):
        key, value = pair.child("key"), pair.child("value")
        if key is not None and value is not None and file.text_of(key).strip("'\"") == _SETTING:
            return constant(file, value, pair.names) is True
    return None
