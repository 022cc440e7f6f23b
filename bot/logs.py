"""Log lines on standard error: text or JSON, with the job's fields, without secrets.

Every line passes the redactor, whoever wrote it: the last guard against a token in a traceback.
It does not replace care at the source.
"""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import TextIO

import re2

REDACTED = "[redacted]"

_FIELDS: ContextVar[Mapping[str, str]] = ContextVar("log_fields")

_SHAPES = (
    # A PEM key, also with escaped line ends, also when its end was cut off.
    r"(?s)-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----.*?(?:-----END [A-Z0-9 ]*PRIVATE KEY-----|\z)",
    # GitHub's tokens. Since April 2026 an installation's token is ghs_<app id>_<JWT>, so dots and
    # hyphens belong to it (GitHub REST description, "Create an installation access token").
    r"gh[pousr]_[A-Za-z0-9._-]{16,}",
    r"github_pat_[A-Za-z0-9_]{20,}",
    # JSON Web Tokens (RFC 7519): two base64url objects, which begin with eyJ, and a signature.
    r"eyJ[A-Za-z0-9_-]{8,}\.eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]+",
)
_SHAPE = re2.compile("|".join(f"(?:{shape})" for shape in _SHAPES))
_CREDENTIALS = re2.compile(
    r"(?i)\b(authorization['\"]?\s*[:=]\s*['\"]?(?:bearer|token|basic)\s+)\S+"
)
_URL_PASSWORD = re2.compile(r"(://[^\s/:@]+:)[^\s/@]+@")

SHORTEST = 8
"""Shorter texts are not replaced: a log full of holes hides more than it guards."""


class Redactor:
    """Takes tokens, keys and the settings' own secrets out of a text."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        known = {secret for secret in secrets if len(secret) >= SHORTEST}
        # The longest first, so that no secret is cut up by one that it contains.
        self._known = tuple(sorted(known, key=lambda secret: (-len(secret), secret)))

    def __call__(self, text: str) -> str:
        """The text with each secret replaced."""
        # Headers may hold bytes that are no text (PEP 383); the expressions take text only.
        text = text.encode("utf-8", "backslashreplace").decode()
        for secret in self._known:
            if secret in text:
                text = text.replace(secret, REDACTED)
        text = _SHAPE.sub(REDACTED, text)
        text = _CREDENTIALS.sub(rf"\1{REDACTED}", text)
        return str(_URL_PASSWORD.sub(rf"\1{REDACTED}@", text))


@contextmanager
def fields(**values: str | int | None) -> Iterator[None]:
    """Put fields on every line that is logged inside; None and empty values are left out."""
    inner = dict(_FIELDS.get({}))
    inner.update({name: str(value) for name, value in values.items() if value not in (None, "")})
    token = _FIELDS.set(inner)
    try:
        yield
    finally:
        _FIELDS.reset(token)


def setup(style: str, secrets: Iterable[str], stream: TextIO | None = None) -> None:
    """Send all log lines to standard error. ``style`` is ``text`` or ``json``."""
    redact = Redactor(secrets)
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(JsonFormatter(redact) if style == "json" else TextFormatter(redact))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.INFO)
    # Their lines say per request what ours say per delivery.
    for noisy in ("aiohttp.access",):
        logging.getLogger(noisy).setLevel(logging.WARNING)


class TextFormatter(logging.Formatter):
    """``time level logger: message key=value``, one line; a traceback follows, indented."""

    def __init__(self, redact: Redactor) -> None:
        super().__init__()
        self._redact = redact

    def format(self, record: logging.LogRecord) -> str:
        """Make the line."""
        head = f"{_time(record)} {record.levelname.lower()} {record.name}: {_message(record)}"
        pairs = "".join(f" {name}={_word(value)}" for name, value in _FIELDS.get({}).items())
        line = _one_line(self._redact(head + pairs))
        trace = self._redact(_trace(self, record))
        shown = "".join(f"\n    {_one_line(part)}" for part in trace.splitlines())
        return line + shown


class JsonFormatter(logging.Formatter):
    """One JSON object a line."""

    def __init__(self, redact: Redactor) -> None:
        super().__init__()
        self._redact = redact

    def format(self, record: logging.LogRecord) -> str:
        """Make the line."""
        values = {
            "time": _time(record),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": _message(record),
            **_FIELDS.get({}),
        }
        trace = _trace(self, record)
        if trace:
            values["traceback"] = trace
        return json.dumps({name: self._redact(value) for name, value in values.items()})


def _time(record: logging.LogRecord) -> str:
    return datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")


def _message(record: logging.LogRecord) -> str:
    try:
        return record.getMessage()
    except (TypeError, ValueError):
        return f"{record.msg!s} (its arguments do not fit)"


def _trace(formatter: logging.Formatter, record: logging.LogRecord) -> str:
    if record.exc_info and record.exc_info[0] is not None:
        return formatter.formatException(record.exc_info)
    return record.exc_text or ""


def _word(value: str) -> str:
    plain = bool(value) and value.isprintable() and not set(value) & set(" \"='\\")
    return value if plain else json.dumps(value)


def _one_line(text: str) -> str:
    """Control characters as escapes: text from outside cannot forge a line of its own."""
    if text.isprintable():
        return text
    return "".join(
        char if char.isprintable() else char.encode("unicode_escape").decode("ascii")
        for char in text
    )
