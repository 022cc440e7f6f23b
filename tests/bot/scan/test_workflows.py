"""Workflows on the command line: a folder, and what a branch adds to them."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

import pytest

from bot.scan import cli

Capture = pytest.CaptureFixture[bytes]

GOOD = """\
on: issues
permissions: {}
jobs:
  a:
    runs-on: ubuntu-latest
    steps:
      - run: ./greet "$TITLE"
        env:
          TITLE: ${{ github.event.issue.title }}
"""
BAD = GOOD.replace('"$TITLE"', '"${{ github.event.issue.title }}"')


def _scanned(capture: Capture, *arguments: str) -> list[tuple[str, str, int]]:
    parser = argparse.ArgumentParser(prog="assay")
    cli.register(parser.add_subparsers(required=True))
    parsed = parser.parse_args(["scan", "--format", "json", *arguments])
    parsed.run(parsed)
    document: dict[str, Any] = json.loads(capture.readouterr().out)
    return [(one["path"], one["check"], one["region"]["startLine"]) for one in document["findings"]]


def test_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsysbinary: Capture) -> None:
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / ".github" / "workflows"
    folder.mkdir(parents=True)
    (folder / "good.yml").write_text(GOOD)
    (folder / "bad.yaml").write_text(BAD)
    (tmp_path / "action.yml").write_text(
        "runs:\n  using: composite\n  steps:\n    - uses: a/b@v1\n"
    )
    assert sorted(_scanned(capsysbinary, ".")) == [
        (".github/workflows/bad.yaml", "workflow-template-injection", 7),
        ("action.yml", "workflow-action-unpinned", 4),
    ]


def test_what_is_new_since_an_older_copy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsysbinary: Capture
) -> None:
    old = BAD + "      - uses: acme/x@c7f1a0e9d4b35a26c85f0e1d2b3a4f5968778695\n"
    new = "name: a\n" + old.replace("c7f1a0e9d4b35a26c85f0e1d2b3a4f5968778695", "v1")
    for name, text in (("before", old), ("after", new)):
        folder = tmp_path / name / ".github" / "workflows"
        folder.mkdir(parents=True)
        (folder / "a.yml").write_text(text)
    monkeypatch.chdir(tmp_path / "after")
    found = _scanned(capsysbinary, "--base", str(tmp_path / "before"), ".")
    assert found == [(".github/workflows/a.yml", "workflow-pin-removed", 11)]
