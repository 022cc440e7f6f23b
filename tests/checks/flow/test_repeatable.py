"""The same text gives the same flows, whatever the seed of the hashes."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[3]
PROGRAM = """
import hashlib
from checks.following import Following
from checks.languages.python.module import read
from checks.languages.python.parse import never
from checks.text import SourceText
from tests.checks.flow import labelled

digest = hashlib.sha256()
for program in labelled.load():
    modules = [read(SourceText(text.encode()), path) for path, text in program.files]
    following = Following(modules, never)
    for module in modules:
        for flow in following.events(module):
            digest.update(repr((flow.kind, flow.span, flow.source, flow.trace)).encode())
print(digest.hexdigest())
"""


def _run(seed: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        cwd=ROOT,
        env={**os.environ, "PYTHONHASHSEED": seed},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout


def test_hash_seeds_change_nothing() -> None:
    first = _run("1")
    assert len(first.strip()) == 64
    assert _run("2") == first
