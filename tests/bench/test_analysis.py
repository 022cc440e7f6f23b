"""The benchmark of the analysis comes to its end and counts right; its times are not judged."""

from __future__ import annotations

import json
import subprocess
import sys
import tarfile
from pathlib import Path
from typing import Any

import pytest

from bench import sources
from bench.analysis import read_arguments
from bench.analysis_figures import Figure, Figures, Start, Tree, table
from checks.model import ChangedFile
from tests.running import ROOT

WEB = """\
import os

from flask import Flask, request

app = Flask(__name__)


@app.get("/")
def show():
    return str(os.system("ls " + request.args["folder"]))
"""
TEST = """\
import time


def test_waits():
    time.sleep(1)
    assert True
"""


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    root = tmp_path / "shop-1.0"
    (root / "shop").mkdir(parents=True)
    (root / "tests").mkdir()
    (root / "shop" / "web.py").write_text(WEB)
    (root / "shop" / "link.py").symlink_to("web.py")
    (root / "tests" / "test_web.py").write_text(TEST)
    return root


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "bench.analysis", "--starts", "2", *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )


def project(*lengths: int) -> sources.Project:
    files = [ChangedFile(f"{at:04}.py", b"x = 1\n" * length) for at, length in enumerate(lengths)]
    return sources.Project("made-1.0", tuple(files))


def test_a_small_tree_is_measured_and_its_findings_counted(tree: Path) -> None:
    done = run("--folders", str(tree), "--json")
    assert (done.returncode, done.stderr) == (0, "")
    found: dict[str, Any] = json.loads(done.stdout)
    assert found["projects"] == ["shop-1.0"]
    lines = WEB.count("\n") + TEST.count("\n")
    for kind in ("parse", "cold", "warm", "change", "change_parse"):
        assert (found[kind]["files"], found[kind]["lines"]) == (2, lines)
        assert found[kind]["cpu"] > 0
        assert found[kind]["peak"] > 1 << 20
    assert found["push"]["files"] == 1
    assert found["tree"]["lines"] == lines
    assert len(found["start"]["cpu"]) == len(found["start"]["seconds"]) == 2
    assert min(found["start"]["cpu"]) > 0
    # Of the test nothing is counted, whatever is found there.
    assert found["asked_lines"] == WEB.count("\n")
    assert ["command-injection", "inline", 1] in found["findings"]
    assert found["findings_per_1000_lines"] == pytest.approx(
        sum(row[2] for row in found["findings"]) / WEB.count("\n") * 1_000
    )
    assert found["not_analysed"] == 0
    # ruff is one of the project's own tools; what is not installed is said to be missing.
    assert found["tools"]["ruff --select S"]["findings"] > 0


def test_archives_that_are_kept_are_not_fetched_again(tree: Path, tmp_path: Path) -> None:
    kept = tmp_path / "kept"
    kept.mkdir()
    with tarfile.open(kept / "shop-1.0.tar.gz", "w:gz") as archive:
        archive.add(tree, "shop-1.0")
    done = run("--projects", "shop", "--cache", str(kept), "--no-tools")
    assert (done.returncode, done.stderr) == (0, "")
    assert "shop-1.0: 2 files" in done.stdout
    assert "command-injection" in done.stdout
    assert "ruff" not in done.stdout


def test_a_folder_without_python_is_said(tmp_path: Path) -> None:
    done = run("--folders", str(tmp_path))
    assert done.returncode == 1
    assert "there is no Python file" in done.stderr
    assert done.stdout == ""


@pytest.mark.parametrize("given", [["--starts", "0"], ["--starts", "101"], ["--projects"]])
def test_what_is_out_of_range_is_refused(
    given: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        read_arguments(given)
    assert "usage:" in capsys.readouterr().err


def test_a_change_has_files_of_the_mean_length() -> None:
    picked = sources.change(project(*[5, 5_000] * 100, *[290, 310] * 60))
    assert len(picked) == sources.CHANGE_FILES
    assert {sources.lines_of(one) for one in picked} == {290, 310}
    assert [one.path for one in picked] == sorted(one.path for one in picked)


def test_a_push_changes_two_files_of_a_hundred_and_batches_hold_all() -> None:
    files = project(*[1] * 230).files
    assert len(sources.pushed(files)) == 5
    parts = list(sources.batches(files))
    assert [len(part) for part in parts] == [100, 100, 30]
    assert tuple(file for part in parts for file in part) == files


def test_the_short_file_has_exactly_its_lines() -> None:
    assert sources.short(project(3, 499, 700, 500)) == b"x = 1\n" * 500
    assert sources.short(project(3, 20)) == b"x = 1\n" * 20
    assert sources.short(project()) == b""


def figure(lines: int, cpu: float) -> Figure:
    return Figure(1, lines, cpu, 10 << 20)


def test_ratios_are_of_the_cost_of_a_line() -> None:
    assert figure(100, 3.0).against(figure(200, 2.0)) == pytest.approx(3.0)
    assert figure(0, 0.0).against(figure(200, 2.0)) == 0.0


def test_the_table_names_every_figure() -> None:
    found = Figures(
        machine="2 processors",
        projects=("shop-1.0",),
        parse=figure(1_000, 0.1),
        cold=figure(1_000, 0.9),
        warm=figure(1_000, 0.3),
        push=figure(20, 0.01),
        change=figure(300, 0.2),
        change_parse=figure(300, 0.1),
        start=Start(500, (0.2, 0.4, 0.3), (0.5, 0.6, 0.9)),
        tree=Tree(1_000, 2.0, 1.0, 50 << 20, None, 0),
        tools={"bandit": None},
        not_analysed=0,
        asked_lines=2_000,
        findings=(("one", "inline", 1), ("two", "summary", 3)),
    )
    said = table(found)
    assert "3.0 × the parse; 0 files not analysed" in said
    assert "500 lines: 0.60 s, 0.30 s of processor (medians of 3)" in said
    assert "bandit               not installed" in said
    assert "50 MB the command, not known its largest worker" in said
    assert "4 in 2,000 lines of non-test code (1 inline, 3 summary): 2.000 per 1,000" in said
    assert said.splitlines()[-2:] == [
        "      3  1.5000  summary   two",
        "      1  0.5000  inline    one",
    ]
