"""A stranger's value, and the way that it took."""

from __future__ import annotations

from checks.light import dataclass, replace
from checks.model import Span, Step
from checks.text import SourceText
from checks.workflows.contexts import Level

_MAX_HOPS = 12


@dataclass(frozen=True, slots=True)
class Hop:
    """One step of the way."""

    span: Span
    note: str


@dataclass(frozen=True, slots=True)
class Taint:
    """Something that others write."""

    what: str
    """As a reader calls it: "the title of the issue"."""
    path: str
    """The context that it comes from."""
    events: frozenset[str]
    """The events in which it is there."""
    level: Level
    lines: bool = False
    """Whether it may have more than one line."""
    trace: tuple[Hop, ...] = ()
    as_json: bool = False
    """Whether it was made JSON on the way."""

    def then(self, span: Span, note: str) -> Taint:
        """The same value, one step further."""
        if len(self.trace) >= _MAX_HOPS:
            return self
        return replace(self, trace=(*self.trace, Hop(span, note)))

    def steps(self, path: str, source: SourceText, sink: Span, note: str) -> tuple[Step, ...]:
        """The way as a finding tells it, the sink last; empty where source and sink are one."""
        if not self.trace:
            return ()
        hops = (*self.trace, Hop(sink, note))
        return tuple(Step(path, source.region(hop.span), hop.note) for hop in hops)
