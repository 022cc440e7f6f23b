"""The external id of our check runs: ``pull:<number>``, perhaps followed by ``:<more>``.

It is how a check run finds back to its pull request where GitHub names none (heads in forks).
"""

from __future__ import annotations

PREFIX = "pull:"
MOST_DIGITS = 18


def pull_of(external_id: object) -> int | None:
    """The pull request's number in an external id of ours; None when there is none."""
    if not isinstance(external_id, str) or not external_id.startswith(PREFIX):
        return None
    digits = external_id[len(PREFIX) :].split(":", 1)[0]
    if not (digits.isascii() and digits.isdigit() and len(digits) <= MOST_DIGITS):
        return None
    return int(digits) or None
