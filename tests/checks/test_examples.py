"""Every example in a check's documentation, and every case file, holds."""

import pytest

from checks import registry
from checks.engine import analyse
from checks.model import ChangedFile, FileReport, Profile, Settings
from checks.workflows import outside
from tests.checks import cases

EXAMPLES = [
    pytest.param(check, example, id=f"{check.id}-{'bad' if example.flagged else 'good'}-{number}")
    for check in registry.load().values()
    if check.id != outside.CHECK  # it passes on what another program says
    for number, example in enumerate(check.documentation.examples)
]
CASES = cases.load()


def _look(path: str, head: str, base: str | None, check: str) -> FileReport:
    file = ChangedFile(path, head.encode(), None if base is None else base.encode())
    settings = Settings(profile=Profile.STRICT)  # every line, also where one of a file is shown
    (report,) = analyse([file], settings, strict=True, checks={check: registry.load()[check]})
    return report


@pytest.mark.parametrize(("check", "example"), EXAMPLES)
def test_documented_example(check: registry.Check, example: registry.Example) -> None:
    report = _look(example.path, example.code, example.base, check.id)
    assert report.not_analysed is None
    assert not report.limits, "an example must be valid code"
    found = [finding for finding in report.findings if finding.check == check.id]
    assert bool(found) == example.flagged, f"role {report.role}"


@pytest.mark.parametrize("case", CASES, ids=str)
def test_case(case: cases.Case) -> None:
    report = _look(case.path, case.head, case.base, case.check)
    lines = tuple(sorted({finding.region.start_line for finding in report.findings}))
    if case.bad and not case.lines:
        assert lines, f"role {report.role}"
    else:
        assert lines == case.lines, f"role {report.role}"


def test_every_case_file_names_a_check() -> None:
    assert {case.check for case in CASES} <= set(registry.load())


def test_a_bad_case_is_not_marked_good() -> None:
    assert all(case.bad or not case.lines for case in CASES)
