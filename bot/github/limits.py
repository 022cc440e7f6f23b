"""GitHub's limits, kept before GitHub has to say no: one governor per installation.

Three limits meet here (docs: "Rate limits for the REST API"): the hourly quota per resource, the
secondary limits (concurrency, and pauses that GitHub orders), and the limits of content creation
(80 a minute, 500 an hour, writes one after the other and a second apart). A short wait is waited
out; a longer one becomes :class:`~bot.github.faults.RetryLater`, so that a worker does something
else meanwhile. All state lives in the governor: nothing is global, nothing is stored. Several
worker processes each keep their own count, and GitHub's answers correct all of them.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, nullcontext
from dataclasses import dataclass
from datetime import timedelta

from bot.github.answers import Answer, server_time
from bot.github.clock import Clock
from bot.github.faults import RetryLater

_MINUTE = 60.0
_HOUR = 3_600.0
_LONGEST_GUESS = 960.0
_MOST_RESOURCES = 16


@dataclass(frozen=True, slots=True)
class Limits:
    """What one installation may do at once. Times in seconds."""

    concurrent: int = 8
    """Requests at the same time; GitHub allows 100, shared by all that the app does."""
    write_spacing: float = 1.0
    """From the end of a write to the start of the next one."""
    writes_per_minute: int = 80
    writes_per_hour: int = 500
    longest_wait: float = 10.0
    """Longer waits are not waited out but raised."""


@dataclass(slots=True)
class _Quota:
    remaining: int
    resets_at: float
    """By the monotonic clock."""
    in_flight: int = 0


class Governor:
    """Lets requests of one installation through, one turn each."""

    def __init__(self, clock: Clock, limits: Limits) -> None:
        self._clock = clock
        self._limits = limits
        self._slots = asyncio.Semaphore(limits.concurrent)
        self._writer = asyncio.Lock()
        self._writes: deque[float] = deque()
        self._last_write = float("-inf")
        self._quotas: dict[str, _Quota] = {}
        self._paused_until = float("-inf")
        self._strikes = 0

    @property
    def longest_wait(self) -> timedelta:
        """Waits up to this long are waited out."""
        return timedelta(seconds=self._limits.longest_wait)

    @asynccontextmanager
    async def turn(self, resource: str, *, write: bool) -> AsyncIterator[None]:
        """Hold the right to send one request against ``resource``.

        Every write counts as content creation: GitHub does not say which ones do not.

        Raises:
            RetryLater: a limit leaves no room for longer than a worker should wait.
        """
        async with self._writer if write else nullcontext(), self._slots:
            await self._wait(resource, write=write)
            quota = self._quotas.get(resource)
            if quota:
                quota.in_flight += 1
            if write:
                self._writes.append(self._clock.monotonic())
            try:
                yield
            finally:
                if quota:
                    quota.in_flight -= 1
                if write:
                    self._last_write = self._clock.monotonic()

    async def _wait(self, resource: str, *, write: bool) -> None:
        waited = 0.0
        while True:
            pause, reason, spent = self._pause(resource, write=write)
            if pause <= 0:
                return
            waited += pause
            if waited > self._limits.longest_wait:
                raise RetryLater(
                    reason,
                    when=self._clock.now() + timedelta(seconds=pause),
                    resource=spent,
                )
            await self._clock.sleep(pause)

    def _pause(self, resource: str, *, write: bool) -> tuple[float, str, str | None]:
        """How long the next request has to wait, why, and for which quota."""
        now = self._clock.monotonic()
        pause, reason, spent = self._paused_until - now, "GitHub asked for a pause", None
        quota = self._quotas.get(resource)
        if quota and quota.remaining <= quota.in_flight and quota.resets_at - now > pause:
            pause = quota.resets_at - now
            reason, spent = f"the hourly {resource} quota of GitHub requests is used up", resource
        if write and (room := self._room_for_write(now)) > pause:
            pause, spent = room, None
            reason = "this installation has written as much as GitHub allows for now"
        return pause, reason, spent

    def _room_for_write(self, now: float) -> float:
        """Seconds until the next write is within GitHub's limits of content creation."""
        while self._writes and self._writes[0] <= now - _HOUR:
            self._writes.popleft()
        room = self._last_write + self._limits.write_spacing - now
        for most, window in (
            (self._limits.writes_per_minute, _MINUTE),
            (self._limits.writes_per_hour, _HOUR),
        ):
            if len(self._writes) >= most:
                room = max(room, self._writes[-most] + window - now)
        return room

    def observe(self, status: int, headers: Mapping[str, str], resource: str) -> Answer:
        """Learn from an answer's headers what is left of the quota.

        Absent headers (GitHub Enterprise Server without limits) teach nothing. Answers overtake
        each other: within one hour the lowest number counts.
        """
        answer = Answer.parse(status, headers, b"")
        if answer.remaining is None or answer.reset is None:
            return answer
        theirs = server_time(answer.headers) or self._clock.now()
        pause = min(max(0.0, answer.reset - theirs.timestamp()), _HOUR)
        resets_at = self._clock.monotonic() + pause
        self._note(answer.resource or resource, answer.remaining, resets_at)
        return answer

    def _note(self, resource: str, remaining: int, resets_at: float) -> None:
        quota = self._quotas.get(resource)
        if quota is None:
            if len(self._quotas) < _MOST_RESOURCES:
                self._quotas[resource] = _Quota(remaining, resets_at)
            return
        same_hour = (
            quota.resets_at > self._clock.monotonic()
            and abs(quota.resets_at - resets_at) <= _MINUTE
        )
        quota.remaining = min(quota.remaining, remaining) if same_hour else remaining
        quota.resets_at = resets_at

    def succeeded(self) -> None:
        """An answer was no rate limit: the next guessed pause starts small again."""
        if self._clock.monotonic() >= self._paused_until:
            self._strikes = 0

    def limited(self, fault: RetryLater) -> RetryLater:
        """Note the rate limit in ``fault`` for all requests of the installation.

        Where GitHub named no time, the pause doubles each time it happens again. Gives back the
        fault to raise, with the time that then holds.
        """
        now = self._clock.monotonic()
        pause = (fault.when - self._clock.now()).total_seconds()
        if fault.resource is not None:
            self._note(fault.resource, 0, now + pause)
            return fault
        if fault.guessed:
            if now >= self._paused_until:
                self._strikes += 1
            pause = min(pause * 2 ** (self._strikes - 1), _LONGEST_GUESS)
        self._paused_until = max(self._paused_until, now + pause)
        fault.when = self._clock.now() + timedelta(seconds=self._paused_until - now)
        return fault
