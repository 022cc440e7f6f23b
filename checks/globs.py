"""Globs in gitignore syntax, matched in linear time.

Repository paths are hostile text, so a glob is translated to a google-re2 pattern: re2 runs in time
linear in the path whatever the pattern is, which :mod:`fnmatch` and pathspec (both on the
backtracking standard engine) do not promise. The semantics are git's own
(https://git-scm.com/docs/gitignore#_pattern_format), and the tests compare with ``git
check-ignore``. Two differences are meant: ``?`` and ``[…]`` count characters, not bytes, and a
``!glob`` brings a file back even when a folder above it was matched.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable, Sequence
from typing import Any, TypeVar

import re2

MAX_GLOB = 300
"""Longest glob in characters; a longer one matches nothing."""

_LAST_CHARACTER = 0x10FFFF
_SLASH = ord("/")

_T = TypeVar("_T")


def matches(glob: str, path: str) -> bool:
    """Whether ``glob`` matches ``path`` or a folder above it.

    A leading ``!`` has no meaning here: see :func:`any_match`. A glob that can match nothing
    (blank, too long, a bracket that is not closed) matches nothing.

    Args:
        glob: a gitignore pattern: ``docs/``, ``*.sql``, ``/app/**/fakes.py``.
        path: a path of the repository, with ``/`` between its parts and none in front.
    """
    pattern = _compile(glob)
    # A lone surrogate cannot be encoded, and no glob names one: any stand-in will do.
    return pattern is not None and bool(pattern.fullmatch(path.encode("utf-8", "replace")))


def any_match(globs: Iterable[str], path: str) -> bool:
    """Whether the last glob that matches is a plain one; ``!glob`` takes back what stood before."""
    verdict = False
    for glob in globs:
        negated = glob.startswith("!")
        # Only a glob that would change the verdict is worth matching.
        if negated is verdict and matches(glob[1:] if negated else glob, path):
            verdict = not verdict
    return verdict


def last_match(rules: Sequence[tuple[str, _T]], path: str) -> _T | None:
    """The value of the last rule whose glob matches ``path``; None when none does."""
    return next((value for glob, value in reversed(rules) if matches(glob, path)), None)


def any_name(globs: Iterable[str], name: str) -> bool:
    """Whether the last glob that matches all of a name, such as a branch's, is a plain one.

    As in :func:`any_match`, but a glob is the whole name: ``release`` is not ``release/1.0``, and
    ``main`` is not ``old/main``. ``*`` stays between slashes, ``**`` crosses them.
    """
    verdict = False
    for glob in globs:
        negated = glob.startswith("!")
        if negated is verdict and _is_name(glob[1:] if negated else glob, name):
            verdict = not verdict
    return verdict


def _is_name(glob: str, name: str) -> bool:
    # A slash in front makes no difference to a name, and has `**` alone cross slashes.
    pattern = _compile_name(f"/{glob.removeprefix('/')}")
    return pattern is not None and bool(pattern.fullmatch(f"/{name}".encode("utf-8", "replace")))


def is_valid(glob: str) -> bool:
    """Whether the glob, with or without a leading ``!``, can match anything at all."""
    return _compile(glob.removeprefix("!")) is not None


@functools.lru_cache(maxsize=2048)
def _compile(glob: str) -> Any:
    if len(glob) > MAX_GLOB or "\0" in glob:
        return None
    folders_only = glob.endswith("/")
    body = glob.removesuffix("/")
    anchored = "/" in body
    body = body.removeprefix("/")
    pattern = _translate(body) if body.strip() else None
    if pattern is None:
        return None
    before = "" if anchored else "(?:.*/)?"
    below = "/.+" if folders_only else "(?:/.*)?"
    try:
        return re2.compile(f"(?s){before}{pattern}{below}".encode("utf-8", "replace"))
    except re2.error:  # more than re2's own bound on memory
        return None


@functools.lru_cache(maxsize=256)
def _compile_name(glob: str) -> Any:
    pattern = _translate(glob) if len(glob) <= MAX_GLOB + 1 and "\0" not in glob else None
    try:
        return None if pattern is None else re2.compile(f"(?s){pattern}".encode("utf-8", "replace"))
    except re2.error:  # more than re2's own bound on memory
        return None


def _translate(body: str) -> str | None:
    """The re2 pattern of a glob without its outer slashes; None when it can match nothing."""
    parts: list[str] = []
    position = 0
    while position < len(body):
        character = body[position]
        position += 1
        if character == "*":
            start = position - 1
            while position < len(body) and body[position] == "*":
                position += 1
            stars, position = _stars(body, start, position)
            parts.append(stars)
        elif character == "?":
            parts.append("[^/]")
        elif character == "[":
            bracket = _bracket(body, position)
            if bracket is None:
                return None
            ranges, position = bracket
            parts.append(ranges)
        elif character == "\\":
            if position == len(body):
                return None
            parts.append(_quote(body[position]))
            position += 1
        else:
            parts.append(_quote(character))
    return "".join(parts)


def _stars(body: str, start: int, end: int) -> tuple[str, int]:
    """What the stars ``body[start:end]`` mean, and where to read on.

    Two or more stars that fill a part of the path cross folders; all others stay within one.
    """
    fills = (start == 0 or body[start - 1] == "/") and (end == len(body) or body[end] == "/")
    # Without any slash the glob is matched with one name, so two stars say no more than one.
    if end - start < 2 or not fills or (start == 0 and end == len(body)):
        return "[^/]*", end
    if end == len(body):
        return ".+", end
    return "(?:.*/)?", end + 1


def _bracket(body: str, position: int) -> tuple[str, int] | None:
    """The class whose first character stands at ``position``, and where to read on.

    None when the bracket is not closed or names a class like ``[:alpha:]``.
    """
    negated = body[position : position + 1] in ("!", "^")
    position += negated
    first = position
    ranges: list[tuple[int, int]] = []
    # A closing bracket that stands first is an ordinary character.
    while position == first or body[position : position + 1] != "]":
        if body[position : position + 2] == "[:":
            return None
        low, position = _member(body, position)
        high = low
        if body[position : position + 1] == "-" and body[position + 1 : position + 2] != "]":
            high, position = _member(body, position + 1)
        if low is None or high is None:
            return None
        ranges.append((ord(low), ord(high)))
    return _class(ranges, negated=negated), position + 1


def _member(body: str, position: int) -> tuple[str | None, int]:
    """One character of a class, its backslash taken off; None at the end of the text."""
    if body[position : position + 1] == "\\":
        position += 1
    if position >= len(body):
        return None, position
    return body[position], position + 1


def _class(ranges: Iterable[tuple[int, int]], *, negated: bool) -> str:
    """A re2 class that never matches a slash, as git has it."""
    if negated:
        inside = "".join(_range(low, high) for low, high in ranges if low <= high)
        return f"[^/{inside}]"
    inside = "".join(
        _range(low, high)
        for start, end in ranges
        for low, high in ((start, min(end, _SLASH - 1)), (max(start, _SLASH + 1), end))
        if low <= high
    )
    return f"[{inside}]" if inside else f"[^{_range(0, _LAST_CHARACTER)}]"


def _range(low: int, high: int) -> str:
    return f"\\x{{{low:x}}}-\\x{{{high:x}}}"


def _quote(character: str) -> str:
    return character if character.isalnum() or character in "/_" else f"\\x{{{ord(character):x}}}"
