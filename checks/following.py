"""The flow analysis as the checks see it: events for what was found, answers for what they ask.

The bridge between :mod:`checks.flow` and the engine. A file is analysed when something untrusted
can come into it, or when a check asks; at most once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from checks.events import Flow
from checks.flow.analysis import FlowReport, Flows
from checks.flow.escaping import is_note
from checks.flow.kinds import PART
from checks.flow.results import Hit, Reach
from checks.flow.starting import Shelf
from checks.flow.values import Link
from checks.languages.python.module import Module
from checks.model import Confidence, Span, Step
from checks.models.facts import ArgumentAt

MAX_CALLEE = 60
_PAGE = "the response"
_LENGTH = "the length of a text or list"


class Following:
    """The flow analysis of the files of one change."""

    def __init__(
        self,
        modules: Iterable[Module],
        expired: Callable[[], bool],
        *,
        arguments: bool = False,
        shelf: Shelf | None = None,
    ) -> None:
        self._flows = Flows(modules, expired, arguments=arguments, shelf=shelf)
        self._arguments = arguments
        self._last: tuple[Module, FlowReport, bool] | None = None

    def report(self, module: Module, *, whole: bool = False) -> FlowReport:
        """What the analysis says about a file: see :meth:`Flows.run`.

        Raises:
            Expired: the time is over.
        """
        # One file is looked at after the other: more than the last need not be kept.
        last = self._last
        if last is None or last[0] is not module or (whole and not last[2]):
            last = self._last = (module, self._flows.run(module, whole=whole), whole)
        return last[1]

    def events(self, module: Module, kinds: frozenset[str] | None = None) -> list[Flow]:
        """The flows that begin in a file.

        Args:
            module: the file.
            kinds: those that somebody asks for; ``None`` for all. Others may be told of, too.

        Raises:
            Expired: the time is over.
        """
        known = self._last is not None and self._last[0] is module
        if not known and not self._flows.may_have(module, kinds):
            return []
        return list(_events(self.report(module), module))

    def limits(self, module: Module) -> list[str]:
        """What of the file could not be followed, when it was analysed at all."""
        if self._last is None or self._last[0] is not module:
            return []
        return self._last[1].limits

    def reach(self, module: Module, span: Span, kind: str) -> Reach | None:
        """What reaches a call at most; ``None`` when that is not known.

        Raises:
            Expired: the time is over.
        """
        report = self.report(module, whole=True)
        return report.reach(span.start, span.end, kind, arguments=self._arguments)

    def seen(
        self, module: Module, span: Span, function: int | None, at: ArgumentAt
    ) -> list[object]:
        """What an argument of a call is, by the runs that reached it.

        Where none did it with values that are known, the function around it (by the byte at which
        it begins) is run with the defaults of its parameters.

        Raises:
            Expired: the time is over.
        """
        place = (module.path, span.start, span.end)
        found = self.report(module, whole=True).watch.at(place, at)
        if not found and function is not None:
            found = self._flows.by_default(module, function).at(place, at)
        return found

    def flow(self, module: Module, span: Span, kind: str) -> Flow | None:
        """The flow that is told of at a call.

        Raises:
            Expired: the time is over.
        """
        found = (one for one in self.events(module) if one.kind == kind and one.span == span)
        return next((one for one in found if self._arguments or one.origin != "local"), None)


def _events(report: FlowReport, module: Module) -> Iterator[Flow]:
    behind_helpers: set[tuple[object, ...]] = set()
    for hit in report.hits:
        if hit.way:
            # Ten sinks behind one call of a helper are one defect.
            way = tuple((start, end) for _, start, end in hit.way)
            key = (hit.kind, id(hit.taint.source), way)
            if key in behind_helpers:
                continue
            behind_helpers.add(key)
        span = _span(hit, module)
        if span is not None:
            yield _event(hit, module, span)


def _span(hit: Hit, module: Module) -> Span | None:
    """Where a flow is shown: at its sink, or at the call through which it leaves the file."""
    if hit.module.module is module:
        return Span(hit.start, hit.end)
    own = [(start, end) for run, start, end in hit.way if run.module is module]
    return Span(*own[-1]) if own else None


def _event(hit: Hit, module: Module, span: Span) -> Flow:
    home = hit.module.module
    text = home.source.data[hit.argument[0] : hit.argument[1]].decode("utf-8", "replace")
    sink = _sink_words(hit)
    steps = list(_steps(hit.taint.trace))
    steps.append(_step(home, hit.start, hit.end, f"reaches {sink}"))
    return Flow(
        module=module,
        kind=hit.kind,
        span=span,
        argument=Span(*hit.argument),
        here=home is module,
        callee=hit.callee,
        sink=sink,
        label=hit.sink.label,
        text=text,
        template=hit.value.template,
        source=hit.taint.source.words,
        origin=hit.taint.source.kind,
        trace=tuple(steps),
        confidence=_confidence(hit),
    )


def _confidence(hit: Hit) -> Confidence:
    """How sure a flow is, by its way.

    The path of an address that was taken apart leads elsewhere only where it begins with two
    slashes, which those who take it apart do not expect.
    """
    if not hit.taint.sure or (hit.kind == "redirect" and hit.taint.clean & PART):
        return Confidence.MEDIUM
    return Confidence.HIGH


def _sink_words(hit: Hit) -> str:
    if hit.callee == "return":
        return _PAGE
    if hit.callee == "repetition":
        return _LENGTH
    home = hit.module.module
    text = home.source.data[hit.function[0] : hit.function[1]].decode("utf-8", "replace")
    written = " ".join(text.split())
    if not written or len(written) > MAX_CALLEE or not _is_plain(written):
        written = hit.callee.rpartition(".")[2]
    return f"`{written}`"


def _is_plain(written: str) -> bool:
    """Whether it is a dotted name: texts in it could hold anything."""
    return all(part.isidentifier() for part in written.split("."))


def _steps(trace: Link | None) -> Iterator[Step]:
    links: list[Link] = []
    while trace is not None:
        if not is_note(trace.note):
            links.append(trace)
        trace = trace.previous
    for link in reversed(links):
        yield _step(link.module.module, link.start, link.end, link.note)


def _step(module: Module, start: int, end: int, note: str) -> Step:
    return Step(module.path, module.source.region(Span(start, end)), note)
