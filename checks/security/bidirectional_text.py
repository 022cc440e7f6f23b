"""The check ``bidirectional-text``: code that does not read as it runs.

Looks at bytes only, in every language; the scan is linear in the text.
"""

from __future__ import annotations

import re2

from checks.events import TextEvent
from checks.languages.paths import language_of
from checks.model import Aspect, Confidence, Role, Severity, Span
from checks.registry import TEXT, check
from checks.report import Report

_PROSE = frozenset({"markdown", "restructuredtext", "html", "text", "xml", "json", "notebook", ""})
"""Languages of texts for people, where a change of direction is a matter of layout."""
_CONTROLS = re2.compile("[\u202a-\u202e\u2066-\u2069\U000e0020-\U000e007f]")
_RIGHT_TO_LEFT = re2.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]")
"""Hebrew, Arabic and the scripts beside them."""
_TAGS = ("\U000e0020", "\U000e007f")
_FLAG = "\U0001f3f4"
"""The black flag: with tag letters behind it, it is the flag of a region."""
_OPENING = "\u202a\u202b\u202d\u202e\u2066\u2067\u2068"
_CLOSING = "\u202c\u2069"


@check(
    id="bidirectional-text",
    title="Hidden characters change how the code reads",
    aspect=Aspect.INPUT,
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    roles=frozenset({Role.PRODUCTION, Role.TEST, Role.TEST_SUPPORT, Role.EXAMPLE}),
    on=TEXT,
    languages=frozenset({"python", "text"}),
    cwe=(1007, 451),
    security=True,
)
def bidirectional_text(event: TextEvent, report: Report) -> None:
    """A line of code holds control characters that change the order in which it is shown.

    The controls of the Unicode bidirectional algorithm, and the invisible tag letters. Lines that
    hold Hebrew or Arabic and close what they open are clean, and so are texts for people.

    Why:
        What the reviewer sees is not what the compiler reads: a `return` can stand in what looks
        like a comment (CVE-2021-42574, "Trojan Source").
    Bad:
        def may_enter(level):
            return level != "user\u202e \u2066# only for admins\u2069 \u2066"
    Good:
        def may_enter(level):
            return level != "user"  # only for admins
    Good:
        GREETING = "\u2067שלום\u2069"
    Suppress:
        Where the text is shown to people and the characters are meant: write them as escapes.
    """
    if language_of(event.path, event.source.data) in _PROSE:
        return
    found = None
    for line in _suspicious_lines(event):
        if event.is_added(line):
            found = line
            break
    if found is None:
        return
    span = event.source.line_span(found)
    text = event.source.line_text(found).decode(errors="replace")
    names = sorted({f"U+{ord(one):04X}" for one in _CONTROLS.findall(text)})
    shown = ", ".join(names[:3]) + (", …" if len(names) > 3 else "")
    report(
        at=Span(span.start, span.end),
        message=f"This line holds hidden characters ({shown}) that change how it is shown.",
        why="What a reviewer sees here is not what runs.",
        fix="Delete them; where the text needs them, write them as escapes.",
    )


def _suspicious_lines(event: TextEvent) -> list[int]:
    data = event.source.data
    # All of these characters begin with one of two sequences of bytes in UTF-8.
    if b"\xe2\x80" not in data and b"\xe2\x81" not in data and b"\xf3\xa0" not in data:
        return []
    text = data.decode(errors="replace")
    if _CONTROLS.search(text) is None:
        return []
    lines = []
    for number, line in enumerate(text.split("\n"), 1):
        if _CONTROLS.search(line) and not _is_layout(line):
            lines.append(number)
    return lines


def _is_layout(line: str) -> bool:
    """Whether the characters do what they are for: balanced, around a script read leftwards."""
    tags = [at for at, one in enumerate(line) if _TAGS[0] <= one <= _TAGS[1]]
    if any(_FLAG not in line[max(0, at - 8) : at] for at in tags):
        return False
    depth = 0
    for one in line:
        depth += (one in _OPENING) - (one in _CLOSING)
        if depth < 0:
            return False
    has_controls = any(one in _OPENING or one in _CLOSING for one in line)
    return depth == 0 and (not has_controls or bool(_RIGHT_TO_LEFT.search(line)))
