"""Reviews changes that were really made: commits of local git repositories, drawn at random.

``python -m bench.history FOLDER …`` draws commits from the history of each repository, gives what
they changed to the checks as a review would, with the text before and after, and counts what is
said of them, beside the seconds that it takes. It ends by itself: with 0, or with 2 when a
repository cannot be read.

It runs nothing of the projects, asks nobody, and writes nothing into the repositories.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

from bench.commits import Commits, RepositoryUnreadable
from checks import engine
from checks.languages.paths import language_of
from checks.model import ChangedFile, FileReport, Lines, Settings

DONE, FAILED = 0, 2
_CODE = frozenset({"go", "javascript", "python", "typescript"})
MOST_FILES = 60
"""Of a commit: larger ones are mostly moves and generated text, which nobody reviews by line."""


@dataclass(frozen=True, slots=True)
class Said:
    """One finding."""

    check: str
    surface: str
    commit: str
    path: str
    line: int
    message: str


@dataclass(slots=True)
class History:
    """What was said of the commits of one repository."""

    name: str
    commits: int = 0
    lines: int = 0
    """That the commits add or rewrite."""
    commented: int = 0
    """Commits of which at least one inline comment speaks."""
    stopped: int = 0
    """Commits of which some file or function was not looked at in full."""
    seconds: float = 0.0
    """Processor time of the analysis, what it reads beside the change included."""
    said: list[Said] = field(default_factory=list)

    def count(self, surface: str) -> int:
        """How many findings there are on a surface."""
        return sum(one.surface == surface for one in self.said)


def main(argv: Sequence[str] | None = None) -> int:
    """Run it; the exit status."""
    arguments = _read_arguments(sys.argv[1:] if argv is None else argv)
    try:
        histories = [
            review(folder, arguments.commits, arguments.seed) for folder in arguments.repositories
        ]
    except RepositoryUnreadable as error:
        print(f"the benchmark did not come to its end: {error}", file=sys.stderr)
        return FAILED
    except KeyboardInterrupt:
        return 130
    if arguments.json:
        print(json.dumps([asdict(one) for one in histories], indent=2))
    else:
        print("\n".join(table(histories)))
    return DONE


def _read_arguments(given: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m bench.history",
        description="Count what the checks say about changes that were really made.",
    )
    parser.add_argument(
        "repositories", nargs="+", type=Path, metavar="FOLDER", help="a git repository, bare or not"
    )
    parser.add_argument(
        "--commits", type=int, default=15, help="how many of each repository (default: 15)"
    )
    parser.add_argument("--seed", type=int, default=1, help="of the drawing (default: 1)")
    parser.add_argument("--json", action="store_true", help="with every finding, for a program")
    return parser.parse_args(given)


def review(folder: Path, commits: int, seed: int) -> History:
    """Review commits of one repository.

    Args:
        folder: the repository, bare or with a work tree.
        commits: how many are drawn, at most.
        seed: decides which.

    Raises:
        RepositoryUnreadable: git cannot read it.
    """
    found = History(folder.resolve().name.removesuffix(".git") or folder.resolve().parent.name)
    with Commits(folder) as history:
        order = sorted(history.ids())
        random.Random(seed).shuffle(order)
        for commit in order:
            if found.commits >= commits:
                break
            changed = history.changed(commit, MOST_FILES)
            if any(_is_code(one) for one in changed):
                _look_at(history, commit, changed, found)
    return found


def _is_code(file: ChangedFile) -> bool:
    """Whether it is of a language that is read as code."""
    return not file.deleted and language_of(file.path) in _CODE


def _look_at(history: Commits, commit: str, changed: Sequence[ChangedFile], found: History) -> None:
    def repository(paths: Sequence[str]) -> Mapping[str, bytes | None]:
        return {path: history.text(commit, path) for path in paths}

    began = time.process_time()
    reports = engine.analyse(changed, Settings(), repository=repository)
    found.seconds += time.process_time() - began
    found.commits += 1
    found.lines += sum(map(_size, changed))
    said = [one for report in reports for one in _said(report, commit)]
    found.said += said
    found.commented += any(one.surface == "inline" for one in said)
    found.stopped += any(report.limits or report.not_analysed for report in reports)


def _size(file: ChangedFile) -> int:
    """How many lines the change adds or rewrites."""
    lines = (Lines(1, file.head.count(b"\n")),) if file.added is None else file.added
    return sum(one.end - one.start + 1 for one in lines)


def _said(report: FileReport, commit: str) -> Iterator[Said]:
    for one in report.findings:
        surface = one.surface.name.lower()
        line = one.region.start_line
        yield Said(one.check, surface, commit, report.path, line, one.message)


def table(histories: Sequence[History]) -> Iterator[str]:
    """The rows of a table that a person reads, the sum last."""
    yield "| repository | commits | lines | commented | inline | summary | not in full | s |"
    yield "|---|---|---|---|---|---|---|---|"
    total = History("all")
    for one in (*histories, total):
        if one is not total:
            for name in ("commits", "lines", "commented", "stopped", "seconds", "said"):
                setattr(total, name, getattr(total, name) + getattr(one, name))
        yield (
            f"| {one.name} | {one.commits} | {one.lines:,} | {one.commented} "
            f"| {one.count('inline')} | {one.count('summary')} | {one.stopped} "
            f"| {one.seconds:.1f} |"
        )


if __name__ == "__main__":
    raise SystemExit(main())
