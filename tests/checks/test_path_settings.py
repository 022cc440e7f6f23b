"""Settings for single files, and for single languages: what the analysis makes of them."""

from __future__ import annotations

import pytest

from checks.configuration import parse
from checks.engine import analyse
from checks.model import ChangedFile, PathSettings, Settings, Severity
from checks.path_settings import for_path

TEST = b"import time\n\ndef test_it():\n    time.sleep(5)\n    assert work() == 1\n"


def found(settings: Settings, path: str, text: bytes = TEST, **more: object) -> dict[str, Severity]:
    (report,) = analyse([ChangedFile(path, text, **more)], settings, strict=True)  # type: ignore[arg-type]
    return {one.check: one.severity for one in report.findings}


def read(text: str) -> Settings:
    result = parse(text.encode())
    assert result.problems == ()
    return result.settings


def test_a_check_is_off_for_some_files() -> None:
    settings = read("paths:\n  tests/slow/:\n    checks: {sleep-in-test: off}\n")
    assert "sleep-in-test" in found(settings, "tests/test_a.py")
    assert "sleep-in-test" not in found(settings, "tests/slow/test_a.py")


def test_a_check_is_on_for_some_files_and_off_for_the_others() -> None:
    settings = read(
        "checks: {sleep-in-test: off}\npaths:\n  tests/unit/:\n    checks: {sleep-in-test: on}\n"
    )
    assert "sleep-in-test" not in found(settings, "tests/test_a.py")
    assert "sleep-in-test" in found(settings, "tests/unit/test_a.py")


def test_a_check_weighs_more_in_some_files() -> None:
    settings = read("paths:\n  tests/unit/:\n    checks: {sleep-in-test: critical}\n")
    assert found(settings, "tests/unit/test_a.py")["sleep-in-test"] is Severity.CRITICAL
    assert found(settings, "tests/test_a.py")["sleep-in-test"] < Severity.CRITICAL


def test_of_several_globs_the_later_one_wins() -> None:
    settings = read(
        "paths:\n  tests/:\n    checks: {sleep-in-test: off}\n"
        "  tests/unit/:\n    checks: {sleep-in-test: low}\n"
    )
    assert found(settings, "tests/unit/test_a.py")["sleep-in-test"] is Severity.LOW
    assert "sleep-in-test" not in found(settings, "tests/test_a.py")


def test_a_file_that_moved_is_compared_by_the_settings_of_its_new_path() -> None:
    settings = read("paths:\n  tests/old/:\n    checks: {sleep-in-test: off}\n")
    moved = found(settings, "tests/test_a.py", base=TEST, old_path="tests/old/test_a.py", added=())
    assert "sleep-in-test" not in moved


@pytest.mark.parametrize("language", ["go", "javascript", "yaml"])
def test_code_in_another_language_is_searched_for_secrets_only(language: str) -> None:
    settings = read(f"languages: [{language}]\n")
    text = TEST + b"\nTOKEN = 'ghp_" + b"A1b2C3d4E5f6G7h8J9k0L1m2N3p4Q5r6S7t8" + b"'\n"
    assert "sleep-in-test" in found(Settings(), "tests/test_a.py", text)
    assert "sleep-in-test" in found(read("languages: [python]"), "tests/test_a.py", text)
    assert "sleep-in-test" not in found(settings, "tests/test_a.py", text)


WORKFLOW = b"""\
on: issue_comment
jobs:
  greet:
    runs-on: ubuntu-latest
    steps:
      - run: echo "${{ github.event.comment.body }}"
"""


def test_workflows_are_checked_where_yaml_is() -> None:
    path = ".github/workflows/greet.yml"
    assert found(Settings(), path, WORKFLOW)
    assert found(read("languages: [yaml, go]"), path, WORKFLOW)
    assert not found(read("languages: [python, go]"), path, WORKFLOW)


def test_settings_without_paths_stay_the_same_value() -> None:
    settings = Settings(disabled=frozenset({"sleep-in-test"}))
    assert for_path(settings, "a.py") is settings
    other = Settings(paths=(PathSettings(("docs/",), frozenset({"sleep-in-test"})),))
    assert for_path(other, "a.py") == Settings()
