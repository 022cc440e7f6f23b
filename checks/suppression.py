"""Comments that silence a finding.

``# assay: ignore[rule-id, …] reason`` at the end of the flagged line or alone on the line above,
``# assay: ignore-file[rule-id, …] reason`` in the first ten lines. They are read from the comments
of the tree, so a string that looks like one silences nothing.
"""

from __future__ import annotations

import itertools
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

import re2

from checks.languages.front_ends import Code
from checks.model import Finding, Lines, Suppressed

FILE_LINES = 10
"""How far down ``ignore-file`` may stand."""

_COMMENT = re2.compile(r"^#+\s*assay:\s*(ignore|ignore-file)\[([^\]]*)\]\s*:?\s*(.*)$")
_MAX_REASON = 200
_MAX_COMMENT_LINES = 20
_MAX_UNKNOWN = 5
"""Comments that name no check which are told of, in one file."""


@dataclass(frozen=True, slots=True)
class Suppression:
    """One such comment."""

    checks: frozenset[str]
    line: int
    alone: bool
    """Whether nothing else stands on the line: it speaks of the next line then."""
    whole_file: bool
    reason: str


def read_suppressions(module: Code) -> list[Suppression]:
    """The comments of a file that silence checks."""
    found = []
    for span, text in module.comments():
        if "assay:" not in text:
            continue
        match = _COMMENT.match(text.rstrip("\r"))
        if match is None:
            continue
        line = module.source.line_of(span.start)
        whole_file = match.group(1) == "ignore-file"
        if whole_file and line > FILE_LINES:
            continue
        start = module.source.line_span(line).start
        found.append(
            Suppression(
                frozenset(name.strip() for name in match.group(2).split(",") if name.strip()),
                line,
                not module.source.data[start : span.start].strip(),
                whole_file,
                match.group(3).strip()[:_MAX_REASON],
            )
        )
    return found


def apply(
    findings: Iterable[Finding],
    suppressions: Sequence[Suppression],
    added: tuple[Lines, ...] | None,
    module: Code,
) -> tuple[list[Finding], list[Suppressed]]:
    """The findings that stand, and those that a comment silences."""
    by_line: dict[int, list[Suppression]] = {}
    for one in suppressions:
        if not one.whole_file:
            by_line.setdefault(_target(one, module) if one.alone else one.line, []).append(one)
    files = [one for one in suppressions if one.whole_file]
    kept, silenced = [], []
    for finding in findings:
        first, last = finding.region.lines
        near = [*by_line.get(first, ()), *(by_line.get(last, ()) if last != first else ())]
        hit = next((one for one in (*near, *files) if finding.check in one.checks), None)
        if hit is None:
            kept.append(finding)
            continue
        is_added = added is None or any(start <= hit.line <= end for start, end in added)
        silenced.append(Suppressed(finding.check, finding.region.lines, hit.reason, is_added))
    return kept, silenced


def unknown_ids(suppressions: Iterable[Suppression], known: Collection[str]) -> list[str]:
    """What to say about comments that name a check which does not exist."""
    said = (
        f"line {one.line}: no check is called {name[:60]}, so the comment silences nothing"
        for one in suppressions
        for name in sorted(one.checks)
        if name not in known
    )
    return list(itertools.islice(said, _MAX_UNKNOWN))


def _target(suppression: Suppression, module: Code) -> int:
    """The line that a comment alone on its line speaks of: the next that is not a comment."""
    source = module.source
    line = suppression.line + 1
    last = min(source.line_count, line + _MAX_COMMENT_LINES)
    while line <= last and source.line_text(line).lstrip().startswith(b"#"):
        line += 1
    return line
