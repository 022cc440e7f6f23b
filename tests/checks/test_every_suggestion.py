"""Every suggestion that any check offers, applied as GitHub applies it, in every kind of file.

What is found is gone then, the file can be read as well as before, and nothing new has appeared.
"""

from __future__ import annotations

from collections import Counter

import pytest

from checks.engine import analyse
from checks.model import ChangedFile, FileReport, Finding, Profile, Settings, Suggestion
from tests.checks import cases

STYLES = ("plain", "crlf", "no newline at the end", "tabs")
BAD = [one for one in cases.load() if one.bad]


def styled(text: str, style: str) -> bytes:
    if style == "crlf":
        text = text.replace("\n", "\r\n")
    if style == "no newline at the end":
        text = text.rstrip("\n")
    if style == "tabs":
        lines = text.split("\n")
        text = "\n".join(_tabs(line) for line in lines)
    return text.encode()


def _tabs(line: str) -> str:
    rest = line.lstrip(" ")
    depth, left = divmod(len(line) - len(rest), 4)
    return "\t" * depth + " " * left + rest


def applied(text: bytes, suggestion: Suggestion) -> bytes:
    """The lines replaced; the last of them keeps its own end."""
    lines = text.split(b"\n")
    first, last = suggestion.lines
    if suggestion.deletes:
        new = []
    else:
        ending = b"\r" if lines[last - 1].endswith(b"\r") else b""
        new = [suggestion.text.encode() + ending]
    return b"\n".join([*lines[: first - 1], *new, *lines[last:]])


def look(case: cases.Case, head: bytes, base: bytes | None) -> FileReport:
    file = ChangedFile(case.path, head, base)
    settings = Settings(baseline=False, profile=Profile.STRICT)  # every one, not one a file
    (report,) = analyse([file], settings, strict=True)
    return report


def offered(report: FileReport) -> list[tuple[Finding, Suggestion]]:
    return [(one, one.suggestion) for one in report.findings if one.suggestion is not None]


def unreadable(report: FileReport) -> list[str]:
    return [one for one in report.limits if "could not be parsed" in one]


def counts(report: FileReport) -> Counter[str]:
    return Counter(one.check for one in report.findings)


@pytest.mark.parametrize("case", BAD, ids=str)
def test_a_suggestion_mends_what_it_is_for_and_nothing_else(case: cases.Case) -> None:
    base = None if case.base is None else case.base.encode()
    if not offered(look(case, case.head.encode(), base)):
        return
    for style in STYLES:
        head = styled(case.head, style)
        if style == "tabs" and case.path.endswith((".yml", ".yaml")):
            continue  # YAML is not indented with tabs
        base = None if case.base is None else styled(case.base, style)
        mend(case, head, base, style)


def mend(case: cases.Case, head: bytes, base: bytes | None, style: str) -> None:
    before = look(case, head, base)
    suggestions = offered(before)
    for finding, suggestion in suggestions:
        text = applied(head, suggestion)
        assert (b"\r\n" in text) == (style == "crlf" and b"\n" in text)
        assert text.count(b"\r\n") in (0, text.count(b"\n"))
        after = look(case, text, base)
        assert counts(after)[finding.check] < counts(before)[finding.check]
        assert not counts(after) - counts(before)
        assert len(unreadable(after)) <= len(unreadable(before))
    # All of one hunk together: from the bottom up, lines do not move.
    text = head
    taken: set[int] = set()
    for _, suggestion in sorted(suggestions, key=lambda one: one[1].lines, reverse=True):
        lines = set(range(suggestion.lines.start, suggestion.lines.end + 1))
        assert not lines & taken, "two suggestions for one line"
        taken |= lines
        text = applied(text, suggestion)
    if suggestions:
        after = look(case, text, base)
        assert not counts(after) - counts(before)
        assert sum(counts(after).values()) <= sum(counts(before).values()) - len(suggestions)


def test_many_cases_have_suggestions() -> None:
    with_one = {one.check for one in BAD if offered(look(one, one.head.encode(), None))}
    assert len(with_one) >= 20
