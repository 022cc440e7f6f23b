"""A bare caller of the stand-in, for its own tests: credentials and JSON, nothing more.

It never retries, never waits and hides nothing: a test sees the status, headers and body.
"""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import TracebackType
from typing import Any, Self

import aiohttp
import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from tests.github.standin import StandIn
from tests.github.state import App, Installation


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back."""

    status: int
    headers: Mapping[str, str]
    text: str

    @property
    def json(self) -> Any:
        return json.loads(self.text)


@lru_cache
def _key(pem: str) -> rsa.RSAPrivateKey:
    """The key of a PEM text; its numbers are known to be good, and checking them is slow."""
    key = serialization.load_pem_private_key(
        pem.encode(), None, unsafe_skip_rsa_key_validation=True
    )
    assert isinstance(key, rsa.RSAPrivateKey)
    return key


def app_jwt(standin: StandIn, app: App, **claims: object) -> str:
    """A JWT as GitHub wants it; ``claims`` replace the good ones (None takes one out)."""
    now = int(standin.clock().timestamp())
    wanted = {"iat": now - 60, "exp": now + 540, "iss": str(app.id), **claims}
    kept = {name: value for name, value in wanted.items() if value is not None}
    return jwt.encode(kept, _key(app.private_key_pem), algorithm="RS256")


class Client:
    """Calls the API with one credential (None: without)."""

    def __init__(self, standin: StandIn, credential: str | None = None) -> None:
        self._standin = standin
        self._session = aiohttp.ClientSession()
        self.credential = credential

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._session.close()

    async def authenticate(self, installation: Installation, **body: object) -> str:
        """Mint an installation token and use it from now on."""
        self.credential = app_jwt(self._standin, installation.app)
        path = f"/app/installations/{installation.id}/access_tokens"
        reply = await self.call("POST", path, body)
        assert reply.status == 201, reply.text
        token: str = reply.json["token"]
        self.credential = token
        return token

    async def call(
        self,
        method: str,
        path: str,
        body: object = None,
        *,
        headers: Mapping[str, str] | None = None,
        raw: bytes | None = None,
        follow: bool = True,
    ) -> Reply:
        """One request; ``path`` may be a whole URL."""
        url = path if path.startswith("http") else self._standin.api_url + path
        given = {"User-Agent": "a test", "Accept": "application/vnd.github+json"}
        if self.credential is not None:
            given["Authorization"] = f"Bearer {self.credential}"
        data = raw if raw is not None or body is None else json.dumps(body).encode()
        stream = None if data is None else io.BytesIO(data)
        async with self._session.request(
            method,
            url,
            data=stream,
            allow_redirects=follow,
            headers={**given, **(headers or {})},
            skip_auto_headers=("User-Agent",),
        ) as answer:
            return Reply(answer.status, answer.headers.copy(), await answer.text())

    async def get(self, path: str, **headers: str) -> Reply:
        """GET; keyword names become headers (``if_none_match``)."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return await self.call("GET", path, headers=named)

    async def post(self, path: str, body: object = None) -> Reply:
        """POST JSON."""
        return await self.call("POST", path, body if body is not None else {})

    async def patch(self, path: str, body: object) -> Reply:
        """PATCH JSON."""
        return await self.call("PATCH", path, body)

    async def graphql(self, query: str, **variables: object) -> Reply:
        """A GraphQL document with its variables."""
        body = {"query": query, "variables": variables}
        return await self.call("POST", self._standin.graphql_url, body)
