"""Readable cases of checks: one Markdown file a check, ``tests/checks/cases/<check-id>.md``.

Those of a further language stand in a folder of that name. A case begins with ``## its name``, and
its fence says what is to come out::

    ```python bad path=app/x.py
    eval(text)  # <- here
    ```

The first word is the language, for the reader's editor: the path says which front end reads it.

``bad``: the check flags exactly the lines that end with ``# <- here``, or ``// <- here`` (at least
one somewhere when no line does); ``good``: it flags nothing. A fence before it with ``base`` in its
first line is the text that the change replaces. The marks are cut off before the analysis.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).parent / "cases"
_MARKS = ("# <- here", "// <- here")
_DEFAULT_PATHS = {"js": "src/service.js", "ts": "src/service.ts", "go": "app/service.go"}
_DEFAULT_PATH = "app/service.py"


@dataclass(frozen=True)
class Case:
    """One case."""

    check: str
    name: str
    path: str
    head: str
    base: str | None
    bad: bool
    lines: tuple[int, ...]
    """The lines to be flagged; empty for a bad case means that any will do."""

    def __str__(self) -> str:
        return f"{self.check}: {self.name}"


def load(folder: Path = FOLDER) -> list[Case]:
    """All cases of all files, in order."""
    return [case for file in sorted(folder.rglob("*.md")) for case in read(file)]


def read(file: Path) -> list[Case]:
    """The cases of one file.

    Raises:
        ValueError: the file has a fence without a name above it, or one that is neither bad, good
            nor base.
    """
    cases: list[Case] = []
    name, base, opening = "", None, ""
    body: list[str] = []
    for number, line in enumerate(file.read_text("utf-8").split("\n"), 1):
        if opening:
            if line != "```":
                body.append(line)
                continue
            words = opening.split()
            if "base" in words:
                base = "\n".join(body) + "\n"
            else:
                cases.append(_case(file, number, name, words, body, base))
                base = None
            opening, body = "", []
        elif line.startswith("```"):
            opening = line[3:] or " "
        elif line.startswith("## "):
            name = line[3:].strip()
    return cases


def _case(
    file: Path, number: int, name: str, words: list[str], body: list[str], base: str | None
) -> Case:
    if not name or ("bad" in words) == ("good" in words):
        raise ValueError(f"{file.name}:{number}: a fence needs a name above and 'bad' or 'good'")
    default = _DEFAULT_PATHS.get(words[0], _DEFAULT_PATH)
    path = next((word[5:] for word in words if word.startswith("path=")), default)
    lines = tuple(index for index, line in enumerate(body, 1) if line.rstrip().endswith(_MARKS))
    text = [_without_mark(line) for line in body]
    return Case(file.stem, name, path, "\n".join(text) + "\n", base, "bad" in words, lines)


def _without_mark(line: str) -> str:
    for mark in _MARKS:
        if line.rstrip().endswith(mark):
            return line.rstrip().removesuffix(mark).rstrip()
    return line
