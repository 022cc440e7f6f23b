"""From what the analysis found to what the review says: the eight aspects and the verdict.

Pure: equal input gives an equal report. Where things are said (a line, the summary) is decided by
``plan``, how they are written by ``words``.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TypeAlias

from bot.review.causes import one_per_cause
from bot.review.model import AspectRow, FileStatus, Report, Snapshot, Unread
from bot.review.words import sentences
from checks import registry
from checks.model import (
    IGNORED,
    Aspect,
    Confidence,
    Evidence,
    FileReport,
    Finding,
    Lines,
    Role,
    Severity,
    State,
    Surface,
)
from checks.registry import Check

_SHARED = 3
"""A limit that more files share is said of one of them, with the number of the others."""

_Seen: TypeAlias = tuple[str, Evidence]
"""Evidence, and the path of the file that holds it."""


def build(
    snapshot: Snapshot,
    reports: Sequence[FileReport],
    catalogue: Mapping[str, Check] | None = None,
    *,
    settled: int = 0,
) -> Report:
    """The report of a pull request.

    ``catalogue`` tells which checks are about security; the whole registry when it is left out.
    ``settled`` counts the findings that people decided on, which are not among the reports'.
    """
    return assemble(
        reports,
        unread=snapshot.unread,
        order=[diff.path for diff in snapshot.diffs],
        settings_source=snapshot.settings_source,
        known=known_files(snapshot, [one for one in reports if not one.deleted]),
        catalogue=registry.load() if catalogue is None else catalogue,
        texts={one.path: one.head for one in snapshot.files if not one.deleted},
        languages=snapshot.settings.languages,
        settled=settled,
    )


def assemble(
    reports: Sequence[FileReport],
    *,
    unread: Sequence[Unread] = (),
    order: Sequence[str] = (),
    settings_source: str,
    known: int | None = None,
    whole_files: bool = False,
    catalogue: Mapping[str, Check],
    texts: Mapping[str, bytes] | None = None,
    languages: frozenset[str] | None = None,
    settled: int = 0,
) -> Report:
    """The report over files from anywhere: a pull request or a folder.

    ``order`` gives the order of paths (files that it does not name come last, by path);
    ``texts`` are the files by path, which tell where the same secret stands;
    ``known`` counts all files that there are, those that nobody could name included, and
    ``whole_files`` says that all of a file was looked at, not only what a change adds;
    ``languages`` are those whose code is checked at all, None for all; ``settled`` counts what
    people decided on.
    """
    position = {path: index for index, path in enumerate(order)}
    reports = one_per_cause(reports, texts or {})
    every_file = sorted(reports, key=lambda one: (position.get(one.path, len(position)), one.path))
    # What is found in a deleted file counts; the file is no file that could have been looked at.
    files = tuple(one for one in every_file if not one.deleted)
    every = (finding for one in every_file for finding in one.findings)
    findings = tuple(sorted(every, key=lambda finding: _gravity(finding, catalogue)))
    analysed = [one for one in files if one.not_analysed is None]
    partly = sentences.partly(
        (one.language for one in analysed if one.role.role is not Role.GENERATED), languages
    )
    preexisting = sum(one.preexisting for one in files)
    tally = _tally(findings, every_file, catalogue)
    by_aspect: dict[Aspect, list[_Seen]] = {aspect: [] for aspect in Aspect}
    for one in files:
        for evidence in one.evidence:
            by_aspect[evidence.aspect].append((one.path, evidence))
    paths = [one.path for one in every_file]
    deleted = frozenset(one.path for one in every_file if one.deleted)
    return Report(
        rows=tuple(
            _row(aspect, by_aspect[aspect], findings, paths, analysed=bool(analysed))
            for aspect in Aspect
        ),
        findings=findings,
        verdict=sentences.verdict(
            tally,
            findings[0] if findings else None,
            analysed=len(analysed),
            known=len(files) + len(unread) if known is None else known,
            whole_files=whole_files,
            deleted=deleted,
            silenced=0 if whole_files else _silenced(files),
            ignored=sum(one.not_analysed == IGNORED for one in files),
            partly=partly,
            settled=settled,
        ),
        assumptions=_assumptions(analysed, partly, settings_source, preexisting),
        not_looked_at=_not_looked_at(every_file, unread),
        files=files,
        preexisting=preexisting,
        suppressed=sum(len(one.suppressed) for one in files),
    )


def _silenced(files: Sequence[FileReport]) -> int:
    """How many findings comments silence that the change adds."""
    return sum(one.added for file in files for one in file.suppressed)


def known_files(snapshot: Snapshot, reports: Sequence[FileReport]) -> int:
    """How many files a review should have looked at; ``reports`` are those on files that are there.

    A file whose base alone could not be read was looked at, and counts once. GitHub lists at most
    3,000 changed files: those beyond count by number, and what the snapshot says of them in words
    does not count again.
    """
    unlisted = max(0, snapshot.pull.changed_files - len(snapshot.diffs))
    listed = {diff.path for diff in snapshot.diffs}
    seen = removed_paths(snapshot) | {one.path for one in reports}
    unread = sum(
        one.path not in seen and (not unlisted or one.path in listed) for one in snapshot.unread
    )
    return len(reports) + unread + unlisted


def removed_paths(snapshot: Snapshot) -> frozenset[str]:
    """The paths at which the change leaves nothing.

    One that became a file of another kind may be listed as removed and as added.
    """
    there = {one.path for one in snapshot.diffs if one.status is not FileStatus.REMOVED}
    return frozenset(one.path for one in snapshot.diffs) - there


def speaks_up(finding: Finding) -> bool:
    """Whether a finding asks for a change. What does not is a note: one line in the summary."""
    return finding.surface is Surface.INLINE or finding.severity >= Severity.LOW


def merged(ranges: Iterable[Lines]) -> tuple[Lines, ...]:
    """The ranges in order, those that overlap or touch made one."""
    joined: list[Lines] = []
    for one in sorted(ranges):
        if joined and one.start <= joined[-1].end + 1:
            joined[-1] = Lines(joined[-1].start, max(joined[-1].end, one.end))
        else:
            joined.append(one)
    return tuple(joined)


def _gravity(finding: Finding, catalogue: Mapping[str, Check]) -> tuple[object, ...]:
    """What findings are sorted by; its tail only makes the order total."""
    security = _is_security(finding, catalogue)
    return (
        -finding.severity,
        # A leaked password before a test that proves nothing, unless it is a mere guess.
        not (security and finding.confidence >= Confidence.MEDIUM),
        -finding.confidence,
        not security,
        finding.path,
        finding.region,
        finding.check,
        finding.fingerprint,
        finding.message,
    )


def _is_security(finding: Finding, catalogue: Mapping[str, Check]) -> bool:
    check = catalogue.get(finding.check)
    return check is not None and check.security


def _tally(
    findings: Sequence[Finding], files: Sequence[FileReport], catalogue: Mapping[str, Check]
) -> sentences.Tally:
    test_paths = {one.path for one in files if one.role.role.is_test_code}
    asking = [finding for finding in findings if speaks_up(finding)]
    security = [finding for finding in asking if _is_security(finding, catalogue)]
    other = [finding for finding in asking if not _is_security(finding, catalogue)]
    in_tests = sum(finding.path in test_paths for finding in other)
    return sentences.Tally(
        security=len(security),
        tests=in_tests,
        code=len(other) - in_tests,
        notes=len(findings) - len(asking),
    )


def _row(
    aspect: Aspect,
    seen: Sequence[_Seen],
    findings: Sequence[Finding],
    paths: Sequence[str],
    *,
    analysed: bool,
) -> AspectRow:
    own = [finding for finding in findings if finding.aspect is aspect]
    noted = [(path, e) for path, e in seen if e.state in (State.NOTE, State.FINDING)]
    clean = [(path, e) for path, e in seen if e.state is State.CLEAN]
    found = [(finding.path, finding.region.lines) for finding in own]
    found += [(also.path, also.region.lines) for finding in own for also in finding.also]
    if any(speaks_up(finding) for finding in own):
        return AspectRow(aspect, State.FINDING, sentences.found(own), _places(found, paths))
    # A finding says it better than the evidence on the same lines.
    noted = [(path, e) for path, e in noted if not _is_told(path, e.lines, found)]
    if own or noted:
        clause = sentences.clause([f.message for f in own] + _counted(e for _, e in noted))
        return AspectRow(aspect, State.NOTE, clause, _places(found + _lines(noted), paths))
    if clean:
        clause = sentences.clause(_counted(e for _, e in clean))
        return AspectRow(aspect, State.CLEAN, clause, _places(_lines(clean), paths))
    return AspectRow(aspect, State.NOT_APPLICABLE, sentences.nothing(aspect, analysed), ())


def _is_told(path: str, lines: Lines, found: Iterable[tuple[str, Lines]]) -> bool:
    return any(
        where == path and told.start <= lines.end and lines.start <= told.end
        for where, told in found
    )


def _lines(evidence: Iterable[_Seen]) -> list[tuple[str, Lines]]:
    return [(path, one.lines) for path, one in evidence]


def _places(
    places: Sequence[tuple[str, Lines]], paths: Sequence[str]
) -> tuple[tuple[str, tuple[Lines, ...]], ...]:
    by_path: dict[str, list[Lines]] = {}
    for path, lines in places:
        by_path.setdefault(path, []).append(lines)
    ordered = [path for path in dict.fromkeys([*paths, *by_path]) if path in by_path]
    return tuple((path, merged(by_path[path])) for path in ordered)


def _counted(evidence: Iterable[Evidence]) -> list[str]:
    """Evidence as clauses: equal nouns of equal fate counted, details as they are, no clause twice.

    The clauses come in the order in which their first evidence did.
    """
    clauses: dict[tuple[str, ...], str] = {}
    counts: Counter[tuple[str, ...]] = Counter()
    for one in evidence:
        key = (one.detail,) if one.detail else (one.noun, one.fate)
        counts[key] += 1
        clauses[key] = one.detail or sentences.counted(counts[key], one.noun, one.plural, one.fate)
    return list(clauses.values())


def _assumptions(
    analysed: Sequence[FileReport], partly: str, settings_source: str, preexisting: int
) -> tuple[str, ...]:
    said: list[str] = []
    for role in Role:
        of_role = [one for one in analysed if one.role.role is role]
        by_reason: dict[str, list[str]] = {}
        for one in of_role:
            by_reason.setdefault(one.role.reason, []).append(one.path)
        if by_reason:
            said.append(sentences.roles(role, by_reason))
    if partly:
        said.append(f"{partly[0].upper()}{partly[1:]}.")
    said.append(sentences.settings(settings_source))
    if preexisting:
        said.append(sentences.preexisting(preexisting))
    return tuple(said)


def _not_looked_at(files: Sequence[FileReport], unread: Sequence[Unread]) -> tuple[Unread, ...]:
    whole = [Unread(one.path, one.not_analysed) for one in files if one.not_analysed is not None]
    return tuple(dict.fromkeys([*unread, *whole, *_limits(files)]))


def _limits(files: Sequence[FileReport]) -> Iterator[Unread]:
    """What was left out within files; what many files share is said once."""
    paths: dict[str, list[str]] = {}
    for one in files:
        for limit in one.limits:
            paths.setdefault(limit, []).append(one.path)
    for limit, those in paths.items():
        if len(those) > _SHARED:
            yield Unread(those[0], sentences.shared_limit(limit, len(those) - 1))
        else:
            yield from (Unread(path, limit) for path in those)
