"""Which files GitHub Actions reads, told by their path."""

from __future__ import annotations

import enum

from checks.model import Role

_FOLDER = ".github/workflows/"
_ENDINGS = (".yml", ".yaml")
_ACTION_NAMES = ("action.yml", "action.yaml")
_OWN = ".github/"


class Kind(enum.StrEnum):
    """What such a file describes."""

    WORKFLOW = "workflow"
    ACTION = "action"
    """The metadata of an action: ``action.yml`` in any folder."""


def kind_of(path: str) -> Kind | None:
    """What the file at a path describes; ``None`` for a file of another kind.

    GitHub runs the workflows directly below ``.github/workflows`` at the top of a repository, and
    nothing else
    (https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-syntax).
    """
    if path.startswith(_FOLDER) and path.endswith(_ENDINGS):
        return Kind.WORKFLOW if "/" not in path[len(_FOLDER) :] else None
    return Kind.ACTION if path.rpartition("/")[2] in _ACTION_NAMES else None


def runs_here(path: str, role: Role) -> bool:
    """Whether the file is there to be run, and is no sample or test datum of that name."""
    if role is Role.GENERATED:
        return False
    return role is Role.PRODUCTION or path.startswith(_OWN)
