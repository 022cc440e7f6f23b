"""What literal texts hold: identifiers, hosts, addresses, words that speak of credentials.

Linear scans and :mod:`re2` only: the texts come from repositories.
"""

from __future__ import annotations

import functools

import re2

_UUID = re2.compile(r"[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}")
_URL = re2.compile(r"[a-zA-Z][a-zA-Z0-9+.-]{1,20}://(?:[^\s/@'\"<>]{0,200}@)?([a-zA-Z0-9._-]+)")
_EMAIL = re2.compile(r"[A-Za-z0-9._%+-]{1,64}@([A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*\.[A-Za-z]{2,24})")
_KEY_BLOCK = "-----BEGIN "

_RESERVED_ENDS = (".example", ".invalid", ".localhost", ".test", ".local", ".internal", ".onion",
                  ".localdomain", ".lan")  # fmt: skip
_RESERVED = frozenset({"example.com", "example.net", "example.org", "localhost"})
_PRIVATE = ("10.", "127.", "169.254.", "192.0.2.", "192.168.", "198.51.100.", "203.0.113.", "0.")

CREDENTIAL_WORDS = frozenset(
    {"apikey", "auth", "credential", "credentials", "passphrase", "passwd", "password", "pwd",
     "secret", "token"}
)  # fmt: skip
_PLACEHOLDERS = frozenset(
    {"admin", "changeme", "dummy", "example", "fake", "foo", "guest", "hunter2", "invalid", "none",
     "null", "pass", "passwd", "password", "placeholder", "pw", "pwd", "secret", "test", "todo",
     "token", "user", "wrong", "xxx"}
)  # fmt: skip
_KEYS = frozenset({"access", "api", "private", "secret", "signing"})
_MAX_DISTINCT = 6
_LONG = 20


def is_uuid(text: str) -> bool:
    """Whether the text is one UUID and nothing else."""
    return len(text) == 36 and _UUID.fullmatch(text) is not None


def uuids(text: str) -> list[str]:
    """The UUIDs in a text."""
    return list(_UUID.findall(text))


def is_made_up(uuid: str) -> bool:
    """Whether a UUID is typed by hand: few digits, each of them over and over."""
    return len(set(uuid.lower()) - {"-"}) <= _MAX_DISTINCT


def url_hosts(text: str) -> list[str]:
    """The hosts of the URLs in a text, lower case."""
    return [host.lower().rstrip(".") for host in _URL.findall(text)]


def email_domains(text: str) -> list[str]:
    """The domains of the e-mail addresses in a text, lower case."""
    return [domain.lower() for domain in _EMAIL.findall(text)]


def has_private_key(text: str) -> bool:
    """Whether a PEM block of a private key stands in a text."""
    return _KEY_BLOCK in text and "PRIVATE KEY" in text


def is_reserved(host: str) -> bool:
    """Whether a host can belong to nobody: RFC 2606, RFC 6761, RFC 5737, RFC 1918, one label."""
    host = host.lower().strip("[].")
    if host in _RESERVED or host.endswith(_RESERVED_ENDS) or "." not in host:
        return True
    if any(host.endswith("." + one) for one in _RESERVED):
        return True
    if host.startswith("172.") and host.split(".")[1].isdigit():
        return 16 <= int(host.split(".")[1]) <= 31
    return host.replace(".", "").isdigit() and host.startswith(_PRIVATE)


_REMEMBERED = 80
"""Letters of a name of which the answer is kept: the same few stand in all files."""


def words(name: str) -> list[str]:
    """The words of an identifier in lower case: ``apiToken`` and ``api_token`` alike."""
    return list(_words(name)) if len(name) <= _REMEMBERED else _words.__wrapped__(name)


@functools.lru_cache(maxsize=8_192)
def _words(name: str) -> list[str]:
    if name.islower() and name.isascii() and name.replace("_", "a").isalnum():
        return [one for one in name.split("_") if one]
    found = [""]
    for index, letter in enumerate(name):
        if not letter.isalnum():
            found.append("")
        elif letter.isupper() and index and not name[index - 1].isupper():
            found.append(letter.lower())
        else:
            found[-1] += letter.lower()
    return [one for one in found if one]


def names_credential(name: str) -> bool:
    """Whether a name says that its value is a credential: ``db_password``, not ``token_count``."""
    return _is_credential(name) if len(name) <= _REMEMBERED else _is_credential.__wrapped__(name)


@functools.lru_cache(maxsize=4_096)
def _is_credential(name: str) -> bool:
    parts = words(name)
    if not parts:
        return False
    if parts[-1] in CREDENTIAL_WORDS:
        return True
    return len(parts) > 1 and parts[-1] == "key" and parts[-2] in _KEYS


def credential_fate(text: str) -> str:
    """Why a literal that is named like a credential is harmless, or that it may not be."""
    lower = text.lower()
    if not text:
        return "empty"
    if lower.startswith(("<", "{", "$", "%", "*")) or not any(one.isalnum() for one in text):
        return "placeholders"
    if any(part in _PLACEHOLDERS for part in words(lower)) or lower in _PLACEHOLDERS:
        return "dummy words"
    if len(text) < _LONG or " " in text or len(set(text)) <= _MAX_DISTINCT:
        return "too short or plain for a real one"
    kinds = (any(one.isdigit() for one in text), any(one.isupper() for one in text),
             any(one.islower() for one in text))  # fmt: skip
    return "long and random-looking" if sum(kinds) >= 2 else "plain text"
