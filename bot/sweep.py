"""Looks for deliveries that never arrived, and has GitHub send them again.

GitHub tries each delivery once and does not repeat one that failed (docs, "Handling failed webhook
deliveries"), so what came while the receiver was down would wait for a person. The sweep is a job
of the queue: of many workers one does it. It only asks; the delivery then comes in as any other,
and one that is done already is not done again.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol

from bot.github.faults import GitHubFault, GiveUp, OurBug
from bot.github.identity import HookDelivery
from bot.jobs import Job, JobEngine, NewJob, StoreUnavailable

log = logging.getLogger(__name__)

KIND = "sweep"

EVENTS = frozenset(
    {
        "pull_request",
        "pull_request_review",
        "pull_request_review_comment",
        "issue_comment",
        "check_run",
        "check_suite",
        "merge_group",
    }
)
"""Events that ask for work; others are not worth a second delivery."""

LOOK_BACK = timedelta(days=3)
"""How long github.com can deliver again (docs, "Redelivering webhooks")."""
MOST_LISTED = 1_000
"""Attempts that one sweep looks at: ten requests."""
MOST_ASKED = 50
"""Deliveries that one sweep asks for, the oldest first; the next one asks for more."""
MOST_TRIES = 3
"""How often one delivery is sent again, whoever asked for it."""
YOUNGEST = timedelta(minutes=2)
"""A delivery younger than this may still be under way, or be repeated by a person who looks on."""
START_SLOT = timedelta(minutes=1)
"""Workers that start within one such slot sweep once."""

Clock = Callable[[], datetime]


def _now() -> datetime:
    return datetime.now(UTC)


class Deliveries(Protocol):
    """GitHub's list of what it tried to deliver: :class:`bot.github.app.GitHubApp`."""

    def deliveries(self, *, limit: int) -> AsyncIterator[HookDelivery]:
        """The attempts, the newest first."""

    async def redeliver(self, delivery: int) -> None:
        """Have one delivered again, by the id of any of its attempts."""


@dataclass(frozen=True, slots=True)
class Missed:
    """What a sweep is to ask for."""

    again: tuple[HookDelivery, ...]
    """The newest attempt of each delivery, the oldest delivery first."""
    left: int
    """How many more were missed, for which this sweep has no room."""


def missed(attempts: Iterable[HookDelivery], now: datetime) -> Missed:
    """The deliveries of which no attempt succeeded and that are worth another one."""
    by_guid: dict[str, list[HookDelivery]] = {}
    for one in attempts:
        by_guid.setdefault(one.guid, []).append(one)
    found = []
    for tries in by_guid.values():
        tries.sort(key=lambda one: (one.delivered_at, one.id))
        if (
            tries[0].event in EVENTS
            and not any(_arrived(one) for one in tries)
            and sum(one.redelivery for one in tries) < MOST_TRIES
            and tries[-1].delivered_at <= now - YOUNGEST
        ):
            found.append((tries[0].delivered_at, tries[-1]))
    found.sort(key=lambda pair: (pair[0], pair[1].id))
    again = tuple(newest for _, newest in found[:MOST_ASKED])
    return Missed(again, len(found) - len(again))


def _arrived(attempt: HookDelivery) -> bool:
    return attempt.status == "OK"


class Sweep:
    """The handler of ``sweep`` jobs. One value per process."""

    def __init__(self, github: Deliveries, *, clock: Clock = _now) -> None:
        self._github = github
        self._clock = clock
        self._since: datetime | None = None
        """Before this time nothing is left to ask for; None: nobody knows."""

    async def sweep(self, job: Job) -> None:
        """Ask GitHub for what was missed. Its faults are one line in the log: the next sweep comes.

        A GitHub without such a list (404) costs one request each time.
        """
        if job.ending is not None:
            return
        now = self._clock()
        try:
            found = missed(await self._attempts(now), now)
        except GitHubFault as fault:
            log.warning("missed deliveries cannot be looked for: %s", _said(fault))
            return
        if await self._ask(found) and not found.left:
            self._since = now - YOUNGEST

    async def _attempts(self, now: datetime) -> list[HookDelivery]:
        """The attempts since the last sweep that left nothing.

        Where one of them was another try in vain, the earlier ones are needed too, to count.
        """
        oldest = now - LOOK_BACK
        end = oldest if self._since is None else max(self._since, oldest)
        found: list[HookDelivery] = []
        async for one in self._github.deliveries(limit=MOST_LISTED):
            if one.delivered_at < end:
                break
            if one.redelivery and not _arrived(one):
                end = oldest
            found.append(one)
        return found

    async def _ask(self, found: Missed) -> bool:
        """Ask for each; whether GitHub answered to all of them."""
        asked = refused = 0
        trouble = ""
        for one in found.again:
            try:
                await self._github.redeliver(one.id)
            except (GiveUp, OurBug) as fault:
                refused += 1
                trouble = _said(fault)
            except GitHubFault as fault:
                log.warning("the other missed deliveries wait for the next sweep: %s", _said(fault))
                break
            else:
                asked += 1
        if asked:
            log.info("asked GitHub for %d deliveries that had not arrived", asked)
        if refused:
            log.warning("GitHub does not deliver %d missed deliveries again: %s", refused, trouble)
        return asked + refused == len(found.again)


def _said(fault: GitHubFault) -> str:
    return f"{fault} ({fault.detail})" if fault.detail else str(fault)


async def tick(
    engine: JobEngine, *, every: timedelta, stop: asyncio.Event, clock: Clock = _now
) -> None:
    """Store a sweep now and at the beginning of every slot of time, until ``stop`` is set.

    All workers do the same at the same time, and the name of the slot makes one job of it.
    """
    await _store(engine, "start:", _slot(clock(), START_SLOT))
    while not stop.is_set():
        now = clock()
        following = _slot(now, every) + every
        if not await _stopped(stop, (following - now).total_seconds()):
            await _store(engine, "", following)


def _slot(now: datetime, length: timedelta) -> datetime:
    """When the slot began that holds ``now``."""
    epoch = datetime(1970, 1, 1, tzinfo=UTC)
    return now - (now - epoch) % length


async def _store(engine: JobEngine, prefix: str, slot: datetime) -> None:
    job = NewJob(
        kind=KIND,
        payload={},
        dedupe=f"cron:sweep:{prefix}{slot.isoformat()}",
        lane=KIND,
        priority=1,
    )
    try:
        await engine.enqueue(job)
    except StoreUnavailable as error:
        log.warning("missed deliveries are not looked for now: %s", error)
    except Exception:
        # A defect here must not end the process: the next tick tries again.
        log.exception("missed deliveries are not looked for now")


async def _stopped(stop: asyncio.Event, seconds: float) -> bool:
    """Wait, at most so long, and say whether a stop was asked for."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await stop.wait()
    return stop.is_set()
