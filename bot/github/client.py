"""One repository of GitHub, as the rest of the bot sees it: repeats what may be repeated.

A :class:`Caller` puts three things around a :class:`~bot.github.transport.Transport`: proof of who
asks, a new proof when GitHub refuses the old one, and another try when trouble was passing and
trying again does no harm. It decides nothing about reviews.
"""

from __future__ import annotations

import logging
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

from bot.github.auth import Secret
from bot.github.classify import graphql_fault
from bot.github.clock import Clock
from bot.github.config import GitHubSettings
from bot.github.documents import is_mutation
from bot.github.faults import GitHubFault, GiveUp, OurBug, RetryLater, RetryNow
from bot.github.limits import Governor
from bot.github.transport import Tally, Transport
from bot.github.urls import follow, resolve

T = TypeVar("T")

TRIES = 3
"""How often a call that met passing trouble is made in all."""
_PAGE = 100
_MOST_PAGES = 1_000
_FIRST_PAUSE = 0.5
"""Seconds; doubled each time, and stretched by up to as much again."""

_log = logging.getLogger(__name__)


class Credentials(Protocol):
    """Where a caller's proof comes from."""

    async def secret(self) -> Secret:
        """The proof to send."""

    def refused(self, secret: Secret, fault: GiveUp) -> bool:
        """Learn that GitHub refused a request with this proof; whether a new one may help."""


@dataclass(frozen=True, slots=True)
class Line:
    """The way to GitHub for one caller."""

    settings: GitHubSettings
    transport: Transport
    governor: Governor
    credentials: Credentials
    clock: Clock
    tally: Tally


class Caller:
    """Calls GitHub, again where that helps."""

    def __init__(self, line: Line) -> None:
        self._line = line

    @property
    def calls(self) -> int:
        """How many requests went to GitHub so far."""
        return self._line.tally.requests

    async def get(self, path: str, params: Mapping[str, str | int] | None = None) -> Any:
        """Read one JSON value."""
        answer, _ = await self._rest("GET", self._url(path, params), repeatable=True)
        return answer

    async def pages(
        self,
        path: str,
        params: Mapping[str, str | int] | None = None,
        *,
        key: str | None = None,
        limit: int | None = None,
    ) -> AsyncIterator[Any]:
        """Read a list over all its pages, 100 items a page, at most ``limit`` items.

        ``key`` names the list inside an object. The next page is where GitHub's ``Link`` header
        says, never an address of our own making.
        """
        left = _MOST_PAGES * _PAGE if limit is None else limit
        url: str | None = self._url(path, {"per_page": max(1, min(_PAGE, left)), **(params or {})})
        seen: set[str] = set()
        while url is not None and left > 0:
            if url in seen or len(seen) >= _MOST_PAGES:
                raise GiveUp("GitHub's pages do not end")
            seen.add(url)
            answer, more = await self._rest("GET", url, repeatable=True)
            items = answer.get(key) if key is not None and isinstance(answer, dict) else answer
            if not isinstance(items, list):
                raise OurBug(f"GitHub's answer holds no list{f' {key!r}' if key else ''}")
            for item in items[:left]:
                yield item
            left -= len(items)
            url = None if more is None else follow(url, more)

    async def post(
        self, path: str, body: Mapping[str, Any] | None, *, idempotent: bool = False
    ) -> Any:
        """Create something; some endpoints take no body."""
        answer, _ = await self._rest("POST", self._url(path), body, repeatable=idempotent)
        return answer

    async def patch(self, path: str, body: Mapping[str, Any], *, idempotent: bool = False) -> Any:
        """Change something."""
        answer, _ = await self._rest("PATCH", self._url(path), body, repeatable=idempotent)
        return answer

    async def put(self, path: str, body: Mapping[str, Any]) -> Any:
        """Replace something; doing it twice is the same as once."""
        answer, _ = await self._rest("PUT", self._url(path), body, repeatable=True)
        return answer

    async def graphql(self, query: str, variables: Mapping[str, Any] | None = None) -> Any:
        """Run a GraphQL document; the ``data`` object.

        Errors beside ``data`` leave nulls in it. Where such an error looks like passing trouble,
        a query is repeated first, so that a null means "not there" as far as GitHub can tell; if
        it stays, what there is comes back. A mutation that did a part is never repeated.
        """
        write = is_mutation(query)
        document = {"query": query, "variables": dict(variables or {})}
        partial: list[Any] = []

        async def ask(secret: Secret) -> Any:
            headers, answer = await self._line.transport.ask(document, secret, write=write)
            data, fault = self._read_graphql(headers, answer)
            if fault is None or _enough(data, fault, write=write):
                return data
            if isinstance(fault, RetryNow) and _holds_something(data):
                partial.append(data)
            raise fault

        try:
            return await self._repeat(ask, repeatable=not write)
        except RetryNow:
            if partial:
                return partial[-1]
            raise

    def _read_graphql(
        self, headers: Mapping[str, str], answer: Any
    ) -> tuple[Any, GitHubFault | None]:
        """The data of an answer, and the fault that its errors mean."""
        if not isinstance(answer, dict):
            return None, RetryNow("GitHub's answer is no GraphQL answer", status=200)
        data, errors = answer.get("data"), answer.get("errors")
        if errors:
            fault = graphql_fault(errors, headers, self._line.clock.now())
            if isinstance(fault, RetryLater):
                fault = self._line.governor.limited(fault)
            return data, fault
        if not isinstance(data, dict):
            return None, RetryNow("GitHub's answer is no GraphQL answer", status=200)
        return data, None

    def _url(self, path: str, params: Mapping[str, str | int] | None = None) -> str:
        return resolve(self._line.settings.api_url, path, params)

    async def _rest(
        self,
        method: str,
        url: str,
        body: Mapping[str, Any] | None = None,
        *,
        repeatable: bool,
    ) -> tuple[Any, str | None]:
        async def ask(secret: Secret) -> tuple[Any, str | None]:
            return await self._line.transport.rest(method, url, secret, body)

        return await self._repeat(ask, repeatable=repeatable)

    async def _repeat(self, ask: Callable[[Secret], Awaitable[T]], *, repeatable: bool) -> T:
        """Ask, and ask again while the fault is of the kind that passes.

        A refused proof is replaced once. Passing trouble is met with a short, jittered pause, and
        only where a second request does no harm. A rate limit that ends soon is waited out (by the
        governor): GitHub refused, so that nothing has happened yet.
        """
        credentials = self._line.credentials
        renewed = False
        tries = 0
        while True:
            secret = await credentials.secret()
            try:
                return await ask(secret)
            except GiveUp as fault:
                if not credentials.refused(secret, fault):
                    raise
                if renewed:
                    raise RetryNow(
                        "GitHub does not accept fresh credentials",
                        status=fault.status,
                        detail=fault.detail,
                    ) from fault
                renewed = True
            except RetryNow as fault:
                tries += 1
                if tries >= TRIES or not (repeatable or not fault.sent):
                    raise
                _log.info("%s; trying again", fault)
                pause = _FIRST_PAUSE * 2 ** (tries - 1)
                await self._line.clock.sleep(pause * random.uniform(1.0, 2.0))  # noqa: S311
            except RetryLater as fault:
                tries += 1
                soon = fault.when - self._line.clock.now() <= self._line.governor.longest_wait
                if tries >= TRIES or not soon:
                    raise


def _holds_something(data: Any) -> bool:
    return isinstance(data, dict) and any(value is not None for value in data.values())


def _enough(data: Any, fault: GitHubFault, *, write: bool) -> bool:
    """Whether what came beside errors is the answer: asking again would give no more, or do harm.

    What is hidden or missing is null, at the root too. Any other null at the root is no answer.
    """
    if write:
        return _holds_something(data)
    if isinstance(fault, GiveUp):
        return isinstance(data, dict)
    return isinstance(fault, OurBug) and _holds_something(data)


class RepositoryClient(Caller):
    """:class:`bot.github.port.RepositoryAPI`: one repository through one installation."""

    def __init__(self, line: Line, slug: Callable[[], str]) -> None:
        super().__init__(line)
        self._slug = slug

    @property
    def app_id(self) -> int:
        """The id of our own app."""
        return self._line.settings.app_id

    @property
    def app_slug(self) -> str:
        """The app's slug; known after the first call.

        Raises:
            OurBug: no call has been made yet.
        """
        return self._slug()
