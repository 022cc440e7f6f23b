"""One HTTP exchange with GitHub, made safe: gidgethub's client with its ``_request`` replaced.

gidgethub builds requests and reads answers. What it leaves open is closed here, once, for REST and
GraphQL alike: which hosts may see a token, time-outs, the size of an answer, redirects, limits,
and the translation of everything that can go wrong into a
:class:`~bot.github.faults.GitHubFault`. Nothing is repeated here: that is one level above, in
:mod:`bot.github.client`.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import aiohttp
from gidgethub import aiohttp as gh_aiohttp
from gidgethub import sansio
from yarl import URL

from bot.github.answers import lowered
from bot.github.auth import Secret
from bot.github.classify import classify
from bot.github.clock import Clock
from bot.github.config import GitHubSettings
from bot.github.faults import GiveUp, OurBug, RetryLater, RetryNow
from bot.github.limits import Governor
from bot.github.observe import Observer
from bot.github.urls import AllowedHosts, follow, route

API_VERSION = "2022-11-28"
TIMEOUT = aiohttp.ClientTimeout(total=30, connect=5, sock_read=20)
LARGEST_ANSWER = 64 * 1024 * 1024
"""In bytes, after decompression."""

_MOST_REDIRECTS = 3
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_JSON = "application/json; charset=utf-8"
_SUCCESS = frozenset({200, 201, 202, 204})
_NEVER_SENT = (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError)

_log = logging.getLogger(__name__)


@dataclass(slots=True)
class Tally:
    """Counts requests: what a review costs."""

    requests: int = 0


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What all transports of one app share."""

    settings: GitHubSettings
    session: aiohttp.ClientSession
    clock: Clock
    observer: Observer
    hosts: AllowedHosts
    largest: int = LARGEST_ANSWER


class Transport(gh_aiohttp.GitHubAPI):
    """Sends requests for one installation (or, with None, for the app itself), and counts them.

    ``creates`` tells whether its writes create content, which GitHub limits; minting tokens does
    not.
    """

    def __init__(
        self,
        shared: Surroundings,
        governor: Governor,
        tally: Tally,
        *,
        installation: int | None,
        creates: bool,
    ) -> None:
        super().__init__(
            shared.session, shared.settings.user_agent, base_url=shared.settings.api_url
        )
        self._shared = shared
        self._governor = governor
        self._tally = tally
        self._installation = installation
        self._creates = creates

    async def rest(
        self, method: str, url: str, secret: Secret, body: Mapping[str, Any] | None = None
    ) -> tuple[Any, str | None]:
        """One REST request; the decoded answer, and the address of the next page."""
        data = b"" if body is None else _as_json(body)
        jwt, token = (secret.value, None) if secret.is_jwt else (None, secret.value)
        try:
            answer, more, _ = await self._make_request(
                method,
                url,
                {},
                data,
                sansio.accept_format(),
                jwt=jwt,
                oauth_token=token,
                content_type=_JSON,
            )
        except (ValueError, RecursionError):
            fault = RetryNow("GitHub's answer is not complete JSON")
        else:
            return answer, more
        # Raised out here: a decoding error holds the whole answer, and would go along as context.
        raise fault

    async def ask(
        self, document: Mapping[str, Any], secret: Secret, *, write: bool
    ) -> tuple[Mapping[str, str], Any]:
        """One GraphQL request; the headers and the decoded answer, errors and all."""
        headers = sansio.create_headers(self.requester, oauth_token=secret.value)
        headers["content-type"] = _JSON
        _, found, text = await self._send(
            "POST", self._shared.settings.graphql_url, headers, _as_json(document), write=write
        )
        try:
            return found, json.loads(text)
        except (ValueError, RecursionError):
            fault = RetryNow("GitHub's answer is not complete JSON", status=200)
        raise fault

    async def _request(
        self, method: str, url: str, headers: Mapping[str, str], body: bytes = b""
    ) -> tuple[int, Mapping[str, str], bytes]:
        write = self._creates and method != "GET"
        status, found, answer = await self._send(method, url, headers, body, write=write)
        return status, _for_gidgethub(found), answer

    async def _send(
        self, method: str, url: str, headers: Mapping[str, str], body: bytes, *, write: bool
    ) -> tuple[int, Mapping[str, str], bytes]:
        """Send, follow redirects of reads, and let only successes through."""
        headers = {**headers, "x-github-api-version": API_VERSION}
        for _ in range(_MOST_REDIRECTS + 1):
            target = self._shared.hosts.admit(url)
            status, found, answer = await self._in_turn(method, target, headers, body, write=write)
            if status not in _REDIRECTS or "location" not in found:
                self._check(status, found, answer)
                return status, found, answer
            url = follow(url, found["location"])
            if method != "GET":
                moved = route(self._shared.hosts.admit(url))
                raise GiveUp(
                    f"GitHub says that it moved to {moved}; writes are not redirected",
                    status=status,
                )
        raise GiveUp("GitHub redirects in circles", status=status)

    def _check(self, status: int, headers: Mapping[str, str], body: bytes) -> None:
        """Raise the fault that an answer means, unless it is a success.

        Whether a success can be decoded shows when it is: what calls itself JSON may be none.
        """
        if status in _SUCCESS:
            self._governor.succeeded()
            return
        fault = classify(status, headers, body, self._shared.clock.now())
        raise self._governor.limited(fault) if isinstance(fault, RetryLater) else fault

    async def _in_turn(
        self, method: str, target: URL, headers: Mapping[str, str], body: bytes, *, write: bool
    ) -> tuple[int, Mapping[str, str], bytes]:
        """One request when the governor lets it, one answer, whatever it says."""
        shared = self._shared
        resource = "graphql" if str(target) == shared.settings.graphql_url else "core"
        async with self._governor.turn(resource, write=write):
            if shared.session.closed:
                raise RetryNow("the GitHub client is closed", sent=False)
            self._tally.requests += 1
            began = shared.clock.monotonic()
            status: int | None = None
            try:
                status, found, answer = await self._exchange(method, target, headers, body)
            finally:
                seconds = shared.clock.monotonic() - began
                shared.observer.request(method, route(target), status, seconds)
                _log.debug("%s %s: %s in %.3f s", method, route(target), status, seconds)
            seen = self._governor.observe(status, found, resource)
        if seen.remaining is not None:
            shared.observer.quota(
                self._installation, seen.resource or resource, seen.remaining, seen.limit or 0
            )
        return status, found, answer

    async def _exchange(
        self, method: str, target: URL, headers: Mapping[str, str], body: bytes
    ) -> tuple[int, Mapping[str, str], bytes]:
        """One request, one answer; its headers in lower case."""
        try:
            async with self._shared.session.request(
                method,
                target,
                headers=headers,
                data=body or None,
                allow_redirects=False,
                timeout=TIMEOUT,
            ) as response:
                answer = await _read(response, self._shared.largest)
                return response.status, lowered(response.headers), answer
        except (aiohttp.ClientError, OSError) as error:
            fault = _broken(error)
        # Raised out here: aiohttp's errors hold the request's headers, and with them the token.
        raise fault


def _as_json(value: Mapping[str, Any]) -> bytes:
    try:
        return json.dumps(value, allow_nan=False).encode()
    except (TypeError, ValueError, RecursionError):
        raise OurBug("the request cannot be written as JSON") from None


def _for_gidgethub(headers: Mapping[str, str]) -> Mapping[str, str]:
    """The headers of a success that gidgethub may act upon.

    Left out are the rate limits, of which it keeps one for all resources and stumbles over
    malformed ones (the governor has read them); all answers are read as JSON in
    UTF-8, whatever they call themselves.
    """
    return {
        **{name: value for name, value in headers.items() if not name.startswith("x-ratelimit-")},
        "content-type": "application/json",
    }


async def _read(response: aiohttp.ClientResponse, largest: int) -> bytes:
    """The body, as long as it is no larger than allowed."""
    body = bytearray()
    async for chunk in response.content.iter_any():
        body += chunk
        if len(body) > largest:
            raise GiveUp(
                f"GitHub's answer is larger than {largest // 1_048_576} MB",
                status=response.status,
            )
    return bytes(body)


def _broken(error: Exception) -> RetryNow:
    """The fault of a request that got no whole answer, named by kind: messages hold addresses."""
    return RetryNow(
        f"no whole answer from GitHub ({type(error).__name__})",
        sent=not isinstance(error, _NEVER_SENT),
    )
