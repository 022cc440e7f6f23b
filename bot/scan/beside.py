"""Files of the scanned tree that the analysis asks for: a base class, a helper, a conftest.

Reads below the root of the scan only, opens no link and nothing but regular files, and never the
insides of ``.git``.
"""

from __future__ import annotations

import asyncio
import errno
import os
import stat
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path

from checks.repository import Bounds, acceptable

_LARGEST = Bounds().file_bytes
_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
# Without O_NONBLOCK a pipe would be waited for.
_FILE = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_NOT_THERE = frozenset({errno.ENOENT, errno.ENOTDIR, errno.ELOOP, errno.EMLINK, errno.ENXIO})
"""No such name, or a link or a special file where a folder or a file would have to be."""


class Beside:
    """The lookup of a scan: see :class:`checks.sandbox.AsyncLookup`."""

    def __init__(self, root: Path, texts: Mapping[str, bytes]) -> None:
        """Prepare.

        Args:
            root: the folder that paths are relative to.
            texts: what was read already.
        """
        self._root = root
        self._texts = texts

    async def __call__(self, paths: Sequence[str], /) -> Mapping[str, bytes | None]:
        """The texts of these paths; a file that cannot be read is left out."""
        return await asyncio.to_thread(self._read_all, paths)

    def _read_all(self, paths: Sequence[str]) -> dict[str, bytes | None]:
        found: dict[str, bytes | None] = {}
        for path in paths:
            if path in self._texts:
                found[path] = self._texts[path]
            elif acceptable(path):
                try:
                    found[path] = read(self._root, path)
                except OSError as error:
                    if error.errno in _NOT_THERE:
                        found[path] = None
        return found


def read(root: Path, path: str) -> bytes | None:
    """A file below ``root``; ``None`` when what stands there is no regular file.

    Every folder is opened from the one above it, so that no link, and nobody who puts one there
    meanwhile, leads out of the root.

    Raises:
        OSError: it is not there, cannot be read, or is too large (``EFBIG``).
    """
    *folders, name = path.split("/")
    with ExitStack() as stack:

        def opened(where: str | Path, flags: int, folder: int | None) -> int:
            descriptor = os.open(where, flags, dir_fd=folder)
            stack.callback(os.close, descriptor)
            return descriptor

        # The root itself may be reached through links: the user named it.
        at = opened(root, _FOLDER & ~os.O_NOFOLLOW, None)
        for folder in folders:
            at = opened(folder, _FOLDER, at)
        file = opened(name, _FILE, at)
        status = os.fstat(file)
        if not stat.S_ISREG(status.st_mode):
            return None
        if status.st_size > _LARGEST:
            raise OSError(errno.EFBIG, os.strerror(errno.EFBIG))
        return _contents(file)


def _contents(file: int) -> bytes:
    pieces = bytearray()
    while len(pieces) <= _LARGEST and (piece := os.read(file, 1 << 16)):
        pieces += piece
    return bytes(pieces)
