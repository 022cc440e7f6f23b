"""The analysis of a change: files in, one report a file out.

Pure: what it is given decides what comes out, byte for byte. It never raises for what stands in a
file; what it could not look at is a line in that file's report.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from checks import baseline, path_settings, registry, suppression
from checks.comments import Commented, CommentedText
from checks.evidence import registry as gatherers
from checks.evidence.registry import Gatherer
from checks.fingerprint import with_fingerprints
from checks.inspection import Inspector, Subject
from checks.languages import roles as file_roles
from checks.languages.python.evaluate import MAX_EVALUATIONS
from checks.languages.python.gathering import gather
from checks.languages.python.index import Index
from checks.languages.python.module import Module
from checks.languages.python.parse import Expired, never
from checks.languages.syntax.source_file import SourceFile
from checks.light import replace
from checks.model import (
    IGNORED,
    ChangedFile,
    FileReport,
    Finding,
    Lines,
    Profile,
    Settings,
    Surface,
)
from checks.proving import Proofs, another, read_again
from checks.reading import (
    TIME_LIMIT,
    Decide,
    Read,
    by_importers,
    look_up_projects,
    read_file,
)
from checks.redaction import redacted, secrets_in
from checks.registry import Check
from checks.report import said_once
from checks.repository import Beside, Bounds, Lookup
from checks.text import SourceText

_BOUNDS = Bounds()
_ALONE = Beside()


def analyse(
    files: Sequence[ChangedFile],
    settings: Settings,
    roles: Decide = file_roles.decide,
    deadline: Callable[[], bool] = never,
    *,
    strict: bool = False,
    checks: Mapping[str, Check] | None = None,
    evidence: Sequence[Gatherer] | None = None,
    repository: Lookup | None = None,
    bounds: Bounds = _BOUNDS,
) -> tuple[FileReport, ...]:
    """The reports on all files of a change, in the order of the files. See :func:`iterate`."""
    return tuple(
        iterate(
            files,
            settings,
            roles,
            deadline,
            strict=strict,
            checks=checks,
            evidence=evidence,
            repository=repository,
            bounds=bounds,
        )
    )


def iterate(
    files: Sequence[ChangedFile],
    settings: Settings,
    roles: Decide = file_roles.decide,
    deadline: Callable[[], bool] = never,
    *,
    strict: bool = False,
    checks: Mapping[str, Check] | None = None,
    evidence: Sequence[Gatherer] | None = None,
    begins: Callable[[str], None] = lambda _path: None,
    repository: Lookup | None = None,
    bounds: Bounds = _BOUNDS,
    beside: Beside = _ALONE,
) -> Iterator[FileReport]:
    """Analyse a change; each file's report comes as soon as it is ready.

    All files are read before the first report, because checks ask for base classes and fixtures
    of other files; those that are not in the change are then asked of the repository.

    Args:
        files: the files of the change.
        settings: the repository's wishes.
        roles: decides what each file is for.
        deadline: tells that the time for the current file is over; the file is then reported as
            "not analysed: time limit".
        strict: raise what a check raises instead of reporting it as a limit.
        checks: the checks to run, by id; ``None`` for the whole catalogue.
        evidence: the gatherers to run; ``None`` for all.
        begins: told the path of a file before work on it begins, once when it is read and once
            when it is checked: whoever holds the deadline winds the clock again. Told ``""``
            before files of the repository are gathered.
        repository: reads the few other files that the change uses; they are not reported on.
            Whoever holds the deadline winds the clock again with each call.
        bounds: how much of the repository may be asked for.
        beside: what the change holds more: it is looked into, and not reported on.
    """
    subjects = []
    for file in files:
        begins(file.path)
        subjects.append(read_file(file, settings, roles, deadline))
    seen = list(subjects)
    for file in beside.files:
        begins("")
        seen.append(read_file(file, settings, roles, deadline))
    if repository is not None:
        begins("")
    gathered = gather(
        sorted(
            (one.module for one in seen if one.module is not None and not one.file.deleted),
            key=lambda one: one.path,
        ),
        dict.fromkeys([*(one.file.path for one in seen), *beside.paths]),
        repository,
        bounds,
        deadline,
    )
    asked = {path: tuple(paths) for path, paths in gathered.asked.items()}
    if repository is not None:
        for path, more in look_up_projects(seen, repository, bounds).items():
            asked[path] = (*asked.get(path, ()), *more)
    for one in subjects:
        one.limits += gathered.limits.get(one.file.path, ())
    inspector = Inspector(
        registry.load() if checks is None else checks,
        gatherers.load() if evidence is None else evidence,
        settings,
        Index(),
        deadline,
        strict=strict,
    )
    by_path = {one.file.path: one.role.role for one in seen}
    for one in subjects:
        path = one.file.path
        begins(path)
        index = gathered.index_of(path)
        one.role = by_importers(one, index, by_path)
        inspector.look_into(index)
        report = _Review(one, inspector, settings, deadline).report()
        yield replace(report, asked=asked.get(path, ()), scanned=tuple(index.scanned))


class _Review:
    """The report on one file in the making."""

    def __init__(
        self,
        read_file: Read,
        inspector: Inspector,
        settings: Settings,
        deadline: Callable[[], bool],
    ) -> None:
        self._read = read_file
        self._file = read_file.file
        self._inspector = inspector
        # One for the file and its base, also where that had another path.
        self._settings = path_settings.for_path(settings, read_file.file.path)
        self._deadline = deadline
        self._proofs = Proofs(read_file, inspector, self._settings, deadline)
        self._limits = list(read_file.limits)
        self._base_module: Module | SourceFile | None = None
        self._base_is_read = False
        self._language = "" if read_file.module is None else "python"
        if read_file.code is not None:
            self._language = read_file.code.language

    def report(self) -> FileReport:
        """Look at the file."""
        read_file, file = self._read, self._file
        report = FileReport(file.path, read_file.role, read_file.language, deleted=file.deleted)
        if read_file.not_analysed == IGNORED:
            return replace(report, not_analysed=IGNORED)
        if file.deleted:
            return self._on_deleted(report)
        desk = self._inspector.inspect(self._subject(), settings=self._settings)
        self._limits += desk.limits
        if (module := read_file.module) is not None and module.evaluations >= MAX_EVALUATIONS:
            self._limits.append("too many expressions to evaluate: not all values are known")
        not_analysed = TIME_LIMIT if desk.expired else read_file.not_analysed
        found = with_fingerprints(_sorted(desk.findings), read_file.source)
        applied = self._suppress(found, expired=desk.expired)
        found = applied.kept
        findings, preexisting = self._introduced(found, expired=desk.expired)
        if self._settings.profile is not Profile.STRICT:
            findings = list(
                said_once(
                    findings,
                    self._inspector.once,
                    self._inspector.once_a_file(self._language),
                    self._inspector.brief,
                )
            )
        report = replace(
            report,
            findings=tuple(self._proofs.with_suggestions(findings, desk)),
            preexisting=preexisting,
            evidence=tuple(sorted(desk.evidence, key=lambda one: (one.aspect, one.lines))),
            suppressed=tuple(applied.silenced),
            idle=tuple(applied.idle),
            not_analysed=not_analysed,
            limits=tuple(self._limits),
        )
        return redacted(report, secrets_in(desk.findings, read_file.source))

    def _on_deleted(self, report: FileReport) -> FileReport:
        """What the checks that compare say of a deleted file: never on a line, for it has none."""
        subject = self._subject()
        comparing = self._inspector.comparing(self._language)
        desk = self._inspector.inspect(subject, comparing, gather=False, settings=self._settings)
        found = with_fingerprints(_sorted(desk.findings), self._read.source)
        not_analysed = TIME_LIMIT if desk.expired else self._read.not_analysed
        if self._base_is_read and self._base_module is None:
            not_analysed = SourceText(self._file.base or b"").too_large or TIME_LIMIT
        return replace(
            report,
            findings=tuple(replace(one, surface=Surface.SUMMARY) for one in found),
            not_analysed=not_analysed,
            limits=tuple(desk.limits),
        )

    def _subject(self) -> Subject:
        one = self._read
        subject = Subject(
            self._file.path,
            one.source,
            one.module,
            one.role.role,
            self._file.added,
            file=one.code,
            base_source=None if self._file.base is None else SourceText(self._file.base),
            audits=self._file.audits,
        )
        if subject.language and self._inspector.compares(subject):
            base = self._base()
            if isinstance(base, SourceFile):
                return replace(subject, base_file=base)
            return replace(subject, base=base)
        return subject

    def _base(self) -> Module | SourceFile | None:
        """The base as code, read at most once; ``None`` when there is none or no time for it."""
        if not self._base_is_read:
            self._base_is_read = True
            file = self._file
            source = SourceText(file.base or b"")
            if file.base is not None and source.too_large is None:
                try:
                    path = file.old_path or file.path
                    self._base_module = read_again(self._read, source, path, self._deadline)
                except Expired:
                    self._base_module = None
        return self._base_module

    def _suppress(self, found: list[Finding], *, expired: bool) -> suppression.Applied:
        text = self._commented(self._read.source, self._read.module or self._read.code)
        comments = suppression.read_suppressions(text)
        self._limits += suppression.mistakes(comments, registry.load())
        applied = suppression.apply(found, comments, self._file.added, text)
        # What was not looked for may be what a comment silences.
        whole = not expired and self._read.not_analysed is None
        known = registry.load().keys() - self._settings.disabled
        applied.idle = [one for one in applied.idle if whole and known.issuperset(one.checks)]
        return applied

    def _commented(self, source: SourceText, code: Module | SourceFile | None) -> Commented:
        """The text with its comments, by the tree where there is one."""
        if code is not None:
            return code
        return CommentedText(source, self._read.language, suppression.WORDS)

    def _introduced(self, found: list[Finding], *, expired: bool) -> tuple[list[Finding], int]:
        """The findings to report, and how many the base already had."""
        file = self._file
        if not found or file.base is None or not self._settings.baseline:
            return found, 0
        # What compares base and head itself finds only what is new.
        comparing = self._inspector.comparing(self._language)
        fresh = [one for one in found if one.check in comparing]
        rest = [one for one in found if one.check not in comparing]
        base = None if expired else self._base_findings(frozenset(one.check for one in rest))
        if base is None:
            self._limits.append("the base could not be compared: only changed lines are reported")
            kept = [one for one in found if _touches(one, file.added)]
            return kept, len(found) - len(kept)
        new, old = baseline.introduced(
            rest, self._read.source, base, SourceText(file.base), file.added
        )
        return _sorted([*fresh, *new]), old

    def _base_findings(self, checks: frozenset[str]) -> list[Finding] | None:
        code = None
        if self._language:
            code = self._base()
            if code is None:
                return None
        source = SourceText(self._file.base or b"") if code is None else code.source
        path = self._file.old_path or self._file.path
        other = another(self._read, path, source, code)
        desk = self._inspector.inspect(other, checks, gather=False, settings=self._settings)
        if desk.expired:
            return None
        found = _sorted(desk.findings)
        text = self._commented(source, code)
        comments = suppression.read_suppressions(text)
        return suppression.apply(found, comments, None, text).kept


def _sorted(findings: Iterable[Finding]) -> list[Finding]:
    return sorted(findings, key=lambda one: (one.span, one.check, one.message))


def _touches(finding: Finding, added: tuple[Lines, ...] | None) -> bool:
    first, last = finding.region.lines
    return added is None or any(start <= last and first <= end for start, end in added)
