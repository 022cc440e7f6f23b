"""Source distributions of public projects: fetched by pip, unpacked without trust in them.

pip is the only client that is asked: where packages come from, through which mirror and with which
certificates, is its configuration. It reads the metadata of a source distribution with the
project's own build back end, so this runs what the project's authors wrote; a folder that already
holds the archives is used as it stands, and nothing is fetched or run.
"""

from __future__ import annotations

import subprocess
import sys
import tarfile
from pathlib import Path

FETCH_SECONDS = 600.0
ENDING = ".tar.gz"


class NotFetched(Exception):
    """An archive could not be had or read; the text says which and why."""


def archive(project: str, folder: Path) -> Path:
    """The project's newest source distribution in a folder, fetched when there is none.

    Raises:
        NotFetched: pip did not bring it.
    """
    kept = _newest(project, folder)
    if kept is None:
        _fetch(project, folder)
        kept = _newest(project, folder)
    if kept is None:
        raise NotFetched(f"{project}: pip brought no {ENDING} archive")
    return kept


def unpack(packed: Path, folder: Path) -> Path:
    """Unpack an archive below a folder; the project's own folder in it.

    Raises:
        NotFetched: it is no archive, or holds what would leave the folder.
    """
    try:
        with tarfile.open(packed) as opened:
            if hasattr(tarfile, "data_filter"):
                opened.extractall(folder, filter="data")
            else:
                opened.extractall(folder, members=_plain(opened, folder))
    except (OSError, tarfile.TarError) as error:
        raise NotFetched(f"{packed.name}: {error}") from error
    root = folder / packed.name.removesuffix(ENDING)
    if not root.is_dir():
        raise NotFetched(f"{packed.name}: holds no folder of its own name")
    return root


def _plain(opened: tarfile.TarFile, folder: Path) -> list[tarfile.TarInfo]:
    """The files and folders of an archive, for Python before 3.11.4, which has no filters.

    Raises:
        tarfile.TarError: one of them would leave the folder.
    """
    root = folder.resolve()
    plain = [one for one in opened.getmembers() if one.isfile() or one.isdir()]
    for one in plain:
        if not (root / one.name).resolve().is_relative_to(root):
            raise tarfile.ReadError(f"{one.name!r} would leave the folder")
    return plain


def _newest(project: str, folder: Path) -> Path | None:
    wanted = _normal(project)
    found = [
        one
        for one in folder.glob(f"*{ENDING}")
        if _normal(one.name.removesuffix(ENDING).rpartition("-")[0]) == wanted
    ]
    return max(found, key=lambda one: one.stat().st_mtime, default=None)


def _normal(name: str) -> str:
    """A project's name as registries compare it, without runs of separators (PEP 503)."""
    return "-".join(part for part in name.lower().replace("_", "-").replace(".", "-").split("-"))


def _fetch(project: str, folder: Path) -> None:
    command = (sys.executable, "-m", "pip", "download", "--quiet", "--no-deps")
    options = ("--no-binary", ":all:", "--dest", str(folder), "--", project)
    try:
        done = subprocess.run(
            (*command, *options), capture_output=True, text=True, timeout=FETCH_SECONDS, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise NotFetched(f"{project}: not fetched within {FETCH_SECONDS:g} s") from error
    if done.returncode:
        last = (done.stderr.strip().splitlines() or ["pip gave no reason"])[-1]
        raise NotFetched(f"{project}: {last}")
