"""The real web application on a real port, for tests."""

from __future__ import annotations

import hashlib
import hmac
import io
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

import aiohttp
from aiohttp import web

from bot.events import translators
from bot.metrics import Metrics
from bot.web.app import make_app, make_runner
from bot.web.health import Health
from bot.web.receiver import Receiver
from tests.bot.fakes import MemoryEngine

SECRET = b"the-first-long-secret"
OLD_SECRET = b"the-older-long-secret"
APP_ID = 1234


def signed(body: bytes, secret: bytes = SECRET) -> str:
    """What GitHub computes; written out here, so that the bot's own code is not its judge."""
    return "sha256=" + hmac.new(secret, body, hashlib.sha256).hexdigest()


def headers(body: bytes, **changes: str | None) -> dict[str, str]:
    """The headers of a proper delivery; a change of None leaves one out."""
    base: dict[str, str | None] = {
        "X-Hub-Signature-256": signed(body),
        "X-GitHub-Event": "ping",
        "X-GitHub-Delivery": "72d3162e-cc78-11e3-81ab-4c9367dc0958",
        "Content-Type": "application/json",
    }
    base.update({name.replace("_", "-"): value for name, value in changes.items()})
    return {name: value for name, value in base.items() if value is not None}


@dataclass
class Served:
    """A running server and what is behind it."""

    url: str
    port: int
    engine: MemoryEngine
    metrics: Metrics
    http: aiohttp.ClientSession

    async def deliver(self, body: bytes, **changes: str | None) -> tuple[int, str]:
        """Send a delivery: the status, and what was said."""
        async with self.http.post(
            f"{self.url}/webhook",
            data=io.BytesIO(body),
            headers=headers(body, **changes),
            skip_auto_headers=["Content-Type"],
        ) as answer:
            said = json.loads(await answer.read())
            return answer.status, said["result"]


async def fine() -> None:
    """GitHub knows the app."""


@asynccontextmanager
async def serving(
    verify: Callable[[], Awaitable[None]] = fine, read_seconds: float = 30.0
) -> AsyncIterator[Served]:
    """Start the server, stop it afterwards."""
    engine, metrics = MemoryEngine(), Metrics()
    receiver = Receiver(
        secrets=(SECRET, OLD_SECRET),
        translators=translators(APP_ID),
        engine=engine,
        metrics=metrics,
        read_seconds=read_seconds,
    )
    runner = make_runner(make_app(Health(engine, verify, metrics), receiver))
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        port: int = runner.addresses[0][1]
        async with aiohttp.ClientSession() as http:
            yield Served(f"http://127.0.0.1:{port}", port, engine, metrics, http)
    finally:
        await runner.cleanup()
