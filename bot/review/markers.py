"""Hidden, signed markers: how Assay knows its own comments again.

A marker is an HTML comment at the end of a comment's text. Its signature ties it to one repository,
one pull request and one finding, so that a marker copied elsewhere or made by somebody else is not
taken for ours. A genuine marker inside quoted text of another person is still genuine: the caller
looks at the author as well. Nothing in here reads GitHub or the clock.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from collections.abc import Sequence

import re2

from checks.light import dataclass

_VERSION = 1
_KEY_BYTES = 32
_MAC_BYTES = 20
_HKDF_INFO = b"assay comment marker v1"
_MOST_MARKERS = 32
"""How many markers of one text are looked at: a hostile text may hold thousands."""

_WORD = r"[A-Za-z0-9_.:]+(?:-[A-Za-z0-9_.:]+)*"
_FIELD = re2.compile(rf"^{_WORD}$")
_MARKER = re2.compile(
    rf"<!-- assay:{_VERSION} ({_WORD}) ({_WORD}) ([0-9a-f]{{{2 * _MAC_BYTES}}}) -->"
)
_LONGEST_FIELD = 128
_SEALED = re2.compile(
    rf"<!-- assay:{_VERSION} ({_WORD})=([A-Za-z0-9+/=]+) ([0-9a-f]{{{2 * _MAC_BYTES}}}) -->"
)
LARGEST_SEAL = 24_000
"""Bytes that one text may carry: with their signature and the words around them they stay far below
GitHub's limit for a comment."""


@dataclass(frozen=True, slots=True)
class Marker:
    """A marker found in a text, and whether its signature is ours."""

    kind: str
    """``finding``, ``review``, …: what the marked text is."""
    fingerprint: str
    genuine: bool


@dataclass(frozen=True, slots=True)
class Place:
    """What a marker is bound to: GitHub's id of the repository, and the pull request's number."""

    repository: int
    pull: int


class Signer:
    """Makes and reads markers.

    ``keys`` are secret keys of at least 32 bytes: the first signs, all of them verify, so that a
    rotated key still knows the comments of the older one.
    """

    def __init__(self, keys: Sequence[bytes]) -> None:
        if not keys:
            raise ValueError("a signer needs at least one key")
        if any(len(key) < _KEY_BYTES for key in keys):
            raise ValueError(f"a marker key needs at least {_KEY_BYTES} bytes")
        self._keys = tuple(keys)

    @classmethod
    def from_pem(cls, private_key: str, older: str | None = None) -> Signer:
        """A signer whose keys are derived from the app's private keys, the older one optional.

        Raises:
            ValueError: a key is not a private key in PEM form.
        """
        pems = [private_key] if older is None else [private_key, older]
        return cls([derive_key(pem) for pem in pems])

    def mark(self, kind: str, place: Place, fingerprint: str) -> str:
        """The marker of one text.

        Raises:
            ValueError: ``kind`` or ``fingerprint`` cannot stand in an HTML comment.
        """
        for field in (kind, fingerprint):
            if len(field) > _LONGEST_FIELD or not _FIELD.match(field):
                raise ValueError(f"{field[:40]!r} cannot stand in a marker")
        mac = _mac(self._keys[0], kind, place, fingerprint)
        return f"<!-- assay:{_VERSION} {kind} {fingerprint} {mac} -->"

    def read(self, body: str, place: Place) -> Marker | None:
        """The marker in ``body``, or None; a genuine one before any other, then the last.

        Never raises, whatever the text.
        """
        found: Marker | None = None
        for kind, fingerprint, mac in _MARKER.findall(_readable(body))[-_MOST_MARKERS:]:
            genuine = self._verify(kind, place, fingerprint, mac)
            if genuine or found is None or not found.genuine:
                found = Marker(kind, fingerprint, genuine)
        return found

    def seal(self, kind: str, place: Place, data: bytes) -> str:
        """The marker that carries ``data``, readable for everybody and signed by us.

        Raises:
            ValueError: ``kind`` cannot stand in an HTML comment, or there is too much data.
        """
        if not _FIELD.match(kind) or len(kind) > _LONGEST_FIELD or len(data) > LARGEST_SEAL:
            raise ValueError(f"{kind[:40]!r} with {len(data)} bytes cannot stand in a marker")
        # The standard alphabet: it holds no hyphen, two of which would end the HTML comment.
        text = base64.b64encode(data).decode()
        mac = _mac(self._keys[0], f"{kind}=", place, text)
        return f"<!-- assay:{_VERSION} {kind}={text} {mac} -->"

    def unseal(self, kind: str, body: str, place: Place) -> bytes | None:
        """The data of the last genuine marker of that kind in ``body``, or None.

        Never raises, whatever the text.
        """
        for found, text, mac in reversed(_SEALED.findall(_readable(body))[-_MOST_MARKERS:]):
            if found == kind and self._verify(f"{kind}=", place, text, mac):
                try:
                    return base64.b64decode(text, validate=True)
                except binascii.Error:
                    return None
        return None

    def _verify(self, kind: str, place: Place, fingerprint: str, mac: str) -> bool:
        # Every key is tried, so that the time taken does not tell which one fits.
        fits = [hmac.compare_digest(_mac(key, kind, place, fingerprint), mac) for key in self._keys]
        return any(fits)


def strip(body: str) -> str:
    """``body`` without its markers."""
    return str(_SEALED.sub("", _MARKER.sub("", _readable(body)))).rstrip()


def put(body: str, kind: str, sealed: str) -> str:
    """``body`` with the sealed marker of a kind in place of those that it has, or at its end."""
    kept = _SEALED.sub(
        lambda found: "" if found.group(1) == kind else found.group(0), _readable(body)
    )
    return f"{str(kept).rstrip()}\n{sealed}"


def _readable(body: str) -> str:
    """The text without lone surrogates, which JSON can hold and UTF-8 cannot."""
    return body.encode("utf-8", "replace").decode()


def derive_key(pem: str) -> bytes:
    """The marker key of a private key in PEM form: HKDF-SHA256 (RFC 5869) over its DER form.

    The DER form does not change with the line ends or the header of the PEM text.

    Raises:
        ValueError: the text is not an unencrypted private key in PEM form.
    """
    # Imported late: cryptography costs a tenth of a second, and only the bot signs.
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF

    try:
        key = serialization.load_pem_private_key(pem.encode(), password=None)
    except (TypeError, ValueError) as error:
        raise ValueError("not an unencrypted private key in PEM form") from error
    secret = key.private_bytes(
        serialization.Encoding.DER,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    kdf = HKDF(algorithm=hashes.SHA256(), length=_KEY_BYTES, salt=None, info=_HKDF_INFO)
    return kdf.derive(secret)


def _mac(key: bytes, kind: str, place: Place, fingerprint: str) -> str:
    # No field holds a line end, so that no two tuples of fields have the same text.
    signed = f"{_VERSION}\n{kind}\n{place.repository}\n{place.pull}\n{fingerprint}"
    digest = hmac.new(key, signed.encode(), hashlib.sha256).digest()
    return digest[:_MAC_BYTES].hex()
