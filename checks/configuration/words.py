"""The words that a configuration file is made of, and which of them a misspelt one was meant to be.

Pure, and linear: a distance is only computed between short words.
"""

from __future__ import annotations

from collections.abc import Iterable

from checks.model import Profile, Role, Severity, Threshold
from checks.policy import Drafts, Permission

PROFILES = {profile.value: profile for profile in Profile}
THRESHOLDS = {threshold.name.lower(): threshold for threshold in Threshold}
SEVERITIES = {severity.name.lower(): severity for severity in Severity}
ROLES = {
    "test": Role.TEST,
    "test-support": Role.TEST_SUPPORT,
    "production": Role.PRODUCTION,
    "example": Role.EXAMPLE,
    "generated": Role.GENERATED,
}
SWITCH = {
    **dict.fromkeys(("on", "true", "yes"), True),
    **dict.fromkeys(("off", "false", "no"), False),
}
"""YAML 1.1 takes all of these for booleans, so people mean the same by all of them."""
DRAFTS = {drafts.value: drafts for drafts in Drafts}
PERMISSIONS = {permission.name.lower(): permission for permission in Permission}
LANGUAGES = {
    "python": ("python",),
    "javascript": ("javascript",),
    "typescript": ("typescript", "tsx"),
    "go": ("go",),
    "yaml": ("yaml",),
}
"""Each with the names that :func:`checks.languages.paths.language_of` has for it."""

_SHOWN = 60
_DISTANCE = 3


def listed(names: Iterable[str], joint: str = "and") -> str:
    """The names as code, in a sentence."""
    *most, last = (f"`{name}`" for name in names)
    return f"{', '.join(most)} {joint} {last}" if most else last


def shown(text: str) -> str:
    """A text from the file, short and on one line."""
    cut = text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"
    return "".join(character if character.isprintable() else "�" for character in cut)


def nearest(word: str, names: Iterable[str]) -> str | None:
    """The name within few edits of a word, the nearest and first one."""
    if not 1 < len(word) <= _SHOWN:
        return None
    word = word.lower().replace("_", "-")
    best, found = min(_DISTANCE, len(word) - 1) + 1, None
    for name in names:
        if abs(len(name) - len(word)) < best and (distance := _distance(word, name)) < best:
            best, found = distance, name
    return found


def _distance(first: str, second: str) -> int:
    """Insertions, deletions, replacements and swaps of neighbours that turn one into the other.

    The optimal string alignment distance, by its usual table of three rows.
    """
    before: list[int] = []
    last = list(range(len(second) + 1))
    for i, one in enumerate(first, 1):
        row = [i]
        for j, other in enumerate(second, 1):
            cost = min(last[j] + 1, row[j - 1] + 1, last[j - 1] + (one != other))
            if i > 1 and j > 1 and one == second[j - 2] and first[i - 2] == other:
                cost = min(cost, before[j - 2] + 1)
            row.append(cost)
        before, last = last, row
    return last[-1]
