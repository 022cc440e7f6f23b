"""Faults on demand: what goes wrong between GitHub and the bot, and when.

A fault answers instead of GitHub, either before the request has its effect or after it
(``after_effect``: the write happened, the answer is lost).
"""

from __future__ import annotations

import fnmatch
from collections.abc import Mapping
from dataclasses import dataclass, field

from tests.github.deliveries import Courier

_HTML = "<html><head><title>Unicorn! · GitHub</title></head><body>{status}</body></html>"


@dataclass(slots=True, eq=False)
class Fault:
    """One thing that goes wrong, ``times`` times (None: until removed)."""

    method: str
    path: str
    status: int | None = None
    times: int | None = 1
    after_effect: bool = False
    delay: float = 0.0
    drop_connection: bool = False
    html: bool = False
    truncate: bool = False
    body: object = None
    headers: Mapping[str, str] = field(default_factory=dict)
    skip: int = 0
    hits: int = 0

    def matches(self, method: str, path: str) -> bool:
        """Whether it applies to a request; ``*`` in the path stands for anything."""
        return self.method in ("*", method) and fnmatch.fnmatchcase(path, self.path)

    def page(self) -> str:
        """GitHub's error page."""
        return _HTML.format(status=self.status)


class Faults:
    """The faults that are switched on, and the switches of the deliveries."""

    def __init__(self, courier: Courier) -> None:
        self._courier = courier
        self.active: list[Fault] = []

    def add(
        self,
        match: tuple[str, str],
        *,
        status: int | None = None,
        times: int | None = 1,
        skip: int = 0,
        after_effect: bool = False,
        delay: float = 0.0,
        rate_limit: str | None = None,
        retry_after: int | None = None,
        drop_connection: bool = False,
        html: bool = False,
        truncate: bool = False,
        body: object = None,
        headers: Mapping[str, str] | None = None,
    ) -> Fault:
        """Let requests that match (method, path pattern) fail.

        ``path`` is relative to the API root (``/repos/*/pulls/*/reviews``, ``/graphql``).
        ``rate_limit`` is ``primary``, ``secondary``, ``content`` or ``abuse`` (the 422 form);
        ``retry_after`` adds that header. ``skip`` lets the first matches pass. With nothing but a
        ``delay`` the request is only slow.
        """
        given = dict(headers or {})
        if rate_limit is not None:
            status, body, more = _rate_limit(rate_limit, status)
            given = {**more, **given}
        if retry_after is not None:
            given["Retry-After"] = str(retry_after)
        fault = Fault(
            match[0],
            match[1],
            status,
            times,
            after_effect,
            delay,
            drop_connection,
            html,
            truncate,
            body,
            given,
            skip,
        )
        self.active.append(fault)
        return fault

    def clear(self) -> None:
        """Nothing goes wrong any more."""
        self.active.clear()

    def take(self, method: str, path: str) -> Fault | None:
        """The fault that hits this request, counted down."""
        for fault in self.active:
            if not fault.matches(method, path):
                continue
            if fault.skip > 0:
                fault.skip -= 1
                continue
            if fault.times is None or fault.hits < fault.times:
                fault.hits += 1
                return fault
        return None

    def hold_deliveries(self) -> None:
        """Keep deliveries back."""
        self._courier.hold()

    def release_deliveries(self, *, reverse: bool = False) -> None:
        """Send what was held, newest first when ``reverse``."""
        self._courier.release(reverse=reverse)

    def send_deliveries_twice(self, on: bool = True) -> None:
        """Send every delivery twice under one GUID."""
        self._courier.twice = on


def _rate_limit(kind: str, status: int | None) -> tuple[int, object, dict[str, str]]:
    if kind == "primary":
        body = {"message": "API rate limit exceeded for installation ID 1."}
        return status or 403, body, {"X-RateLimit-Remaining": "0"}
    if kind == "secondary":
        body = {"message": "You have exceeded a secondary rate limit. Please wait a few minutes."}
        return status or 403, body, {}
    if kind == "content":
        message = (
            "You have exceeded a secondary rate limit and have been temporarily blocked from "
            "content creation. Please retry your request again later."
        )
        return status or 403, {"message": message}, {}
    if kind == "abuse":
        errors = [{"code": "abuse", "message": "was submitted too quickly", "resource": "Issue"}]
        return status or 422, {"message": "Validation Failed", "errors": errors}, {}
    raise ValueError(f"no rate limit is called {kind}")
