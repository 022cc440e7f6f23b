"""The labelled set of the tests, as a table: what is found, and what is flagged in the safe twins.

    python -m bench.labelled [--json FILE]

Every case of ``tests/checks/cases`` and of the security checks' documentation, and every program
that ``tests/checks/flow`` multiplies. Assay runs the whole catalogue, as a review does. ruff's S
rules and bandit read the same files, where they are installed: each of their findings on a line
counts, whatever its rule, except those on imports and on ``assert``. The set was made together
with Assay, so its own figures say that nothing broke, not how it does on code of others.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

from checks import registry
from checks.engine import analyse
from checks.model import ChangedFile, Settings
from tests.checks import cases
from tests.checks.flow import matrix

LEFT_OUT = ("S101", "S40", "S41", "B101", "B40", "B41")
"""Rules on ``assert`` and on imports: they say nothing about a line of data."""
SECONDS = 900.0


@dataclass(frozen=True, slots=True)
class Sample:
    """One labelled file."""

    check: str
    path: str
    text: str
    bad: bool
    lines: frozenset[int]
    """The lines of the defect; empty where any line will do."""


@dataclass(slots=True)
class Row:
    """What one tool says about the samples of one check."""

    found: int = 0
    flagged: int = 0
    """Safe twins with a finding."""


@dataclass(slots=True)
class Table:
    """The whole result."""

    defects: Counter[str] = field(default_factory=Counter)
    twins: Counter[str] = field(default_factory=Counter)
    tools: dict[str, dict[str, Row]] = field(default_factory=dict)


def samples() -> Iterator[Sample]:
    """All samples of security checks in Python that need no base to compare with."""
    catalogue = {one.id: one for one in registry.load().values() if one.security}
    for case in cases.load():
        check = catalogue.get(case.check)
        if check is not None and case.base is None and case.path.endswith(".py"):
            yield Sample(case.check, case.path, case.head, case.bad, frozenset(case.lines))
    for check in catalogue.values():
        for one in check.documentation.examples:
            if one.base is None and one.path.endswith(".py"):
                yield Sample(check.id, one.path, one.code, one.flagged, frozenset())
    by_kind = {
        name: check.id
        for check in catalogue.values()
        for events in check.on
        if events.kind is registry.EventKind.FLOW
        for name in events.names
    }
    for product in matrix.products():
        yield Sample(
            by_kind[product.kind], "app/handlers.py", product.text, product.bad, frozenset()
        )


def measure(found: Sequence[Sample]) -> Table:
    """Run every tool over all samples."""
    table = Table()
    for one in found:
        (table.defects if one.bad else table.twins)[one.check] += 1
    with tempfile.TemporaryDirectory() as name:
        root = Path(name)
        for number, one in enumerate(found):
            file = root / f"{number}" / one.path
            file.parent.mkdir(parents=True)
            file.write_text(one.text, "utf-8")
        tools = {"Assay": _assay(found), "ruff S": _ruff(root), "bandit": _bandit(root)}
    for tool, lines in tools.items():
        if lines is not None:
            table.tools[tool] = _rows(found, lines)
    return table


def _rows(found: Sequence[Sample], lines: dict[int, set[int]]) -> dict[str, Row]:
    rows: dict[str, Row] = {}
    for number, one in enumerate(found):
        row = rows.setdefault(one.check, Row())
        here = lines.get(number, set())
        if not one.bad:
            row.flagged += bool(here)
        elif here and (not one.lines or here & one.lines):
            row.found += 1
    return rows


def _assay(found: Sequence[Sample]) -> dict[int, set[int]]:
    """The lines of the findings of each sample's own check, its lines in flows included."""
    lines: dict[int, set[int]] = {}
    for number, one in enumerate(found):
        file = ChangedFile(one.path, one.text.encode())
        (report,) = analyse([file], Settings(), evidence=[])
        lines[number] = {
            line
            for finding in report.findings
            if finding.check == one.check
            for line in range(finding.region.start_line, finding.region.end_line + 1)
        }
    return lines


def _ruff(root: Path) -> dict[int, set[int]] | None:
    options = ("check", "--isolated", "--no-cache", "--select", "S", "--output-format", "json")
    answer = _run("ruff", (*options, str(root)), root)
    if answer is None:
        return None
    rows = json.loads(answer)
    return _by_sample(
        root,
        (
            (row["filename"], row["code"] or "", row["location"]["row"], row["end_location"]["row"])
            for row in rows
        ),
    )


def _bandit(root: Path) -> dict[int, set[int]] | None:
    answer = _run("bandit", ("--quiet", "--recursive", "--format", "json", str(root)), root)
    if answer is None:
        return None
    rows = json.loads(answer)["results"]
    return _by_sample(
        root,
        (
            (row["filename"], row["test_id"], min(row["line_range"]), max(row["line_range"]))
            for row in rows
        ),
    )


def _by_sample(root: Path, rows: Iterable[tuple[str, str, int, int]]) -> dict[int, set[int]]:
    lines: dict[int, set[int]] = {}
    for name, rule, first, last in rows:
        if not rule.startswith(LEFT_OUT):
            number = int(Path(name).resolve().relative_to(root.resolve()).parts[0])
            lines.setdefault(number, set()).update(range(first, last + 1))
    return lines


def _run(module: str, options: Sequence[str], root: Path) -> str | None:
    """What a tool prints; None when it is not installed."""
    if importlib.util.find_spec(module) is None:
        return None
    command = (sys.executable, "-m", module, *options)
    done = subprocess.run(
        command, cwd=root, capture_output=True, text=True, timeout=SECONDS, check=False
    )
    if done.returncode > 1:
        raise SystemExit(f"{module}: {done.stderr.strip()[-200:]}")
    return done.stdout


def written(table: Table) -> str:
    """The table in Markdown: one row a check, all of them at the end."""
    tools = list(table.tools)
    head = ["check", "defects", "safe twins", *(f"{one}: found, flagged" for one in tools)]
    lines = [_line(head), _line(["---"] * len(head))]
    checks = sorted({*table.defects, *table.twins})
    for check in checks:
        cells = [f"{row.found}, {row.flagged}" for row in _of(table, check)]
        lines.append(_line([check, str(table.defects[check]), str(table.twins[check]), *cells]))
    total_bad, total_good = sum(table.defects.values()), sum(table.twins.values())
    cells = []
    for tool in tools:
        found = sum(row.found for row in table.tools[tool].values())
        flagged = sum(row.flagged for row in table.tools[tool].values())
        cells.append(f"{found} ({found / total_bad:.1%}), {flagged} ({flagged / total_good:.1%})")
    lines.append(_line(["**all**", str(total_bad), str(total_good), *cells]))
    return "\n".join(lines)


def _of(table: Table, check: str) -> list[Row]:
    return [rows.get(check, Row()) for rows in table.tools.values()]


def _line(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


def main() -> None:
    """Measure, print, and write the values."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the values here, too")
    options = parser.parse_args()
    table = measure(list(samples()))
    print(written(table))
    if options.json:
        options.json.write_text(json.dumps(asdict(table), indent=1), "utf-8")


if __name__ == "__main__":
    main()
