"""The commands, through their arguments: real files, real worker processes, exit status."""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from bot.scan import cli

TUPLE = 'def test_total(cart):\n    assert (cart.total() == 3, "wrong")\n'
CLEAN = "def total(items):\n    return sum(item.price for item in items)\n"

Capture = pytest.CaptureFixture[bytes]


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with one defect, as the working directory."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("NO_COLOR", raising=False)
    (tmp_path / "shop.py").write_text(CLEAN)
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests" / "test_shop.py").write_text(TUPLE)
    return tmp_path


def assay(*arguments: str | Path) -> int:
    parser = argparse.ArgumentParser(prog="assay")
    cli.register(parser.add_subparsers(required=True))
    parsed = parser.parse_args([str(one) for one in arguments])
    status = parsed.run(parsed)
    assert isinstance(status, int)
    return status


def scanned(capture: Capture, *arguments: str | Path) -> dict[str, Any]:
    assay("scan", "--format", "json", *arguments)
    document = json.loads(capture.readouterr().out)
    assert isinstance(document, dict)
    return document


def test_findings_give_status_1_and_a_report(project: Path, capsysbinary: Capture) -> None:
    assert assay("scan", ".") == 1
    out = capsysbinary.readouterr().out.decode()
    assert "tests/test_shop.py\n  2:5  high  assert-on-tuple\n" in out
    assert "in the 2 files, but 1 test problem" in " ".join(out.split())
    assert "\x1b" not in out


def test_nothing_found_gives_status_0(project: Path, capsysbinary: Capture) -> None:
    assert assay("scan", "shop.py") == 0
    assert b"No security defects were found" in capsysbinary.readouterr().out


@pytest.mark.parametrize(("fail_on", "status"), [("high", 1), ("critical", 0), ("never", 0)])
def test_the_threshold_decides(project: Path, fail_on: str, status: int) -> None:
    assert assay("scan", ".", "--fail-on", fail_on) == status


@pytest.mark.parametrize("form", cli.FORMATS)
def test_every_format_goes_to_a_file(project: Path, form: str, capsysbinary: Capture) -> None:
    assert assay("scan", ".", "--format", form, "--output", "out") == 1
    assert "assert-on-tuple" in (project / "out").read_text(encoding="utf-8")
    assert capsysbinary.readouterr().out == b""


def test_json_tells_what_is_where(project: Path, capsysbinary: Capture) -> None:
    document = scanned(capsysbinary, ".")
    assert [(one["check"], one["path"]) for one in document["findings"]] == [
        ("assert-on-tuple", "tests/test_shop.py")
    ]
    assert {one["path"]: one["role"] for one in document["files"]} == {
        "shop.py": "production",
        "tests/test_shop.py": "test",
    }
    assert document["failed"] is True


def test_a_base_leaves_out_what_was_there_before(project: Path, capsysbinary: Capture) -> None:
    old = project.parent / f"{project.name}-old" / "tests"
    old.mkdir(parents=True)
    (old / "test_shop.py").write_text(TUPLE)
    new = TUPLE + "\n\ndef test_count(cart):\n    assert (cart.count() == 1, 'wrong')\n"
    (project / "tests" / "test_shop.py").write_text(new)
    document = scanned(capsysbinary, ".", "--base", old.parent)
    assert [one["region"]["startLine"] for one in document["findings"]] == [6]
    assert "in the changed code" in document["verdict"]
    (project / "tests" / "test_shop.py").write_text(TUPLE)
    document = scanned(capsysbinary, "tests", "--base", old.parent)
    assert document["findings"] == []
    assert document["files"] == []


@pytest.mark.parametrize("arguments", [("--config", "other.yml"), ()])
def test_a_configuration_is_read(
    project: Path, arguments: tuple[str, ...], capsysbinary: Capture
) -> None:
    name = arguments[1] if arguments else ".github/assay.yml"
    (project / name).parent.mkdir(exist_ok=True)
    (project / name).write_text("checks:\n    no-such-key: 1\n")
    document = scanned(capsysbinary, "tests", *arguments)
    assert f"Settings: `{name}`." in document["assumptions"]
    (problem,) = document["configurationProblems"]
    assert (problem["line"], problem["column"], problem["source"]) == (2, 5, None)


def test_a_file_that_is_not_python_at_all_is_survived(project: Path, capsysbinary: Capture) -> None:
    (project / "hostile.py").write_bytes(b"(" * 50_000 + b"\xff\xfe" + b"]" * 50_000)
    document = scanned(capsysbinary, ".")
    assert len(document["findings"]) == 1
    assert "hostile.py" in {one["path"] for one in document["files"]}


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("scan", "gone.py"), "gone.py: there is no such file or folder"),
        (("scan", ".", "--base", "gone"), "--base gone: there is no such folder"),
        (("scan", ".", "--config", "gone.yml"), "gone.yml: No such file or directory"),
        (("scan", ".", "--output", "gone/out"), "gone/out: No such file or directory"),
        (("rules", "assert-on-tupel"), "(did you mean 'assert-on-tuple'?)"),
        (("rules", "--write-docs", "shop.py"), "shop.py: File exists"),
        (("config", "check", "gone.yml"), "gone.yml: No such file or directory"),
    ],
)
def test_an_error_is_one_line_and_status_2(
    project: Path, arguments: tuple[str, ...], says: str, capsysbinary: Capture
) -> None:
    assert assay(*arguments) == 2
    captured = capsysbinary.readouterr()
    (line,) = captured.err.decode().splitlines()
    assert line.startswith("assay: ")
    assert says in line
    assert captured.out == b""


def test_rules_are_listed_and_printed(capsysbinary: Capture) -> None:
    assert assay("rules") == 0
    assert "assert-on-tuple" in capsysbinary.readouterr().out.decode()
    assert assay("rules", "assert-on-tuple") == 0
    assert capsysbinary.readouterr().out.decode().startswith("# ")


def test_pages_are_written(tmp_path: Path, capsysbinary: Capture) -> None:
    assert assay("rules", "--write-docs", tmp_path / "checks") == 0
    assert (tmp_path / "checks" / "assert-on-tuple.md").is_file()
    assert b"pages written" in capsysbinary.readouterr().out


def test_a_configuration_is_checked(project: Path, capsysbinary: Capture) -> None:
    (project / "assay.yml").write_text("fail-on: high\nno-such-key: 1\n")
    assert assay("config", "check", "assay.yml") == 1
    (line,) = capsysbinary.readouterr().out.decode().splitlines()
    assert line.startswith("assay.yml:2:1: no-such-key:")
    (project / "assay.yml").write_text("fail-on: high\n")
    assert assay("config", "check", "assay.yml") == 0
    assert capsysbinary.readouterr().out == b"assay.yml: no problems\n"


def test_colours_on_a_terminal_only(project: Path) -> None:
    """A real process on a real terminal: a pseudo-terminal of the kernel."""
    program = (
        "import argparse, sys; from bot.scan import cli; p = argparse.ArgumentParser(); "
        "cli.register(p.add_subparsers()); a = p.parse_args(); sys.exit(a.run(a))"
    )
    command = [sys.executable, "-c", program, "scan", "."]
    root = str(Path(__file__).parents[3])
    for environment, coloured in (({}, True), ({"NO_COLOR": "1"}, False)):
        ours, theirs = os.openpty()
        environment = {**os.environ, "PYTHONPATH": root, **environment}
        try:
            subprocess.run(command, stdout=theirs, env=environment, check=False, timeout=60)
        finally:
            os.close(theirs)
        assert (b"\x1b[31mhigh" in _all_of(ours)) is coloured


def _all_of(terminal: int) -> bytes:
    shown = b""
    try:
        while part := os.read(terminal, 65536):
            shown += part
    except OSError:
        pass  # Linux says EIO at the end of a terminal whose other side is closed.
    finally:
        os.close(terminal)
    return shown
