"""The demo, as a newcomer starts it: without what only the tests need."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.running import ROOT

# The demo's environment has none of these: they stand in requirements/dev.in alone.
ONLY_FOR_TESTS = ("hypothesis", "mypy", "psycopg", "pytest", "pytest_asyncio", "xdist")

START = f"""
import runpy, sys
sys.modules.update(dict.fromkeys({ONLY_FOR_TESTS!r}))
sys.argv = ["script/demo", *sys.argv[1:]]
runpy.run_path("script/demo.py", run_name="__main__")
"""


def _demo(*arguments: str, folder: Path = ROOT) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", START, *arguments],
        cwd=ROOT,
        env={**os.environ, "ASSAY_DEMO_FROM": str(folder)},
        capture_output=True,
        text=True,
        timeout=240,
    )


def test_the_sample_is_reviewed_and_printed() -> None:
    done = _demo("--exit")
    assert done.returncode == 0, done.stderr
    assert "\nAssay: failure." in done.stdout
    assert "| 8 | Time-based logic |" in done.stdout
    # A real defect in each kind of file, and a non-defect beside it that nobody speaks of.
    for place in (
        "── library/app.py:23",
        "── library/exports.py:21",
        "── tests/test_exports.py:8",
    ):
        assert place in done.stdout
    for place in ("── library/search.py:11", "── library/exports.py:15"):
        assert place not in done.stdout
    assert " API calls." in done.stdout
    assert "/octo/lending-library/pull/1" in done.stdout


def test_a_range_of_a_local_repository(tmp_path: Path) -> None:
    def git(*arguments: str) -> None:
        who = ("-c", "user.name=Alice", "-c", "user.email=alice@example.org")
        subprocess.run(["git", *who, *arguments], cwd=tmp_path, check=True, capture_output=True)

    git("init", "--quiet")
    for number, text in enumerate(
        ("def total(x):\n    return x\n", "def total(x):\n    exec(x)\n")
    ):
        (tmp_path / "app.py").write_text(text)
        git("add", ".")
        git("commit", "--quiet", "-m", str(number))
    done = _demo("--exit", "--repo", ".", "--base", "HEAD~1", "--head", "HEAD", folder=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "app.py" in done.stdout
    assert "code-injection" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("--repo", "."), "--repo needs --base and --head"),
        (("--repo", ".", "--base", "no-such-revision", "--head", "HEAD"), "no-such-revision"),
    ],
)
def test_a_mistake_is_said_in_one_line(
    tmp_path: Path, arguments: tuple[str, ...], says: str
) -> None:
    subprocess.run(["git", "init", "--quiet"], cwd=tmp_path, check=True)
    done = _demo("--exit", *arguments, folder=tmp_path)
    assert done.returncode != 0
    assert says in done.stderr
    assert "Traceback" not in done.stderr
