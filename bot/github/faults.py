"""What can go wrong between Assay and GitHub, sorted by what to do about it.

Everything the client raises is one of these four. A caller never looks at a status code.
"""

from __future__ import annotations

from datetime import datetime


class GitHubFault(Exception):
    """Something between Assay and GitHub went wrong.

    ``status`` is the HTTP status when there was an answer; ``detail`` is GitHub's own message,
    shortened, never a token.
    """

    def __init__(self, message: str, *, status: int | None = None, detail: str = "") -> None:
        super().__init__(message)
        self.status = status
        self.detail = detail


class RetryNow(GitHubFault):
    """Passing trouble (a broken connection, 502, a time-out): try again after a short pause."""


class RetryLater(GitHubFault):
    """GitHub said when to come back (a rate limit): not before ``when``."""

    def __init__(
        self, message: str, *, when: datetime, status: int | None = None, detail: str = ""
    ) -> None:
        super().__init__(message, status=status, detail=detail)
        self.when = when


class GiveUp(GitHubFault):
    """GitHub refuses for a reason that trying again does not change (gone, forbidden)."""


class OurBug(GitHubFault):
    """GitHub says that the request was wrong: 400, 422 and their kin.

    ``detail`` holds GitHub's complaint, for the caller that can mend it (a review comment that
    lies outside the diff) and for the log.
    """
