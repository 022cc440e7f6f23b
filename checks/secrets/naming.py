"""Which names of variables, keys and attributes speak of a secret.

A name is read as words: ``dbPassword``, ``DB_PASSWORD`` and ``db-password`` are the same two. What
it is about stands at its end, as in English: a ``password_field`` is a field.
"""

from __future__ import annotations

import enum
import functools

import re2

MAX_NAME = 120
"""Longer names are written by programs."""

_CAMEL = re2.compile(r"([a-z0-9])([A-Z])")
_ACRONYM = re2.compile(r"([A-Z])([A-Z][a-z])")


class Kind(enum.Enum):
    """What sort of secret a name speaks of."""

    PASSWORD = "password"  # noqa: S105
    """Chosen by people: short, made of words and digits."""
    KEY = "key"
    """Made by machines: long and random."""
    HEADER = "header"
    """A header or cookie that carries one."""


_PASSWORDS = frozenset({"password", "passwd", "passphrase", "pwd", "passwort", "passcode",
                        "dbpassword", "userpassword", "adminpassword"})  # fmt: skip
_KEYS = frozenset({"token", "secret", "apikey", "secretkey", "accesskey", "privatekey", "apitoken",
                   "accesstoken", "authtoken", "refreshtoken", "bearertoken", "clientsecret",
                   "jwt", "apisecret", "appsecret", "secrettoken", "authkey"})  # fmt: skip
_KEY_PAIRS = frozenset(
    {("api", "key"), ("secret", "key"), ("private", "key"), ("access", "key"), ("auth", "key"),
     ("encryption", "key"), ("signing", "key"), ("master", "key"), ("service", "key"),
     ("account", "key"), ("session", "key"), ("hmac", "key"), ("app", "key"), ("admin", "key"),
     ("storage", "key"), ("ssh", "key"), ("client", "key")}
)  # fmt: skip
_HEADERS = frozenset({"authorization", "cookie", "cookies", "credentials",
                      "credential"})  # fmt: skip
_HEADER_PAIRS = frozenset({("set", "cookie"), ("auth", "header"),
                           ("session", "cookie"), ("auth", "cookie")})  # fmt: skip
_FORMS = frozenset({"value", "default", "raw", "plain", "plaintext", "str", "bytes"})
"""Words at the end that say in which form the secret is."""
_PREPOSITIONS = frozenset({"for", "of", "to", "from"})
_HARMLESS = frozenset(
    {"csrf", "xsrf", "csrfmiddleware", "public", "pubkey", "next", "page", "pagination",
     "continuation", "cursor", "sync", "stop", "start", "eos", "bos", "pad", "unk", "special",
     "lex", "lexer", "parser", "parse", "current", "last", "prev", "previous", "syntax", "grammar",
     "cancel", "cancellation", "hashed", "encrypted", "masked", "redacted", "obfuscated", "hidden",
     "fake", "dummy", "no", "without", "missing", "invalid", "bad", "wrong", "expired", "has",
     "is", "use", "needs", "require", "requires", "with", "num", "count", "max", "min", "total",
     "contextvar", "context", "placeholder", "primary", "foreign", "partition", "sort", "range",
     "idempotency", "cache", "etag", "escape", "operator", "comment", "string", "word", "ask",
     "reset", "change", "forgot", "confirm", "show", "get", "set", "test", "invalidate", "first",
     "second", "single", "double", "end", "begin", "mask", "image", "text", "input", "output",
     "prompt", "completion", "vocab", "mention", "dash", "name", "whitespace", "newline"}
)  # fmt: skip
"""Words that make something else of the name: ``next_page_token``, ``csrf_token``."""


def words_of(name: str) -> list[str]:
    """The words of a name in lower case."""
    return list(_words(name[:MAX_NAME]))


@functools.lru_cache(maxsize=8_192)
def _words(name: str) -> tuple[str, ...]:
    name = name.encode("utf-8", "replace").decode()  # a lone surrogate is no text for RE2
    name = _ACRONYM.sub(r"\1_\2", _CAMEL.sub(r"\1_\2", name))
    return tuple(word.lower() for word in re2.split(r"[^A-Za-z0-9]+", name) if word)


@functools.lru_cache(maxsize=4_096)
def kind_of(name: str) -> Kind | None:
    """What secret a name speaks of; ``None`` when it does not.

    ``db_password`` and ``x-api-key`` do; ``password_field``, ``token_count``, ``csrf_token``,
    ``tokenizer`` and ``next_page_token`` do not.
    """
    words = words_of(name)
    whole = words
    about = next((at for at, word in enumerate(words) if at and word in _PREPOSITIONS), len(words))
    words = words[:about]  # `password_for_email` is a password
    while words and (words[-1].isdigit() or words[-1] in _FORMS):
        words.pop()
    if not words:
        return None
    last, pair = words[-1], tuple(words[-2:])
    if not _HARMLESS.isdisjoint(whole):
        return None
    if last in _PASSWORDS or (last == "pass" and len(words) > 1):
        return Kind.PASSWORD
    if last in _KEYS or pair in _KEY_PAIRS:
        return Kind.KEY
    if last in _HEADERS or pair in _HEADER_PAIRS:
        return Kind.HEADER
    return None
