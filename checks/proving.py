"""Suggestions that are proved: the edited text is read and looked at, as the file itself was.

What a check proposes is offered by one click only when it leaves code that can be read, one finding
less, and none that was not there before. Pure.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence

from checks.inspection import Inspector, Subject
from checks.languages.front_ends import reader_of
from checks.languages.python.module import Module, read
from checks.languages.python.parse import Expired
from checks.languages.syntax.source_file import SourceFile
from checks.light import replace
from checks.model import Finding, Settings, Suggestion
from checks.reading import Read
from checks.report import Desk
from checks.suggestion import as_lines, edited, without_clashes
from checks.text import SourceText
from checks.workflows import reading as workflow_reading

MAX_SUGGESTIONS = 10
"""Suggestions that are proved in one file: each costs a reading of the edited text."""


def read_again(
    read_file: Read, source: SourceText, path: str, deadline: Callable[[], bool]
) -> Module | SourceFile:
    """Another text of a file, as code of its language.

    Raises:
        Expired: the time is over.
    """
    code = read_file.code
    reader = None if code is None else reader_of(code.language)
    if code is None or reader is None:
        return read(source, path, deadline)
    return reader(source, path, code.language, deadline)


def another(
    read_file: Read, path: str, source: SourceText, code: Module | SourceFile | None
) -> Subject:
    """Another text of a file, to be looked at by itself."""
    role = read_file.role.role
    if isinstance(code, SourceFile):
        return Subject(path, source, None, role, None, file=code)
    return Subject(path, source, code, role, None)


class Proofs:
    """The suggestions of one file."""

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
        self._settings = settings
        self._deadline = deadline

    def with_suggestions(self, findings: list[Finding], desk: Desk) -> list[Finding]:
        """The findings, those whose edits are proved safe with their suggestion.

        Each edit alone must remove its finding and add none of its check; that all of them
        together add none of another check is asked once, and of each one only when they do.
        """
        candidates = [one for one in findings if one.edits][:MAX_SUGGESTIONS]
        if desk.expired or not candidates:
            return findings
        before = Counter(one.check for one in desk.findings)
        proved = [
            (one, suggestion)
            for one in candidates
            if (suggestion := self._prove([one], before, frozenset({one.check})))
        ]
        together = [one for one, _ in proved]
        if len(proved) == 1 or not self._prove(together, before):
            proved = [pair for pair in proved if self._prove(pair[:1], before)]
        suggestions = {id(one): suggestion for one, suggestion in without_clashes(proved)}
        return [replace(one, suggestion=suggestions.get(id(one))) for one in findings]

    def _is_sound(
        self,
        source: SourceText,
        before: Module | SourceFile | None,
        after: Module | SourceFile | None,
    ) -> bool:
        """Whether an edit leaves a text that can be read as well as before."""
        if before is None or after is None:
            return workflow_reading.is_sound(self._file.path, source)
        return len(after.errors()) <= len(before.errors())

    def _prove(
        self,
        findings: Sequence[Finding],
        before: Counter[str],
        only: frozenset[str] | None = None,
    ) -> Suggestion | None:
        """What the first edit suggests, when all of them leave fewer findings and no new ones.

        The edited file must parse, and hold one finding less for each edit, of the checks ``only``
        or of all.
        """
        code = self._read.module or self._read.code
        edits = tuple(dict.fromkeys(edit for one in findings for edit in one.edits))
        suggestion = as_lines(self._read.source, findings[0].edits) if findings else None
        after = edited(self._read.source, edits)
        if suggestion is None or after is None:
            return None
        source = SourceText(after)
        changed = None
        if code is not None:
            try:
                changed = read_again(self._read, source, self._file.path, self._deadline)
            except Expired:
                return None
        if not self._is_sound(source, code, changed):
            return None
        subject = another(self._read, self._file.path, source, changed)
        desk = self._inspector.inspect(subject, only, gather=False, settings=self._settings)
        counts = Counter(one.check for one in desk.findings)
        allowed = before - Counter(one.check for one in findings)
        if desk.expired or any(counts[check] > allowed[check] for check in counts):
            return None
        return suggestion
