"""A defect that several findings speak of is said once, and nothing else is lost."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bot.review.causes import one_per_cause
from checks import engine
from checks.model import (
    ChangedFile,
    Confidence,
    FileReport,
    Finding,
    Region,
    Settings,
    Severity,
    Step,
)
from tests.bot.review import values

SINK = Region(6, 12, 6, 40)


def flow(path: str, line: int, **changes: object) -> Finding:
    steps = (Step(path, Region(line, 5, line, 30), "comes in"), Step("app/db.py", SINK, "reaches"))
    region = Region(line, 5, line, 30)
    return values.finding(path=path, region=region, trace=steps, **changes)


def left(*reports: FileReport) -> list[tuple[str, int]]:
    return [
        (finding.path, finding.region.start_line)
        for one in one_per_cause(reports)
        for finding in one.findings
    ]


def test_the_finding_that_knows_the_way_stands_for_the_place() -> None:
    alone = values.finding(path="app/db.py", region=SINK)
    other = values.finding(path="app/db.py", region=Region(9, 1, 9, 9))
    sink = values.report("app/db.py", findings=(alone, other))
    web = values.report("app/web.py", findings=(flow("app/web.py", 3),))
    assert left(sink, web) == [("app/db.py", 9), ("app/web.py", 3)]
    assert left(sink) == [("app/db.py", 6), ("app/db.py", 9)]


def test_of_several_ways_to_one_place_the_gravest_stands() -> None:
    quiet = flow("app/a.py", 3, severity=Severity.MEDIUM)
    unsure = flow("app/b.py", 3, severity=Severity.HIGH, confidence=Confidence.MEDIUM)
    grave = flow("app/c.py", 3, severity=Severity.HIGH, confidence=Confidence.HIGH)
    reports = [values.report(one.path, findings=(one,)) for one in (quiet, unsure, grave)]
    assert left(*reports) == [("app/c.py", 3)]


def test_another_check_at_the_same_place_stands() -> None:
    alone = values.finding(check="tls-verification-off", path="app/db.py", region=SINK)
    reports = [
        values.report("app/db.py", findings=(alone,)),
        values.report("app/web.py", findings=(flow("app/web.py", 3),)),
    ]
    assert left(*reports) == [("app/db.py", 6), ("app/web.py", 3)]


@given(st.permutations(range(4)))
def test_the_order_of_files_decides_nothing(order: list[int]) -> None:
    findings = [flow(f"app/{name}.py", 3) for name in "abc"]
    findings.append(values.finding(path="app/db.py", region=SINK))
    reports = [values.report(findings[i].path, findings=(findings[i],)) for i in order]
    assert left(*reports) == [("app/a.py", 3)]


def test_data_that_crosses_files_is_told_once() -> None:
    """The real analysis on the sample's shape: a view hands its argument to a helper."""
    files = [
        ChangedFile(
            "app/db.py",
            b"def find(cursor, title):\n"
            b"    return cursor.execute(f\"SELECT * FROM t WHERE a = '{title}'\")\n",
        ),
        ChangedFile(
            "app/web.py",
            b"from flask import Flask, request\nfrom app import db\n\napp = Flask(__name__)\n\n\n"
            b"@app.get('/')\ndef show():\n    cursor = app.cursor()\n"
            b"    return str(db.find(cursor, request.args['title']))\n",
        ),
    ]
    reports = engine.analyse(files, Settings())
    said = [one for report in one_per_cause(reports) for one in report.findings]
    assert [one.path for one in said if one.check == "sql-injection"] == ["app/web.py"]
