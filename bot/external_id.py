"""The external id of our check runs: ``pull:<number>``, perhaps followed by ``:<more>``.

It is how a check run finds back to its pull request where GitHub names none (heads in forks). The
check run of a merge group, which is on no pull request's head, has ``group:<number>`` in its place.
"""

from __future__ import annotations

PREFIX = "pull:"
GROUP_PREFIX = "group:"
MOST_DIGITS = 18


def pull_of(external_id: object) -> int | None:
    """The pull request's number in an external id of ours; None when there is none."""
    return _number(external_id, PREFIX)


def group_of(external_id: object) -> int | None:
    """The pull request that a merge group's check run is for; None when it is no group's."""
    return _number(external_id, GROUP_PREFIX)


def _number(external_id: object, prefix: str) -> int | None:
    if not isinstance(external_id, str) or not external_id.startswith(prefix):
        return None
    digits = external_id[len(prefix) :].split(":", 1)[0]
    if not (digits.isascii() and digits.isdigit() and len(digits) <= MOST_DIGITS):
        return None
    return int(digits) or None
