"""The events of JavaScript and TypeScript, by the names that checks use for them."""

from __future__ import annotations

from typing import TypeAlias

from checks.languages.javascript.calls import JsCall
from checks.languages.javascript.file import JavaScriptFile
from checks.languages.syntax.events import FileChange, FileEvent
from checks.languages.syntax.located import Located

JsFileEvent: TypeAlias = FileEvent[JavaScriptFile]
"""A whole file: ``MODULE``."""

JsChange: TypeAlias = FileChange[JavaScriptFile]
"""A file before and after: ``CHANGE``."""

__all__ = ["JsCall", "JsChange", "JsFileEvent", "Located"]
