"""What checks of languages other than Python are handed, and which listeners hear what."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Generic, TypeAlias, TypeVar

from checks.events import Flow, TextEvent
from checks.languages.python.parse import Expired, never
from checks.languages.syntax.grammar import Grammar
from checks.languages.syntax.located import Located
from checks.languages.syntax.source_file import Call, SourceFile
from checks.light import dataclass
from checks.registry import EventKind, Events

Emit: TypeAlias = Callable[[int, Any], None]
"""Takes the number of a listener and the event."""

FileT = TypeVar("FileT", bound=SourceFile)


@dataclass(frozen=True, slots=True)
class FileEvent(Generic[FileT]):
    """A whole file: what ``MODULE`` sends out."""

    file: FileT
    path: str


@dataclass(frozen=True, slots=True)
class FileChange(Generic[FileT]):
    """The file before and after; a side is ``None`` when it does not exist or was not read."""

    path: str
    base: FileT | None
    head: FileT | None


class SyntaxDispatch:
    """A table of listeners for one grammar; a listener is known by its number.

    Hears ``calls``, ``nodes``, ``MODULE``, ``TEXT`` and ``CHANGE``. An event of ``calls`` is the
    language's own :class:`~checks.languages.syntax.source_file.Call`, one of ``nodes`` a
    :class:`~checks.languages.syntax.located.Located`.

    Raises:
        ValueError: a listener asks for what the language has not.
    """

    def __init__(self, listeners: Sequence[tuple[Events, ...]], grammar: Grammar) -> None:
        self._calls: dict[str, list[tuple[str, int]]] = {}
        self._every_call: list[int] = []
        self._nodes: dict[int, list[int]] = {}
        self._kinds: dict[EventKind, list[int]] = {kind: [] for kind in EventKind}
        self._grammar = grammar
        for number, events in enumerate(listeners):
            for one in events:
                self._add(number, one)

    def _add(self, number: int, events: Events) -> None:
        if events.kind is EventKind.CALL:
            for name in events.names:
                last = name.rpartition(".")[2]
                self._calls.setdefault(last, []).append((name, number))
            if not events.names:
                self._every_call.append(number)
        elif events.kind is EventKind.NODE:
            for name in events.names:
                if name in self._grammar.leaves:
                    raise ValueError(f"nodes of kind {name!r} are not recorded")
                if self._grammar.has(name):
                    self._nodes.setdefault(self._grammar.kind(name), []).append(number)
        elif events.kind in (EventKind.FLOW, EventKind.FUNCTION, EventKind.CLASS):
            raise ValueError(f"{events.kind} events are sent out for Python only")
        else:
            self._kinds[events.kind].append(number)

    @property
    def compares(self) -> bool:
        """Whether a listener asks for the base beside the head."""
        return bool(self._kinds[EventKind.CHANGE])

    @property
    def follows(self) -> bool:
        """Whether a listener asks for the flow of data."""
        return False

    def flow(self, event: Flow, emit: Emit) -> None:
        """No data is followed."""

    def code(self, file: SourceFile, emit: Emit, expired: Callable[[], bool] = never) -> None:
        """Send out everything that happens in a file of code.

        Raises:
            Expired: the time was over before the end.
        """
        for number in self._every_call:
            for call in file.calls():
                emit(number, call)
        for word, entries in self._calls.items():
            for call in file.calls_named(word):
                _offer(call, entries, emit)
        if expired():
            raise Expired
        for kind, numbers in self._nodes.items():
            for place in file.places[kind]:
                node = Located(file, place)
                for number in numbers:
                    emit(number, node)
        if expired():
            raise Expired
        for number in self._kinds[EventKind.MODULE]:
            emit(number, FileEvent(file, file.path))

    def text(self, event: TextEvent, emit: Emit) -> None:
        """Send out a file's text."""
        for number in self._kinds[EventKind.TEXT]:
            emit(number, event)

    def change(self, event: FileChange[SourceFile], emit: Emit) -> None:
        """Send out a file before and after."""
        for number in self._kinds[EventKind.CHANGE]:
            emit(number, event)


def _offer(call: Call, entries: list[tuple[str, int]], emit: Emit) -> None:
    name = call.name
    told: set[int] = set()
    for pattern, number in entries:
        if number in told:
            continue
        if call.is_method if pattern.startswith("*.") else pattern == name:
            told.add(number)
            emit(number, call)
