"""Secrets that are known by their inside: key pairs, PEM blocks, JSON Web Tokens, addresses.

Each function takes a place where a keyword stands and answers with what is there, or ``None``.
"""

from __future__ import annotations

from typing import Any

from checks.light import dataclass
from checks.model import Span
from checks.pattern import Pattern
from checks.secrets.decoding import text_of
from checks.secrets.hosts import host_of, is_internal_host, is_reserved_host
from checks.secrets.placeholders import is_made_up, is_placeholder
from checks.secrets.structure import entropy, is_private_key, jwt_parts, private_key_bytes

_MAX_BLOCK = 20_000
_MAX_TOKEN = 4_096
_MAX_ADDRESS = 600
_MAX_CONNECTION = 300
"""Bytes of a connection string before and behind its password."""
_PAIR_REACH = 400
"""How far from an AWS key id its secret is looked for, in bytes."""

_LABEL = Pattern(rb"^-----BEGIN ((?:[A-Z0-9]+ ){0,3}PRIVATE KEY(?: BLOCK)?)-----")
_TOKEN = Pattern(rb"^eyJ[A-Za-z0-9_-]{8,}\.eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{20,}")
_ADDRESS = Pattern(
    rb"""^([^\s:/@'"<>`\\,;()]{0,80}):([^\s/@'"<>`\\]{3,200})@"""
    rb"""([A-Za-z0-9._-]{1,200}|\[[0-9A-Fa-f:.]{2,60}\])"""
)
_AWS_SECRET = Pattern(rb"[A-Za-z0-9/+]{40,}")
_PUTTY = Pattern(
    rb"(?s)^PuTTY-User-Key-File-[23]:[^\n]+\nEncryption:([^\n]+)\n.*?"
    rb"\nPrivate-Lines: *[0-9]+\r?\n((?:[A-Za-z0-9+/=]+\r?\n)+)"
)
_PARAMETER = Pattern(rb"(?i)^(?:password|pwd)=([^\s;&\"'<>`]{4,200})")
_HOST = Pattern(
    rb"(?i)(?:server|host|hostname|data source|addr|address)=(?:tcp:)?([A-Za-z0-9._-]+)"
)
_OF_CONNECTION = Pattern(
    rb"(?i)(?:server|host|hostname|data source|addr|address|uid|user id|user|username|database|"
    rb"initial catalog|driver|dbname)=[^;&\s\"']"
)
_AUTHORITY = Pattern(rb"[A-Za-z][A-Za-z0-9+.:-]*//([A-Za-z0-9._-]+)")
_BASIC = Pattern(rb"(?i)^basic +([A-Za-z0-9+/]{8,200}={0,2})")
_CLAIMS = frozenset({"iss", "sub", "aud", "exp", "nbf", "iat", "jti"})
"""The registered claims (RFC 7519, 4.1): a token with none of them opens nothing."""
_ITS_OWN_NAME = Pattern(
    r"(?i)^(?:(?:access|account|api|auth|client|my|private|secret|shared|the|your)[-_]?)+"
    r"(?:id|key|secret|token)$"
)
"""What names a secret where it would stand: ``s3://accesskey:secretkey@host``."""
_WEAK = frozenset(
    {"password", "passwd", "pass", "pwd", "secret", "postgres", "root", "admin", "guest", "user",
     "test", "token", "mysql", "redis", "rabbitmq", "mongo", "pw", "key", "username", "example",
     "p4ssw0rd", "passw0rd", "hunter2", "s3cr3t", "secure"}
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Block:
    """A private key in PEM."""

    span: Span
    label: str
    is_encrypted: bool


@dataclass(frozen=True, slots=True)
class Token:
    """A JSON Web Token."""

    span: Span
    header: dict[str, Any]
    claims: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Address:
    """An address with a user and a password before the host."""

    span: Span
    """The password."""
    host: str
    password: str


def private_key(data: bytes, at: int, limit: int) -> Block | None:
    """The private key whose header stands at ``at``, when its body can be one.

    ``limit`` is where the next block begins: a body that has not ended before is none.
    """
    if b"PRIVATE KEY" not in data[at : at + 60]:
        return None
    match = _LABEL.match(data[at : at + 80])
    if match is None:
        return None
    label = match.group(1)
    start = at + match.end()
    end = data.find(b"-----END", start, min(start + _MAX_BLOCK, limit))
    if end < 0:
        return None
    body = data[start:end]
    encrypted = label.startswith(b"ENCRYPTED") or b"ENCRYPTED" in body[:200]
    key = private_key_bytes(body)
    if key is None or not (encrypted or is_private_key(label, key)) or len(key) < 40:
        return None
    close = data.find(b"-----", end + 8, end + 80)
    return Block(Span(at, close + 5 if close > 0 else end), label.decode(), encrypted)


def putty_key(data: bytes, at: int, limit: int) -> Block | None:
    """The private key in PuTTY's own format whose first line stands at ``at``, before ``limit``.

    Source: https://tartarus.org/~simon/putty-snapshots/htmldoc/AppendixC.html
    """
    match = _PUTTY.match(data[at : min(at + _MAX_BLOCK, limit)])
    if match is None:
        return None
    body = b"".join(match.group(2).split())
    if len(body) < 40 or is_made_up(body):
        return None
    return Block(Span(at, at + match.end()), "PuTTY private key", match.group(1).strip() != b"none")


def web_token(data: bytes, at: int) -> Token | None:
    """The signed token that begins at ``at``; those of the documentation are none."""
    if at and data[at - 1 : at].isalnum():
        return None
    match = _TOKEN.match(data[at : at + _MAX_TOKEN])
    parts = None if match is None else jwt_parts(match.group(0))
    if match is None or parts is None:
        return None
    header, claims = parts
    if _CLAIMS.isdisjoint(claims):
        return None
    if claims.get("sub") == "1234567890" or claims.get("name") in ("John Doe", "Jane Doe"):
        return None
    signature = match.group(0).rpartition(b".")[2]
    if is_made_up(signature):
        return None
    return Token(Span(at, at + match.end()), header, claims)


def address(data: bytes, at: int, *, drawn: bool) -> Address | None:
    """The address around the ``://`` at ``at`` when it holds a password that could be a real one.

    Not when the host is of the machine itself or set aside for examples, and not when the password
    is a template, a placeholder, or one of the words that stand for a password; with ``drawn``
    only when it looks drawn, not typed.
    """
    first = at + 3
    match = _ADDRESS.match(data[first : first + _MAX_ADDRESS])
    if match is None or not data[at - 1 : at].isalnum():
        return None
    user, password = match.group(1).decode("latin-1"), match.group(2).decode("latin-1")
    if drawn and not _looks_random(password):
        return None
    host = host_of("x://" + match.group(3).decode("latin-1")) or ""
    inside = not drawn and is_internal_host(host) and _is_mixed(password)
    if is_placeholder(password) or is_placeholder(host) or (is_reserved_host(host) and not inside):
        return None
    if _ITS_OWN_NAME.match(password) is not None:
        return None
    if password.lower() in _WEAK or password == user or any(one in password for one in "{}$%"):
        return None
    if password.isdigit() and len(password) <= 5:
        return None  # host:port@… of a proxy, or a port
    return Address(Span(first + match.start(2), first + match.end(2)), host, password)


def connection(data: bytes, at: int, *, drawn: bool) -> Address | None:
    """The password of a connection string, or of an address' parameters, that stands at ``at``.

    A parameter of another kind must stand beside it. The password and the host are judged as those
    of an :func:`address`.
    """
    before = data[at - 1 : at]
    if before and before not in b";?&\"'` \t\n":
        return None
    match = _PARAMETER.match(data[at : at + 240])
    if match is None:
        return None
    first = max(data.rfind(b"\n", max(at - _MAX_CONNECTION, 0), at) + 1, at - _MAX_CONNECTION, 0)
    last = data.find(b"\n", at, at + _MAX_CONNECTION)
    line = data[first : at + _MAX_CONNECTION if last < 0 else last]
    here = at - first
    start = max((line.rfind(sign, 0, here) for sign in (b'"', b"'", b"`", b"<")), default=-1) + 1
    whole = line[start:]
    authority = _AUTHORITY.search(line[start:here]) if before in (b"?", b"&", b";") else None
    if authority is None and (_OF_CONNECTION.search(whole) is None or b";" not in whole):
        return None
    named = authority or _HOST.search(whole)
    host = "" if named is None else named.group(1).decode("latin-1").lower()
    password = match.group(1).decode("latin-1")
    if (host and is_reserved_host(host)) or not is_password(password, drawn=drawn):
        return None
    return Address(Span(at + match.start(1), at + match.end(1)), host, password)


def basic(data: bytes, at: int, *, drawn: bool) -> Address | None:
    """The user and password in the header of basic authentication at ``at`` (RFC 7617)."""
    match = _BASIC.match(data[at : at + 240])
    text = None if match is None else text_of(match.group(1))
    if match is None or text is None or not text.decode().isprintable():
        return None
    user, colon, password = text.decode().partition(":")
    if not colon or not user or password == user or not is_password(password, drawn=drawn):
        return None
    return Address(Span(at + match.start(1), at + match.end(1)), "", password)


def is_password(password: str, *, drawn: bool) -> bool:
    """Whether it could be a real one: no placeholder, no template, no word that stands for one."""
    if password.lower() in _WEAK or is_placeholder(password) or password.isdigit():
        return False
    if any(one in password for one in "{}$%") or len(password) < 6:
        return False
    return _looks_random(password) if drawn else not password.isalpha()


def _is_mixed(text: str) -> bool:
    """Whether small letters, capitals and digits are mixed in it, as nobody types an example."""
    tests = (str.islower, str.isupper, str.isdigit)
    return len(text) >= 8 and all(any(test(one) for one in text) for test in tests)


def _looks_random(text: str) -> bool:
    """Whether a password looks drawn, not typed: long, mixed, and with little repetition."""
    has_digit = any(one.isdigit() for one in text)
    has_letter = any(one.isalpha() for one in text)
    return len(text) >= 12 and has_digit and has_letter and entropy(text.encode()) >= 3.0


def secret_of_pair(data: bytes, key: Span) -> Span | None:
    """The secret access key near an AWS key id: 40 characters of base64 that look drawn."""
    first = max(key.start - _PAIR_REACH, 0)
    window = data[first : key.end + _PAIR_REACH]
    for match in _AWS_SECRET.finditer(window):
        start, end = first + match.start(), first + match.end()
        if end - start != 40 or data[start - 1 : start] == b"/" or data[end : end + 1] == b"=":
            continue
        text = data[start:end]
        if entropy(text) < 4.0 or is_made_up(text) or text.isalpha():
            continue
        if all(one in b"0123456789abcdef" for one in text.lower()):
            continue  # a SHA-1
        return Span(start, end)
    return None
