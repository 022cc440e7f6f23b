"""What a regular expression lets through.

A test against a pattern makes a value harmless for the kinds whose dangerous characters the
pattern cannot match. The pattern is read as a set of characters, never run.
"""

from __future__ import annotations

import functools
import string
from typing import TYPE_CHECKING

import re2

from checks.flow import guards
from checks.flow.kinds import (
    ALL,
    ASSIGN,
    CODE,
    COMMAND,
    CSV,
    FORMAT,
    HEADER,
    HTML,
    LDAP,
    LOG,
    MAIL,
    MATCH,
    NOSQL,
    PATH,
    PLAIN,
    REDIRECT,
    REGEX,
    REQUEST,
    SINGLE,
    SLASH,
    SQL,
    TEMPLATE,
    XML,
    XPATH,
)
from checks.flow.values import Api, Value

if TYPE_CHECKING:
    from checks import ir
    from checks.flow.machine import Frame, Machine

MAX_PATTERN = 400
_ASCII = frozenset(chr(number) for number in range(128))
_WORD = frozenset(string.ascii_letters + string.digits + "_")
_SPACE = frozenset(" \t\n\r\f\v")
_CLASSES = {
    "w": _WORD, "d": frozenset(string.digits), "s": _SPACE, "W": _ASCII - _WORD,
    "D": _ASCII - frozenset(string.digits), "S": _ASCII - _SPACE,
}  # fmt: skip
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "f": "\f", "v": "\v", "0": "\0"}
_DANGEROUS: tuple[tuple[int, frozenset[str]], ...] = (
    (SQL, frozenset("'\"\\;() \t\n`=*/,")),
    (COMMAND, frozenset(";|&$`<>()\n\r\\'\" \t*?~#{}[]!")),
    (CODE, frozenset("()[]{}'\".,;=+ \n")),
    (PATH, frozenset("/\\")),
    (HTML, frozenset("<>\"'&")),
    (REDIRECT, frozenset("/\\:")),
    (REQUEST, frozenset("/\\:.@?#%")),
    (LDAP, frozenset("()*\\&|=")),
    (XPATH, frozenset("'\"[]()/=@ |")),
    (XML, frozenset("<>&\"'")),
    (TEMPLATE, frozenset("{}%")),
    (NOSQL, frozenset("'\"${};()")),
    (HEADER, frozenset("\r\n")),
    (MAIL, frozenset("\r\n")),
    (LOG, frozenset("\r\n")),
    (REGEX, frozenset("()*+?{}[]|\\")),
    (FORMAT, frozenset("{}%")),
    (CSV, frozenset("=+-@\t\r")),
)
_NAMED = ASSIGN | MATCH | PLAIN
"""Kinds to which even letters and digits may do harm."""
_REST = ALL & ~_NAMED & ~functools.reduce(lambda bits, one: bits | one[0], _DANGEROUS, 0)
_NO_HOST = frozenset("/\\:@?#% \t\r\n")
"""What ends a host in an address, or stands before it."""
_DOMAIN = re2.compile(r"(?:\\\.[A-Za-z0-9-]+){2}$")
_FULL = frozenset({"fullmatch"})
_ANCHORED = frozenset({"match", "fullmatch"})
_MATCHERS = frozenset({"match", "fullmatch", "search"})
_MODULES = ("re", "regex", "re2")


def refine(machine: Machine, frame: Frame, node: ir.Call, *, truth: bool) -> bool:
    """Learn from ``re.match(pattern, text)``; whether the call was one of those."""
    function = node.function
    name = getattr(function, "name", "") or getattr(function, "id", "")
    if name not in _MATCHERS and not name.startswith(guards.MADE):
        return False
    value = machine.evaluate(frame, function)
    for one in value.references:
        if not isinstance(one, Api):
            continue
        module, _, rest = one.path.partition(".")
        if module not in _MODULES:
            continue
        if rest in _MATCHERS and len(node.arguments) >= 2:
            pattern = machine.evaluate(frame, node.arguments[0])
            _learn(machine, frame, pattern, rest, node.arguments[1], truth=truth)
            return True
        if rest.startswith("compile().") and node.arguments:
            owner = machine.evaluate(frame, getattr(function, "value", function))
            _learn(machine, frame, owner, name, node.arguments[0], truth=truth)
            return True
    return False


def _learn(
    machine: Machine, frame: Frame, pattern: Value, name: str, tested: ir.Expression, *, truth: bool
) -> None:
    text = pattern.template
    if text is None or "\0" in text or pattern.taints:
        return
    bits = passed_by(text, name) if truth else absent_after(text, name)
    if bits:
        guards.clean(machine, frame, tested, bits)


@functools.lru_cache(maxsize=512)
def passed_by(pattern: str, name: str) -> int:
    """The kinds to which a text is harmless that a pattern matched."""
    text = pattern.removeprefix("(?i)").removeprefix("(?a)").removeprefix("(?x)")
    start = name in _ANCHORED or text.startswith(("^", "\\A"))
    end = name in _FULL or text.endswith(("\\Z", "\\z")) or _ends_with_dollar(text)
    if not start or not end:
        return 0
    allowed = alphabet(text)
    if allowed is None:
        return 0
    return _harmless(allowed) | _beginning(text, allowed) | _ending(text, allowed)


def _ending(pattern: str, allowed: frozenset[str]) -> int:
    r"""What a pattern says of the last characters: a host of one domain (``\.example\.org``)."""
    if "|" in pattern or allowed & _NO_HOST:
        return 0
    text = pattern.removesuffix("$").removesuffix("\\Z").removesuffix("\\z")
    return REQUEST if _DOMAIN.search(text) is not None else 0


def _beginning(pattern: str, allowed: frozenset[str]) -> int:
    """What a pattern says of the first characters: a slash, and none after it."""
    text = pattern.removeprefix("^").removeprefix("\\A")
    if not text.startswith("/") or "\\" in allowed:
        return 0
    following = text[1:]
    if not following or following == "$":
        return SLASH | SINGLE
    if following.startswith("[") and (found := _class(following, 0)) is not None:
        characters, end = found
        repeated = following[end : end + 1]
        single = "/" not in characters and repeated not in ("*", "?", "{")
        return SLASH | SINGLE if single else SLASH
    begins = following[:2].isalnum() or following.startswith(("(?!/)", "\\w+", "\\d+"))
    return SLASH | SINGLE if begins else SLASH


@functools.lru_cache(maxsize=512)
def absent_after(pattern: str, name: str) -> int:
    """The kinds to which a text is harmless in which a search for a pattern found nothing."""
    if name != "search":
        return 0
    negated = alphabet(pattern)
    if negated is None or not _is_one_class(pattern):
        return 0
    return _harmless(_ASCII - negated)


def _is_one_class(pattern: str) -> bool:
    body = pattern.rstrip("+*")
    return (body.startswith("[") and body.find("]", 2) == len(body) - 1) or body in ("\\W", "\\D")


def _harmless(allowed: frozenset[str]) -> int:
    bits = 0
    for kind, characters in _DANGEROUS:
        if not allowed & characters:
            bits |= kind
    if not allowed - _WORD - frozenset("-"):
        bits |= _REST
    return bits


def _ends_with_dollar(text: str) -> bool:
    return text.endswith("$") and not text.endswith("\\$")


def alphabet(pattern: str) -> frozenset[str] | None:
    """The ASCII characters that a text matched by the pattern may hold; ``None``: not known."""
    if len(pattern) > MAX_PATTERN:
        return None
    allowed: set[str] = set()
    index, length = 0, len(pattern)
    while index < length:
        one = pattern[index]
        if one == "[":
            found = _class(pattern, index)
            if found is None:
                return None
            characters, index = found
            allowed |= characters
            continue
        if one == "\\":
            following = pattern[index + 1 : index + 2]
            allowed |= _escaped(following)
            index += 2
            continue
        if one == ".":
            return None
        if one == "(":
            if pattern.startswith("(?", index):
                end = _after_flags(pattern, index)
                if end is None:
                    return None
                index = end
                continue
        elif one == "{":
            close = pattern.find("}", index)
            index = length if close < 0 else close + 1
            continue
        elif one not in ")|*+?^$":
            allowed.add(one)
        index += 1
    return frozenset(allowed)


def _after_flags(pattern: str, index: int) -> int | None:
    """Past ``(?:`` and ``(?P<name>``; anything else after ``(?`` is not read."""
    if pattern.startswith("(?:", index):
        return index + 3
    if pattern.startswith("(?P<", index):
        close = pattern.find(">", index)
        return None if close < 0 else close + 1
    if pattern.startswith(("(?!", "(?=", "(?<!", "(?<="), index):
        close = pattern.find(")", index)  # looks, and matches nothing
        return None if close < 0 else close + 1
    return None


def _escaped(one: str) -> frozenset[str]:
    if one in _CLASSES:
        return _CLASSES[one]
    if one in ("b", "B", "A", "Z", "z", ""):
        return frozenset()
    return frozenset({_ESCAPES.get(one, one)})


def _class(pattern: str, index: int) -> tuple[frozenset[str], int] | None:
    """Read ``[…]``: its characters, and where it ends."""
    position = index + 1
    negated = pattern.startswith("^", position)
    position += negated
    found: set[str] = set()
    first = True
    while position < len(pattern):
        one = pattern[position]
        if one == "]" and not first:
            characters = _ASCII - found if negated else frozenset(found)
            return frozenset(characters), position + 1
        first = False
        if one == "\\":
            found |= _escaped(pattern[position + 1 : position + 2])
            position += 2
            continue
        if pattern[position + 1 : position + 2] == "-" and pattern[
            position + 2 : position + 3
        ] not in ("]", ""):
            last = pattern[position + 2]
            found |= {chr(point) for point in range(ord(one), min(ord(last), 127) + 1)}
            position += 3
            continue
        found.add(one)
        position += 1
    return None
