"""Which languages beside Python are read as code, and by whom."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from checks.languages.go.file import read as read_go
from checks.languages.javascript.file import read as read_javascript
from checks.languages.python.module import Module
from checks.languages.syntax.source_file import SourceFile
from checks.text import SourceText

Code: TypeAlias = Module | SourceFile
"""A file that was read as code, of any language: both have ``source``, ``path``, ``comments()``,
``scope_at()``, ``errors()`` and ``limits()``."""

Reader: TypeAlias = Callable[[SourceText, str, str, Callable[[], bool]], SourceFile]
"""``read(source, path, language, expired)``; raises ``Expired`` when the time is over."""

_READERS: dict[str, Reader] = {
    "go": read_go,
    "javascript": read_javascript,
    "typescript": read_javascript,
    "tsx": read_javascript,
}


def reader_of(language: str) -> Reader | None:
    """What reads files of a language (:func:`checks.languages.paths.language_of`) as code.

    ``None`` for Python, which has a front end of its own, and for what is not read as code.
    """
    return _READERS.get(language)
