"""The private key of the app, in the shapes that deployments mangle it into.

Platforms hand a multi-line secret over with ``\\n`` escapes, with spaces for line ends, in quotes
or in base64. All of these are put back into PEM here; nothing of the key is ever in an error.
"""

from __future__ import annotations

import base64
import binascii

import re2
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

SMALLEST_KEY = 2048
"""Bits. GitHub's own keys have 2048."""

_PEM = re2.compile(r"(?s)-----BEGIN ([A-Z0-9 ]+)-----(.*?)-----END ([A-Z0-9 ]+)-----")


class BadKey(Exception):
    """The text is not a usable key; the message completes "ASSAY_PRIVATE_KEY …"."""


def read_private_key(text: str) -> str:
    """Turn any of the accepted shapes into PEM.

    Raises:
        BadKey: it is not an RSA private key that GitHub could have made.
    """
    label, body = _split(text)
    if label.endswith("PUBLIC KEY"):
        raise BadKey("is a public key: it must be the private one, the .pem file GitHub gave you")
    if not label.endswith("PRIVATE KEY"):
        raise BadKey("is not a private key")
    if label.startswith("ENCRYPTED") or "ENCRYPTED" in body:
        raise BadKey("is protected by a pass phrase, which Assay cannot ask for")
    packed = "".join(body.replace("\\r", "").replace("\\n", "").split())
    lines = [packed[start : start + 64] for start in range(0, len(packed), 64)]
    pem = "\n".join([f"-----BEGIN {label}-----", *lines, f"-----END {label}-----", ""])
    try:
        key = load_pem_private_key(pem.encode("ascii", "replace"), password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise BadKey("is damaged: it looks like a PEM key and cannot be read as one") from None
    if not isinstance(key, RSAPrivateKey):
        raise BadKey("is not an RSA key, and GitHub's app keys are")
    if key.key_size < SMALLEST_KEY:
        raise BadKey(f"is an RSA key of {key.key_size} bits: it must have {SMALLEST_KEY} or more")
    return pem


def _split(text: str) -> tuple[str, str]:
    """The label and the body of the PEM block in a text, or in what it is the base64 of."""
    text = text.strip().strip("\"'").strip()
    if "-----BEGIN" not in text:
        packed = "".join(text.replace("\\n", "").split())
        try:
            text = base64.b64decode(packed, validate=True).decode("ascii")
        except (binascii.Error, ValueError):
            raise BadKey("is neither a PEM key nor the base64 of one") from None
    block = _PEM.search(text)
    if block is None or block.group(1) != block.group(3):
        raise BadKey("is not a whole PEM key: it must run from -----BEGIN to -----END")
    return block.group(1), block.group(2)
