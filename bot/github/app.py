"""The GitHub App at work: who it is, and a client for each repository it is installed on.

One :class:`GitHubApp` lives as long as the process. It owns the HTTP session, the tokens and one
governor per installation; what it hands out is cheap and made for one review.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from types import TracebackType
from typing import Self

import aiohttp
from cachetools import LRUCache

from bot.github import contents
from bot.github.auth import RESOLVING, SHARING, UPLOADING, AppSigner
from bot.github.client import Caller, Credentials, Line, RepositoryClient
from bot.github.clock import Clock
from bot.github.config import GitHubSettings
from bot.github.faults import GitHubFault, OurBug
from bot.github.identity import AppIdentity, HookDelivery, read
from bot.github.limits import Governor, Limits
from bot.github.observe import Observer, Unobserved
from bot.github.tokens import AppProof, GivenProof, InstallationProof, Minter
from bot.github.transport import LARGEST_ANSWER, Surroundings, Tally, Transport
from bot.github.urls import AllowedHosts, path

__all__ = ["AppIdentity", "GitHubApp", "GitHubSettings", "HookDelivery"]

_PROOF_HOLDS = 600.0
_FAULT_HOLDS = 5.0
_MOST_INSTALLATIONS = 10_000
"""So many governors are kept; the one unused for longest is forgotten first."""


class GitHubApp:
    """Everything that speaks to GitHub starts here.

    ``session``, ``clock``, ``limits`` and ``observer`` may be given; a given session is not closed.
    ``largest_answer`` is in bytes.

    Raises:
        ValueError: the private key cannot be used.
    """

    def __init__(
        self,
        settings: GitHubSettings,
        *,
        session: aiohttp.ClientSession | None = None,
        clock: Clock | None = None,
        limits: Limits | None = None,
        observer: Observer | None = None,
        largest_answer: int = LARGEST_ANSWER,
    ) -> None:
        self._settings = settings
        self._given_session = session
        self._clock = clock or Clock()
        self._limits = limits or Limits()
        self._observer = observer or Unobserved()
        self._largest = largest_answer
        self._signer = AppSigner(settings.app_id, settings.private_key, self._clock)
        self._minter = Minter(self._signer, self._clock, self._as_app)
        self._governors: LRUCache[int | None, Governor] = LRUCache(_MOST_INSTALLATIONS)
        self._shared: Surroundings | None = None
        self._identity: AppIdentity | None = None
        self._proof: AppIdentity | GitHubFault | None = None
        self._proof_until = float("-inf")
        self._proving = asyncio.Lock()

    async def start(self) -> None:
        """Open the HTTP session. Asks GitHub nothing, so that it works while GitHub is down."""
        if self._shared is not None:
            return
        session = self._given_session or aiohttp.ClientSession(
            cookie_jar=aiohttp.DummyCookieJar(), connector=aiohttp.TCPConnector(limit=100)
        )
        settings = self._settings
        self._shared = Surroundings(
            settings=settings,
            session=session,
            clock=self._clock,
            observer=self._observer,
            hosts=AllowedHosts(settings.api_url, settings.graphql_url),
            largest=self._largest,
        )

    async def close(self) -> None:
        """Close the HTTP session; requests that are under way fail as :class:`RetryNow`."""
        if self._shared is not None and self._given_session is None:
            await self._shared.session.close()
        self._shared = None

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.close()

    async def verify(self) -> AppIdentity:
        """Prove the credentials with ``GET /app``; cheap to ask often.

        A proof holds for ten minutes, a failure for five seconds; who asks meanwhile gets it again.

        Raises:
            GitHubFault: GitHub does not answer, or does not know us.
        """
        return await self._verify(Tally())

    def repository(self, installation: int, repository_id: int) -> RepositoryClient:
        """A client for one repository, to be used for one review: it counts its calls."""
        tally = Tally()
        proof = InstallationProof(self._minter, installation, repository_id, tally, self._introduce)
        return RepositoryClient(self._line(tally, proof, installation), self._slug)

    def resolving(self, installation: int, repository_id: int) -> RepositoryClient:
        """A client that may resolve review threads, where the installation grants that.

        Its token has ``contents: write``, and is used for nothing else.
        """
        tally = Tally()
        proof = InstallationProof(
            self._minter, installation, repository_id, tally, self._introduce, RESOLVING
        )
        return RepositoryClient(self._line(tally, proof, installation), self._slug)

    async def shared_file(self, installation: int, name: str, path: str) -> bytes | None:
        """A file of the installation's repository of that name; None when it is not there.

        With a token for that repository alone, which is not kept.

        Raises:
            GitHubFault: GitHub does not answer, or does not let the app read it.
        """
        tally = Tally()
        minted = await self._minter.named(installation, name, SHARING, tally)
        if minted is None:
            return None
        repository, token = minted
        line = self._line(tally, GivenProof(token), installation)
        return await contents.text(RepositoryClient(line, self._slug), repository, path, None)

    def uploading(self, installation: int, repository_id: int) -> RepositoryClient:
        """A client that may upload results to code scanning, where the installation grants that.

        Its token has ``security_events: write``, and is used for nothing else.
        """
        tally = Tally()
        proof = InstallationProof(
            self._minter, installation, repository_id, tally, self._introduce, UPLOADING
        )
        return RepositoryClient(self._line(tally, proof, installation), self._slug)

    async def deliveries(self, *, limit: int = 1_000) -> AsyncIterator[HookDelivery]:
        """What GitHub tried to deliver lately, the newest first."""
        pages = self._as_app(Tally()).pages("/app/hook/deliveries", limit=limit)
        async for entry in pages:
            yield read(entry, HookDelivery)

    async def redeliver(self, delivery: int) -> None:
        """Have GitHub deliver once more; the receiver drops what it already has."""
        where = path("/app/hook/deliveries/{id}/attempts", id=delivery)
        await self._as_app(Tally()).post(where, None, idempotent=True)

    def _slug(self) -> str:
        if self._identity is None:
            raise OurBug("the app's slug is known after the first call")
        return self._identity.slug

    def _as_app(self, tally: Tally) -> Caller:
        return Caller(self._line(tally, AppProof(self._signer), None))

    def _line(self, tally: Tally, credentials: Credentials, installation: int | None) -> Line:
        if self._shared is None:
            raise OurBug("the GitHub client was not started, or is closed")
        governor = self._governors.get(installation)
        if governor is None:
            governor = self._governors[installation] = Governor(self._clock, self._limits)
        transport = Transport(
            self._shared,
            governor,
            tally,
            installation=installation,
            creates=installation is not None,
        )
        return Line(self._settings, transport, governor, credentials, self._clock, tally)

    async def _introduce(self, tally: Tally) -> None:
        if self._identity is None:
            await self._verify(tally)

    async def _verify(self, tally: Tally) -> AppIdentity:
        async with self._proving:
            if self._proof is None or self._clock.monotonic() >= self._proof_until:
                await self._prove(tally)
            if isinstance(self._proof, AppIdentity):
                return self._proof
            raise self._proof or OurBug("nothing was proven")

    async def _prove(self, tally: Tally) -> None:
        try:
            answer = await self._as_app(tally).get("/app")
            self._proof = self._identity = read(answer, AppIdentity)
            holds = _PROOF_HOLDS
        except GitHubFault as fault:
            self._proof = fault
            holds = _FAULT_HOLDS
        self._proof_until = self._clock.monotonic() + holds
