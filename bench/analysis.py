"""What the analysis costs and says on public sources: ``python -m bench.analysis``.

Fetches a few source distributions, and measures in one run: tree-sitter's parse alone, Assay cold
and warm, a push that changes 2 % of the files, one large change, the start of ``assay scan``, a
scan of everything, other linters that are installed; and counts the findings in non-test code.
Every figure comes from a process of its own. It ends by itself, and judges no figure.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import os
import platform
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench import sdists, sources
from bench.analysis_figures import Figure, Figures, Start, Tool, Tree, table
from bench.memory import Peaks

PROJECTS = ("django", "sqlalchemy", "celery")
ROOT = Path(__file__).resolve().parents[1]
LONGEST = 3_600.0
LOOK_PAUSE = 0.05
MOST_STARTS = 100
TOOLS = {
    "ruff --select S": ("ruff", "check --isolated --no-cache --select S --output-format json"),
    "bandit": ("bandit", "--quiet --recursive --format json"),
    "semgrep (p/python)": ("semgrep", "scan --config p/python --metrics off --quiet --json"),
}


class Failed(Exception):
    """A part did not do its work; the text says which."""


@dataclass(frozen=True, slots=True)
class Arguments:
    """What was asked for."""

    projects: tuple[str, ...]
    cache: Path | None
    folders: tuple[Path, ...]
    starts: int
    tools: bool
    as_json: bool


def main() -> int:
    """Run it; the exit status."""
    arguments = read_arguments(sys.argv[1:])
    try:
        with tempfile.TemporaryDirectory(prefix="assay-bench-") as scratch:
            folder = Path(scratch)
            found = measure(roots(arguments, folder), arguments, folder)
    except (Failed, sdists.NotFetched, OSError) as error:
        print(f"the benchmark did not come to its end: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    print(json.dumps(found.values(), indent=2) if arguments.as_json else table(found))
    return 0


def read_arguments(given: Sequence[str]) -> Arguments:
    """Read the command line; ends the program when it is wrong."""
    parser = argparse.ArgumentParser(
        prog="python -m bench.analysis", description=(__doc__ or "").partition("\n\n")[2]
    )
    parser.add_argument("--projects", nargs="+", default=PROJECTS, help="names in the registry")
    parser.add_argument("--cache", type=Path, help="a folder that holds or will hold the archives")
    parser.add_argument(
        "--folders", nargs="+", type=Path, default=(), help="measure these instead of projects"
    )
    parser.add_argument("--starts", type=int, default=7, help="runs of the start (default: 7)")
    parser.add_argument("--no-tools", action="store_true", help="leave out the other linters")
    parser.add_argument("--json", action="store_true", help="print the figures as JSON")
    read = parser.parse_args(given)
    if not 1 <= read.starts <= MOST_STARTS:
        parser.error(f"--starts must be from 1 to {MOST_STARTS}")
    return Arguments(
        tuple(read.projects),
        read.cache,
        tuple(one.resolve() for one in read.folders),
        read.starts,
        not read.no_tools,
        read.json,
    )


def roots(arguments: Arguments, scratch: Path) -> list[Path]:
    """The folders of the projects, fetched and unpacked where that is needed.

    Raises:
        bench.sdists.NotFetched: an archive could not be had.
        Failed: a folder holds no Python.
    """
    found = list(arguments.folders)
    if not found:
        archives = arguments.cache or scratch / "archives"
        archives.mkdir(parents=True, exist_ok=True)
        found = [
            sdists.unpack(sdists.archive(one, archives), scratch / "unpacked")
            for one in arguments.projects
        ]
    for one in found:
        if next(one.rglob("*.py"), None) is None:
            raise Failed(f"{one}: there is no Python file")
    return found


def measure(places: Sequence[Path], arguments: Arguments, scratch: Path) -> Figures:
    """One run.

    Raises:
        Failed: a process ended otherwise than it should.
    """
    warm = _child("warm", places)
    return Figures(
        machine=f"{os.cpu_count()} processors, {platform.system()}, "
        f"Python {platform.python_version()}",
        projects=tuple(one.name for one in places),
        parse=_figure(_child("parse", places)),
        cold=_figure(_child("cold", places)),
        warm=_figure(warm),
        push=_figure(_child("push", places)),
        change=_figure(_child("change", places[:1])),
        change_parse=_figure(_child("parse-change", places[:1])),
        start=_start(places[0], arguments.starts, scratch),
        tree=_tree(places, warm["lines"]),
        tools={name: _tool(name, places) for name in TOOLS} if arguments.tools else {},
        not_analysed=warm["not_analysed"],
        asked_lines=warm["asked_lines"],
        findings=tuple((check, surface, number) for check, surface, number in warm["findings"]),
    )


def _child(kind: str, places: Sequence[Path]) -> dict[str, Any]:
    done = _run([sys.executable, "-m", "bench.analysing", kind, *map(str, places)], (0,))
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


def _figure(answer: dict[str, Any]) -> Figure:
    return Figure(answer["files"], answer["lines"], answer["cpu"], answer["peak"])


def _start(place: Path, times: int, scratch: Path) -> Start:
    """Runs of the command as a person would, one after another, over a file on its own."""
    text = sources.short(sources.read(place))
    folder = scratch / "short"
    folder.mkdir()
    file = folder / "service.py"
    file.write_bytes(text)
    cpu, seconds = [], []
    for _ in range(times):
        before, began = _cpu_of_children(), time.perf_counter()
        _run([sys.executable, "-m", "bot", "scan", str(file)], (0, 1))
        seconds.append(time.perf_counter() - began)
        cpu.append(_cpu_of_children() - before)
    return Start(text.count(b"\n"), tuple(cpu), tuple(seconds))


def _tree(places: Sequence[Path], lines: int) -> Tree:
    """``assay scan`` over everything, its processes watched while they live."""
    before, began = _cpu_of_children(), time.perf_counter()
    command = [sys.executable, "-m", "bot", "scan", "--format", "json", *map(str, places)]
    with subprocess.Popen(
        command,
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    ) as process:
        peaks = Peaks(process.pid)
        while process.poll() is None:
            peaks.look()
            time.sleep(LOOK_PAUSE)
            if time.perf_counter() - began > LONGEST:
                process.kill()
    if process.returncode not in (0, 1):
        raise Failed(f"assay scan ended with {process.returncode}")
    seconds, cpu = time.perf_counter() - began, _cpu_of_children() - before
    workers = peaks.workers
    return Tree(lines, cpu, seconds, peaks.bot, next(iter(workers), None), len(workers))


def _tool(name: str, places: Sequence[Path]) -> Tool | None:
    module, options = TOOLS[name]
    if importlib.util.find_spec(module) is None:
        return None
    before, began = _cpu_of_children(), time.perf_counter()
    command = [sys.executable, "-m", module, *options.split(), *map(str, places)]
    done = _run(command, (0, 1))
    try:
        answer = json.loads(done.stdout)
    except ValueError as error:
        raise Failed(f"{name}: {error}") from error
    found = answer if isinstance(answer, list) else answer["results"]
    # What ruff cannot parse is a finding without a rule.
    number = sum(1 for one in found if one.get("code", True))
    return Tool(number, _cpu_of_children() - before, time.perf_counter() - began)


def _run(command: Sequence[str], good: Sequence[int]) -> subprocess.CompletedProcess[bytes]:
    name = " ".join(command[1:4])
    try:
        done = subprocess.run(command, cwd=ROOT, capture_output=True, timeout=LONGEST, check=False)
    except subprocess.TimeoutExpired as error:
        raise Failed(f"{name}: not done within {LONGEST:g} s") from error
    if done.returncode not in good:
        last = (done.stderr.decode("utf-8", "replace").strip().splitlines() or ["no reason"])[-1]
        raise Failed(f"{name}: {last}")
    return done


def _cpu_of_children() -> float:
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


if __name__ == "__main__":
    raise SystemExit(main())
