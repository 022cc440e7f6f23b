"""Finds what has the shape of a secret, in one pass over the bytes of any text.

All keywords of all tables are looked for at once (Aho-Corasick); only where one stands is the
line looked at with the expressions that it belongs to (RE2, linear). Nothing here knows roles or
languages, and nothing is judged but shape, ends of words, checksums and what is plainly made up.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable
from typing import Any

import ahocorasick_rs
import re2

from checks.clock import timed
from checks.languages.python.parse import never
from checks.light import dataclass, field
from checks.model import Span
from checks.secrets.placeholders import is_made_up, is_public_example
from checks.secrets.provider import DRAWN, WORD, Provider
from checks.secrets.providers import PROVIDERS

CHUNK = 1 << 20
"""Bytes that are searched for keywords at once: bounds the memory that the hits take."""

_BEFORE = 160
_AFTER = 4_096
_NEAR = 160
"""How far behind a keyword a secret may stand whose shape says too little."""
_MAX_FOUND = 500
"""Secrets in one file; more are told of by the first of them."""
_ESCAPES = (b"n", b"r", b"t")

PEM, JWT, URL, NAME, PARAMETER, BASIC, COMMAND = -1, -2, -3, -4, -5, -6, -7
"""What other keywords announce: a private key, a JSON Web Token, an address, a telling name, the
password of a connection string, a header of basic authentication, a command that logs in."""

_OTHER_KEYWORDS: dict[str, int] = {
    "-----begin": PEM,
    "putty-user-key-file-": PEM,
    "eyj": JWT,
    "password=": PARAMETER,
    "pwd=": PARAMETER,
    "basic ": BASIC,
    "://": URL,
    **dict.fromkeys(("curl", "wget", "sshpass"), COMMAND),
    **dict.fromkeys(
        ("passw", "passphrase", "passcode", "pwd", "_pass", "-pass", "secret", "token", "apikey",
         "api_key", "api-key", "api.key", "_key", "-key", "accesskey", "authkey", "privatekey",
         "encryptionkey", "signingkey", "masterkey", "accountkey", "authorization", "cookie"),
        NAME,
    ),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Found:
    """One secret of a provider."""

    provider: Provider
    span: Span


@dataclass(slots=True)
class Scan:
    """What one pass over a text has found."""

    found: list[Found] = field(default_factory=list)
    blocks: list[int] = field(default_factory=list)
    """Where private keys may begin."""
    tokens: list[int] = field(default_factory=list)
    """Where JSON Web Tokens may begin."""
    addresses: list[int] = field(default_factory=list)
    """Where ``://`` stands."""
    parameters: list[int] = field(default_factory=list)
    """Where the password of a connection string may stand."""
    headers: list[int] = field(default_factory=list)
    """Where a header of basic authentication may stand."""
    commands: list[int] = field(default_factory=list)
    """Where a command stands that may be given a password."""
    names: list[int] = field(default_factory=list)
    """Where a name may speak of a secret."""


def scan(data: bytes, expired: Callable[[], bool] = never) -> Scan:
    """Everything in a text that has a secret's shape, in the order of the text.

    Raises:
        Expired: the time was over before the end of the text.
    """
    result = Scan()
    others = {
        PEM: result.blocks,
        JWT: result.tokens,
        URL: result.addresses,
        NAME: result.names,
        PARAMETER: result.parameters,
        BASIC: result.headers,
        COMMAND: result.commands,
    }
    windows: dict[int, list[list[int]]] = {}
    lowered = data.lower()
    for start in range(0, max(len(data), 1), CHUNK):
        chunk = lowered[start : start + CHUNK + _LONGEST - 1]
        matches = _automaton.find_matches_as_indexes(chunk, overlapping=True)
        for keyword, at, end in timed(matches, expired):
            if at >= CHUNK:
                continue  # the next chunk begins with it
            for number in _owners[keyword]:
                if number < 0:
                    others[number].append(start + at)
                else:
                    _open_window(windows, number, data, start + at, start + end)
    for number, found in windows.items():
        _match(PROVIDERS[number], _pattern(number), data, timed(found, expired), result.found)
    result.found = _without_overlaps(result.found)
    return result


def _open_window(
    windows: dict[int, list[list[int]]], number: int, data: bytes, at: int, end: int
) -> None:
    """Note the line around a keyword, or the bytes behind it when it only announces a secret."""
    if PROVIDERS[number].near:
        first = end
        below = data.find(b"\n", end, end + _NEAR)
        last = end + _NEAR if below < 0 else data.find(b"\n", below + 1, end + _NEAR)
        last = end + _NEAR if last < 0 else last
    else:
        first = max(data.rfind(b"\n", max(at - _BEFORE, 0), at) + 1, at - _BEFORE, 0)
        last = data.find(b"\n", end, end + _AFTER)
        last = end + _AFTER if last < 0 else last
    last = min(last, len(data))
    mine = windows.setdefault(number, [])
    if mine and first <= mine[-1][1]:
        mine[-1][1] = max(mine[-1][1], last)
    else:
        mine.append([first, last])


def _match(
    provider: Provider, pattern: Any, data: bytes, windows: Iterable[list[int]], found: list[Found]
) -> None:
    count = 0
    for first, last in windows:
        for match in pattern.finditer(data[first:last]):
            group = 1 if pattern.groups else 0
            span = Span(first + match.start(group), first + match.end(group))
            drawn = match.group(pattern.groupindex.get(DRAWN, group))
            if _is_whole(provider, data, span) and _is_real(provider, match.group(group), drawn):
                found.append(Found(provider, span))
                count += 1
                if count >= _MAX_FOUND:
                    return


def _is_whole(provider: Provider, data: bytes, span: Span) -> bool:
    """Whether the secret ends where it ends: neither side goes on with more of a word."""
    joins = provider.joins.encode()
    start, end = span
    before, after = data[start - 1 : start] if start else b"", data[end : end + 1]
    # An address may follow on anything, and a name's "=" before a value is no part of the value.
    glued = before and (before[0] in WORD or (before in joins and before not in b"=/+"))
    if glued and not provider.pattern.startswith("https:") and not _is_escape(data, start):
        return False
    if after == b".":  # the end of a sentence, unless more follows
        return b"." not in joins or data[end + 1 : end + 2] == b"" or data[end + 1] not in WORD
    return not after or (after[0] not in WORD and after not in joins)


def _is_escape(data: bytes, at: int) -> bool:
    """Whether what stands before is the escape of a line end or tab: ``"\\nghp_…"``."""
    return data[at - 1 : at] in _ESCAPES and data[at - 2 : at - 1] == b"\\"


def _is_real(provider: Provider, secret: bytes, drawn: bytes) -> bool:
    """Whether it was issued: by its checksum where there is one, else because it looks drawn."""
    if is_public_example(secret):
        return False
    if provider.checksum is not None:
        return provider.checksum(secret)
    return not is_made_up(drawn) and (provider.is_valid is None or provider.is_valid(secret))


def _without_overlaps(found: Iterable[Found]) -> list[Found]:
    """In order; of two that share bytes the one whose provider stands earlier in the tables."""
    found = list(found)
    if len(found) < 2:
        return found
    kept: list[Found] = []
    for one in sorted(found, key=lambda it: (it.span.start, _order[it.provider.id], it.span.end)):
        if kept and one.span.start < kept[-1].span.end:
            continue
        kept.append(one)
    return kept


def _table() -> tuple[list[str], list[list[int]]]:
    owners: dict[str, list[int]] = {}
    for number, provider in enumerate(PROVIDERS):
        for keyword in provider.keywords:
            owners.setdefault(keyword, []).append(number)
    for keyword, other in _OTHER_KEYWORDS.items():
        owners.setdefault(keyword, []).append(other)
    return list(owners), list(owners.values())


_KEYWORDS, _owners = _table()
_LONGEST = max(len(one) for one in _KEYWORDS)
_order = {one.id: number for number, one in enumerate(PROVIDERS)}
_automaton = ahocorasick_rs.BytesAhoCorasick([one.encode() for one in _KEYWORDS])
_options = re2.Options()
_options.log_errors = False


@functools.cache
def _pattern(number: int) -> Any:
    """A provider's expression: most texts announce the secrets of none, and few those of many."""
    return re2.compile(PROVIDERS[number].pattern.encode(), _options)
