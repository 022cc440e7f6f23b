"""What an answer of GitHub that is not a success means: one pure function, one fault.

GitHub's ways of saying no are many (docs: "Rate limits for the REST API", "Troubleshooting the
REST API"): a rate limit may be 403, 429, 422 or even 200; an outage may be HTML that calls itself
JSON. Nothing here does I/O, and nothing here raises: every status, header and body, however
broken, becomes exactly one :class:`~bot.github.faults.GitHubFault`.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from bot.github.answers import Answer, Complaint, server_time, wait_named, words
from bot.github.faults import BadCredentials, GitHubFault, GiveUp, OurBug, RetryLater, RetryNow

SECONDARY_PAUSE = timedelta(seconds=60)
"""GitHub's rule when it names no time: wait at least a minute, then longer each time."""
SHORTEST_PAUSE = timedelta(seconds=1)
LONGEST_PAUSE = timedelta(hours=2)
"""Quotas are hourly; a time further away than this is a broken clock or a broken header."""

_TRY_AGAIN = frozenset({408, 421, 425})
_REFUSED = frozenset({402, 403, 404, 405, 406, 407, 409, 410, 423, 451})
_SECONDARY_WORDS = (
    "secondary rate limit",
    "abuse detection",
    "temporarily blocked",
    "submitted too quickly",
)
_PRIMARY_WORDS = ("api rate limit exceeded", "rate limit exceeded", "rate limited")
_NOT_ALLOWED = "not accessible by integration"
_PASSING_WORDS = ("something went wrong", "timedout", "timed out", "timeout", "try again")
_PASSING_TYPES = frozenset({"INTERNAL", "INTERNAL_ERROR", "SERVICE_UNAVAILABLE", "TIMEOUT"})
_REFUSED_TYPES = frozenset(
    {"FORBIDDEN", "NOT_FOUND", "INSUFFICIENT_SCOPES", "SAML", "UNPROCESSABLE"}
)


def classify(status: int, headers: Mapping[str, str], body: bytes, now: datetime) -> GitHubFault:
    """The one fault that this answer means.

    Call it for answers that are not a usable success. ``now`` is our clock (aware, UTC); where
    GitHub's ``Date`` is present, times are reckoned from that, so that a wrong clock of ours does
    not stretch a pause.
    """
    answer = Answer.parse(status, headers, body)
    if (limit := _rate_limit(answer, now)) is not None:
        return limit
    if status == 200 and answer.complaint.entries:
        return graphql_fault(answer.complaint.entries, headers, now)
    return _refusal(answer)


def graphql_fault(errors: Any, headers: Mapping[str, str], now: datetime) -> GitHubFault:
    """The one fault that a GraphQL answer's ``errors`` mean; the gravest of them counts."""
    complaint = Complaint.of_errors(errors)
    types = complaint.kinds
    lowered = complaint.text.lower()
    detail = complaint.text
    if "RATE_LIMITED" in types or any(word in lowered for word in _PRIMARY_WORDS):
        answer = Answer.parse(200, headers, b"")
        when = _primary_reset(answer, now)
        return RetryLater(
            "GitHub's GraphQL quota is used up",
            when=when or now + SECONDARY_PAUSE,
            status=200,
            detail=detail,
            resource="graphql" if when else None,
            guessed=when is None,
        )
    if any(word in lowered for word in _SECONDARY_WORDS):
        return _secondary(Answer.parse(200, headers, b""), now, detail)
    # What is refused by its type does not pass, whatever words the name in its message holds.
    others = Complaint.of_errors([one for one in complaint.entries if not _is_refusal(one)])
    said = others.text.lower()
    if types & _PASSING_TYPES or any(word in said for word in _PASSING_WORDS):
        return RetryNow("GitHub could not finish the query", status=200, detail=detail)
    if types & _REFUSED_TYPES or _NOT_ALLOWED in lowered:
        return GiveUp(f"GitHub refuses the query: {detail}", status=200, detail=detail)
    return OurBug(f"GitHub does not accept the query: {detail}", status=200, detail=detail)


def _is_refusal(error: Any) -> bool:
    kind = error.get("type") if isinstance(error, dict) else None
    return isinstance(kind, str) and kind in _REFUSED_TYPES


def _rate_limit(answer: Answer, now: datetime) -> RetryLater | None:
    """The rate limit that the answer speaks of, in the order GitHub's documentation gives."""
    status, complaint = answer.status, answer.complaint
    lowered = complaint.text.lower()
    detail = complaint.text
    if status == 503 and (named := wait_named(answer.headers, now)) is not None:
        return RetryLater(
            "GitHub is unavailable and says when to come back",
            when=now + _within(named),
            status=status,
            detail=detail,
        )
    secondary = any(word in lowered for word in _SECONDARY_WORDS) or "abuse" in complaint.codes
    if status == 422:
        return _secondary(answer, now, detail) if secondary else None
    if status not in {403, 429} or _NOT_ALLOWED in lowered:
        return None
    if wait_named(answer.headers, now) is not None:
        return _secondary(answer, now, detail)
    if (when := _primary_reset(answer, now)) is not None:
        return RetryLater(
            "the installation's hourly quota of GitHub requests is used up",
            when=when,
            status=status,
            detail=detail,
            resource=answer.resource,
        )
    if status == 429 or secondary or any(word in lowered for word in _PRIMARY_WORDS):
        return _secondary(answer, now, detail)
    return None


def _secondary(answer: Answer, now: datetime, detail: str) -> RetryLater:
    named = wait_named(answer.headers, now)
    return RetryLater(
        "GitHub asks for a pause (secondary rate limit)",
        when=now + (SECONDARY_PAUSE if named is None else _within(named)),
        status=answer.status,
        detail=detail,
        guessed=named is None,
    )


def _primary_reset(answer: Answer, now: datetime) -> datetime | None:
    """When the quota is full again, if the answer says that nothing is left of it."""
    if answer.remaining != 0:
        return None
    if answer.reset is None:
        return None
    theirs = server_time(answer.headers) or now
    return now + _within(timedelta(seconds=answer.reset - int(theirs.timestamp())))


def _within(pause: timedelta) -> timedelta:
    return min(max(pause, SHORTEST_PAUSE), LONGEST_PAUSE)


def _refusal(answer: Answer) -> GitHubFault:
    """The fault of an answer that is no rate limit."""
    status = answer.status
    detail = answer.complaint.text
    said = f"{status}{answer.request}" + (f": {detail}" if detail else "")
    if status == 401:
        return BadCredentials(
            f"GitHub does not accept the app's credentials ({said})",
            status=status,
            detail=detail,
            server_time=server_time(answer.headers),
        )
    if status == 403:
        return _forbidden(answer, said)
    if status in {404, 410}:
        return GiveUp(
            f"GitHub has no such thing, or hides it ({said})", status=status, detail=detail
        )
    if status == 451:
        return GiveUp(f"blocked for legal reasons ({said})", status=status, detail=detail)
    if 300 <= status < 400:
        return GiveUp(f"GitHub says that it moved ({said})", status=status, detail=detail)
    if status in _REFUSED:
        return GiveUp(f"GitHub refuses this ({said})", status=status, detail=detail)
    if status >= 500 or status in _TRY_AGAIN:
        return RetryNow(f"GitHub is in trouble ({said})", status=status, detail=detail)
    if 400 <= status < 500:
        return OurBug(f"GitHub calls the request wrong ({said})", status=status, detail=detail)
    return RetryNow(f"GitHub's answer makes no sense ({said})", status=status, detail=detail)


def _forbidden(answer: Answer, said: str) -> GiveUp:
    detail = answer.complaint.text
    if _NOT_ALLOWED in detail.lower():
        needed = words(answer.headers.get("x-accepted-github-permissions", ""), 200)
        hint = f" It needs one of: {needed}." if needed else ""
        return GiveUp(
            f"the app lacks a permission for this ({said}).{hint} Grant it in the app's settings "
            "and accept it in the installation",
            status=403,
            detail="; ".join(filter(None, (detail, needed))),
        )
    if "suspended" in detail.lower():
        return GiveUp(f"the installation is suspended ({said})", status=403, detail=detail)
    return GiveUp(f"GitHub forbids this ({said})", status=403, detail=detail)
