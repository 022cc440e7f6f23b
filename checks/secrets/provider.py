"""What a provider's secret looks like: one value a kind of secret.

The tables of providers are data made of these values; :mod:`checks.secrets.matching` reads them.
"""

from __future__ import annotations

from collections.abc import Callable

from checks.light import dataclass
from checks.model import Confidence, Severity

WORD = frozenset(b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_")
"""Bytes that make a longer word of whatever they touch."""

UUID = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
"""RFC 9562, as programs write it."""

_QUOTE = r"(?:\\?[\"'`])?"
"""A quote, or none; in a notebook it is escaped."""

DRAWN = b"drawn"
"""The group of an expression that holds what is drawn by lot, where the rest is always the same."""


@dataclass(frozen=True, slots=True)
class Provider:
    """One kind of secret.

    ``pattern`` is an RE2 expression over bytes; its first group is the secret, or all of it when
    there is no group. Both ends of the secret must be ends of a word: neither side may go on with
    a letter, a digit, ``_`` or one of ``joins``. A group called ``drawn`` is what is judged for
    being made up; without one all of the secret is.
    """

    id: str
    issuer: str
    """Who issues it, as the finding names it: ``"GitHub"``."""
    what: str
    """What it is, with its article: ``"a personal access token"``."""
    keywords: tuple[str, ...]
    """Lower-case texts of which one stands in every such secret, or, with ``near``, before it."""
    pattern: str
    revoke: str
    """The provider's page on which it is revoked, or that tells how."""
    joins: str = ""
    near: bool = False
    """Whether the shape says too little: a keyword must stand shortly before the secret, in the
    same line or the line above."""
    by_name: bool = False
    """Whether the expression holds the name of what the secret is given to: see :func:`named`."""
    checksum: Callable[[bytes], bool] | None = None
    """Whether its checksum fits, which settles that it was issued."""
    is_valid: Callable[[bytes], bool] | None = None
    """What else its inside tells."""
    severity: Severity = Severity.HIGH
    confidence: Confidence = Confidence.HIGH
    source: str = ""
    """Where the provider publishes the shape."""


def named(
    *,
    id: str,  # noqa: A002 - as the field is called
    issuer: str,
    what: str,
    names: tuple[str, ...],
    value: str,
    revoke: str,
    joins: str = "",
    severity: Severity = Severity.HIGH,
    source: str = "",
) -> Provider:
    """A kind of secret whose shape says little, known by the name that it is given to.

    Between the name and the value stand only the rest of the name, quotes, brackets, one sign of
    assignment, and blanks: ``DD_API_KEY=…``, ``"dd-api-key": "…"``, ``env["DD_API_KEY"] = "…"``,
    ``setenv("DD_API_KEY", "…")``, ``<ddApiKey>…``, ``key="DD_API_KEY" value="…"``.

    ``names`` are in lower case with ``_`` between the words, which may also be ``-`` or nothing;
    ``value`` is an expression without groups that catch. The rest are fields of
    :class:`Provider`.
    """
    words = "|".join(one.replace("_", "[_-]?") for one in names)
    spellings = (one.replace("_", joint) for one in names for joint in ("_", "-", ""))
    return Provider(
        id=id,
        issuer=issuer,
        what=what,
        keywords=tuple(dict.fromkeys(spellings)),
        pattern=rf"(?i:{words})[A-Za-z0-9_]{{0,24}}{_QUOTE}[\])]?"
        rf"[ \t]*(?:value[ \t]*|:[ \t]*string[ \t]*)?"
        rf"(?:=>|:=|\?=|[=:,>])?[ \t]*{_QUOTE}({value})",
        revoke=revoke,
        joins=joins,
        by_name=True,
        severity=severity,
        confidence=Confidence.MEDIUM,
        source=source,
    )
