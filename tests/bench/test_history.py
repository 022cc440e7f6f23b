"""The benchmark on real changes counts what a commit brings, in a repository made here."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from bench.history import DONE, FAILED, main

CLEAN = "import time\n\n\ndef test_job(job):\n    time.sleep(3)\n    assert job.state == 'done'\n"
NEW = "def test_pair(job):\n    assert (job.first == 1, 'first')\n"


class Repository:
    """A git repository with a history of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.git("init", "--quiet", "--initial-branch=main")

    def git(self, *words: str) -> None:
        names = ("-c", "user.name=Ann", "-c", "user.email=ann@example.org")
        subprocess.run(["git", "-C", str(self.folder), *names, *words], check=True)

    def commit(self, files: dict[str, str | None]) -> None:
        for path, text in files.items():
            file = self.folder / path
            if text is None:
                file.unlink()
            else:
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_text(text)
        self.git("add", "--all")
        self.git("commit", "--quiet", "--message", "a change")


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    folder = tmp_path / "tea"
    folder.mkdir()
    return Repository(folder)


def measured(capsys: pytest.CaptureFixture[str], *words: str) -> Any:
    assert main([*words, "--json"]) == DONE
    out, _ = capsys.readouterr()
    return json.loads(out)


def test_what_a_commit_brings_is_counted_and_nothing_else(
    repository: Repository, capsys: pytest.CaptureFixture[str]
) -> None:
    repository.commit({"tests/test_job.py": CLEAN, "README.md": "Tea\n"})
    repository.commit({"tests/test_job.py": CLEAN.replace("job", "task")})
    repository.commit({"tests/test_pair.py": NEW})
    repository.commit({"README.md": "Green tea\n"})
    repository.commit({"tests/test_pair.py": None})
    (found,) = measured(capsys, str(repository.folder))
    assert found["name"] == "tea"
    assert found["commits"] == 2
    assert found["lines"] == 2 + 2
    assert found["commented"] == 1
    assert [(one["check"], one["path"], one["line"]) for one in found["said"]] == [
        ("assert-on-tuple", "tests/test_pair.py", 2)
    ]


def test_a_bare_repository_and_a_name_with_a_line_end(
    repository: Repository, capsys: pytest.CaptureFixture[str]
) -> None:
    repository.commit({"a.md": "a"})
    repository.commit({"tests/test_pair.py": NEW, "tests/odd\nname.py": NEW})
    (found,) = measured(capsys, str(repository.folder / ".git"))
    assert found["name"] == "tea"
    assert [one["path"] for one in found["said"]] == ["tests/test_pair.py"]


def test_the_table(repository: Repository, capsys: pytest.CaptureFixture[str]) -> None:
    repository.commit({"a.md": "a"})
    repository.commit({"tests/test_pair.py": NEW})
    assert main([str(repository.folder), "--commits", "1"]) == DONE
    rows = capsys.readouterr().out.splitlines()
    assert rows[2].startswith("| tea | 1 | 2 | 1 | 1 | 0 | 0 |")
    assert rows[3].startswith("| all | 1 | 2 | 1 | 1 | 0 | 0 |")


def test_what_is_no_repository(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(tmp_path)]) == FAILED
    assert "git cannot read" in capsys.readouterr().err
