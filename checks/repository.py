"""Files beside those that are analysed: how the analysis asks for them, and how much.

A base class, a helper or a conftest that a changed file uses stands in a file that the change does
not touch. Whoever runs the analysis may give it a :class:`Lookup`; without one it makes do with
the change. Where some reports of a change are known from before, :class:`Beside` stands for the
rest of it. Nothing here reads anything.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from checks.light import dataclass
from checks.model import ChangedFile

MAX_PATH_BYTES = 512
"""Of a path that is asked for; longer ones are not what an import leads to."""


class Lookup(Protocol):
    """Reads files of the repository as the change leaves it (the head commit, the disk)."""

    def __call__(self, paths: Sequence[str], /) -> Mapping[str, bytes | None]:
        """The texts of these paths: ``None`` where no file is, no entry where it was not read.

        Called with several candidates at a time, because each call may be a round trip.
        """


@dataclass(frozen=True, slots=True)
class Bounds:
    """How much of the repository one analysis may ask for."""

    rounds: int = 2
    """Calls of the lookup, and so the steps of imports that are followed from the change."""
    paths: int = 100
    """Paths in one call; an import leads to two or more, of which one is there."""
    files: int = 60
    """Files that are read in all."""
    bytes: int = 2_000_000
    """Text that is read in all."""
    file_bytes: int = 500_000
    """Of one file. GraphQL gives no more of a text either."""


@dataclass(frozen=True, slots=True)
class Beside:
    """What a change holds beside the files that are to be reported on."""

    files: tuple[ChangedFile, ...] = ()
    """Those that others of the change look into."""
    paths: tuple[str, ...] = ()
    """The paths of the whole change: they tell where packages stand."""


def acceptable(path: str) -> bool:
    """Whether a path may be asked for: relative, plain, UTF-8, and no way out of the repository."""
    try:
        encoded = path.encode()
    except UnicodeEncodeError:
        return False
    if not 0 < len(encoded) <= MAX_PATH_BYTES or "\\" in path or not path.isprintable():
        return False
    return all(part not in ("", ".", "..") and part.lower() != ".git" for part in path.split("/"))
