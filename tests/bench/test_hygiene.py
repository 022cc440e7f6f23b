"""The hygiene benchmark reads an archive and counts right; nothing here is fetched."""

from __future__ import annotations

import io
import json
import tarfile
from pathlib import Path
from typing import Any

import pytest

from bench.hygiene import FAILED, LOUD, QUIET, main

QUIET_TEST = b"def test_sum():\n    assert 1 + 1 == two()\n" + b"\n" * 98
SLEEPING = b"""\
import time

from tests.base import Base


class TestJob(Base):
    def test_job(self, job):
        job.start()
        time.sleep(1)
        assert job.done
"""
BASE = b"""\
from unittest import TestCase


class Base(TestCase):
    def wait_until_done(self, job):
        job.join(timeout=3)
"""


def pack(folder: Path, name: str, files: dict[str, bytes]) -> None:
    """An archive ``name-1.0.tar.gz`` with these files as they are named."""
    with tarfile.open(folder / f"{name}-1.0.tar.gz", "w:gz") as archive:
        for path, text in files.items():
            member = tarfile.TarInfo(path)
            member.size = len(text)
            archive.addfile(member, io.BytesIO(text))


def measured(capsys: pytest.CaptureFixture[str], folder: Path, *projects: str) -> tuple[int, Any]:
    status = main(["--archives", str(folder), "--json", "--projects", *projects])
    out, _ = capsys.readouterr()
    return status, json.loads(out)


def test_a_quiet_suite(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pack(
        tmp_path,
        "tiny",
        {
            "tiny-1.0/tests/test_it.py": QUIET_TEST,
            "tiny-1.0/tiny/job.py": b"import time\n\n\ndef run():\n    time.sleep(1)\n",
        },
    )
    status, found = measured(capsys, tmp_path, "tiny")
    assert status == QUIET
    (suite,) = found["suites"]
    assert (suite["project"], suite["files"], suite["lines"]) == ("tiny-1.0", 1, 100)
    assert (suite["inline"], suite["summary"], suite["findings"]) == (0, 0, [])
    assert suite["ruff"] == 1  # S101: an assert
    assert found["checks"] == {}


def test_a_loud_suite(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pack(
        tmp_path,
        "tiny_jobs",
        {
            "tiny_jobs-1.0/tests/test_job.py": SLEEPING + b"\n" * 90,
            "tiny_jobs-1.0/tests/base.py": BASE,
        },
    )
    status, found = measured(capsys, tmp_path, "Tiny.Jobs")
    assert status == LOUD
    (suite,) = found["suites"]
    assert (suite["files"], suite["lines"]) == (2, 106)
    (finding,) = suite["findings"]
    assert (finding["check"], finding["surface"]) == ("sleep-in-test", "inline")
    assert (finding["path"], finding["line"]) == ("tests/test_job.py", 9)
    assert suite["inline"] == pytest.approx(1_000 / 106)
    assert found["checks"] == {"sleep-in-test": {"inline": 1}}


def test_the_table_names_projects_and_checks(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pack(tmp_path, "one", {"one-1.0/tests/test_it.py": QUIET_TEST})
    pack(tmp_path, "two", {"two-1.0/tests/test_it.py": SLEEPING})
    assert main(["--archives", str(tmp_path), "--projects", "one", "two"]) == LOUD
    rows = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert ["one-1.0", "1", "100", "0.00", "0.00"] in [row[:5] for row in rows]
    assert ["all", "2", "110", "9.09", "0.00"] in [row[:5] for row in rows]
    assert ["sleep-in-test", "1", "0"] in rows


@pytest.mark.parametrize(
    "files",
    [
        {"tiny-1.0/../../outside.py": b"import os\n"},
        {"other/tests/test_it.py": QUIET_TEST},
        {"tiny-1.0/tiny/job.py": b"x = 1\n"},
    ],
)
def test_an_archive_that_is_none_of_a_suite(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], files: dict[str, bytes]
) -> None:
    pack(tmp_path, "tiny", files)
    assert main(["--archives", str(tmp_path), "--projects", "tiny"]) == FAILED
    out, err = capsys.readouterr()
    assert out == ""
    assert "tiny-1.0.tar.gz" in err
    assert [one.name for one in tmp_path.iterdir()] == ["tiny-1.0.tar.gz"]


def test_what_is_no_archive(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "tiny-1.0.tar.gz").write_bytes(b"not packed")
    assert main(["--archives", str(tmp_path), "--projects", "tiny"]) == FAILED
    assert "tiny-1.0.tar.gz" in capsys.readouterr().err
