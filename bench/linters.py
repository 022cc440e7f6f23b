"""What other linters say about the same files, counted.

Each runs as a program of its own, with none of the project's configuration: it is measured as it
comes. One that is not installed is said to be missing, never counted as silent.
"""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

RUN_SECONDS = 600.0
FILES_AT_ONCE = 200
"""File names on one command line."""
RUFF_RULES = "S,PT,B"


class LinterFailed(Exception):
    """A linter ended otherwise than with findings."""


def ruff(files: Sequence[Path], root: Path) -> int | None:
    """How many findings of ``ruff check --select S,PT,B``; ``None`` when it is not installed.

    Raises:
        LinterFailed: it did not do its work.
    """
    options = ("check", "--isolated", "--no-cache", "--select", RUFF_RULES)
    found = _run("ruff", (*options, "--output-format", "json"), files, root)
    if found is None:
        return None
    # What it cannot parse is a finding without a rule.
    return sum(1 for part in found for one in part if one.get("code"))


def bandit(files: Sequence[Path], root: Path) -> int | None:
    """How many findings of bandit with its own settings; ``None`` when it is not installed.

    Raises:
        LinterFailed: it did not do its work.
    """
    found = _run("bandit", ("--quiet", "--format", "json"), files, root)
    return None if found is None else sum(len(part["results"]) for part in found)


def _run(
    module: str, options: Sequence[str], files: Sequence[Path], root: Path
) -> list[Any] | None:
    """The JSON that it prints for each group of files."""
    if importlib.util.find_spec(module) is None:
        return None
    answers = []
    for start in range(0, len(files), FILES_AT_ONCE):
        names = [str(one.resolve()) for one in files[start : start + FILES_AT_ONCE]]
        try:
            done = subprocess.run(
                (sys.executable, "-m", module, *options, "--", *names),
                cwd=root,
                capture_output=True,
                text=True,
                timeout=RUN_SECONDS,
                check=False,
            )
            # 1 says that there are findings; whatever stands there must be JSON.
            if done.returncode > 1:
                raise LinterFailed(f"{module}: {done.stderr.strip()[-200:]}")
            answers.append(json.loads(done.stdout))
        except (subprocess.TimeoutExpired, ValueError) as error:
            raise LinterFailed(f"{module}: {error}") from error
    return answers
