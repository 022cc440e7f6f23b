"""What a run of the delivery benchmark found: values, and the table that a person reads."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

_REVIEW = re.compile(r"review of pull request \d+ .*: .+, ([0-9.]+) s, (\d+) requests")


@dataclass(frozen=True, slots=True)
class Machine:
    """What it was measured on."""

    processors: int
    memory: int | None
    """In bytes."""
    system: str
    python: str
    database: str


@dataclass(frozen=True, slots=True)
class Latency:
    """From the first byte sent to the answer read, in seconds."""

    p50: float
    p99: float

    @classmethod
    def of(cls, seconds: Sequence[float]) -> Latency:
        """Of at least one measurement."""
        return cls(quantile(seconds, 0.5), quantile(seconds, 0.99))


@dataclass(frozen=True, slots=True)
class Figures:
    """One run."""

    machine: Machine
    pulls: int
    installations: int
    concurrency: int
    acknowledged: int
    """Deliveries answered with 202."""
    acknowledgement: Latency
    bare: Latency
    """The same deliveries, sent by the same client to a handler that does nothing."""
    reviewed: int
    """Pull requests with exactly one check run on their head, which is completed."""
    conclusions: dict[str, int]
    comments: int
    seconds: float
    """From the first delivery to the last completed review."""
    review_seconds: float | None
    """The median of what the bot says a review took."""
    calls: int
    """Requests to GitHub in all, those for tokens included."""
    calls_median: float | None
    """Of a review, as the bot counts them: each with the token that it had to fetch."""
    calls_max: int | None
    bot_memory: int | None
    """The peak of the bot's own process, in bytes."""
    worker_memory: int | None
    """The peak of its largest analysis worker, in bytes."""
    workers: int
    """Analysis workers that lived during the run."""
    problems: list[str]
    """What the stand-in GitHub complained about."""

    @property
    def complete(self) -> bool:
        """Whether every pull request was reviewed, and GitHub had nothing to say against it."""
        return self.reviewed == self.acknowledged == self.pulls and not self.problems

    @property
    def ratio(self) -> Latency:
        """The acknowledgement as a multiple of the bare handler's."""
        return Latency(
            self.acknowledgement.p50 / self.bare.p50, self.acknowledgement.p99 / self.bare.p99
        )

    @property
    def reviews_a_minute(self) -> float:
        """Over the whole run."""
        return self.reviewed / self.seconds * 60

    def values(self) -> dict[str, Any]:
        """For ``--json``."""
        return {
            **dataclasses.asdict(self),
            "ratio": dataclasses.asdict(self.ratio),
            "reviews_a_minute": self.reviews_a_minute,
            "complete": self.complete,
        }


def quantile(values: Sequence[float], share: float) -> float:
    """The smallest value that at least ``share`` of the values do not exceed (nearest rank)."""
    ordered = sorted(values)
    rank = -int(-share * len(ordered) // 1)
    return ordered[min(max(rank, 1), len(ordered)) - 1]


def reviews_in(log: Iterable[str]) -> list[tuple[float, int]]:
    """The seconds and the requests of each review that a bot's log tells of."""
    found = (_REVIEW.search(line) for line in log)
    return [(float(match[1]), int(match[2])) for match in found if match]


def middle(values: Sequence[float]) -> float | None:
    """The median, or None of nothing."""
    return median(values) if values else None


def table(found: Figures) -> str:
    """The figures for a person, one a line."""
    ours, bare, ratio = found.acknowledgement, found.bare, found.ratio
    rows = {
        "machine": _machine(found.machine),
        "database": found.machine.database,
        "delivered": f"{found.pulls} pull requests at once, {found.installations} installations, "
        f"{found.concurrency} jobs at a time",
        "acknowledged": f"{found.acknowledged} with 202",
        "acknowledgement p50": _against(ours.p50, bare.p50, ratio.p50),
        "acknowledgement p99": _against(ours.p99, bare.p99, ratio.p99),
        "reviewed": _reviewed(found),
        "reviews per minute": _speed(found),
        "API calls per review": _calls(found),
        "peak memory": f"{_megabytes(found.bot_memory)} the bot, "
        f"{_megabytes(found.worker_memory)} its largest analysis worker ({found.workers} of them)",
    }
    width = max(len(name) for name in rows)
    lines = [f"{name:<{width}}  {value}" for name, value in rows.items()]
    lines += [f"problem: {one}" for one in found.problems[:10]]
    return "\n".join(lines)


def _machine(one: Machine) -> str:
    memory = "" if one.memory is None else f", {_megabytes(one.memory)}"
    return f"{one.processors} processors{memory}, {one.system}, Python {one.python}"


def _reviewed(found: Figures) -> str:
    said = ", ".join(f"{count} {name}" for name, count in sorted(found.conclusions.items()))
    return f"{found.reviewed} ({said or 'none'}; {found.comments} inline comments)"


def _speed(found: Figures) -> str:
    one = "" if found.review_seconds is None else f"; one takes {found.review_seconds:.1f} s"
    return f"{found.reviews_a_minute:.0f} (all in {found.seconds:.1f} s{one})"


def _calls(found: Figures) -> str:
    mean = f"{found.calls / found.pulls:.1f} on average"
    if found.calls_median is None:
        return mean
    return f"{found.calls_median:g} median, {found.calls_max} at most, {mean}"


def _against(ours: float, bare: float, ratio: float) -> str:
    return f"{ours * 1000:.0f} ms, {ratio:.1f} × a bare handler's {bare * 1000:.0f} ms"


def _megabytes(size: int | None) -> str:
    return "not known" if size is None else f"{size / 1_048_576:,.0f} MB"
