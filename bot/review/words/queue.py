"""The sentences of a merge group's check run: what is said, and what to do next.

Plain text with ```code``` in backticks.
"""

from __future__ import annotations

from typing import NamedTuple

from bot.review.words.escape import one_line, shorten

_TITLE = 200


class Said(NamedTuple):
    """Two sentences."""

    what: str
    next_step: str


def reviewed(number: int, sha: str, title: str) -> Said:
    """What the pull request's review said, and where to read it."""
    verdict = shorten(one_line(title), _TITLE) or "reviewed"
    group = f"This merge group is for pull request `#{number}`"
    return Said(
        f"{group}, whose commit `{sha[:7]}` was reviewed: {verdict}",
        "The check run and the comments on that pull request say more.",
    )


def waiting(number: int) -> Said:
    """The pull request is being reviewed."""
    return Said(
        f"This merge group is for pull request `#{number}`, whose review is under way",
        "Its result replaces this text; there is nothing to do.",
    )


def too_late(number: int, minutes: int) -> Said:
    """No verdict came in time."""
    late = f"Pull request `#{number}` was not reviewed within {minutes} minutes"
    return Said(
        f"{late}, so that nothing can be said about this merge group",
        "Comment `/assay recheck` on the pull request, and then press Re-run here.",
    )


def unknown() -> Said:
    """The group's branch does not say which pull request it is for."""
    return Said(
        "The name of this merge group's branch does not say which pull request it is for",
        "Every pull request in it has a check run of its own.",
    )


def taken_apart() -> Said:
    """The group is gone."""
    return Said(
        "The merge group was taken apart before its check was done",
        "A new group gets a check of its own; there is nothing to do.",
    )


def gave_up(reason: str) -> Said:
    """The check failed for good."""
    return Said(
        f"This merge group was not checked: {reason.strip().rstrip('.')}",
        "To try again, press Re-run.",
    )
