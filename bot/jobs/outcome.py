"""What becomes of a job after a run: a pure decision over values.

Both databases use it, for runs that ended in a worker's hands and for those whose worker died.
Times are milliseconds since 1970 in UTC.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from enum import StrEnum

from bot.jobs.backoff import Policy, pause
from bot.jobs.port import SUPERSEDED

LONGEST_REASON = 200


class State(StrEnum):
    """Where a job stands in the database."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Standing:
    """The part of a job's row that the decision reads and writes."""

    state: State
    run_at: int
    """Not before this time."""
    since: int
    """When the present phase began: the work, or the ending."""
    failures: int
    """Failures of the present phase, deaths of the worker included."""
    crashes: int
    """Deaths of the worker in the present phase."""
    ending: str | None
    ending_tries: int
    """Ending runs that were started; 0 while a job was superseded and still does its work."""
    error: str | None


@dataclass(frozen=True, slots=True)
class Returned:
    """The handler returned."""


@dataclass(frozen=True, slots=True)
class Failed:
    """The handler raised."""

    error: str


@dataclass(frozen=True, slots=True)
class Later:
    """The handler asked to be called again at a time."""

    when: int
    reason: str


@dataclass(frozen=True, slots=True)
class Hopeless:
    """The handler said that the job can never succeed."""

    reason: str


@dataclass(frozen=True, slots=True)
class HandedBack:
    """The worker stops and gives the job to another one."""


@dataclass(frozen=True, slots=True)
class Crashed:
    """The worker was not heard of any more."""


Outcome = Returned | Failed | Later | Hopeless | HandedBack | Crashed

_DIED = "its worker died"


def describe(error: BaseException) -> str:
    """Name an exception by its type and the first line of its words, in 200 characters."""
    lines = str(error).splitlines()
    name = type(error).__name__
    return shorten(f"{name}: {lines[0]}" if lines else name)


def shorten(text: str) -> str:
    """Make a reason fit to be stored: 200 characters, printable, valid Unicode."""
    text = text.encode(errors="replace").decode()
    return "".join(sign if sign.isprintable() else " " for sign in text[:LONGEST_REASON])


def decide(
    job: Standing, outcome: Outcome, *, now: int, policy: Policy, random: Callable[[], float]
) -> Standing:
    """Say what becomes of a running job.

    A job that was superseded while it did its work gets its ending run, whatever the outcome: its
    handler may have stopped in the middle because :meth:`JobEngine.still_current` told it to.
    """
    if job.ending is None:
        return _after_work(job, outcome, now, policy, random)
    if job.ending_tries == 0:
        return _end(job, job.ending, now, error=job.error)
    return _after_ending(job, outcome, now, policy, random)


def end(job: Standing, reason: str, now: int) -> Standing:
    """Give up a waiting job: its ending runs next."""
    return _end(job, reason, now, error=job.error)


def _end(job: Standing, reason: str, now: int, *, error: str | None) -> Standing:
    return replace(
        job,
        state=State.WAITING,
        run_at=now,
        since=now,
        failures=0,
        crashes=0,
        ending=shorten(reason),
        ending_tries=0,
        error=error,
    )


def _after_work(
    job: Standing, outcome: Outcome, now: int, policy: Policy, random: Callable[[], float]
) -> Standing:
    match outcome:
        case Returned():
            return replace(job, state=State.DONE)
        case HandedBack():
            return replace(job, state=State.WAITING, run_at=now)
        case Hopeless(reason):
            return _end(job, reason, now, error=reason)
        case Later(when, reason):
            if max(when, now) - job.since > _ms(policy.patience):
                gave_up = f"put off for more than {_span(policy.patience)}: {reason}"
                return _end(job, gave_up, now, error=reason)
            return replace(job, state=State.WAITING, run_at=_soonest(when, now), error=reason)
        case Failed() | Crashed():
            failed = _count(job, outcome)
            if failed.failures >= policy.cap:
                gave_up = f"failed {failed.failures} times: {failed.error}"
                return _end(failed, gave_up, now, error=failed.error)
            return replace(failed, run_at=now + _pause(failed, outcome, policy, random))


def _after_ending(
    job: Standing, outcome: Outcome, now: int, policy: Policy, random: Callable[[], float]
) -> Standing:
    patience = _ms(policy.patience)
    match outcome:
        case Returned():
            superseded = job.ending == SUPERSEDED
            return replace(job, state=State.DONE if superseded else State.FAILED)
        case HandedBack():
            tries = job.ending_tries - 1
            return replace(job, state=State.WAITING, run_at=now, ending_tries=tries)
        case Hopeless(reason):
            return replace(job, state=State.FAILED, error=reason)
        case Later(when, reason):
            if max(when, now) - job.since > patience:
                return replace(job, state=State.FAILED, error=reason)
            return replace(job, state=State.WAITING, run_at=_soonest(when, now), error=reason)
        case Failed() | Crashed():
            failed = _count(job, outcome)
            # An ending that kills its worker must not do so for three days.
            if failed.crashes >= policy.cap or now - job.since > patience:
                return replace(failed, state=State.FAILED)
            return replace(failed, run_at=now + _pause(failed, outcome, policy, random))


def _count(job: Standing, outcome: Failed | Crashed) -> Standing:
    crashed = isinstance(outcome, Crashed)
    return replace(
        job,
        state=State.WAITING,
        failures=job.failures + 1,
        crashes=job.crashes + crashed,
        error=_DIED if isinstance(outcome, Crashed) else outcome.error,
    )


def _pause(
    job: Standing, outcome: Failed | Crashed, policy: Policy, random: Callable[[], float]
) -> int:
    # One death is most likely a restart, and is made good at once.
    if isinstance(outcome, Crashed) and job.crashes == 1:
        return 0
    return _ms(pause(job.failures, policy, random))


def _soonest(when: int, now: int) -> int:
    # A time in the past must not make a loop without a pause.
    return max(when, now + 1000)


def _ms(span: timedelta) -> int:
    return span // timedelta(milliseconds=1)


def _span(span: timedelta) -> str:
    return f"{span.days} days" if span.days else f"{span.total_seconds():g} seconds"
