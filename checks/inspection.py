"""One text under all checks that concern it.

The engine uses it for the head, for the base that the head is compared with, and for the edited
text that proves a suggestion.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from checks.dispatch import Dispatch
from checks.events import Change, TextEvent
from checks.evidence.registry import Gatherer
from checks.flow.starting import Shelf
from checks.following import Following
from checks.languages.python.index import Index
from checks.languages.python.module import Module
from checks.languages.python.parse import Expired
from checks.languages.syntax.events import FileChange, SyntaxDispatch
from checks.languages.syntax.grammar import Grammar
from checks.languages.syntax.source_file import SourceFile
from checks.light import dataclass
from checks.model import Audits, Lines, Role, Settings, Surface
from checks.path_settings import enabled_somewhere, reads
from checks.registry import Check, EventKind, Events, Implementation
from checks.report import Desk, EvidenceSink, Report
from checks.text import SourceText
from checks.workflows import reading as workflow_reading

_LOOK_EVERY = 16
"""Events between two looks at the deadline."""
_WITHOUT_CODE = (EventKind.TEXT, EventKind.WORKFLOW, EventKind.WORKFLOW_CHANGE)


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
    file: SourceFile | None = None
    """The text as code, when it was read as code of another language than Python."""
    base_file: SourceFile | None = None
    """The same of what the text replaces."""
    base_source: SourceText | None = None
    """The text that it replaces, for workflows."""
    audits: Audits | None = None
    """What another program says about it, for workflows."""

    @property
    def language(self) -> str:
        """The language that the text was read as, ``""`` when it was not read as code."""
        if self.file is not None:
            return self.file.language
        return "" if self.module is None else "python"


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
        off = settings.disabled - enabled_somewhere(settings)
        self._checks = [one for one in checks.values() if one.id not in off]
        self._gatherers = gatherers
        self._settings = settings
        self._index = index
        self._deadline = deadline
        self._shelf = Shelf(deadline)
        self._following = self._followed(index)
        self._strict = strict
        self._tables: dict[_Key, _Table] = {}
        self._comparing: dict[str, frozenset[str]] = {}
        self.once = frozenset(one.id for one in self._checks if one.once)
        """Ids of the checks of which one comment a function is enough."""

    def look_into(self, index: Index) -> None:
        """Look names up in this index from now on: each file of a change has one of its own."""
        self._index = index
        self._following = self._followed(index)

    def _followed(self, index: Index) -> Following:
        return Following(
            index.known,
            self._deadline,
            arguments=not self._settings.trusted_arguments,
            shelf=self._shelf,
        )

    def comparing(self, language: str) -> frozenset[str]:
        """Ids of the checks that compare base and head of a language themselves."""
        if language not in self._comparing:
            parts = ((one.id, one.implementation(language)) for one in self._checks)
            self._comparing[language] = frozenset(
                name
                for name, part in parts
                if part is not None and any(event.kind is EventKind.CHANGE for event in part.on)
            ) | frozenset(
                one.id
                for one in self._checks
                if any(event.kind is EventKind.WORKFLOW_CHANGE for event in one.on)
            )
        return self._comparing[language]

    def once_a_file(self, language: str) -> frozenset[str]:
        """Ids of the checks of which one comment a file of this language is enough."""
        parts = ((one.id, one.implementation(language)) for one in self._checks)
        return frozenset(name for name, part in parts if part is not None and part.once_a_file)

    @property
    def brief(self) -> frozenset[str]:
        """Ids of the checks of which one line of the summary for a file is enough."""
        return frozenset(
            one.id for one in self._checks if one.once_a_file and one.surface is Surface.SUMMARY
        )

    def compares(self, subject: Subject) -> bool:
        """Whether a check of such a text asks for the base beside the head."""
        return self._table(_key(subject, self._settings.disabled)).dispatch.compares

    def inspect(
        self,
        subject: Subject,
        only: frozenset[str] | None = None,
        *,
        gather: bool = True,
        settings: Settings | None = None,
    ) -> Desk:
        """Everything that the checks and gatherers say about a text.

        Args:
            subject: the text.
            only: ids of the checks to run; ``None`` for all.
            gather: whether evidence is gathered, too.
            settings: those of the file (:func:`checks.path_settings.for_path`); ``None`` for what
                holds for all files.

        When the time is over the desk holds what was found until then, and says so by
        :attr:`Desk.expired`. The time is looked at between any two events, and within one wherever
        the tree is searched (:meth:`Module.visit`).
        """
        settings = settings or self._settings
        table = self._table(_key(subject, settings.disabled, only, gather=gather))
        desk = Desk(
            subject.path,
            subject.source,
            subject.role,
            settings,
            self._index,
            subject.module,
            self._following,
            self._deadline,
            subject.file,
        )
        asleep = table.asleep(subject)
        run = _Run(table.listeners, desk, self._deadline, strict=self._strict)
        try:
            self._send(subject, table.dispatch, run, asleep)
        except Expired:
            desk.expired = True
        return desk

    def _send(
        self,
        subject: Subject,
        dispatch: Dispatch | SyntaxDispatch,
        run: _Run,
        asleep: frozenset[int],
    ) -> None:
        """Send out everything that happens in a text.

        Raises:
            Expired: the time was over before the end.
        """
        module = subject.module
        dispatch.text(
            TextEvent(subject.path, subject.source, subject.role, subject.added, module), run.emit
        )
        if isinstance(dispatch, SyntaxDispatch):
            if subject.file is not None:
                dispatch.code(subject.file, run.emit, self._deadline)
                change = FileChange(subject.path, subject.base_file, subject.file)
                dispatch.change(change, run.emit)
            return
        if module is None:
            if reads(run.desk.settings, "yaml"):
                _send_workflow(subject, dispatch, run)
            return
        dispatch.code(module, run.emit, self._deadline, asleep)
        if dispatch.follows:
            for flow in self._following.events(module, dispatch.flow_kinds):
                dispatch.flow(flow, run.emit)
        run.desk.limits += self._following.limits(module)
        dispatch.change(Change(subject.path, subject.base, module), run.emit)

    def _table(self, key: _Key) -> _Table:
        if key not in self._tables:
            self._tables[key] = self._make_table(key)
        return self._tables[key]

    def _make_table(self, key: _Key) -> _Table:
        listeners: list[_Listener] = []
        events: list[tuple[Events, ...]] = []
        wanted = [
            one
            for one in self._checks
            if one.id not in key.off and (key.only is None or one.id in key.only)
        ]
        everyone: list[Check | Gatherer] = [*wanted, *(self._gatherers if key.gather else ())]
        for one in everyone:
            for part in _parts(one, key.language):
                heard = tuple(
                    event
                    for event in part.on
                    if event.kind in _WITHOUT_CODE or key.language in part.languages
                )
                if heard and key.role in part.roles:
                    words = one.words if isinstance(one, Check) and part is one else ()
                    listeners.append(_Listener(one, part.run, tuple(map(str.encode, words))))
                    events.append(heard)
        if key.grammar is not None:
            return _Table(tuple(listeners), SyntaxDispatch(events, key.grammar))
        return _Table(tuple(listeners), Dispatch(events))


def _send_workflow(subject: Subject, dispatch: Dispatch, run: _Run) -> None:
    """Send out a workflow or an action, if the text is one."""
    event, limits = workflow_reading.event_of(
        subject.path,
        subject.source,
        subject.role,
        subject.added,
        subject.base_source,
        subject.audits,
    )
    run.desk.limits += limits
    if event is not None:
        dispatch.workflow(event, run.emit)


@dataclass(frozen=True, slots=True)
class _Key:
    """What a table is made for: see :meth:`Inspector.inspect`."""

    role: Role
    language: str
    """``""`` for a text that is not read as code."""
    grammar: Grammar | None = None
    """That of a file of another language than Python."""
    only: frozenset[str] | None = None
    gather: bool = True
    off: frozenset[str] = frozenset()
    """Ids of the checks that the repository does not want on this file."""


def _key(
    subject: Subject,
    off: frozenset[str],
    only: frozenset[str] | None = None,
    *,
    gather: bool = True,
) -> _Key:
    grammar = None if subject.file is None else subject.file.grammar
    return _Key(subject.role, subject.language, grammar, only, gather, off)


def _parts(one: Check | Gatherer, language: str) -> Iterator[Check | Gatherer | Implementation]:
    """What of a check listens in a language: itself for texts, its implementation for code."""
    other = None if isinstance(one, Gatherer) else one.implementation(language)
    if other is None or language in one.languages:
        yield one
        return
    if any(event.kind is EventKind.TEXT for event in one.on):
        yield one
    yield other


@dataclass(frozen=True, slots=True)
class _Listener:
    owner: Check | Gatherer
    run: Callable[[Any, Any], None]
    words: tuple[bytes, ...] = ()


@dataclass(frozen=True, slots=True)
class _Table:
    listeners: tuple[_Listener, ...]
    dispatch: Dispatch | SyntaxDispatch

    def asleep(self, subject: Subject) -> frozenset[int]:
        """The listeners that have nothing to say of a Python file with these words."""
        if subject.module is None:
            return frozenset()
        text = subject.source.data.lower()
        return frozenset(
            number
            for number, one in enumerate(self.listeners)
            if one.words and not any(word in text for word in one.words)
        )


class _Run:
    """The checks at work on one text.

    One that fails is named and left out for the rest of the text; one that has said all that is
    listened to is left out, too.
    """

    def __init__(
        self,
        listeners: tuple[_Listener, ...],
        desk: Desk,
        deadline: Callable[[], bool],
        *,
        strict: bool,
    ) -> None:
        self.desk = desk
        self._listeners = listeners
        self._deadline = deadline
        self._strict = strict
        self._left = _LOOK_EVERY
        self._said = 0
        self._awake: list[tuple[Callable[[Any, Any], None], Report | EvidenceSink] | None] = [
            (
                one.run,
                EvidenceSink(desk, one.owner.aspect)
                if isinstance(one.owner, Gatherer)
                else Report(one.owner, desk),
            )
            for one in listeners
        ]

    def emit(self, number: int, event: Any) -> None:
        """Hand an event to a listener.

        Raises:
            Expired: the time is over.
        """
        awake = self._awake[number]
        if awake is None:
            return
        self._left -= 1
        if not self._left:
            self._left = _LOOK_EVERY
            if self._deadline():
                raise Expired
        run, speaker = awake
        try:
            run(event, speaker)
        except Expired:
            raise
        except Exception:
            # A defect in one check must not cost the review of the file; it is not hidden either.
            if self._strict:
                raise
            self._awake[number] = None
            owner = self._listeners[number].owner
            name = owner.id if isinstance(owner, Check) else owner.name
            self.desk.limits.append(f"check {name} failed on this file")
        if self.desk.said != self._said:
            self._said = self.desk.said
            if speaker.is_full:
                self._awake[number] = None
