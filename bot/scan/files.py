"""Which files a scan reads: those that git knows where there is git, else all but the usual junk.

Reads the file system and runs ``git ls-files``; never follows a symbolic link that it finds, never
opens what is not a regular file, and never runs what a repository's configuration names.
"""

from __future__ import annotations

import os
import stat
import subprocess
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from checks.light import dataclass, field

if TYPE_CHECKING:
    from bot.review.model import Unread

LARGEST = 10 << 20
"""Bytes of the largest file that is read: beyond it not even secrets are looked for."""

_SKIPPED = frozenset(
    {
        ".git",
        ".hg",
        ".svn",
        ".mypy_cache",
        ".nox",
        ".pytest_cache",
        ".ruff_cache",
        ".tox",
        "__pycache__",
        "node_modules",
        "site-packages",
    }
)
_SNIFFED = 8192
_GIT_SECONDS = 60


class NotThere(Exception):
    """A path that was asked for does not exist. The text is a sentence."""


@dataclass(slots=True)
class Found:
    """What there is to scan."""

    texts: dict[str, bytes] = field(default_factory=dict)
    """Contents by path, the paths with ``/`` and relative to the root of the scan."""
    unread: list[Unread] = field(default_factory=list)
    binary: int = 0
    """Binary files that were found in folders, and passed over."""


def find(paths: Sequence[Path]) -> tuple[Path, Found]:
    """The root that paths are relative to, and everything under ``paths``.

    The root is that of the repository that holds all of them; where there is none, the working
    directory when all is under it, else the nearest folder of all.

    Raises:
        NotThere: one of ``paths`` does not exist.
    """
    for path in paths:
        if not path.exists():
            raise NotThere(f"{path}: there is no such file or folder")
    absolute = [Path(os.path.abspath(path)) for path in paths]  # noqa: PTH100 - keeps symlinks
    root = _root(absolute)
    found = Found()
    seen: set[Path] = set()
    for path in absolute:
        asked = not path.is_dir()
        for file in (path,) if asked else _listed(path):
            if file not in seen:
                seen.add(file)
                _read(file, root, found, asked=asked)
    return root, found


def _root(paths: Sequence[Path]) -> Path:
    common = Path(os.path.commonpath([one if one.is_dir() else one.parent for one in paths]))
    for place in (common, *common.parents):
        # What a file is for is told by its whole path in its repository.
        if (place / ".git").exists():
            return place
    here = Path.cwd()
    return here if common.is_relative_to(here) else common


def _listed(folder: Path) -> Iterable[Path]:
    known = _git_files(folder)
    return sorted(_walk(folder)) if known is None else known


def _git_files(folder: Path) -> list[Path] | None:
    """Tracked and new files under ``folder`` that are not ignored; None where git does not say."""
    command = ["git", "-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null"]
    command += ["ls-files", "-z", "--cached", "--others", "--exclude-standard", "--deduplicate"]
    try:
        listed = subprocess.run(  # noqa: S603 - a fixed command, and the folder only as cwd
            command, cwd=folder, capture_output=True, check=True, timeout=_GIT_SECONDS
        )
    except (OSError, subprocess.SubprocessError):
        return None
    names = sorted(os.fsdecode(name) for name in listed.stdout.split(b"\0") if name)
    return [folder / name for name in names if not _SKIPPED.intersection(name.split("/")[:-1])]


def _walk(folder: Path) -> Iterator[Path]:
    for place, folders, files in os.walk(folder):
        here = Path(place)
        folders[:] = [
            name
            for name in folders
            if name not in _SKIPPED and not (here / name / "pyvenv.cfg").exists()
        ]
        yield from (here / name for name in files)


def _read(file: Path, root: Path, found: Found, *, asked: bool) -> None:
    """Read one file into ``found``, or say there why not. ``asked``: it was named by the user."""
    name = file.relative_to(root).as_posix()
    try:
        status = file.stat() if asked else file.lstat()
        if not stat.S_ISREG(status.st_mode):
            # A link, a submodule's folder, a pipe; a tracked file that was deleted is no file.
            if asked:
                _pass_over(found, name, "not a regular file")
            return
        if status.st_size > LARGEST:
            _pass_over(found, name, f"larger than {LARGEST >> 20} MB")
            return
        text = file.read_bytes()
    except FileNotFoundError:
        return
    except OSError as error:
        reason = (error.strerror or type(error).__name__).lower()
        _pass_over(found, name, f"cannot be read: {reason}")
        return
    if b"\0" not in text[:_SNIFFED]:
        found.texts[name] = text
    elif asked:
        _pass_over(found, name, "binary")
    else:
        found.binary += 1


def _pass_over(found: Found, name: str, why: str) -> None:
    # Imported here: it is seldom needed, and a worker can start before.
    from bot.review.model import Unread

    found.unread.append(Unread(name, why))
