"""What a perfect review says about sample files: states, lines and findings, exactly.

``expected.json`` is an acceptance case as it was given; ``expected_more.json`` holds the rows of
samples of our own, which show that the rules behind them are general.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from bot.review.model import AspectRow, Report
from bot.review.report import assemble
from checks import registry
from checks.engine import analyse
from checks.model import Aspect, ChangedFile, FileReport, Settings

SAMPLES = Path(__file__).parent / "samples"
PATHS = {
    "test_tape_pool.py": ("library/tests/functional/test_tape_pool.py", "test_tape_pool.py"),
}


def _cases() -> list[Any]:
    texts = (
        (SAMPLES / name).read_text("utf-8") for name in ("expected.json", "expected_more.json")
    )
    cases = [case for text in texts for case in json.loads(text)["cases"]]
    return [
        pytest.param(case, path, id=path)
        for case in cases
        for path in case.get("paths") or PATHS[case["file"].partition(" ")[0]]
    ]


CASES = _cases()


def review(file: str, path: str) -> tuple[FileReport, Report]:
    """The analysis of a sample as a new file at ``path``, and the report made of it."""
    change = ChangedFile(path, (SAMPLES / file).read_bytes())
    (report,) = analyse([change], Settings(), strict=True)
    return report, assemble([report], settings_source="the defaults", catalogue=registry.load())


def rows_of(report: Report) -> dict[str, AspectRow]:
    return {str(int(row.aspect)): row for row in report.rows}


@pytest.mark.parametrize(("case", "path"), CASES)
def test_every_aspect_has_its_state_and_speaks_of_its_lines(
    case: dict[str, Any], path: str
) -> None:
    _, report = review(case["file"], path)
    rows = rows_of(report)
    for aspect, expected in case["aspects"].items():
        row = rows[aspect]
        lines = [list(one) for _, ranges in row.places for one in ranges]
        assert (row.state.value, lines) == (expected["state"], expected["lines"]), row.clause


@pytest.mark.parametrize(("case", "path"), CASES)
def test_the_findings_are_those_of_the_aspects_that_have_some(
    case: dict[str, Any], path: str
) -> None:
    analysed, _ = review(case["file"], path)
    found = {(int(one.aspect), one.check, one.region.start_line) for one in analysed.findings}
    expected = {
        (int(aspect), one["check"], one["lines"][0][0])
        for aspect, one in case["aspects"].items()
        if one["state"] == "finding"
    }
    assert found == expected


@pytest.mark.parametrize(("case", "path"), CASES)
def test_nothing_is_said_where_nothing_must_be_said(case: dict[str, Any], path: str) -> None:
    analysed, _ = review(case["file"], path)
    for place in case["must_not"]:
        for start, end in place["lines"]:
            said = [
                one.check
                for one in analysed.findings
                if one.region.start_line <= end and one.region.end_line >= start
            ]
            assert not set(said) & set(place["checks"])


@pytest.mark.parametrize(("case", "path"), CASES)
def test_a_finding_without_a_certain_mend_offers_none(case: dict[str, Any], path: str) -> None:
    analysed, _ = review(case["file"], path)
    expected = {
        one["check"]: one["suggestion"]
        for one in case["aspects"].values()
        if one["state"] == "finding"
    }
    for finding in analysed.findings:
        assert (finding.suggestion and finding.suggestion.text) == expected[finding.check]


def test_the_bounded_poll_says_how_long_it_takes_at_most() -> None:
    _, report = review("test_tape_pool.py", "test_tape_pool.py")
    row = rows_of(report)[str(int(Aspect.TIME))]
    assert row.clause.startswith("50 × 0.1 s = 5 s at most")


def test_the_patchers_are_counted_with_what_stops_them() -> None:
    _, report = review("test_tape_pool.py", "test_tape_pool.py")
    row = rows_of(report)[str(int(Aspect.MOCKS))]
    assert "4 patchers, stopped by addCleanup" in row.clause
