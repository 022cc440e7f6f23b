"""The benchmark of secrets counts right and holds its goals; nothing here is fetched."""

from __future__ import annotations

import io
import json
import random
import sys
import tarfile
from dataclasses import replace
from pathlib import Path

import pytest

from bench import rivals
from bench.secrets import FAILED, REACHED, main
from bench.secrets_figures import Corpus, Figures, Project, table, together, values
from tests.checks.secrets.shapes import SHAPES

GITHUB = SHAPES["github-token"][0](random.Random(8))


@pytest.fixture
def archives(tmp_path: Path) -> Path:
    files = {
        "app/settings.py": f"TOKEN = '{GITHUB}'\nNAME = 'x'\n".encode(),
        "app/picture.png": b"\x89PNG\0" + GITHUB.encode(),
        "docs/page.md": b"words\n" * 100,
    }
    with tarfile.open(tmp_path / "leaky-1.0.tar.gz", "w:gz") as archive:
        for name, data in files.items():
            member = tarfile.TarInfo(f"leaky-1.0/{name}")
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))
    return tmp_path


def test_it_counts_what_is_there(archives: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["--archives", str(archives), "--projects", "leaky", "--alone", "--rounds", "1"]
    assert main([*arguments, "--json"]) == REACHED
    told = json.loads(capsys.readouterr().out)
    (project,) = told["projects"]
    assert (project["files"], project["inline"], project["summary"]) == (2, 1, 0)
    assert project["seconds"] > 0
    assert told["secrets"]["files"] == told["secrets"]["flagged"] >= 180
    assert told["near"]["files"] > 100
    assert told["near"]["flagged"] == told["harmless"]["flagged"] == 0
    assert told["kinds"] >= 180
    assert told["speed"] is told["noise"] is None
    assert GITHUB[4:] not in json.dumps(told)


def test_a_project_that_is_nowhere(archives: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (archives / "odd-1.0.tar.gz").write_bytes(b"no archive")
    assert main(["--archives", str(archives), "--projects", "odd", "--alone"]) == FAILED
    assert "odd-1.0.tar.gz" in capsys.readouterr().err


FIGURES = Figures(
    projects=(
        Project("a-1", 3, 2.0, 1, 1, 0.1, 30, 8.0),
        Project("b-1", 3, 2.0, 0, 0, 0.1, None, None),
    ),
    secrets=Corpus("secrets", 10, 10, 4),
    near=Corpus("near misses", 10, 0, 4),
    harmless=Corpus("harmless values", 10, 0, None),
    kinds=200,
    file_kinds=30,
    megabyte=(("code", 12.0),),
)


def test_figures_and_goals() -> None:
    every = together(FIGURES.projects)
    assert (every.megabytes, every.found, every.rival, every.rival_seconds) == (4.0, 2, 30, 8.0)
    assert FIGURES.noise == pytest.approx(2 / 30)
    assert FIGURES.speed == pytest.approx(40)
    assert FIGURES.short_of() == ["only 40 times as fast"]
    assert values(FIGURES)["short_of"] == FIGURES.short_of()
    worse = replace(
        FIGURES,
        secrets=Corpus("secrets", 10, 9, 4),
        near=Corpus("near misses", 10, 1, 4),
        megabyte=(("code", 51.0),),
    )
    assert len(worse.short_of()) == 4
    assert "| **all** | 4.0 | 1 | 1 | 30 | 50 | 2,000 |" in table(FIGURES)
    assert "short of a goal: 1 secrets were missed" in table(worse)


def test_the_rival_says_what_it_found_and_where_it_failed(tmp_path: Path) -> None:
    stand_in = tmp_path / "detect_secrets"
    stand_in.mkdir()
    (stand_in / "__init__.py").write_text(
        "class SecretsCollection(list):\n"
        "    def scan_file(self, name):\n"
        "        text = open(name).read()\n"
        "        if 'bad' in text: raise ValueError\n"
        "        self += [1] * text.count('key')\n"
    )
    (stand_in / "settings.py").write_text(
        "from contextlib import contextmanager\n"
        "@contextmanager\ndef default_settings():\n    yield\n"
    )
    for name, text in (("a", "key key"), ("b", "bad"), ("c", "")):
        (tmp_path / name).write_text(text)
    python = tmp_path / "python"
    python.write_text(f'#!/bin/sh\nPYTHONPATH="{tmp_path}" exec "{sys.executable}" "$@"\n')
    python.chmod(0o755)
    answer = rivals.search(python, tmp_path, ["a", "b", "c"])
    assert answer.found == {"a": 2, "b": 0, "c": 0}
    assert answer.failed == ("b: ValueError",)
    with pytest.raises(rivals.RivalFailed):
        rivals.search(tmp_path / "nothing", tmp_path, [])
