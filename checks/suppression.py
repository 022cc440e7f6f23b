"""Comments that silence a finding.

``assay: ignore[rule-id, …] reason`` in a comment at the end of the flagged line or alone on the
line above, ``assay: ignore-file[rule-id, …] reason`` in the first ten lines; and the markers of
other tools for the same defect (:mod:`checks.suppression_markers`). In code they are read from the
comments of the tree, so a string that looks like one silences nothing; in other texts from what
their comment marks begin (:mod:`checks.comments`).
"""

from __future__ import annotations

import bisect
import itertools
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence

import re2

from checks.comments import Commented
from checks.light import dataclass, field, replace
from checks.model import Finding, IdleComment, Lines, Suppressed
from checks.suppression_markers import Reach, markers

FILE_LINES = 10
"""How far down ``ignore-file`` may stand."""

OURS = "assay: ignore"

WORDS = re2.compile(
    rb"(?i)assay:|nosec|noqa|nosem|eslint-(?:disable|enable)|zizmor:|gitleaks:|trufflehog:|list\s+"
    rb"(?:nextline\s+)?secret"
)
"""What a comment that silences something holds."""

_HOLDS = re2.compile(WORDS.pattern.decode())
# At the beginning of a comment, or behind another tool's: ``# nosec  # assay: ignore[…]``.
_COMMENT = re2.compile(
    r"(?i)^(?:[^\n]*?\s(?:#|//))?[#/*!;<\s-]*assay:\s*(ignore-file|ignore)\b"
    r"(?:\s*\[([^\]]*)\])?\s*:?\s*([^\n]*)"
)
_CLOSING = ("*/", "-->", "*/}")
_NO_NAMES = (
    "the comment names no check, so it silences nothing: write assay: ignore[rule-id] and why"
)
_TOO_FAR_DOWN = (
    f"ignore-file counts in the first {FILE_LINES} lines only, so the comment silences nothing"
)
_MAX_REASON = 200
_MAX_COMMENT_LINES = 20
_MAX_UNKNOWN = 5
"""Comments that name no check which are told of, in one file."""
_MARKS = (b"#", b"//", b"/*", b"*", b"--", b";", b"<!--")
"""How lines begin that are no more than a comment."""


@dataclass(frozen=True, slots=True)
class Suppression:
    """One such comment."""

    checks: frozenset[str]
    line: int
    alone: bool
    """Whether it stands alone and speaks of the next line."""
    whole_file: bool
    reason: str
    marker: str = OURS
    """Whose it is: ``assay: ignore``, ``nosec``, …"""
    last: int = 0
    """The last line that it speaks of, where it speaks of more than one."""
    fault: str = ""
    """Why it silences nothing at all: how it is written."""


@dataclass(slots=True)
class Applied:
    """What became of the findings of a file, and of the comments in it."""

    kept: list[Finding] = field(default_factory=list)
    silenced: list[Suppressed] = field(default_factory=list)
    idle: list[IdleComment] = field(default_factory=list)
    """Comments of our own, added by the change, that silence nothing."""


def read_suppressions(text: Commented) -> list[Suppression]:
    """The comments of a file that silence checks."""
    if WORDS.search(text.source.data) is None:
        return []
    found: list[Suppression] = []
    opened: list[Suppression] = []
    for span, comment in text.comments():
        if _HOLDS.search(comment) is None:
            continue
        line = text.source.line_of(span.start)
        start = text.source.line_span(line).start
        alone = not text.source.data[start : span.start].strip()
        if "assay:" in comment.casefold():
            own = _own(comment.rstrip("\r"), line, alone=alone)
            if own is not None:
                found.append(own)
                continue
        for one in markers(comment):
            if one.reach is Reach.FROM_HERE:
                opened.append(Suppression(one.checks, line, False, False, "", one.tool))
                continue
            if one.reach is Reach.TO_HERE:
                opened, ended = _closed(opened, one.checks, line)
                found += ended
                continue
            below = one.reach is Reach.BELOW or (one.reach is Reach.LINE_OR_BELOW and alone)
            if one.checks:
                found.append(Suppression(one.checks, line, below, False, "", one.tool))
    found += (replace(one, last=text.source.line_count) for one in opened if one.checks)
    return found


def _closed(
    opened: Iterable[Suppression], checks: frozenset[str], line: int
) -> tuple[list[Suppression], list[Suppression]]:
    """What is still open where these checks count again, and what ends on the line."""
    still: list[Suppression] = []
    ended: list[Suppression] = []
    for one in opened:
        if over := one.checks & checks:
            ended.append(replace(one, checks=over, last=line))
        if left := one.checks - checks:
            still.append(replace(one, checks=left))
    return still, ended


def apply(
    findings: Iterable[Finding],
    suppressions: Sequence[Suppression],
    added: tuple[Lines, ...] | None,
    text: Commented,
) -> Applied:
    """The findings that stand, those that a comment silences, and comments that silence none."""
    by_line: dict[int, list[Suppression]] = {}
    for one in suppressions:
        if not one.whole_file and not one.last:
            by_line.setdefault(_target(one, text) if one.alone else one.line, []).append(one)
    files = [one for one in suppressions if one.whole_file]
    blocks = [one for one in suppressions if one.last]
    is_added = _added(added)
    result = Applied()
    used: set[Suppression] = set()
    for finding in findings:
        first, last = finding.region.lines
        near = [*by_line.get(first, ()), *(by_line.get(last, ()) if last != first else ())]
        around = (one for one in blocks if one.line <= first <= one.last)
        hit = next((one for one in (*near, *around, *files) if finding.check in one.checks), None)
        if hit is None:
            result.kept.append(finding)
            continue
        used.add(hit)
        result.silenced.append(
            Suppressed(
                finding.check,
                finding.region.lines,
                hit.reason,
                is_added(hit.line),
                comment=hit.line,
                marker=hit.marker,
            )
        )
    result.idle = [
        IdleComment(one.line, tuple(sorted(one.checks)))
        for one in suppressions
        if one.marker == OURS and one.checks and one not in used and is_added(one.line)
    ]
    return result


def mistakes(suppressions: Iterable[Suppression], known: Collection[str]) -> list[str]:
    """What to say about comments of ours that cannot silence anything, as they are written."""
    said = (
        f"line {one.line}: {fault}"
        for one in suppressions
        if one.marker == OURS
        for fault in _faults(one, known)
    )
    return list(itertools.islice(said, _MAX_UNKNOWN))


def _faults(one: Suppression, known: Collection[str]) -> Iterator[str]:
    if one.fault:
        yield one.fault
    for name in sorted(one.checks):
        if name not in known:
            near = name.casefold().replace("_", "-").replace(" ", "-")
            hint = f" (but {near} is one)" if near in known else ""
            yield f"no check is called {name[:60]}{hint}, so the comment silences nothing"


def _own(comment: str, line: int, *, alone: bool) -> Suppression | None:
    match = _COMMENT.match(comment)
    if match is None:
        return None
    whole_file = match.group(1).casefold() == "ignore-file"
    names = frozenset(name.strip() for name in (match.group(2) or "").split(",") if name.strip())
    fault = "" if names else _NO_NAMES
    if names and whole_file and line > FILE_LINES:
        fault = _TOO_FAR_DOWN
    if fault:
        return Suppression(frozenset(), line, alone, whole_file, "", fault=fault)
    reason = match.group(3).strip()
    for closing in _CLOSING:
        reason = reason.removesuffix(closing).rstrip()
    return Suppression(names, line, alone, whole_file, reason[:_MAX_REASON])


def _added(added: tuple[Lines, ...] | None) -> Callable[[int], bool]:
    """Tells whether the change adds a line; all of them count where nothing is known."""
    if added is None:
        return lambda _line: True
    ranges = sorted(added)
    starts = [one.start for one in ranges]

    def tell(line: int) -> bool:
        index = bisect.bisect_right(starts, line) - 1
        return index >= 0 and line <= ranges[index].end

    return tell


def _target(suppression: Suppression, text: Commented) -> int:
    """The line that a comment alone on its line speaks of: the next that is not a comment."""
    source = text.source
    line = suppression.line + 1
    last = min(source.line_count, line + _MAX_COMMENT_LINES)
    while line <= last and source.line_text(line).lstrip().startswith(_MARKS):
        line += 1
    return line
