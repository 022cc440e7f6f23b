"""The events of Go, by the names that checks use for them."""

from __future__ import annotations

from typing import TypeAlias

from checks.languages.go.calls import GoCall
from checks.languages.go.file import GoFile
from checks.languages.syntax.events import FileChange, FileEvent
from checks.languages.syntax.located import Located

GoFileEvent: TypeAlias = FileEvent[GoFile]
"""A whole file: ``MODULE``."""

GoChange: TypeAlias = FileChange[GoFile]
"""A file before and after: ``CHANGE``."""

__all__ = ["GoCall", "GoChange", "GoFileEvent", "Located"]
