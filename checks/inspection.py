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

_LOOK_EVERY = 16
"""Events between two looks at the deadline."""


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
        self._following = Following(index.known, deadline)
        self._deadline = deadline
        self._strict = strict
        self._tables: dict[_Key, _Table] = {}
        self.comparing = frozenset(
            one.id
            for one in self._checks
            if any(event.kind is EventKind.CHANGE for event in one.on)
        )
        """Ids of the checks that compare base and head themselves."""
        self.once = frozenset(one.id for one in self._checks if one.once)
        """Ids of the checks of which one comment a function is enough."""

    def look_into(self, index: Index) -> None:
        """Look names up in this index from now on: each file of a change has one of its own."""
        self._index = index
        self._following = Following(index.known, self._deadline)

    def compares(self, role: Role) -> bool:
        """Whether a check of this role asks for the base beside the head."""
        return self._table(_Key(role, is_code=True)).dispatch.compares

    def inspect(
        self, subject: Subject, only: frozenset[str] | None = None, *, gather: bool = True
    ) -> Desk:
        """Everything that the checks and gatherers say about a text.

        Args:
            subject: the text.
            only: ids of the checks to run; ``None`` for all.
            gather: whether evidence is gathered, too.

        When the time is over the desk holds what was found until then, and says so by
        :attr:`Desk.expired`. The time is looked at between any two events, and within one wherever
        the tree is searched (:meth:`Module.visit`).
        """
        is_code = subject.module is not None
        table = self._table(_Key(subject.role, is_code=is_code, only=only, gather=gather))
        desk = Desk(
            subject.path,
            subject.source,
            subject.role,
            self._settings,
            self._index,
            subject.module,
            self._following,
            self._deadline,
        )
        run = _Run(table.listeners, desk, self._deadline, strict=self._strict)
        try:
            self._send(subject, table.dispatch, run)
        except Expired:
            desk.expired = True
        return desk

    def _send(self, subject: Subject, dispatch: Dispatch, run: _Run) -> None:
        """Send out everything that happens in a text.

        Raises:
            Expired: the time was over before the end.
        """
        module = subject.module
        dispatch.text(
            TextEvent(subject.path, subject.source, subject.role, subject.added, module), run.emit
        )
        if module is None:
            return
        dispatch.code(module, run.emit, self._deadline)
        if dispatch.follows:
            for flow in self._following.events(module):
                dispatch.flow(flow, run.emit)
        run.desk.limits += self._following.limits(module)
        dispatch.change(Change(subject.path, subject.base, module), run.emit)

    def _table(self, key: _Key) -> _Table:
        if key not in self._tables:
            self._tables[key] = self._make_table(key)
        return self._tables[key]

    def _make_table(self, key: _Key) -> _Table:
        listeners: list[Check | Gatherer] = []
        events: list[tuple[Events, ...]] = []
        wanted = [one for one in self._checks if key.only is None or one.id in key.only]
        everyone: list[Check | Gatherer] = [*wanted, *(self._gatherers if key.gather else ())]
        for one in everyone:
            reads_code = isinstance(one, Gatherer) or "python" in one.languages
            heard = tuple(
                event
                for event in one.on
                if event.kind is EventKind.TEXT or (key.is_code and reads_code)
            )
            if heard and key.role in one.roles:
                listeners.append(one)
                events.append(heard)
        return _Table(tuple(listeners), Dispatch(events))


@dataclass(frozen=True, slots=True)
class _Key:
    """What a table is made for: see :meth:`Inspector.inspect`."""

    role: Role
    is_code: bool
    only: frozenset[str] | None = None
    gather: bool = True


@dataclass(frozen=True, slots=True)
class _Table:
    listeners: tuple[Check | Gatherer, ...]
    dispatch: Dispatch


class _Run:
    """The checks at work on one text.

    One that fails is named and left out for the rest of the text; one that has said all that is
    listened to is left out, too.
    """

    def __init__(
        self,
        listeners: tuple[Check | Gatherer, ...],
        desk: Desk,
        deadline: Callable[[], bool],
        *,
        strict: bool,
    ) -> None:
        self.desk = desk
        self._listeners = listeners
        self._deadline = deadline
        self._strict = strict
        self._sent = 0
        self._speakers: list[Report | EvidenceSink | None] = [
            EvidenceSink(desk, one.aspect) if isinstance(one, Gatherer) else Report(one, desk)
            for one in listeners
        ]

    def emit(self, number: int, event: Any) -> None:
        """Hand an event to a listener.

        Raises:
            Expired: the time is over.
        """
        speaker = self._speakers[number]
        if speaker is None:
            return
        self._sent += 1
        if self._sent % _LOOK_EVERY == 0 and self._deadline():
            raise Expired
        listener = self._listeners[number]
        try:
            listener.run(event, speaker)
        except Expired:
            raise
        except Exception:
            # A defect in one check must not cost the review of the file; it is not hidden either.
            if self._strict:
                raise
            self._speakers[number] = None
            name = listener.id if isinstance(listener, Check) else listener.name
            self.desk.limits.append(f"check {name} failed on this file")
        if speaker.is_full:
            self._speakers[number] = None
