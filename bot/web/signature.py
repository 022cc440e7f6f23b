"""The signature of a delivery: HMAC-SHA256 over the raw body, compared in constant time.

Source: docs.github.com, "Validating webhook deliveries". The older SHA-1 header is not looked at.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Sequence

PREFIX = "sha256="
HEX_DIGITS = frozenset("0123456789abcdef")


def well_formed(header: str | None) -> bytes | None:
    """The 64 digits of an ``X-Hub-Signature-256`` header; None when it is none."""
    if header is None or not header.startswith(PREFIX):
        return None
    digits = header[len(PREFIX) :]
    if len(digits) != hashlib.sha256().digest_size * 2 or not HEX_DIGITS.issuperset(digits):
        return None
    return digits.encode("ascii")


def genuine(digits: bytes, body: bytes, secrets: Sequence[bytes]) -> bool:
    """Whether one of the secrets made this signature over these bytes.

    All secrets are tried whichever fits, so that the time taken tells nothing about them.
    """
    fits = [
        hmac.compare_digest(hmac.new(secret, body, hashlib.sha256).hexdigest().encode(), digits)
        for secret in secrets
    ]
    return any(fits)


def sign(body: bytes, secret: bytes) -> str:
    """The header value that GitHub sends for this body."""
    return PREFIX + hmac.new(secret, body, hashlib.sha256).hexdigest()
