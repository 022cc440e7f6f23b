"""One measurement of the analysis, in a process of its own: ``python -m bench.analysing KIND DIR``.

Started by ``bench.analysis`` for every figure, so that none pays for another's memory and caches.
Prints one JSON object. What is read from the disk is read before the clock starts.
"""

from __future__ import annotations

import gc
import json
import resource
import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from bench import sources
from bench.sources import Neighbours, Project
from checks.model import ChangedFile, FileReport, Role, Settings

_UNASKED = frozenset({Role.TEST, Role.TEST_SUPPORT, Role.GENERATED})
_STATUS = Path("/proc/self/status")


def main() -> int:
    """Measure; the exit status."""
    kind, *folders = sys.argv[1:]
    before = time.process_time()
    projects = [sources.read(Path(folder)) for folder in folders]
    reading = time.process_time() - before
    found = _KINDS[kind](projects, reading)
    found["peak"] = _peak()
    print(json.dumps(found))
    return 0


def _parse(projects: Sequence[Project], _reading: float) -> dict[str, Any]:
    """tree-sitter alone, over every file, once."""
    return _parsed([file for one in projects for file in one.files])


def _parse_change(projects: Sequence[Project], _reading: float) -> dict[str, Any]:
    return _parsed(sources.change(projects[0]))


def _parsed(files: Sequence[ChangedFile]) -> dict[str, Any]:
    import tree_sitter
    import tree_sitter_python

    parser = tree_sitter.Parser(tree_sitter.Language(tree_sitter_python.language()))
    began = time.process_time()
    for file in files:
        parser.parse(file.head)
    return _figure(files, time.process_time() - began)


def _cold(projects: Sequence[Project], reading: float) -> dict[str, Any]:
    """From the first instruction of the process: imports, and every cache empty."""
    for project in projects:
        for batch in sources.batches(project.files):
            _analyse(batch, project)
    files = [file for one in projects for file in one.files]
    return _figure(files, time.process_time() - reading)


def _warm(projects: Sequence[Project], _reading: float) -> dict[str, Any]:
    """As a worker that has done jobs before: imported, its caches filled, the collector off."""
    _warm_up(projects)
    cpu, counts, lines, unread = 0.0, Counter[tuple[str, str]](), 0, 0
    for project in projects:
        for batch in sources.batches(project.files):
            reports, seconds = _timed(batch, project)
            cpu += seconds
            for file, report in zip(batch, reports, strict=True):
                unread += report.not_analysed is not None
                if report.role.role not in _UNASKED:
                    lines += sources.lines_of(file)
                    counts.update((one.check, one.surface.value) for one in report.findings)
    figure = _figure([file for one in projects for file in one.files], cpu)
    findings = [[check, surface, number] for (check, surface), number in sorted(counts.items())]
    return figure | {"asked_lines": lines, "findings": findings, "not_analysed": unread}


def _push(projects: Sequence[Project], _reading: float) -> dict[str, Any]:
    """Two files of a hundred; the others are there to be asked for."""
    _warm_up(projects)
    cpu = 0.0
    for project in projects:
        changed = sources.pushed(project.files)
        cpu += _timed(changed, project)[1]
    return _figure([file for one in projects for file in sources.pushed(one.files)], cpu)


def _change(projects: Sequence[Project], _reading: float) -> dict[str, Any]:
    """One large pull request in a warm worker."""
    _warm_up(projects)
    changed = sources.change(projects[0])
    return _figure(changed, _timed(changed, projects[0])[1])


_KINDS: dict[str, Callable[[Sequence[Project], float], dict[str, Any]]] = {
    "parse": _parse,
    "parse-change": _parse_change,
    "cold": _cold,
    "warm": _warm,
    "push": _push,
    "change": _change,
}


def _analyse(files: Sequence[ChangedFile], project: Project) -> tuple[FileReport, ...]:
    """A worker's job: a deadline for each file, and the collector at work between them."""
    from checks import engine
    from checks.sandbox.limits import Limits
    from checks.worker import Meter

    meter = Meter(Limits().file_cpu_seconds)

    def begins(_path: str) -> None:
        gc.collect(0)
        meter.restart()

    return tuple(
        engine.iterate(
            files,
            Settings(),
            deadline=meter.passed,
            begins=begins,
            repository=Neighbours(project),
        )
    )


def _warm_up(projects: Sequence[Project]) -> None:
    from checks import worker

    worker.prepare()
    for project in projects:
        _analyse(project.files[: sources.BATCH_FILES // 2], project)
    gc.collect()
    gc.freeze()


def _timed(files: Sequence[ChangedFile], project: Project) -> tuple[tuple[FileReport, ...], float]:
    """The reports, and the processor seconds of the job; the collector runs after it."""
    gc.disable()
    began = time.process_time()
    reports = _analyse(files, project)
    seconds = time.process_time() - began
    gc.enable()
    gc.collect()
    return reports, seconds


def _figure(files: Sequence[ChangedFile], cpu: float) -> dict[str, Any]:
    return {"files": len(files), "lines": sum(map(sources.lines_of, files)), "cpu": cpu}


def _peak() -> int:
    """The highest resident set of this process, in bytes.

    Not what getrusage(2) says where Linux knows better: that starts with the size of the parent.
    """
    if _STATUS.exists():
        for line in _STATUS.read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024


if __name__ == "__main__":
    raise SystemExit(main())
