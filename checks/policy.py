"""What a repository wishes of the reviewer, beside what the analysis has to know.

The part of the configuration that decides whether, when and for whom a pull request is reviewed.
Values only; ``configuration`` makes them, and the bot obeys.
"""

from __future__ import annotations

import enum

from checks.light import dataclass
from checks.model import Profile


class Drafts(enum.StrEnum):
    """What is done with a pull request that its author still works on."""

    REVIEW = "review"
    """All, as for any other."""
    SUMMARY = "summary"
    """The check run only; comments when it is ready."""
    SKIP = "skip"


class Permission(enum.IntEnum):
    """What a person may do in a repository (GitHub's roles), in ascending order."""

    READ = 0
    TRIAGE = 1
    WRITE = 2
    MAINTAIN = 3
    ADMIN = 4


@dataclass(frozen=True, slots=True)
class Policy:
    """The wishes that concern the reviewer's conduct."""

    drafts: Drafts = Drafts.SUMMARY
    base_branches: tuple[str, ...] = ()
    """Globs of the branches whose pull requests are reviewed; none: all."""
    skip_labels: frozenset[str] = frozenset()
    """Labels that keep a pull request from being reviewed."""
    force_labels: frozenset[str] = frozenset()
    """Labels that have it reviewed whatever else would keep it from that."""
    command_permission: Permission = Permission.WRITE
    """Whom Assay obeys; the author of a pull request may have it reviewed again in any case."""
    bot_profile: Profile = Profile.QUIET
    """The profile for pull requests that bots open, such as dependency updates."""
    upload_sarif: bool = False
    """Whether the findings also go to code scanning."""
