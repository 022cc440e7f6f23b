"""What a provider's secret looks like: one value a kind of secret.

The tables of providers are data made of these values; :mod:`checks.secrets.matching` reads them.
"""

from __future__ import annotations

import enum
from collections.abc import Callable
from dataclasses import dataclass

from checks.model import Severity

WORD = frozenset(b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_")
"""Bytes that make a longer word of whatever they touch."""


class Exposure(enum.Enum):
    """How much a secret of this kind gives away by itself."""

    LIVE = "live"
    """Who has it can act at once. Flagged wherever it stands."""
    LOCAL = "local"
    """Often made for a test or an example: private keys, tokens of one's own server."""


@dataclass(frozen=True, slots=True)
class Provider:
    """One kind of secret.

    ``pattern`` is an RE2 expression over bytes; its first group is the secret, or all of it when
    there is no group. Both ends of the secret must be ends of a word: neither side may go on with
    a letter, a digit, ``_`` or one of ``joins``.
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
    """The provider's page on which it is revoked."""
    joins: str = ""
    near: bool = False
    """Whether the shape says too little: a keyword must stand shortly before the secret, in the
    same line or the line above."""
    is_valid: Callable[[bytes], bool] | None = None
    """A checksum, or what else its inside tells."""
    severity: Severity = Severity.HIGH
    exposure: Exposure = Exposure.LIVE
    source: str = ""
    """Where the provider publishes the shape."""
