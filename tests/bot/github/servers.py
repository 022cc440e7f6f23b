"""Small scripted servers that answer as GitHub does, and the things to call them with."""

from __future__ import annotations

import asyncio
import json
from collections import defaultdict, deque
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any, Self

import jwt
from aiohttp import web
from aiohttp.test_utils import TestServer
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from bot.github.app import GitHubApp, GitHubSettings
from bot.github.client import RepositoryClient
from bot.github.clock import Clock
from bot.github.limits import Limits

APP_ID = 4711
INSTALLATION = 12
REPOSITORY = 34
EPOCH = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)


@cache
def private_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def pem() -> str:
    return (
        private_key()
        .private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption())
        .decode()
    )


class Hands:
    """A clock whose sleeping moves its hands, at once."""

    def __init__(self, start: datetime = EPOCH) -> None:
        self.start = start
        self.elapsed = 0.0
        self.slept: list[float] = []
        self.wrong_by = timedelta()

    async def _sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.elapsed += seconds
        await asyncio.sleep(0)

    def true_time(self) -> datetime:
        return self.start + timedelta(seconds=self.elapsed)

    def clock(self) -> Clock:
        return Clock(
            now=lambda: self.true_time() + self.wrong_by,
            monotonic=lambda: self.elapsed,
            sleep=self._sleep,
        )


@dataclass
class Seen:
    """A request as it arrived."""

    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    body: Any

    @property
    def proof(self) -> str:
        return self.headers.get("Authorization", "").partition(" ")[2]


@dataclass
class Say:
    """An answer to give."""

    status: int = 200
    json: Any = None
    text: str | None = None
    raw: bytes | None = None
    headers: Mapping[str, str] = field(default_factory=dict)

    def response(self) -> web.Response:
        headers = dict(self.headers)
        if self.raw is not None:
            return web.Response(status=self.status, body=self.raw, headers=headers)
        if self.text is not None:
            headers.setdefault("Content-Type", "text/html; charset=utf-8")
            return web.Response(status=self.status, body=self.text.encode(), headers=headers)
        if self.status == 204:
            return web.Response(status=204, headers=headers)
        headers.setdefault("Content-Type", "application/json; charset=utf-8")
        return web.Response(
            status=self.status, body=json.dumps(self.json).encode(), headers=headers
        )


Answering = Say | Callable[[Seen, web.Request], Awaitable[web.StreamResponse]]


class Script:
    """A server that answers each route with what was queued for it, the last answer for ever.

    It knows who the app is and mints tokens ``ghs_1…``, ``ghs_2…`` unless told otherwise.
    """

    def __init__(self, hands: Hands, prefix: str = "") -> None:
        self.hands = hands
        self.prefix = prefix
        self.seen: list[Seen] = []
        self.minted = 0
        self._queued: dict[tuple[str, str], deque[Answering]] = defaultdict(deque)
        application = web.Application(client_max_size=1 << 26)
        application.router.add_route("*", "/{tail:.*}", self._handle)
        self._server = TestServer(application)

    async def __aenter__(self) -> Self:
        await self._server.start_server()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    async def stop(self) -> None:
        await self._server.close()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.port}{self.prefix}"

    def on(self, method: str, path: str, *answers: Answering) -> None:
        queue = self._queued[(method, self.prefix + path)]
        queue.clear()
        queue.extend(answers)

    def requests(self, path: str) -> list[Seen]:
        return [seen for seen in self.seen if seen.path == self.prefix + path]

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        text = await request.read()
        seen = Seen(
            request.method,
            request.rel_url.raw_path,
            request.rel_url.raw_query_string,
            request.headers.copy(),
            json.loads(text) if text else None,
        )
        self.seen.append(seen)
        queue = self._queued.get((seen.method, seen.path))
        if queue:
            answer = queue[0] if len(queue) == 1 else queue.popleft()
            if not isinstance(answer, Say):
                return await answer(seen, request)
        else:
            answer = self._usual(seen)
        response = answer.response()
        response.headers.setdefault("Date", self.date())
        return response

    def date(self) -> str:
        return self.hands.true_time().strftime("%a, %d %b %Y %H:%M:%S GMT")

    def _usual(self, seen: Seen) -> Say:
        if seen.path == f"{self.prefix}/app":
            return Say(json={"id": APP_ID, "slug": "assay", "name": "Assay", "owner": {}})
        if seen.path.endswith("/access_tokens"):
            return self.mint()
        return Say(404, json={"message": "Not Found", "documentation_url": "https://docs"})

    def mint(self, life: timedelta = timedelta(hours=1)) -> Say:
        self.minted += 1
        expires = (self.hands.true_time() + life).strftime("%Y-%m-%dT%H:%M:%SZ")
        token = f"ghs_{self.minted}" + "abcDEF.-_" * 58
        return Say(201, json={"token": token, "expires_at": expires})


@dataclass
class World:
    """A scripted GitHub and an app that talks to it."""

    hands: Hands
    github: Script
    app: GitHubApp

    def repository(
        self, installation: int = INSTALLATION, repository: int = REPOSITORY
    ) -> RepositoryClient:
        return self.app.repository(installation, repository)


def settings(url: str, **changes: Any) -> GitHubSettings:
    values: dict[str, Any] = {"app_id": APP_ID, "private_key": pem(), "api_url": url}
    return GitHubSettings(**{**values, **changes})


QUICK = Limits(write_spacing=0.0)


def page(url: str, number: int) -> str:
    return f'<{url}?page={number}>; rel="next", <{url}?page=9>; rel="last"'


PULL = "/repositories/34/pulls/2"
MINT = f"/app/installations/{INSTALLATION}/access_tokens"
INSTALLED = f"/app/installations/{INSTALLATION}"
WANTED = {
    "checks": "write",
    "contents": "read",
    "issues": "write",
    "metadata": "read",
    "pull_requests": "write",
}
NOT_GRANTED = Say(
    422, json={"message": "The permissions requested are not granted to this installation."}
)
UNAUTHORIZED = Say(401, json={"message": "Bad credentials"})


def claims(seen: Seen) -> dict[str, Any]:
    """What the JWT says, its signature proven."""
    found: dict[str, Any] = jwt.decode(
        seen.proof,
        private_key().public_key(),
        algorithms=["RS256"],
        options={"verify_exp": False, "verify_iat": False},
    )
    return found
