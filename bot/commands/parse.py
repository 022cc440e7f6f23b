"""Comment commands, read from a comment's text. Pure; who wrote it is somebody else's question."""

from __future__ import annotations

import difflib
import enum
from dataclasses import dataclass

MENTION = "/assay"
LONGEST = 400
"""Characters of a command line that are kept. The rest of a comment is never read."""
TESTS = "tests"
"""What ``ignore`` and ``unignore`` take for all findings in test code."""


class Verb(enum.StrEnum):
    """What a person can ask for."""

    RECHECK = "recheck"
    IGNORE = "ignore"
    UNIGNORE = "unignore"
    EXPLAIN = "explain"
    PAUSE = "pause"
    RESUME = "resume"
    CONFIG = "config"
    HELP = "help"


VERBS = {verb.value: verb for verb in Verb}


@dataclass(frozen=True, slots=True)
class Command:
    """A command that Assay knows."""

    verb: Verb
    argument: str = ""
    """What stands behind the word: a reason. Text of a person, on one line."""


@dataclass(frozen=True, slots=True)
class Unknown:
    """Addressed to Assay, and not understood."""

    word: str
    """Lower-case letters, digits and hyphens only: safe to show. May be empty."""
    nearest: Verb | None


def command_line(body: str) -> str | None:
    """The line of a comment that addresses Assay, or None.

    Only the first line that is not blank counts. A quote (``>``), a fence, an HTML comment or an
    indented block at the beginning is somebody else's text, so commands in it are not meant.
    """
    for line in body[: LONGEST * 10].splitlines():
        if not line.strip():
            continue
        indent = len(line) - len(line.lstrip(" "))
        words = line.split(maxsplit=1)
        # Four spaces or a tab begin a block of code (CommonMark 0.31, section 4.4).
        if indent > 3 or line.startswith("\t") or words[0].casefold() != MENTION:
            return None
        return " ".join(line[:LONGEST].replace("\0", "").split())
    return None


def parse(body: str) -> Command | Unknown | None:
    """What a comment asks of Assay; None when it is not addressed.

    The word after ``/assay`` counts, in any case; what follows it is the argument. ``/assay`` alone
    asks for help.
    """
    line = command_line(body)
    if line is None:
        return None
    words = line.split(maxsplit=2)
    if len(words) == 1:
        return Command(Verb.HELP)
    said = words[1].casefold().rstrip(".,;:!?")
    word = said if _plain(said) else ""
    if word in VERBS:
        return Command(VERBS[word], words[2] if len(words) > 2 else "")
    near = difflib.get_close_matches(word, VERBS, n=1)
    return Unknown(word, VERBS[near[0]] if near else None)


def _plain(word: str) -> bool:
    letters = word.replace("-", "")
    return len(word) <= 30 and letters.isascii() and letters.isalnum()
