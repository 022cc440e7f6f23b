"""Another program that looks for secrets, in a virtual environment of its own.

It is made when the benchmark runs, by pip, and gone with the benchmark's folder: what the program
needs is no dependency of this project. Where it cannot be had, it is said to be missing, never
counted as silent.
"""

from __future__ import annotations

import json
import subprocess
import sys
import venv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

PACKAGE = "detect-secrets"
INSTALL_SECONDS = 300.0
RUN_SECONDS = 3_600.0
_DRIVER = Path(__file__).with_name("secrets_rival.py")


class RivalFailed(Exception):
    """It could not be had, or did not do its work."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What it says about some files."""

    found: dict[str, int]
    """How many secrets in each file."""
    seconds: float
    """Processor time of the search itself."""
    failed: tuple[str, ...]
    """Files that it could not read."""


def install(folder: Path) -> Path:
    """The Python of a new environment that holds it.

    Raises:
        RivalFailed: pip did not bring it.
    """
    home = folder / "rival"
    venv.create(home, with_pip=True)
    python = home / "bin" / "python"
    command = (str(python), "-m", "pip", "install", "--quiet", PACKAGE)
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=INSTALL_SECONDS, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise RivalFailed(f"{PACKAGE}: {error}") from error
    if done.returncode:
        last = (done.stderr.strip().splitlines() or ["pip gave no reason"])[-1]
        raise RivalFailed(f"{PACKAGE}: {last}")
    return python


def search(python: Path, root: Path, names: Sequence[str]) -> Answer:
    """Let it search files below a folder.

    Raises:
        RivalFailed: it did not come to its end.
    """
    try:
        done = subprocess.run(
            (str(python), str(_DRIVER), str(root)),
            input=json.dumps(list(names)),
            capture_output=True,
            text=True,
            timeout=RUN_SECONDS,
            check=False,
        )
        answer = json.loads(done.stdout)
    except (OSError, subprocess.TimeoutExpired, ValueError) as error:
        raise RivalFailed(f"{PACKAGE}: {error}") from error
    return Answer(answer["found"], answer["seconds"], tuple(answer["failed"]))


def interpreter(given: Path | None, folder: Path) -> Path | None:
    """The Python that has it: the one given, this one, or that of a new environment."""
    if given is not None:
        return given
    if _has_it(Path(sys.executable)):
        return Path(sys.executable)
    try:
        return install(folder)
    except RivalFailed as error:
        print(error, file=sys.stderr)
        return None


def _has_it(python: Path) -> bool:
    command = (str(python), "-c", "import detect_secrets")
    return subprocess.run(command, capture_output=True, check=False).returncode == 0
