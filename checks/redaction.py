"""Takes the secrets of a file out of all that is said about the file.

A check that quotes code may quote a line on which a secret stands: a call with a password among its
arguments, a suggestion of whole lines. What the checks on secrets found is known by its place, so
it is taken out of every word, whichever check speaks, before the report leaves the worker.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from checks.light import replace
from checks.model import Evidence, FileReport, Finding, Span, Step, Suppressed
from checks.text import SourceText

MASK = "***"
_QUOTES = " \t\r\n\"'`,;()"
_SHORTEST = 6
"""Characters: shorter texts stand in words that hold no secret."""
_SHORTEST_LINE = 16
"""Of a secret of several lines, those lines are taken out that are at least that long."""


def places_of_secrets(findings: Iterable[Finding]) -> tuple[Span, ...]:
    """Where the secrets of a file stand, in order."""
    return tuple(sorted(one.span for one in findings if one.identity))


def secrets_in(findings: Iterable[Finding], source: SourceText) -> tuple[str, ...]:
    """The secrets of a file themselves, the longest first."""
    texts: set[str] = set()
    for span in places_of_secrets(findings):
        text = source.slice(span).decode("utf-8", "replace").strip(_QUOTES)
        lines = [line.strip(_QUOTES) for line in text.split("\n")]
        shortest = _SHORTEST if len(lines) == 1 else _SHORTEST_LINE
        texts.update(line for line in lines if len(line) >= shortest)
    return tuple(sorted(texts, key=lambda one: (-len(one), one)))


def masked(data: bytes, span: Span, secrets: Sequence[Span]) -> bytes:
    """The bytes of a span without those of the secrets that overlap it."""
    pieces, at = [], span.start
    for start, end in secrets:
        if end > at and start < span.end:
            pieces += [data[at : max(start, at)], MASK.encode()]
            at = max(at, end)
    pieces.append(data[at : span.end])
    return b"".join(pieces)


def redacted(report: FileReport, secrets: Sequence[str]) -> FileReport:
    """The report without the secrets, and without suggestions that would repeat one."""
    if not secrets:
        return report
    redact = _Redaction(secrets)
    return replace(
        report,
        findings=tuple(redact.finding(one) for one in report.findings),
        evidence=tuple(redact.evidence(one) for one in report.evidence),
        suppressed=tuple(redact.suppressed(one) for one in report.suppressed),
        limits=tuple(redact.text(one) for one in report.limits),
    )


class _Redaction:
    def __init__(self, secrets: Sequence[str]) -> None:
        self._secrets = secrets

    def text(self, text: str) -> str:
        for secret in self._secrets:
            if secret in text:
                text = text.replace(secret, MASK)
        return text

    def _holds(self, text: str) -> bool:
        return any(secret in text for secret in self._secrets)

    def finding(self, one: Finding) -> Finding:
        suggestion, edits = one.suggestion, one.edits
        if any(self._holds(edit.text) for edit in edits):
            suggestion, edits = None, ()
        if suggestion is not None and self._holds(suggestion.text):
            suggestion = None
        return replace(
            one,
            message=self.text(one.message),
            why=self.text(one.why),
            fix=self.text(one.fix),
            trace=tuple(self._step(step) for step in one.trace),
            edits=edits,
            suggestion=suggestion,
        )

    def _step(self, step: Step) -> Step:
        return replace(step, note=self.text(step.note))

    def evidence(self, one: Evidence) -> Evidence:
        return replace(one, fate=self.text(one.fate), detail=self.text(one.detail))

    def suppressed(self, one: Suppressed) -> Suppressed:
        return replace(one, reason=self.text(one.reason))
