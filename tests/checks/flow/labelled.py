"""Labelled programs: Markdown files in ``tests/checks/flow/cases``.

Under a heading ``## its name`` stand the files of one change, each in a fence::

    ```python path=app/views.py
    os.system(request.args["x"])  # <- command
    ```

A mark names the kinds of flow that are found on its line; on a line without a mark none is. The
marks are cut off before the analysis.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).parent / "cases"
_MARK = "# <-"
_DEFAULT_PATH = "app/views.py"

Label = tuple[str, int, str]
"""A path, a line, a kind."""


@dataclass(frozen=True)
class Program:
    """The files of one change, and what is to be found in them."""

    name: str
    files: tuple[tuple[str, str], ...]
    labels: frozenset[Label]

    def __str__(self) -> str:
        return self.name


def load(folder: Path = FOLDER) -> list[Program]:
    """All programs of all files, in order."""
    return [program for file in sorted(folder.glob("*.md")) for program in read(file)]


def read(file: Path) -> list[Program]:
    """The programs of one file."""
    programs: list[Program] = []
    name = ""
    files: list[tuple[str, str]] = []
    labels: set[Label] = set()
    body: list[str] | None = None
    path = ""

    def finish() -> None:
        if files:
            programs.append(Program(f"{file.stem}: {name}", tuple(files), frozenset(labels)))
        files.clear()
        labels.clear()

    for line in file.read_text("utf-8").split("\n"):
        if body is not None:
            if line == "```":
                files.append((path, "\n".join(body) + "\n"))
                body = None
                continue
            code, mark, kinds = line.partition(_MARK)
            if mark:
                labels.update((path, len(body) + 1, kind) for kind in kinds.split())
                line = code.rstrip()
            body.append(line)
        elif line.startswith("```"):
            path = next((w[5:] for w in line.split() if w.startswith("path=")), _DEFAULT_PATH)
            body = []
        elif line.startswith("## "):
            finish()
            name = line[3:].strip()
    finish()
    return programs
