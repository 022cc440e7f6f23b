"""One text under all checks that concern it.

The engine uses it for the head, for the base that the head is compared with, and for the edited
text that proves a suggestion.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from checks.dispatch import Dispatch
from checks.events import Change, TextEvent
from checks.evidence.registry import Gatherer
from checks.following import Following
from checks.languages.python.index import Index
from checks.languages.python.module import Module
from checks.languages.python.parse import Expired
from checks.model import Lines, Role, Settings
from checks.registry import Check, EventKind, Events
from checks.report import Desk, EvidenceSink, Report
from checks.text import SourceText


@dataclass(frozen=True, slots=True)
class Subject:
    """What is looked at: one text, at one path, in one role."""

    path: str
    source: SourceText
    module: Module | None
    """The text as code, when it was read as code."""
    role: Role
    added: tuple[Lines, ...] | None
    base: Module | None = None
    """The code that the text replaces, for the checks that compare."""


class Inspector:
    """Runs checks and gatherers over texts."""

    def __init__(
        self,
        checks: Mapping[str, Check],
        gatherers: Sequence[Gatherer],
        settings: Settings,
        index: Index,
        deadline: Callable[[], bool],
        *,
        strict: bool = False,
    ) -> None:
        self._checks = [one for one in checks.values() if one.id not in settings.disabled]
        self._gatherers = gatherers
        self._settings = settings
        self._index = index
        self._following = Following((*index.modules, *index.context), deadline)
        self._deadline = deadline
        self._strict = strict
        self._tables: dict[tuple[Role, bool], _Table] = {}
        self.comparing = frozenset(
            one.id
            for one in self._checks
            if any(event.kind is EventKind.CHANGE for event in one.on)
        )
        """Ids of the checks that compare base and head themselves."""

    def compares(self, role: Role) -> bool:
        """Whether a check of this role asks for the base beside the head."""
        return self._table(role, is_code=True).dispatch.compares

    def inspect(
        self, subject: Subject, only: frozenset[str] | None = None, *, gather: bool = True
    ) -> Desk:
        """Everything that the checks and gatherers say about a text.

        Args:
            subject: the text.
            only: ids of the checks to run; ``None`` for all.
            gather: whether evidence is gathered, too.

        When the time is over the desk holds what was found until then, and says so by
        :attr:`Desk.expired`.
        """
        table = self._table(subject.role, is_code=subject.module is not None)
        desk = Desk(
            subject.path,
            subject.source,
            subject.role,
            self._settings,
            self._index,
            subject.module,
            self._following,
        )
        run = _Run(table.listeners, desk, only, gather=gather, strict=self._strict)
        event = TextEvent(subject.path, subject.source, subject.role, subject.added, subject.module)
        table.dispatch.text(event, run.emit)
        if subject.module is not None:
            try:
                table.dispatch.code(subject.module, run.emit, self._deadline)
                if table.dispatch.follows:
                    for flow in self._following.events(subject.module):
                        table.dispatch.flow(flow, run.emit)
            except Expired:
                desk.expired = True
                return desk
            desk.limits += self._following.limits(subject.module)
            change = Change(subject.path, subject.base, subject.module)
            table.dispatch.change(change, run.emit)
        return desk

    def _table(self, role: Role, *, is_code: bool) -> _Table:
        key = (role, is_code)
        if key not in self._tables:
            self._tables[key] = self._make_table(role, is_code=is_code)
        return self._tables[key]

    def _make_table(self, role: Role, *, is_code: bool) -> _Table:
        listeners: list[Check | Gatherer] = []
        events: list[tuple[Events, ...]] = []
        everyone: list[Check | Gatherer] = [*self._checks, *self._gatherers]
        for one in everyone:
            reads_code = isinstance(one, Gatherer) or "python" in one.languages
            heard = tuple(
                event
                for event in one.on
                if event.kind is EventKind.TEXT or (is_code and reads_code)
            )
            if heard and role in one.roles:
                listeners.append(one)
                events.append(heard)
        return _Table(tuple(listeners), Dispatch(events))


@dataclass(frozen=True, slots=True)
class _Table:
    listeners: tuple[Check | Gatherer, ...]
    dispatch: Dispatch


class _Run:
    """The checks at work on one text; one that fails is named and left out for the rest of it."""

    def __init__(
        self,
        listeners: tuple[Check | Gatherer, ...],
        desk: Desk,
        only: frozenset[str] | None,
        *,
        gather: bool,
        strict: bool,
    ) -> None:
        self._listeners = listeners
        self._desk = desk
        self._strict = strict
        self._speakers: list[Report | EvidenceSink | None] = []
        for one in listeners:
            if isinstance(one, Gatherer):
                self._speakers.append(EvidenceSink(desk, one.aspect) if gather else None)
            else:
                wanted = only is None or one.id in only
                self._speakers.append(Report(one, desk) if wanted else None)

    def emit(self, number: int, event: Any) -> None:
        """Hand an event to a listener."""
        speaker = self._speakers[number]
        if speaker is None:
            return
        listener = self._listeners[number]
        try:
            listener.run(event, speaker)
        except Exception:
            # A defect in one check must not cost the review of the file; it is not hidden either.
            if self._strict:
                raise
            self._speakers[number] = None
            name = listener.id if isinstance(listener, Check) else listener.name
            self._desk.limits.append(f"check {name} failed on this file")
