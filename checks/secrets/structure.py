"""What the inside of a secret tells: checksums, encodings, headers. Linear, and never raises."""

from __future__ import annotations

import base64
import binascii
import hashlib
import math
import zlib
from collections import Counter
from typing import Any

import msgspec

_BASE62 = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_BASE58 = b"123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_BECH32 = b"qpzry9x8gf2tvdw0s3jn54khce6mua7l"
_BECH32_GENERATORS = (0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)
_CHECKSUM_CHARACTERS = 6
_MAX_JSON = 8_192
_PEM_NOISE = b" \t\r\n\"',;`\\+)("


def base62(number: int, width: int) -> bytes:
    """A number in base 62 (digits, capitals, small letters), with zeros before it."""
    digits = bytearray()
    while number:
        number, rest = divmod(number, 62)
        digits.append(_BASE62[rest])
    return bytes(reversed(digits)).rjust(width, b"0")


def has_github_checksum(token: bytes) -> bool:
    """Whether the last six characters are the CRC32 of those between prefix and them.

    Source: https://github.blog/engineering/behind-githubs-new-authentication-token-formats/; npm
    uses the same, see https://github.blog/2021-09-23-announcing-npms-new-access-token-format/.
    """
    body = token.partition(b"_")[2]
    text, checksum = body[:-_CHECKSUM_CHARACTERS], body[-_CHECKSUM_CHARACTERS:]
    return base62(zlib.crc32(text), _CHECKSUM_CHARACTERS) == checksum


def has_bech32_checksum(text: bytes) -> bool:
    """Whether a text of one case ends in its checksum: prefix, ``1``, data (BIP 173, Bech32)."""
    prefix, _, data = text.lower().rpartition(b"1")
    values = [_BECH32.find(byte) for byte in data]
    if not prefix or min(values, default=-1) < 0:
        return False
    checksum = 1
    for value in (*(byte >> 5 for byte in prefix), 0, *(byte & 31 for byte in prefix), *values):
        top = checksum >> 25
        checksum = (checksum & 0x1FFFFFF) << 5 ^ value
        for bit, generator in enumerate(_BECH32_GENERATORS):
            if top >> bit & 1:
                checksum ^= generator
    return checksum == 1


def is_extended_key(text: bytes) -> bool:
    """Whether a text is the serialised private key of a wallet with its checksum (BIP 32)."""
    number = 0
    for byte in text:
        digit = _BASE58.find(byte)
        if digit < 0:
            return False
        number = number * 58 + digit
    try:
        data = number.to_bytes(82, "big")
    except OverflowError:
        return False
    body, checksum = data[:-4], data[-4:]
    return hashlib.sha256(hashlib.sha256(body).digest()).digest()[:4] == checksum


def has_grafana_checksum(token: bytes) -> bool:
    """Whether the last eight hex digits are the CRC32 of the 32 characters before them."""
    prefix, _, checksum = token.rpartition(b"_")
    return b"%08x" % zlib.crc32(prefix.partition(b"_")[2]) == checksum.lower()


def decoded(text: bytes) -> bytes | None:
    """Base64 of either alphabet, with or without padding; ``None`` when it is not."""
    plain = text.rstrip(b"=").replace(b"-", b"+").replace(b"_", b"/")
    try:
        return base64.b64decode(plain + b"=" * (-len(plain) % 4), validate=True)
    except (binascii.Error, ValueError):
        return None


def json_object(text: bytes) -> dict[str, Any] | None:
    """The JSON object that base64 holds; ``None`` when it holds none."""
    data = decoded(text[:_MAX_JSON])
    try:
        value = None if data is None else msgspec.json.decode(data)
    except (msgspec.DecodeError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def jwt_parts(token: bytes) -> tuple[dict[str, Any], dict[str, Any]] | None:
    """Header and claims of a JSON Web Token (RFC 7519); ``None`` when it is not a signed one."""
    pieces = token.split(b".")
    if len(pieces) != 3 or len(pieces[2]) < 20:  # header, claims, signature
        return None
    header, claims = json_object(pieces[0]), json_object(pieces[1])
    if header is None or claims is None or not isinstance(header.get("alg"), str):
        return None
    return (header, claims) if header["alg"].lower() != "none" else None


def has_capitals(token: bytes) -> bool:
    """Whether what follows the prefix holds capital letters: words joined by hyphens do not."""
    return token[4:] != token[4:].lower()


def has_digits_and_capitals(token: bytes) -> bool:
    """Whether what follows the prefix holds both, as names of programs seldom do."""
    return has_capitals(token) and any(byte in b"0123456789" for byte in token)


def is_macaroon(token: bytes) -> bool:
    """Whether a PyPI token decodes to a macaroon of some length."""
    data = decoded(token.partition(b"-")[2])
    return data is not None and data[:1] == b"\x02" and len(data) > 60


def private_key_bytes(body: bytes) -> bytes | None:
    """The bytes of a PEM body as it stands in a file, a string literal or JSON; else ``None``.

    Headers (``Proc-Type: …``), escaped line ends, quotes and concatenation signs are taken out.
    """
    pieces = []
    for line in body.replace(b"\\r", b"").replace(b"\\n", b"\n").split(b"\n"):
        text = line.strip(_PEM_NOISE)
        if b":" in text or text.startswith(b"="):
            continue  # a header, or the checksum line of OpenPGP
        pieces.append(line.strip(b" \t\r\n\"',;`\\)("))
    text = b"".join(pieces)
    allowed = text.rstrip(b"=")
    if not allowed.replace(b"+", b"").replace(b"/", b"").isalnum():
        return None
    try:
        return base64.b64decode(allowed[: len(allowed) // 4 * 4], validate=True)
    except (binascii.Error, ValueError):
        return None


def is_private_key(label: bytes, data: bytes) -> bool:
    """Whether decoded bytes begin as a private key of this label does, and are long enough.

    DER: a SEQUENCE whose length fits (X.690, 8.1); OpenSSH: its magic; OpenPGP: the tag of a
    secret-key packet (RFC 9580, 5.5).
    """
    if len(data) < 40:  # Ed25519 in PKCS #8 takes 48
        return False
    if label.startswith(b"OPENSSH"):
        return data.startswith(b"openssh-key-v1\0")
    if b"PGP" in label:
        return data[0] in (0x94, 0x95, 0x96, 0xC5)
    if data[0] != 0x30:
        return False
    if data[1] < 0x80:
        return abs(data[1] + 2 - len(data)) <= 4
    count = data[1] & 0x7F
    length = int.from_bytes(data[2 : 2 + count], "big") + 2 + count
    return 1 <= count <= 3 and abs(length - len(data)) <= 16


def entropy(text: bytes) -> float:
    """Shannon entropy of the bytes, in bits a byte."""
    total = len(text)
    return -sum(n / total * math.log2(n / total) for n in Counter(text).values()) if total else 0.0
