"""What checks say to people in their bad cases: short, plain, and with the next step.

A comment is the message, the reason and the mend: one sentence each, three at most.
"""

from __future__ import annotations

import functools

import pytest
import re2

from checks import registry
from checks.engine import analyse
from checks.model import ChangedFile, Finding, Settings
from checks.workflows import outside
from tests.checks import cases

MOST_WORDS = 40
CHECKS = sorted(registry.load().keys() - {outside.CHECK})
"""All but the one that passes on what another program says."""
_CODE = re2.compile(r"`[^`]*`")
_END = re2.compile(r"[.?!…](?:\s|$)")
_NAMES = ("bcrypt",)
"""Names of programs that are written small, also where a sentence begins."""
_EMPTY = re2.compile(
    r"(?i)\b(consider(?:ing)?(?:\s+(?:to|that)\b|[.,;]|$)|please|simply|just|obviously|sadly|"
    r"unfortunately|great|nice|good job|well done|awesome|oops|sorry|should probably|might want|"
    r"you may want|best practice)\b"
)


@functools.cache
def texts() -> dict[str, list[ChangedFile]]:
    """The bad cases of every check, those of its own documentation among them."""
    every: dict[str, list[ChangedFile]] = {check: [] for check in registry.load()}
    for case in cases.load():
        if case.bad:
            every[case.check].append(_file(case.path, case.head, case.base))
    for check in registry.load().values():
        for example in check.documentation.examples:
            if example.flagged:
                every[check.id].append(_file(example.path, example.code, example.base))
    return every


def _file(path: str, head: str, base: str | None) -> ChangedFile:
    return ChangedFile(path, head.encode(), None if base is None else base.encode())


@functools.cache
def found(check: str) -> tuple[Finding, ...]:
    """What the check says in its cases."""
    wishes = Settings(baseline=False)
    only = {check: registry.load()[check]}
    return tuple(
        finding
        for file in texts()[check]
        for report in analyse([file], wishes, strict=True, checks=only)
        for finding in report.findings
    )


def bare(text: str) -> str:
    """The text with its code made a word."""
    return str(_CODE.sub("code", text))


@pytest.mark.parametrize("check", CHECKS)
def test_a_comment_is_three_short_sentences(check: str) -> None:
    assert found(check)
    for one in found(check):
        for part in (one.message, one.why, one.fix):
            words = bare(part)
            assert words.strip(), f"{check} says nothing for one of the three"
            assert len(_END.findall(f"{words} ")) == 1, part
            assert words.endswith("."), part
            assert len(words.split()) <= MOST_WORDS, part


@pytest.mark.parametrize("check", CHECKS)
def test_it_is_plain(check: str) -> None:
    for one in found(check):
        for part in (one.message, one.why, one.fix):
            words = bare(part)
            assert "!" not in words, part
            assert not _EMPTY.search(words), part
            assert part.startswith(_NAMES) or not part[0].islower(), part
            assert part.count("`") % 2 == 0, part
            assert "\n" not in part
