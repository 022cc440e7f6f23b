"""Findings that a change only carries from one of its files to another: they are not new.

A file that is split in two, a function that moves next door: the code is the same, and so is what
is wrong with it. Within one file the engine matches head and base; here a finding that is new in
its file is held against what the base of the change's other files held and their heads hold no
more. It is the same when rule, flagged text and the name of the enclosing function are. Pure, but
for one more analysis, of those few base texts; it is done only where a text is gone in one file
and new in another.
"""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Iterable, Sequence

from bot.review.remembering import Analysis
from checks.model import ChangedFile, FileReport, Finding, Settings

MAX_FILES = 20
MAX_BYTES = 4_000_000
"""Base texts that are looked at once more."""
_SHORTEST = 6
"""Bytes of a flagged line that are enough to look for it."""

_Key = tuple[str, str]
"""A finding's kin and the name of its function."""


async def settle(
    analysis: Analysis,
    files: Sequence[ChangedFile],
    reports: Sequence[FileReport],
    settings: Settings,
) -> tuple[FileReport, ...]:
    """The reports, with findings that were carried over counted among the older ones."""
    if not settings.baseline:
        return tuple(reports)
    origins = sources(files, reports)
    if not origins:
        return tuple(reports)
    before = [
        ChangedFile(one.old_path or one.path, one.base or b"", generated=one.generated)
        for one in origins
    ]
    found = await analysis.analyse(before, settings)
    return without_moved(reports, [*zip(origins, found, strict=True)], files)


def sources(files: Sequence[ChangedFile], reports: Sequence[FileReport]) -> tuple[ChangedFile, ...]:
    """The files out of whose base a finding of another file may come."""
    lines: dict[bytes, set[str]] = {}
    heads = {one.path: one.head for one in files}
    for report in reports:
        for finding in report.findings:
            if (line := _line(finding, heads.get(report.path, b""))) is not None:
                lines.setdefault(line, set()).add(report.path)
    chosen: list[ChangedFile] = []
    room = MAX_BYTES
    for file in files:
        base = file.base
        if base is None or base == file.head or len(base) > room or len(chosen) == MAX_FILES:
            continue
        if any(paths != {file.path} and _gone(line, file) for line, paths in lines.items()):
            chosen.append(file)
            room -= len(base)
    return tuple(chosen)


def without_moved(
    reports: Sequence[FileReport],
    origins: Sequence[tuple[ChangedFile, FileReport]],
    files: Sequence[ChangedFile],
) -> tuple[FileReport, ...]:
    """The reports without what moved; each finding of a base explains one finding at most.

    Args:
        reports: those on the change.
        origins: files, each with the report on its base text by itself.
        files: the change.
    """
    heads = {one.path: one.head for one in files}
    left: dict[str, Counter[_Key]] = {}
    for file, report in origins:
        base = file.base or b""
        gone = Counter[_Key]()
        for key, those in _by_key(report.findings).items():
            line = _line(those[0], base)
            gone[key] = min(len(those), _gone(line, file)) if line is not None else 0
        left[file.path] = gone
    settled = []
    for report in reports:
        kept = []
        for finding in report.findings:
            line = _line(finding, heads.get(report.path, b""))
            origin = None if line is None else _origin(finding, report.path, left)
            if origin is None:
                kept.append(finding)
            else:
                left[origin][_key(finding)] -= 1
        moved = len(report.findings) - len(kept)
        settled.append(
            report
            if not moved
            else dataclasses.replace(
                report, findings=tuple(kept), preexisting=report.preexisting + moved
            )
        )
    return tuple(settled)


def _origin(finding: Finding, path: str, left: dict[str, Counter[_Key]]) -> str | None:
    key = _key(finding)
    return next((one for one, gone in left.items() if one != path and gone[key] > 0), None)


def _key(finding: Finding) -> _Key:
    return finding.kin, finding.scope.replace(" > ", ".").rpartition(".")[2]


def _by_key(findings: Iterable[Finding]) -> dict[_Key, list[Finding]]:
    found: dict[_Key, list[Finding]] = {}
    for one in findings:
        if one.kin:
            found.setdefault(_key(one), []).append(one)
    return found


def _line(finding: Finding, text: bytes) -> bytes | None:
    """The first line of the flagged text; ``None`` where it says too little to be known again."""
    start, end = finding.span
    line = text[start:end].strip().partition(b"\n")[0].strip()
    return line if finding.kin and len(line) >= _SHORTEST else None


def _gone(line: bytes, file: ChangedFile) -> int:
    """How often a text stood in a file and does no more."""
    return max(0, (file.base or b"").count(line) - file.head.count(line))
