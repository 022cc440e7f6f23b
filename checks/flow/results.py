"""What came out of a run: the flows that were found, and what every sink was reached by."""

from __future__ import annotations

import enum
from typing import TYPE_CHECKING

from checks.light import dataclass, field

if TYPE_CHECKING:
    from checks.flow.machine import ModuleRun
    from checks.flow.values import Taint, Value
    from checks.models.facts import Sink

MAX_HITS = 400
"""Flows that are kept in one file."""
MAX_CAUSED = 16
"""Sinks of one cause that are kept."""


class Reach(enum.IntEnum):
    """What reaches a sink at most. Ordered."""

    CLEAN = 0
    """Constants, and what was cleaned or tested for this use."""
    VAGUE = 1
    """Content whose origin is not known: a parameter that nobody feeds."""
    TAINTED = 2


@dataclass(slots=True)
class Hit:
    """Untrusted content that reaches a sink."""

    kind: str
    module: ModuleRun
    start: int
    end: int
    """The call that is the sink."""
    function: tuple[int, int]
    """What is called, as it is written."""
    argument: tuple[int, int]
    callee: str
    taint: Taint
    value: Value
    sink: Sink
    way: tuple[tuple[ModuleRun, int, int], ...]
    """The calls that lead from the entry to the function with the sink, outermost first."""

    @property
    def rank(self) -> tuple[bool, bool, int]:
        """Which of several flows to the same sink is shown: the largest."""
        trace = self.taint.trace
        return (
            self.taint.source.kind == "remote",
            self.taint.sure,
            -(0 if trace is None else trace.length),
        )


Place = tuple[str, int, int, str]
"""A file's path, the bytes of a call, and a kind."""


@dataclass(slots=True)
class Results:
    """All that a run found."""

    hits: dict[Place, Hit] = field(default_factory=dict)
    reaches: dict[Place, Reach] = field(default_factory=dict)
    causes: dict[Place, list[Place]] = field(default_factory=dict)
    """Calls that made a sink what it is, the parser that it uses for instance, and these sinks."""
    visited: set[tuple[str, int, int]] = field(default_factory=set)
    """The calls that were evaluated."""
    muted: bool = False
    """While a condition is read again to learn what follows from it."""
    guessing: bool = False
    """While a function is run for callers that nobody sees, though its file calls it, too."""

    def take(self, other: Results) -> None:
        """Begin with what another run found."""
        self.hits.update(other.hits)
        self.reaches.update(other.reaches)
        self.causes.update(other.causes)
        self.visited |= other.visited

    def add(self, hit: Hit) -> None:
        """Keep a flow; of several to one sink, one."""
        if self.muted:
            return
        place = (hit.module.path, hit.start, hit.end, hit.kind)
        known = self.hits.get(place)
        if known is None:
            if len(self.hits) < MAX_HITS:
                self.hits[place] = hit
        elif hit.rank > known.rank:
            self.hits[place] = hit

    def caused(self, cause: Place, sink: Place) -> None:
        """Note that a call made a sink of another one."""
        known = self.causes.setdefault(cause, [])
        if not self.muted and sink not in known and len(known) < MAX_CAUSED:
            known.append(sink)

    def note(self, place: Place, reach: Reach) -> None:
        """Note what reached a sink in one evaluation of it.

        Callers that nobody sees do not make doubtful what those that are seen pass.
        """
        known = self.reaches.get(place)
        if self.muted:
            return
        if self.guessing and reach is Reach.VAGUE:
            reach = Reach.CLEAN
        if known is None or reach > known:
            self.reaches[place] = reach
