"""Texts that have the shape of a secret and are none: placeholders, examples, templates, hashes.

Judged by what they are made of. Published example keys are known by a digest, so that none of
them has to stand in this code.
"""

from __future__ import annotations

import hashlib
import itertools
import string

import re2

from checks.secrets.structure import entropy

_RUN = 6
"""Equal characters in a row that nobody draws by lot from many."""
_RUN_OF_FEW = 9
"""The same, of characters that stand in an alphabet of ten or sixteen as well."""
_SEQUENCE = 8
"""Neighbours of the alphabet in a row: ``12345678``."""
_LONG_WORDS = (
    b"example", b"sample", b"changeme", b"placeholder", b"redacted", b"xxxxxx", b"foobar",
    b"change_me", b"change-me", b"notreal", b"not-real", b"not_real", b"insert_", b"replaceme",
    b"deadbeef", b"censored", b"removed", b"ellipsis", b"yourtoken", b"yourkey", b"yourapi",
    b"yoursecret", b"yourpass", b"goeshere", b"secrethere", b"keyhere", b"tokenhere", b"qwerty",
)  # fmt: skip
"""Words of six letters and more: in what is drawn by lot they do not come up."""
_COUNTED = (b"123abc", b"abc123")
"""Among hexadecimal digits one of them may come up by chance."""
_SHORTER_WORDS = (b"dummy", b"lorem", b"xxxxx", b"your_", b"your-", b"insert")
_WORDS = (*_LONG_WORDS, *_COUNTED, *_SHORTER_WORDS)
_SHORT_WORDS = re2.compile(
    r"(?i)(?:^|[^a-z0-9])(?:test|tests|testing|fake|mock|demo|todo|none|null|undefined|foo|bar|baz|"
    r"your|my|insert|replace|default|local|dev|development|sandbox|here|invalid|bogus|stub)"
    r"(?:$|[^a-z0-9])"
)
_HEX = frozenset(b"0123456789abcdefABCDEF")
_TEMPLATE = re2.compile(
    r"\$\{|\{\{|<%|%\(|%s|%d|\$\(|\{[A-Za-z_.0-9\[\]]*\}|^<.*>$|^\[.*\]$|^\$[A-Za-z_]+$|^%[A-Za-z_]+%$"
    r"|\*{3}|\.{3}|…|^@@|^__.*__$|^#\{"
)
_UUID = re2.compile(r"(?i)^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$")
_HASH = re2.compile(
    r"^(?:\$2[abxy]?\$|\$argon2|\$[156y]\$|pbkdf2|scrypt[:$]|bcrypt|argon2|sha(?:1|256|384|512)[:$-]"
    r"|md5[:$-]|\{S?SHA|\{CRYPT)"
)
_REFERENCE = re2.compile(
    r"(?i)^(?:env[:.]|vault:|ssm:|arn:|op://|secretsmanager|projects/|file:|aws-sm|gcp-sm|kms:"
    r"|enc[\[(]|\$ansible_vault|os\.environ|process\.env|config\.|settings\.|secrets?\.|vars?\.|urn:"
    r"|https?://|data:|[./~][\w./-]*$|[a-z]:\\)"
)
_PUBLIC_EXAMPLES = frozenset(
    {
        # The keys of Microsoft's storage and Cosmos DB emulators, the same on every machine:
        # https://learn.microsoft.com/azure/storage/common/storage-use-azurite
        # https://learn.microsoft.com/azure/cosmos-db/emulator
        "8e43bd9fd12de0c0211b54c3",
        "aeb87d411c9924862fcdc574",
        # The token of GitHub's article on its token formats.
        "8f07a10ade5fde5d2c2d75a6",
    }
)


def digest(text: bytes) -> str:
    """By what a published example is known."""
    return hashlib.blake2b(text, digest_size=12).hexdigest()


def is_public_example(secret: bytes) -> bool:
    """Whether a provider prints this very secret in its documentation."""
    return digest(secret) in _PUBLIC_EXAMPLES


def is_made_up(secret: bytes) -> bool:
    """Whether a text of a secret's shape was typed, not drawn: runs, sequences, telling words."""
    if has_filler(secret):
        return True
    body = secret[-max(len(secret) * 2 // 3, 12) :]
    return entropy(body) < (2.2 if _is_hex(body) else 2.6)


def has_filler(secret: bytes) -> bool:
    """Whether telling words, runs or sequences stand in a text that should be drawn by lot."""
    lowered = secret.lower()
    return (
        any(word in lowered for word in _LONG_WORDS)
        or sum(lowered.count(word) for word in _COUNTED) > _is_hex(secret)
        or _has_run(secret)
        or _has_sequence(lowered)
    )


def is_reference(value: str) -> bool:
    """Whether a value only says where another one is: a template, a variable, a path; or a hash."""
    return any(one.search(value) is not None for one in (_TEMPLATE, _UUID, _HASH, _REFERENCE))


def is_instruction(value: str) -> bool:
    """Whether a value says itself that it is to be replaced, or is a reference or a hash."""
    data = value.encode("utf-8", "replace").lower()
    return is_reference(value) or any(word in data for word in _WORDS)


def is_placeholder(value: str) -> bool:
    """Whether a value says itself that it stands for another one, or is a reference or a hash."""
    data = value.encode("utf-8", "replace")
    return (
        is_reference(value)
        or _SHORT_WORDS.search(value) is not None
        or any(word in data.lower() for word in _WORDS)
        or _has_run(data, 4, 4)
        or _has_sequence(data.lower())
        or _counts_on(data.lower())
    )


def _is_hex(text: bytes) -> bool:
    return all(byte in _HEX for byte in text)


def _has_run(text: bytes, wanted: int = _RUN, of_few: int = _RUN_OF_FEW) -> bool:
    count = 1
    for previous, byte in itertools.pairwise(text):
        count = count + 1 if byte == previous else 1
        if count >= wanted and (count >= of_few or byte not in _HEX):
            return True
    return False


def _has_sequence(text: bytes) -> bool:
    up = down = 1
    for previous, byte in itertools.pairwise(text):
        up = up + 1 if byte == previous + 1 else 1
        down = down + 1 if byte == previous - 1 else 1
        if up >= _SEQUENCE or down >= _SEQUENCE:
            return True
    return b"1234567890" in text


def _counts_on(text: bytes) -> bool:
    """Whether a text is hardly more than neighbours of the alphabet: ``abcdef123456``."""
    steps = sum(abs(byte - previous) == 1 for previous, byte in itertools.pairwise(text))
    return steps * 5 >= (len(text) - 1) * 4 > 0


PRINTABLE = frozenset(string.printable) - frozenset(string.whitespace)
"""Characters that a secret is written with."""
