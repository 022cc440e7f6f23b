"""Reading GitHub's answers without trusting them: headers, messages, clocks.

Pure functions that never raise; what is missing or malformed is simply absent. Text that ends up
in logs and in front of people is shortened, freed of control characters and of token shapes.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

_LONGEST_TEXT = 1_000
_LONGEST_ERROR_BODY = 1_000_000
_MOST_ENTRIES = 100
_NUMBER = re.compile(r"[0-9]{1,12}")
_REQUEST_ID = re.compile(r"[0-9A-Fa-f:]{1,80}")
_RESOURCE = re.compile(r"[a-z_]{1,40}")
_SECRET = re.compile(
    r"(?:gh[a-z]_|github_pat_|v1\.)[A-Za-z0-9._-]{16,}"
    r"|eyJ[A-Za-z0-9_-]{8,}(?:\.[A-Za-z0-9_-]*)*"
    r"|-----BEGIN [A-Z ]*PRIVATE KEY-----.*",
    re.DOTALL,
)


def words(text: str, longest: int = _LONGEST_TEXT) -> str:
    """One printable line of at most ``longest`` characters, tokens and keys blotted out.

    Installation tokens have no fixed length (``ghs_<app id>_<JWT>``, several hundred characters),
    so that the blotting comes before the shortening.
    """
    plain = _SECRET.sub("[secret]", text[: longest * 4])
    line = " ".join("".join(c if c.isprintable() else " " for c in plain).split())
    return line if len(line) <= longest else line[: longest - 1] + "…"


@dataclass(frozen=True, slots=True)
class Complaint:
    """What GitHub says in an error's body."""

    text: str = ""
    """``message`` and ``errors`` in one line."""
    codes: frozenset[str] = frozenset()
    """``errors[].code``."""
    kinds: frozenset[str] = frozenset()
    """``errors[].type`` (GraphQL), in capitals."""
    entries: tuple[Any, ...] = ()
    """``errors`` as they came."""

    @classmethod
    def parse(cls, body: bytes) -> Complaint:
        """Read a body that should be JSON; an empty complaint when it is not."""
        if len(body) > _LONGEST_ERROR_BODY:
            return cls()
        try:
            value = json.loads(body)
        except (ValueError, RecursionError):
            return cls()
        if not isinstance(value, dict):
            return cls()
        message = value.get("message")
        return cls.of_errors(value.get("errors"), message if isinstance(message, str) else "")

    @classmethod
    def of_errors(cls, errors: Any, message: str = "") -> Complaint:
        """Read ``errors``, which GitHub fills with objects, with strings, or with one string."""
        entries = errors_of(errors)
        said = [message] if message else []
        codes: set[str] = set()
        kinds: set[str] = set()
        for entry in entries:
            if isinstance(entry, str):
                said.append(entry)
            elif isinstance(entry, dict):
                fields = {key: value for key, value in entry.items() if isinstance(value, str)}
                codes.add(fields.get("code", "").lower())
                kinds.add(fields.get("type", "").upper())
                said.append(_entry_text(fields))
        return cls(
            text=words("; ".join(filter(None, said))),
            codes=frozenset(codes - {""}),
            kinds=frozenset(kinds - {""}),
            entries=entries,
        )


def errors_of(errors: Any) -> tuple[Any, ...]:
    """``errors`` as a tuple, whatever shape it came in, at most a hundred of them."""
    if isinstance(errors, list | tuple):
        return tuple(errors[:_MOST_ENTRIES])
    return (errors,) if isinstance(errors, str | dict) and errors else ()


def _entry_text(fields: Mapping[str, str]) -> str:
    where = ".".join(filter(None, (fields.get("resource"), fields.get("field"))))
    what = fields.get("message") or fields.get("code") or fields.get("type") or ""
    return f"{where}: {what}" if where and what else where or what


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer's status, its headers in lower case, and its complaint."""

    status: int
    headers: Mapping[str, str]
    complaint: Complaint

    @classmethod
    def parse(cls, status: int, headers: Mapping[str, str], body: bytes) -> Answer:
        """Take an answer apart."""
        return cls(status, lowered(headers), Complaint.parse(body))

    @property
    def remaining(self) -> int | None:
        """What is left of the quota; None on servers without limits (GHES by default)."""
        return number(self.headers.get("x-ratelimit-remaining"))

    @property
    def reset(self) -> int | None:
        """When the quota is full again, in seconds since the epoch, by GitHub's clock."""
        return number(self.headers.get("x-ratelimit-reset"))

    @property
    def limit(self) -> int | None:
        """The size of the quota."""
        return number(self.headers.get("x-ratelimit-limit"))

    @property
    def resource(self) -> str | None:
        """Which quota it is: ``core`` or ``graphql``, or another one."""
        named = self.headers.get("x-ratelimit-resource", "")
        return named if _RESOURCE.fullmatch(named) else None

    @property
    def request(self) -> str:
        """GitHub's id of the request, for its support, or nothing."""
        named = self.headers.get("x-github-request-id", "")
        return f", request {named}" if _REQUEST_ID.fullmatch(named) else ""


def lowered(headers: Mapping[str, str]) -> dict[str, str]:
    """Headers with names in lower case; the first of a repeated one counts."""
    found: dict[str, str] = {}
    for name, value in headers.items():
        found.setdefault(name.lower(), value)
    return found


def number(text: str | None) -> int | None:
    """A header's whole number, not negative; None when it is anything else."""
    text = (text or "").strip()
    return int(text) if _NUMBER.fullmatch(text) else None


def server_time(headers: Mapping[str, str]) -> datetime | None:
    """GitHub's clock, from the ``Date`` header (lower-case names expected)."""
    return _http_date(headers.get("date"))


def wait_named(headers: Mapping[str, str], now: datetime) -> timedelta | None:
    """How long ``Retry-After`` asks to wait: seconds, or a date (RFC 9110, section 10.2.3)."""
    text = headers.get("retry-after")
    seconds = number(text)
    if seconds is not None:
        return timedelta(seconds=min(seconds, 10_000_000))
    until = _http_date(text)
    return None if until is None else until - (server_time(headers) or now)


def _http_date(text: str | None) -> datetime | None:
    if not text or len(text) > 60:
        return None
    try:
        moment = parsedate_to_datetime(text)
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, TypeError, OverflowError, IndexError):
        return None
