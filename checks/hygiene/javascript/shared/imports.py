"""The imports of a file with their places."""

from __future__ import annotations

from collections.abc import Iterator

from checks.languages.javascript.file import JavaScriptFile
from checks.languages.syntax.located import Located
from checks.light import dataclass


@dataclass(frozen=True, slots=True)
class Import:
    """One import, re-export or ``require``."""

    module: str
    """The module as it is written, ``node:`` left out."""
    at: Located
    is_for_types: bool
    """Whether it is gone when the program runs."""


def imports(file: JavaScriptFile) -> Iterator[Import]:
    """All imports of a file, kind after kind."""
    for one in file.nodes("import_statement", "export_statement"):
        source = one.child("source")
        module = None if source is None else file.string(source)
        if module is not None:
            types = any(child.type in ("type", "typeof") for child in one.node.children)
            yield Import(module.removeprefix("node:"), one, types)
    for word in ("require", "import"):
        for call in file.calls_named(word):
            if word == "require" and call.receiver is not None:
                continue
            first = call.argument(0)
            module = None if first is None else file.string(first)
            if module is not None:
                yield Import(module.removeprefix("node:"), call, is_for_types=False)
