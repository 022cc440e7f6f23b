"""Looks for secrets in public projects and in generated files, beside detect-secrets.

``python -m bench.secrets`` takes the projects' source distributions with pip and counts what the
checks on secrets find in their text files (noise: well-kept projects hold hardly any); draws
secrets of every kind, near misses and harmless values, in every kind of file, and counts what is
found (recall, and false alarms); and measures the processor time of the search. It ends by itself:
with 0 when all goals are reached, with 1 when one is not, with 2 when a project could not be had.

Nothing of the projects is run; pip, when it fetches, reads their metadata with their own build back
ends. Give it a folder of archives (``--archives``) to fetch nothing.
"""

from __future__ import annotations

import argparse
import gc
import json
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from bench import rivals
from bench.hygiene import PROJECTS
from bench.sdists import NotFetched, archive, unpack
from bench.secrets_figures import Corpus, Figures, Project, table, values
from checks import engine, registry
from checks.model import ChangedFile, FileReport, Settings, Surface
from checks.registry import Check
from checks.secrets.providers import PROVIDERS
from tests.checks.secrets.corpus import KINDS, Planted, harmless, missed_by_a_sign, planted

REACHED, SHORT, FAILED = 0, 1, 2
SEED = 20_261_124
ROUNDS = 12
"""How often each kind of secret is drawn."""
_CHECKS = ("hard-coded-secret", "real-secret-in-test-data")
_MOST_BYTES = 1_000_000
_MOST_SHOWN = 10
_MEGABYTE = 1_000_000


class Search:
    """The two checks on secrets, with the processor time that they take."""

    def __init__(self) -> None:
        self.seconds = 0.0
        known = registry.load()
        self._checks: dict[str, Check] = {
            name: replace(known[name], run=self._timed(known[name].run)) for name in _CHECKS
        }

    def _timed(self, run: Callable[[Any, Any], None]) -> Callable[[Any, Any], None]:
        def timed(event: Any, report: Any) -> None:
            begun = time.process_time()
            try:
                run(event, report)
            finally:
                self.seconds += time.process_time() - begun

        return timed

    def __call__(self, path: str, data: bytes) -> FileReport:
        """The report on one file; the collector is off, as in a worker."""
        gc.disable()
        file = ChangedFile(path, data)
        (report,) = engine.analyse([file], Settings(), checks=self._checks, evidence=[])
        gc.enable()
        return report


@dataclass(frozen=True, slots=True)
class Arguments:
    """What was asked for."""

    projects: tuple[str, ...]
    archives: Path | None
    rival: Path | None
    """A Python that has detect-secrets."""
    alone: bool
    rounds: int
    as_json: bool


def main(argv: Sequence[str] | None = None) -> int:
    """Run it; the exit status."""
    arguments = read_arguments(sys.argv[1:] if argv is None else argv)
    try:
        with tempfile.TemporaryDirectory(prefix="assay-bench-") as folder:
            figures = measure(arguments, Path(folder))
    except (NotFetched, rivals.RivalFailed, OSError) as error:
        print(f"the benchmark did not come to its end: {error}", file=sys.stderr)
        return FAILED
    except KeyboardInterrupt:
        return 130
    print(json.dumps(values(figures), indent=2) if arguments.as_json else table(figures))
    return SHORT if figures.short_of() else REACHED


def read_arguments(given: Sequence[str]) -> Arguments:
    """Read the command line; ends the program when it is wrong."""
    parser = argparse.ArgumentParser(
        prog="python -m bench.secrets",
        description="Count what the search for secrets finds, beside detect-secrets.",
    )
    parser.add_argument("--projects", nargs="*", metavar="NAME", default=PROJECTS)
    parser.add_argument(
        "--archives", type=Path, metavar="FOLDER", help="where source distributions are kept"
    )
    parser.add_argument(
        "--rival", type=Path, metavar="PYTHON", help="a Python that has detect-secrets"
    )
    parser.add_argument("--alone", action="store_true", help="leave detect-secrets out")
    parser.add_argument("--rounds", type=int, default=ROUNDS, help=f"default: {ROUNDS}")
    parser.add_argument("--json", action="store_true", help="print the figures as JSON")
    read = parser.parse_args(given)
    if read.archives is not None and not read.archives.is_dir():
        parser.error(f"--archives: {read.archives} is no folder")
    return Arguments(
        tuple(read.projects), read.archives, read.rival, read.alone, read.rounds, read.json
    )


def measure(arguments: Arguments, folder: Path) -> Figures:
    """Everything, in one run.

    Raises:
        NotFetched, rivals.RivalFailed: a project could not be had, or not be compared.
    """
    rival = None if arguments.alone else rivals.interpreter(arguments.rival, folder)
    search = Search()
    search("warm.txt", b"api_key = 1\n" * 1_000)
    projects: list[Project] = []
    failed: list[str] = []
    texts: list[tuple[str, bytes]] = []
    for name in arguments.projects:
        packed = archive(name, folder if arguments.archives is None else arguments.archives)
        root = unpack(packed, folder / "unpacked" / name)
        print(root.name, file=sys.stderr)
        project, files, more = _project(root, search, rival)
        projects.append(project)
        failed += more
        texts += files
    found, missed = _corpus(
        "secrets", planted(SEED, rounds=arguments.rounds), folder, search, rival
    )
    near, _ = _corpus(
        "near misses", missed_by_a_sign(SEED, rounds=arguments.rounds), folder, search, rival
    )
    clean, _ = _corpus(
        "harmless values", harmless(SEED, rounds=arguments.rounds * 8), folder, search, rival
    )
    return Figures(
        projects=tuple(projects),
        secrets=found,
        near=near,
        harmless=clean,
        kinds=len(PROVIDERS),
        file_kinds=len(KINDS),
        megabyte=tuple(_megabytes(texts)),
        missed=tuple(missed[:_MOST_SHOWN]),
        failed=tuple(failed[:_MOST_SHOWN]),
    )


def _project(
    root: Path, search: Search, rival: Path | None
) -> tuple[Project, list[tuple[str, bytes]], tuple[str, ...]]:
    files = _texts(root)
    before = search.seconds
    surfaces = [one.surface for name, data in files for one in search(name, data).findings]
    answer = None
    if rival is not None:
        answer = rivals.search(rival, root, [name for name, _ in files])
    project = Project(
        name=root.name,
        files=len(files),
        megabytes=sum(len(data) for _, data in files) / _MEGABYTE,
        inline=surfaces.count(Surface.INLINE),
        summary=surfaces.count(Surface.SUMMARY),
        seconds=search.seconds - before,
        rival=None if answer is None else sum(answer.found.values()),
        rival_seconds=None if answer is None else answer.seconds,
    )
    return project, files, () if answer is None else answer.failed


def _texts(root: Path) -> list[tuple[str, bytes]]:
    """The project's text files of up to a megabyte, by path."""
    found = []
    for path in sorted(root.rglob("*")):
        if path.is_symlink() or not path.is_file() or path.stat().st_size > _MOST_BYTES:
            continue
        data = path.read_bytes()
        if b"\0" not in data[:8_000]:
            found.append((path.relative_to(root).as_posix(), data))
    return found


def _corpus(
    what: str, files: Iterable[Planted], folder: Path, search: Search, rival: Path | None
) -> tuple[Corpus, list[str]]:
    """How many of some generated files are flagged, and which are not."""
    root = folder / what.replace(" ", "-")
    names, silent = [], []
    for number, one in enumerate(files):
        name = f"{number:06}/{one.path}"
        (root / name).parent.mkdir(parents=True)
        (root / name).write_text(one.text)
        names.append(name)
        if not search(one.path, one.text.encode()).findings:
            silent.append(f"{one.provider} in {one.kind}")
    theirs = None
    if rival is not None:
        theirs = sum(1 for count in rivals.search(rival, root, names).found.values() if count)
    return Corpus(what, len(names), len(names) - len(silent), theirs), silent


def _megabytes(texts: Sequence[tuple[str, bytes]]) -> Iterable[tuple[str, float]]:
    """What a megabyte costs: of the projects' code as text, of their data, and of one long line."""
    code = b"\n".join(data for name, data in texts if name.endswith(".py"))
    data = b"\n".join(data for name, data in texts if not name.endswith(".py"))
    for what, path, text in (
        ("code", "a.rb", code),
        ("data", "a.yaml", data),
        ("one line", "a.txt", code.replace(b"\n", b" ")),
    ):
        piece = text[:_MEGABYTE]
        if len(piece) == _MEGABYTE:
            yield what, min(_milliseconds(path, piece) for _ in range(5))


def _milliseconds(path: str, data: bytes) -> float:
    search = Search()
    search(path, data)
    return search.seconds * 1_000


if __name__ == "__main__":
    sys.exit(main())
