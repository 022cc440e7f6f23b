"""Regular expressions for the texts of exceptions that say less than their letters.

``match="int | None"`` is two patterns with a space each, ``match=""`` is found in every text.
"""

from __future__ import annotations

import itertools

_EVERYTHING = frozenset({"", ".*", ".+", "^", "$", "^.*$", "^.+$", ".*.*", ".*?", "(.*)", "[^$]*"})
_MOST = 500
"""Letters of a pattern that are looked at."""


def says_nothing(pattern: str) -> bool:
    """Whether a pattern is found in every text that is not empty."""
    if pattern in _EVERYTHING:
        return True
    return any(one == "" for one in alternatives(pattern)) and "|" in pattern


def is_torn(pattern: str) -> bool:
    """Whether a ``|`` that was meant as a letter makes two patterns of one.

    A space beside it shows that: ``"int | None"`` is found wherever ``"int "`` is.
    """
    parts = alternatives(pattern)
    if len(parts) == 1 or "(?x" in pattern:
        return False
    return any(
        left.endswith(" ") and right.startswith(" ") for left, right in itertools.pairwise(parts)
    )


def alternatives(pattern: str) -> list[str]:
    """The parts of a pattern between the ``|`` that stand in no group and no class."""
    parts, start, depth, in_class, index = [], 0, 0, False, 0
    text = pattern[:_MOST]
    while index < len(text):
        letter = text[index]
        if letter == "\\":
            index += 1
        elif in_class:
            in_class = letter != "]"
        elif letter == "[":
            in_class = True
        elif letter in "()":
            depth += 1 if letter == "(" else -1
        elif letter == "|" and depth == 0:
            parts.append(text[start:index])
            start = index + 1
        index += 1
    return [*parts, text[start:]]
