"""Reads the test suites of well-kept public projects, and counts what the checks say about them.

``python -m bench.hygiene`` takes the projects' source distributions with pip, reads their test
code as a review reads new files, and prints the findings in 1,000 lines, by project, check and
surface, beside those of other linters on the same files. It ends by itself: with 0 when every suite
stays within the budget of noise, with 1 when one does not, with 2 when a suite could not be had.

It runs nothing of the projects; but pip, when it fetches, reads their metadata with their own
build back ends. Give it a folder of archives (``--archives``) to fetch nothing.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bench import linters
from bench.hygiene_figures import Suite, table, values
from bench.linters import LinterFailed
from bench.sdists import NotFetched, archive, unpack
from bench.suites import analyse, findings_in, test_code

PROJECTS = (
    "aiohttp",
    "attrs",
    "click",
    "flask",
    "httpx",
    "starlette",
    "structlog",
    "trio",
    "urllib3",
    "werkzeug",
)
QUIET, LOUD, FAILED = 0, 1, 2


@dataclass(frozen=True, slots=True)
class Arguments:
    """What was asked for."""

    projects: tuple[str, ...]
    archives: Path | None
    """Where archives are kept; ``None``: nowhere."""
    as_json: bool


def main(argv: Sequence[str] | None = None) -> int:
    """Run it; the exit status."""
    arguments = read_arguments(sys.argv[1:] if argv is None else argv)
    try:
        with tempfile.TemporaryDirectory(prefix="assay-bench-") as folder:
            suites = [_measure(one, arguments, Path(folder)) for one in arguments.projects]
    except (NotFetched, LinterFailed, OSError) as error:
        print(f"the benchmark did not come to its end: {error}", file=sys.stderr)
        return FAILED
    except KeyboardInterrupt:
        return 130
    print(json.dumps(values(suites), indent=2) if arguments.as_json else table(suites))
    return QUIET if all(one.within_budget for one in suites) else LOUD


def read_arguments(given: Sequence[str]) -> Arguments:
    """Read the command line; ends the program when it is wrong."""
    parser = argparse.ArgumentParser(
        prog="python -m bench.hygiene",
        description="Count what the checks say about the test suites of public projects.",
    )
    parser.add_argument(
        "--projects",
        nargs="+",
        metavar="NAME",
        default=PROJECTS,
        help=f"which (default: {', '.join(PROJECTS)})",
    )
    parser.add_argument(
        "--archives",
        type=Path,
        metavar="FOLDER",
        help="where source distributions are kept; only what is missing is fetched",
    )
    parser.add_argument("--json", action="store_true", help="print the figures as JSON")
    read = parser.parse_args(given)
    if read.archives is not None and not read.archives.is_dir():
        parser.error(f"--archives: {read.archives} is no folder")
    return Arguments(tuple(read.projects), read.archives, read.json)


def _measure(project: str, arguments: Arguments, folder: Path) -> Suite:
    """One project's suite.

    Raises:
        NotFetched, LinterFailed: it could not be had, or not be compared.
    """
    packed = archive(project, folder if arguments.archives is None else arguments.archives)
    root = unpack(packed, folder / "unpacked" / project)
    files = test_code(root)
    if not files:
        raise NotFetched(f"{packed.name}: holds no test code")
    print(f"{root.name}: {len(files)} files of test code", file=sys.stderr)
    reports = analyse(files, root)
    paths = [root / one.path for one in files]
    return Suite(
        project=root.name,
        files=len(files),
        lines=sum(len(one.head.splitlines()) for one in files),
        findings=findings_in(reports),
        not_analysed=tuple(
            f"{root.name}/{one.path}: {one.not_analysed}"
            for one in reports
            if one.not_analysed is not None
        ),
        ruff=linters.ruff(paths, root),
        bandit=linters.bandit(paths, root),
    )


if __name__ == "__main__":
    sys.exit(main())
