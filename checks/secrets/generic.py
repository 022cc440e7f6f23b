"""Judges names and values: a literal that is given to something called a password or a key.

Kept apart from the tables of providers on purpose: here nothing is certain, so a value has to look
like a secret as well as be called one.
"""

from __future__ import annotations

import re2

from checks.light import dataclass
from checks.model import Confidence
from checks.secrets.naming import Kind, kind_of, words_of
from checks.secrets.placeholders import PRINTABLE, is_instruction, is_placeholder
from checks.secrets.structure import entropy

MAX_VALUE = 512
_MIN_PASSWORD = 6
_MIN_BESIDE_USER = 3
_MIN_FRAMEWORK_KEY = 8
_COMMON = frozenset(
    {"123456", "111111", "123123", "654321", "000000", "12345678", "letmein", "iloveyou", "monkey",
     "dragon", "sunshine", "princess", "football", "baseball", "superman", "trustno1", "starwars",
     "passw0rd", "p@ssw0rd", "p@ssword", "admin123", "root123", "qwerty", "qwerty123", "welcome1"}
)  # fmt: skip
"""Passwords that lists of the most used ones begin with."""
_MIN_KEY = 16

_SCHEME = re2.compile(r"(?i)^(?:bearer|basic|token|apikey|bot)\s+(\S+)$")
_WORDS_ONLY = re2.compile(r"^[A-Za-z]+(?:[_.:/@ -][A-Za-z]+)*$")
_IDENTIFIER = re2.compile(r"^[A-Za-z]+[0-9]?(?:[_.:/-](?:[A-Za-z]+[0-9]?|[0-9]{1,2}|v[0-9]+))+$")
_TECHNICAL = re2.compile(
    r"(?i)^(?:oauth2?|sha-?[0-9]+|md5|base64|utf-?[0-9]+|x509|pbkdf2|hmac-?sha[0-9]+|aes-?[0-9]+"
    r"|rs[0-9]+|hs[0-9]+|es[0-9]+|auth0|s3|ec2|k8s|http2?|ipv[46]|p12|pkcs[0-9#]+|ed25519|h264"
    r"|[a-z]{1,5}[0-9]|[a-z]+)$"
)
_KEY_ALPHABET = re2.compile(r"^[A-Za-z0-9+/=_.~-]+$")
_HEX = re2.compile(r"^(?:0x)?[0-9a-fA-F]+$")
_SYMBOLS = frozenset("!@#$%^&*+=?~|;,")
_FRAMEWORK_KEYS = frozenset({("secret", "key"), ("signing", "key"), ("jwt", "secret"),
                             ("app", "secret"), ("session", "secret"), ("cookie", "secret"),
                             ("encryption", "key"), ("csrf", "secret")})  # fmt: skip
_OF_OTHERS = frozenset({"public", "anon", "publishable", "site", "sitekey", "client_id"})


@dataclass(frozen=True, slots=True)
class Judgement:
    """Why a literal is taken for a secret."""

    kind: Kind
    confidence: Confidence
    secret: str
    """The secret without a scheme before it: of ``Bearer abc`` only ``abc``."""


def tells(name: str) -> bool:
    """Whether a name says that what it is given may be a secret."""
    return kind_of(name) is not None and _OF_OTHERS.isdisjoint(words_of(name))


def judge(
    name: str, value: str, *, in_code: bool = False, beside_user: bool = False
) -> Judgement | None:
    """Whether ``name = "value"`` is a secret in the code.

    Args:
        name: of the variable, parameter, attribute or key.
        value: the literal that it is given.
        in_code: whether it stands in code, which takes it as it is: a key that says itself that
            it is to be changed signs sessions all the same.
        beside_user: whether the name of a user is given beside it: what is weak is known then,
            too.
    """
    value = value.encode("utf-8", "replace").decode()  # a lone surrogate is no text for RE2
    least = _MIN_BESIDE_USER if beside_user else _MIN_PASSWORD
    if not least <= len(value) <= MAX_VALUE or not _OF_OTHERS.isdisjoint(words_of(name)):
        return None
    kind = kind_of(name)
    if kind is None:
        return None
    scheme = _SCHEME.match(value)
    secret = scheme.group(1) if scheme else value
    if any(one not in PRINTABLE for one in secret):
        return None
    signs = in_code and tuple(words_of(name)[-2:]) in _FRAMEWORK_KEYS
    if (is_instruction if signs or beside_user else is_placeholder)(secret):
        return None
    # "access_token" under "token" is a name, "my-super-secret-key" under "secret_key" a value.
    is_value = signs and "_" not in secret and len(words_of(secret)) > 2
    is_name = kind_of(secret) is not None and _IDENTIFIER.search(secret + "_x") is not None
    if is_name and not is_value:
        return None
    if kind is Kind.PASSWORD:
        sure = _is_password(secret) or beside_user or secret.lower() in _COMMON
    elif tuple(words_of(name)[-2:]) in _FRAMEWORK_KEYS:
        sure = _is_framework_key(secret)
    else:
        sure = _is_key(secret)
    return Judgement(kind, Confidence.MEDIUM, secret) if sure else None


def _is_password(value: str) -> bool:
    """Chosen by a person: letters with digits or signs, and no technical term or identifier."""
    if len(value) > 80 or _WORDS_ONLY.search(value) or _TECHNICAL.search(value):
        return len(value) >= _MIN_KEY and _is_key(value)
    if _IDENTIFIER.search(value):
        return len(value) >= _MIN_KEY and _is_key(value)
    letters = any(one.isalpha() for one in value)
    digits = any(one.isdigit() for one in value)
    symbols = any(one in _SYMBOLS for one in value)
    if any(one in "()[]{}<>`\"'" for one in value) or value.startswith(("-", ":", "/", "\\", "^")):
        return False  # code, options, expressions
    return letters and (digits or symbols) and _letters_and_digits(value) >= 4


def _letters_and_digits(value: str) -> int:
    return sum(one.isalnum() for one in value)


def _is_framework_key(value: str) -> bool:
    """What signs sessions and tokens must not be guessed, so even words are a finding."""
    if len(value) < _MIN_FRAMEWORK_KEY or value.isupper():
        return False
    return not _is_setting(value)


def _is_setting(value: str) -> bool:
    """Whether a value reads as the name of a setting or a place: ``app.secret.key``."""
    return "." in value and _IDENTIFIER.search(value) is not None


def _is_key(value: str) -> bool:
    """Drawn by a machine: long, one alphabet, digits among letters, high entropy."""
    if len(value) < _MIN_KEY or _KEY_ALPHABET.search(value) is None:
        return False
    digits = sum(one.isdigit() for one in value)
    letters = sum(one.isalpha() for one in value)
    if digits < 2 or letters < 2:
        return False
    bits = entropy(value.encode())
    if _HEX.search(value) is not None:
        return bits >= 3.0
    if _IDENTIFIER.search(value) is not None and bits < 4.0:
        return False
    return bits >= 3.5 and not _is_versioned(value)


def _is_versioned(value: str) -> bool:
    """Whether it is made of words with numbers between them: ``us-east-1-prod-cluster-02``."""
    parts = [one for one in re2.split(r"[-_./]", value) if one]
    plain = sum(part.isdigit() or part.isalpha() for part in parts)
    return len(parts) >= 3 and plain == len(parts)
