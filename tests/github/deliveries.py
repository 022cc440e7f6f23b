"""Deliveries: events on their way to the apps' webhooks, over real HTTP, signed, and recorded.

As on GitHub, a delivery is tried once and has 10 seconds; a redelivery keeps the GUID. Tests may
hold deliveries back, let them go in another order, or send each of them twice.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import io
import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from time import monotonic

import aiohttp

from tests.github.clock import Clock
from tests.github.state import App, Json

TIMEOUT_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try: the answer's status, None when there was none (``error`` says why)."""

    id: int
    at: datetime
    seconds: float
    status: int | None
    body: str
    error: str | None
    redelivery: bool


@dataclass(slots=True, eq=False)
class Delivery:
    """One event for one app. ``body`` is what goes over the wire, byte for byte."""

    guid: str
    event: str
    action: str | None
    app: App
    payload: Json
    body: bytes
    installation_id: int | None
    repository_id: int | None
    attempts: list[Attempt] = field(default_factory=list)

    @property
    def status(self) -> int | None:
        """The newest answer's status; None before, and when there was no answer."""
        return self.attempts[-1].status if self.attempts else None

    @property
    def delivered(self) -> bool:
        """Whether an attempt got a 2xx."""
        return any(one.status is not None and 200 <= one.status < 300 for one in self.attempts)

    def headers(self) -> dict[str, str]:
        """The headers that GitHub sends with it."""
        digest = hmac.new(self.app.webhook_secret.encode(), self.body, hashlib.sha256)
        weak = hmac.new(self.app.webhook_secret.encode(), self.body, hashlib.sha1)
        return {
            "Accept": "*/*",
            "Content-Type": "application/json",
            "User-Agent": "GitHub-Hookshot/7c2f1a9",
            "X-GitHub-Delivery": self.guid,
            "X-GitHub-Event": self.event,
            "X-GitHub-Hook-ID": str(self.app.hook_id),
            "X-GitHub-Hook-Installation-Target-ID": str(self.app.id),
            "X-GitHub-Hook-Installation-Target-Type": "integration",
            "X-Hub-Signature": f"sha1={weak.hexdigest()}",
            "X-Hub-Signature-256": f"sha256={digest.hexdigest()}",
        }


class Courier:
    """Sends deliveries in the background and writes down what came of each."""

    def __init__(self, clock: Clock, timeout: float = TIMEOUT_SECONDS) -> None:
        self.deliveries: list[Delivery] = []
        self.timeout = timeout
        self.twice = False
        self._clock = clock
        self._held: list[tuple[Delivery, bool]] | None = None
        self._running: set[asyncio.Task[None]] = set()
        self._session: aiohttp.ClientSession | None = None
        self._attempts = 0

    def post(
        self,
        app: App,
        event: str,
        action: str | None,
        payload: Json,
        *,
        installation_id: int | None = None,
        repository_id: int | None = None,
    ) -> Delivery:
        """Make a delivery and send it (or keep it, while deliveries are held)."""
        body = json.dumps(payload, separators=(",", ":"), ensure_ascii=False).encode(
            "utf-8", "replace"
        )
        delivery = Delivery(
            str(uuid.uuid4()), event, action, app, payload, body, installation_id, repository_id
        )
        self.deliveries.append(delivery)
        self._dispatch(delivery, redelivery=False)
        if self.twice:
            self._dispatch(delivery, redelivery=False)
        return delivery

    def hold(self) -> None:
        """Keep all deliveries from now on."""
        if self._held is None:
            self._held = []

    def release(self, *, reverse: bool = False) -> None:
        """Let the held ones go, newest first when ``reverse``."""
        held, self._held = self._held or [], None
        for delivery, redelivery in reversed(held) if reverse else held:
            self._dispatch(delivery, redelivery=redelivery)

    def find(self, guid: str) -> Delivery:
        """The delivery with that GUID."""
        return next(one for one in self.deliveries if one.guid == guid)

    async def redeliver(self, guid: str) -> Delivery:
        """Send it again under the same GUID, and wait for the answer."""
        delivery = self.find(guid)
        await self._send(delivery, redelivery=True)
        return delivery

    def redeliver_soon(self, delivery: Delivery) -> None:
        """Send it again in the background, as the API's attempts endpoint does."""
        self._dispatch(delivery, redelivery=True)

    async def settle(self) -> None:
        """Wait until every delivery that was sent has its answer, new ones included."""
        while self._running:
            await asyncio.wait(set(self._running))

    async def close(self) -> None:
        """Cancel what is under way."""
        for task in self._running:
            task.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)
        if self._session is not None:
            await self._session.close()

    def _dispatch(self, delivery: Delivery, *, redelivery: bool) -> None:
        if self._held is not None:
            self._held.append((delivery, redelivery))
        elif delivery.app.webhook_url is not None:
            task = asyncio.get_running_loop().create_task(
                self._send(delivery, redelivery=redelivery)
            )
            self._running.add(task)
            task.add_done_callback(self._running.discard)

    async def _send(self, delivery: Delivery, *, redelivery: bool) -> None:
        if self._session is None:
            self._session = aiohttp.ClientSession(
                timeout=aiohttp.ClientTimeout(total=self.timeout), auto_decompress=False
            )
        at, started = self._clock(), monotonic()
        status, text, error = await self._exchange(delivery, self._session, delivery.headers())
        self._attempts += 1
        delivery.attempts.append(
            Attempt(
                self._attempts, at, round(monotonic() - started, 3), status, text, error, redelivery
            )
        )

    @staticmethod
    async def _exchange(
        delivery: Delivery, session: aiohttp.ClientSession, headers: Mapping[str, str]
    ) -> tuple[int | None, str, str | None]:
        if delivery.app.webhook_url is None:
            return None, "", "the hook has no address"
        try:
            async with session.post(
                delivery.app.webhook_url,
                data=io.BytesIO(delivery.body),
                headers=headers,
                allow_redirects=False,
            ) as answer:
                raw = await answer.content.read(64_000)
                return answer.status, raw.decode("utf-8", "replace"), None
        except TimeoutError:
            return None, "", "timed out"
        except (aiohttp.ClientError, OSError, ValueError) as error:
            return None, "", f"{type(error).__name__}: {error}"
