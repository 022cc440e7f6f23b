"""What can go wrong between Assay and GitHub, sorted by what to do about it.

Everything the client raises is one of the four kinds :class:`RetryNow`, :class:`RetryLater`,
:class:`GiveUp` and :class:`OurBug`. A caller never looks at a status code to decide what to do.
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
    """Passing trouble (a broken connection, 502, a time-out): try again after a short pause.

    ``sent`` is False when the request certainly never reached GitHub, so that even a write may be
    repeated.
    """

    def __init__(
        self, message: str, *, status: int | None = None, detail: str = "", sent: bool = True
    ) -> None:
        super().__init__(message, status=status, detail=detail)
        self.sent = sent


class RetryLater(GitHubFault):
    """GitHub said when to come back (a rate limit): not before ``when``.

    ``resource`` names the quota that is used up (``"core"``, ``"graphql"``); None means that all
    requests of the installation must pause. ``guessed`` tells that GitHub named no time, so that
    the pause should grow when it happens again.
    """

    def __init__(
        self,
        message: str,
        *,
        when: datetime,
        status: int | None = None,
        detail: str = "",
        resource: str | None = None,
        guessed: bool = False,
    ) -> None:
        super().__init__(message, status=status, detail=detail)
        self.when = when
        self.resource = resource
        self.guessed = guessed


class GiveUp(GitHubFault):
    """GitHub refuses for a reason that trying again does not change (gone, forbidden)."""


class BadCredentials(GiveUp):
    """GitHub does not accept the token (401). The client mints another one once.

    ``server_time`` is GitHub's clock, for the case that ours is off.
    """

    def __init__(
        self,
        message: str,
        *,
        status: int | None = None,
        detail: str = "",
        server_time: datetime | None = None,
    ) -> None:
        super().__init__(message, status=status, detail=detail)
        self.server_time = server_time


class OurBug(GitHubFault):
    """GitHub says that the request was wrong: 400, 422 and their kin.

    ``detail`` holds GitHub's complaint, for the caller that can mend it (a review comment that
    lies outside the diff) and for the log.
    """
