"""What a check speaks to, and what evidence is put into.

A report knows the check, the file and the repository's wishes, so that a check says only what is
wrong, why it matters and how to mend it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from typing import TypeAlias

import tree_sitter

from checks.events import Call, Flow
from checks.flow.results import Reach
from checks.following import Following
from checks.languages.python.context import Located
from checks.languages.python.index import Index
from checks.languages.python.module import Module
from checks.languages.python.parse import Expired, never
from checks.languages.python.values import Value
from checks.languages.syntax.located import Located as Somewhere
from checks.languages.syntax.source_file import SourceFile
from checks.light import replace
from checks.model import (
    Aspect,
    Confidence,
    Edit,
    Evidence,
    Finding,
    Lines,
    Profile,
    Role,
    Settings,
    Severity,
    Span,
    State,
    Step,
    Surface,
)
from checks.registry import Check
from checks.text import SourceText

At: TypeAlias = "tree_sitter.Node | Span | Value | Located | Somewhere"
"""What a finding can point at."""

MAX_FINDINGS = 200
"""Findings of one check in one file; a file with more of them needs another tool."""

_LINES_NAMED = 5
MAX_EVIDENCE = 2_000
"""Evidence of one file; the words that people read count it and lose nothing by the rest."""


class Desk:
    """What all reports on one file share. Made by the engine."""

    def __init__(
        self,
        path: str,
        source: SourceText,
        role: Role,
        settings: Settings,
        index: Index,
        module: Module | None,
        following: Following | None = None,
        deadline: Callable[[], bool] = never,
        file: SourceFile | None = None,
    ) -> None:
        self.file = file
        """The text as code, when it is of another language than Python."""
        self.deadline = deadline
        """Tells that the time of the file is over."""
        self.following = following
        self.path = path
        self.source = source
        self.role = role
        self.settings = settings
        self.index = index
        self.module = module
        self.findings: list[Finding] = []
        self.evidence: list[Evidence] = []
        self.limits: list[str] = []
        self.expired = False
        """Whether the time was over before everything was looked at."""
        self.said = 0
        """How often somebody said something."""


class EvidenceSink:
    """Where a gatherer, or a check, notes what an aspect looked at."""

    def __init__(self, desk: Desk, aspect: Aspect) -> None:
        self._desk = desk
        self.aspect = aspect
        self.role = desk.role
        self.index = desk.index
        self.settings = desk.settings
        self.path = desk.path

    @property
    def is_full(self) -> bool:
        """Whether nothing more is taken down for this file."""
        return len(self._desk.evidence) >= MAX_EVIDENCE

    def add(
        self,
        at: At | Lines,
        noun: str,
        plural: str,
        fate: str = "",
        detail: str = "",
        state: State = State.CLEAN,
        aspect: Aspect | None = None,
    ) -> None:
        """Note one thing: see :class:`~checks.model.Evidence` for what the words are for."""
        if self.is_full:
            return
        self._desk.said += 1
        lines = at if isinstance(at, Lines) else self._desk.source.lines(_span(at))
        self._desk.evidence.append(
            Evidence(self.aspect if aspect is None else aspect, lines, noun, plural, fate, detail,
                     state)
        )  # fmt: skip


class Report:
    """What a check speaks to: ``report(at=call, message=…, why=…, fix=…)``."""

    def __init__(self, check: Check, desk: Desk) -> None:
        self._check = check
        self._desk = desk
        self._count = 0
        self.path = desk.path
        self.source = desk.source
        self.role = desk.role
        """The role of the file."""
        self.settings = desk.settings
        self.index = desk.index
        """The classes, functions and fixtures of all Python files of the change."""
        self.module = desk.module
        self.evidence = EvidenceSink(desk, check.aspect)
        self.expired = desk.deadline
        """Tells that the time of the file is over: for :func:`checks.clock.timed`."""

    @property
    def said(self) -> Sequence[Finding]:
        """What all checks have said about this text so far."""
        return self._desk.findings

    @property
    def is_full(self) -> bool:
        """Whether the check has more findings in this file than are reported."""
        return self._count > MAX_FINDINGS

    def reach(self, at: At, kind: str) -> Reach | None:
        """What reaches a call of this file at most, by the flow analysis.

        ``Reach.CLEAN``: constants, or what was cleaned or tested for this kind of use, or the call
        cannot be executed. ``Reach.TAINTED``: data from outside; a flow is told of by itself.
        ``Reach.VAGUE``: of unknown origin, a parameter for instance. ``None``: it is not known.
        """
        desk = self._desk
        if desk.following is None or desk.module is None:
            return None
        try:
            return desk.following.reach(desk.module, _span(at), kind)
        except Expired:
            desk.expired = True
            return None

    def seen(self, call: Call, position: int | None, keyword: str) -> Sequence[object]:
        """What an argument of a call is that cannot be read where it stands.

        Constants and :class:`~checks.flow.watching.Named` things of libraries, as they come
        through fields, tables and other functions of the change; one for each way to it. It costs
        a run of the file, so ask last.
        """
        desk = self._desk
        if desk.following is None or desk.module is None:
            return ()
        around = call.function
        start = None if around is None else around.node.start_byte
        try:
            return desk.following.seen(desk.module, call.span, start, (position, keyword))
        except Expired:
            desk.expired = True
            return ()

    def flow(self, at: At, kind: str) -> Flow | None:
        """The flow of untrusted data to a call of this file, when one was found."""
        desk = self._desk
        if desk.following is None or desk.module is None:
            return None
        try:
            return desk.following.flow(desk.module, _span(at), kind)
        except Expired:
            desk.expired = True
            return None

    def __call__(
        self,
        *,
        at: At,
        message: str,
        why: str,
        fix: str,
        severity: Severity | None = None,
        confidence: Confidence | None = None,
        surface: Surface | None = None,
        trace: Sequence[Step] = (),
        edits: Sequence[Edit] = (),
        identity: str = "",
        scope: str | None = None,
    ) -> None:
        """Report a finding.

        Args:
            at: what is wrong: an event, a value, a node, or a span of bytes.
            message: what is wrong, in one short sentence.
            why: why it matters here, in one short sentence.
            fix: how to mend it, in one short sentence.
            severity: how bad it is here, when it differs from the check's own.
            confidence: how sure this is, when it differs from the check's own.
            surface: where it is shown, when it differs from the check's own.
            trace: the way that data took, the source first.
            edits: the mend, only when it is certain and stands alone. It is offered for one click
                when the engine proves that it removes the finding and adds none.
            identity: what the fingerprint is made of in place of the flagged text, where that is
                secret.
            scope: what encloses it, where the place itself does not know.
        """
        self._count += 1
        self._desk.said += 1
        if self._count > MAX_FINDINGS:
            if self._count == MAX_FINDINGS + 1:
                self._desk.limits.append(
                    f"more than {MAX_FINDINGS} findings of {self._check.id}, the rest left out"
                )
            return
        check, desk = self._check, self._desk
        span = _span(at)
        certainty = check.confidence if confidence is None else confidence
        weight = check.severity if severity is None else severity
        weight = desk.settings.severities.get(check.id, weight)
        wanted = check.surface if surface is None else surface
        desk.findings.append(
            Finding(
                check=check.id,
                aspect=check.aspect,
                path=desk.path,
                span=span,
                region=desk.source.region(span),
                message=message,
                why=why,
                fix=fix,
                severity=weight,
                confidence=certainty,
                surface=surface_for(desk.settings.profile, wanted, weight, certainty),
                scope=self._scope(at, span) if scope is None else scope,
                trace=tuple(trace),
                edits=tuple(edits),
                identity=identity,
            )
        )

    def _scope(self, at: At, span: Span) -> str:
        if isinstance(at, Located):
            return at.scope
        if isinstance(at, Value):
            return at.context.qualified_name
        code = self._desk.module or self._desk.file
        return "" if code is None else code.scope_at(span.start)


def surface_for(
    profile: Profile, wanted: Surface, severity: Severity, confidence: Confidence
) -> Surface:
    """Where a finding is shown under a repository's profile."""
    if profile is Profile.QUIET:
        inline = (
            wanted is Surface.INLINE and severity >= Severity.HIGH and confidence is Confidence.HIGH
        )
    elif profile is Profile.STRICT and confidence is Confidence.HIGH:
        inline = True
    else:
        inline = wanted is Surface.INLINE and confidence is not Confidence.LOW
    return Surface.INLINE if inline else Surface.SUMMARY


def said_once(
    findings: Iterable[Finding],
    once: Collection[str],
    once_a_file: Collection[str] = (),
    brief: Collection[str] = (),
) -> Iterator[Finding]:
    """Move to the summary what a comment in the same function, or file, already says.

    Decided on what is new in a change, so that an older line never silences a new one.

    Args:
        findings: those of one file, in the order of the text.
        once: ids of the checks of which one comment a function is enough.
        once_a_file: ids of those of which one a file is.
        brief: ids of those of which one line of the summary a file is: it names the other lines.
    """
    findings = list(findings)
    alike: dict[str, list[Finding]] = {}
    for one in findings:
        if one.check in brief:
            alike.setdefault(one.check, []).append(one)
    said: set[tuple[str, str]] = set()
    for one in findings:
        if one.check in brief:
            first, *others = alike[one.check]
            if one is first:
                yield replace(one, message=_with_others(one.message, others)) if others else one
            continue
        alone = one.check in once_a_file
        key = (one.check, "" if alone else one.scope)
        limited = alone or (one.check in once and bool(one.scope))
        if one.surface is not Surface.INLINE or not limited:
            yield one
        elif key in said:
            yield replace(one, surface=Surface.SUMMARY)
        else:
            said.add(key)
            yield one


def _with_others(message: str, others: Sequence[Finding]) -> str:
    """The message, which ends in a full stop, with the lines of which the same could be said."""
    lines = [str(one.region.start_line) for one in others]
    shown, left = ", ".join(lines[:_LINES_NAMED]), len(lines) - _LINES_NAMED
    more = f" and {left} more" if left > 0 else ""
    return f"{message.removesuffix('.')}; alike: line{'s' * (len(lines) > 1)} {shown}{more}."


def _span(at: At) -> Span:
    if isinstance(at, Span):
        return at
    if isinstance(at, (Located, Value, Somewhere)):
        return at.span
    return Span(*at.byte_range)
