"""Which files the base branch's ``.gitattributes`` calls generated or vendored. Pure.

Only the base branch is asked: a pull request must not be able to hide its own files. Only the file
at the root is read, and its patterns are read as ``.gitignore`` reads them, so that naming a folder
means all that is in it.
"""

from __future__ import annotations

from collections.abc import Callable

from checks import globs

PATH = ".gitattributes"
_ATTRIBUTES = ("linguist-generated", "linguist-vendored")
_MAX_RULES = 200


def generated(text: bytes) -> Callable[[str], bool]:
    """A function that tells for a path whether the attributes mark it.

    https://docs.github.com/en/repositories/working-with-files/managing-files/customizing-how-changed-files-appear-on-github
    """
    rules: dict[str, list[tuple[str, bool]]] = {name: [] for name in _ATTRIBUTES}
    for line in text.decode("utf-8", "replace").split("\n"):
        pattern, *words = line.split() or [""]
        if not words or pattern.startswith(("#", "[attr]", '"')):
            continue
        for word in words:
            name, _, value = word.removeprefix("-").partition("=")
            if name in rules and len(rules[name]) < _MAX_RULES:
                marked = not word.startswith("-") and value.lower() != "false"
                rules[name].append((pattern, marked))
    return lambda path: any(globs.last_match(one, path) for one in rules.values())
