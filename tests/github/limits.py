"""GitHub's rate limits, counted always and enforced when switched on.

Primary: 5,000 requests an hour for each installation (documented: rate limits for the REST API).
Secondary: 900 points a minute (reading 1, writing 5), 80 pieces of content a minute and 500 an
hour, 100 requests at once. All windows follow the stand-in's clock.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from tests.github.clock import Clock, stamp
from tests.github.rules import Refusal, refuse

HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)


@dataclass(slots=True)
class _Window:
    """What one installation (or app) used."""

    reset: datetime
    used: int = 0
    points: deque[tuple[datetime, int]] = field(default_factory=deque)
    content: deque[datetime] = field(default_factory=deque)
    blocked_until: datetime | None = None


class Limits:
    """Counts per caller. ``enforce`` turns the refusals on; the headers are always right.

    ``shown`` is off for a GitHub Enterprise Server without limits: its answers have no headers.
    """

    def __init__(self, clock: Clock) -> None:
        self.enforce = False
        self.shown = True
        self.primary = 5_000
        self.points_a_minute = 900
        self.content_a_minute = 80
        self.content_an_hour = 500
        self.concurrent = 100
        self.under_way = 0
        self._clock = clock
        self._windows: dict[str, _Window] = {}

    def used(self, caller: str) -> int:
        """How many requests a caller made in this hour."""
        return self._window(caller).used

    def admit(self, caller: str, number: int, *, write: bool, content: bool) -> Refusal | None:
        """Count a request; the refusal when it is too many and limits are enforced."""
        window, now = self._window(caller), self._clock()
        if self.enforce:
            refusal = self._over(window, now, number, content)
            if refusal is not None:
                wait = refusal.headers.get("Retry-After")
                until = window.reset if wait is None else now + timedelta(seconds=int(wait))
                window.blocked_until = until
                return refusal
        window.used += 1
        window.points.append((now, 5 if write else 1))
        if content:
            window.content.append(now)
        return None

    def block(self, caller: str, seconds: int) -> None:
        """Remember that a caller was told to wait, by a fault."""
        self._window(caller).blocked_until = self._clock() + timedelta(seconds=seconds)

    def ignored_by(self, caller: str) -> bool:
        """Whether the caller goes on although it was told to wait: GitHub may ban for that."""
        until = self._window(caller).blocked_until
        return until is not None and self._clock() < until

    def give_back(self, caller: str) -> None:
        """A 304 does not count against the primary limit."""
        self._window(caller).used -= 1

    def headers(self, caller: str) -> dict[str, str]:
        """``X-RateLimit-*``."""
        if not self.shown:
            return {}
        window = self._window(caller)
        return {
            "X-RateLimit-Limit": str(self.primary),
            "X-RateLimit-Remaining": str(max(0, self.primary - window.used)),
            "X-RateLimit-Reset": str(int(window.reset.timestamp())),
            "X-RateLimit-Used": str(window.used),
            "X-RateLimit-Resource": "graphql" if caller.endswith("graphql") else "core",
        }

    def reset_of(self, caller: str) -> str:
        """When the caller's hour ends, as GraphQL writes it."""
        return stamp(self._window(caller).reset)

    def _window(self, caller: str) -> _Window:
        now = self._clock()
        window = self._windows.get(caller)
        if window is None:
            window = self._windows[caller] = _Window(now + HOUR)
        elif window.reset <= now:
            window.reset, window.used = now + HOUR, 0
        while window.points and window.points[0][0] <= now - MINUTE:
            window.points.popleft()
        while window.content and window.content[0] <= now - HOUR:
            window.content.popleft()
        return window

    def _over(self, window: _Window, now: datetime, number: int, content: bool) -> Refusal | None:
        if window.used >= self.primary:
            return refuse("rate-primary", id=number)
        if self.under_way > self.concurrent:
            return refuse("rate-secondary", headers={"Retry-After": "60"})
        if sum(points for _, points in window.points) >= self.points_a_minute:
            wait = (window.points[0][0] + MINUTE - now).seconds + 1
            return refuse("rate-secondary", headers={"Retry-After": str(wait)})
        if content:
            minute = [at for at in window.content if at > now - MINUTE]
            if len(minute) >= self.content_a_minute:
                wait = (minute[0] + MINUTE - now).seconds + 1
                return refuse("rate-content", headers={"Retry-After": str(wait)})
            if len(window.content) >= self.content_an_hour:
                wait = (window.content[0] + HOUR - now).seconds + 1
                return refuse("rate-content", headers={"Retry-After": str(wait)})
        return None
