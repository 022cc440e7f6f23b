"""``POST /webhook``: verify, store, acknowledge. Nothing else happens before the 202.

A delivery that was answered with 202 is in the database. One that was not stored is answered with
503, so that GitHub shows it as failed and it can be delivered again.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Mapping, Sequence
from http import HTTPStatus

from aiohttp import web
from aiohttp.http_exceptions import PayloadEncodingError

from bot import logs
from bot.events import Delivery, Ignored, Translator, translate
from bot.jobs import JobEngine, StoreUnavailable
from bot.metrics import Metrics
from bot.web.delivery import Refusal, check_headers, open_delivery, too_large

log = logging.getLogger(__name__)

READ_SECONDS = 30.0
"""How long a body may take to arrive. GitHub itself gives up after 10 s."""


class Receiver:
    """Takes deliveries in."""

    def __init__(
        self,
        *,
        secrets: Sequence[bytes],
        translators: Mapping[str, Translator],
        engine: JobEngine,
        metrics: Metrics,
        read_seconds: float = READ_SECONDS,
    ) -> None:
        if not secrets or any(not secret for secret in secrets):
            raise ValueError("a receiver needs a webhook secret")
        self._secrets = tuple(secrets)
        self._translators = translators
        self._engine = engine
        self._metrics = metrics
        self._read_seconds = read_seconds

    async def handle(self, request: web.Request) -> web.Response:
        """Answer one delivery."""
        started = time.monotonic()
        event = ""
        opened = await self._open(request)
        if isinstance(opened, Refusal):
            status, outcome, said = opened.status, f"refused {opened.status}", opened.reason
            log.warning("refused a delivery with %d: %s", opened.status, opened.reason)
        else:
            event = opened.event
            with logs.fields(delivery=opened.id, event=opened.event):
                status, outcome, said = await self._take(opened)
                log.info("%s", said)
        self._metrics.delivery(event, outcome, time.monotonic() - started)
        return web.json_response({"result": said}, status=status)

    async def _open(self, request: web.Request) -> Delivery | Refusal:
        digits = check_headers(request.headers)
        if isinstance(digits, Refusal):
            return digits
        try:
            async with asyncio.timeout(self._read_seconds):
                body = await request.read()
        except web.HTTPRequestEntityTooLarge:
            return too_large()
        except TimeoutError:
            return Refusal(HTTPStatus.REQUEST_TIMEOUT, "the body took too long to arrive")
        except (OSError, PayloadEncodingError, web.RequestPayloadError):
            return Refusal(HTTPStatus.BAD_REQUEST, "the body broke off, or is badly chunked")
        return open_delivery(request.headers, body, digits, self._secrets)

    async def _take(self, delivery: Delivery) -> tuple[HTTPStatus, str, str]:
        """Translate and store: the status, the outcome as a label, and the words for GitHub."""
        try:
            outcome = translate(delivery, self._translators)
            if isinstance(outcome, Ignored):
                return HTTPStatus.ACCEPTED, "ignored", f"ignored: {outcome.reason}"
            stored = [await self._engine.enqueue(job) for job in outcome]
        except StoreUnavailable as error:
            log.error("not stored: %s", error)
            return (
                HTTPStatus.SERVICE_UNAVAILABLE,
                "unavailable",
                "not stored: the database is not available; deliver it again later",
            )
        except Exception:
            # A defect of ours. Nothing was acknowledged, so the delivery is not lost: 503 says so.
            log.exception("not stored, because of a defect")
            return (
                HTTPStatus.SERVICE_UNAVAILABLE,
                "defect",
                "not stored: something is wrong with this server; its log says what",
            )
        if any(stored):
            return HTTPStatus.ACCEPTED, "stored", "stored"
        return HTTPStatus.ACCEPTED, "duplicate", "duplicate: this delivery is done or being done"
