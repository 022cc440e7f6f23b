"""The web application: which address leads where. Knows no secret and decides nothing."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable

from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError

from bot import __version__, metrics
from bot.web.delivery import LARGEST_BODY
from bot.web.health import Health
from bot.web.receiver import Receiver

HOME = """\
Assay {version}

A GitHub App that reviews pull requests for security defects and test hygiene.

/webhook   deliveries from GitHub (POST)
/healthz   is it alive
/readyz    can it work
/metrics   Prometheus
"""


def make_app(health: Health, receiver: Receiver | None) -> web.Application:
    """Build the application; without a receiver, deliveries are not taken (a worker's own port)."""
    app = web.Application(client_max_size=LARGEST_BODY, middlewares=[_plain_errors])
    app.on_response_prepare.append(_headers)
    app.router.add_get("/", _home)
    app.router.add_get("/healthz", _healthz)
    app.router.add_get("/readyz", _readyz(health))
    app.router.add_get("/metrics", _metrics(health))
    if receiver is not None:
        app.router.add_post("/webhook", receiver.handle)
    return app


def make_runner(app: web.Application, *, shutdown_seconds: float = 5.0) -> web.AppRunner:
    """The server around the application.

    Bodies are never decompressed, because the signature is over the bytes as they came. Deliveries
    that are being stored when a stop is asked for get ``shutdown_seconds`` to end.
    """
    server_log = logging.getLogger("aiohttp.server")
    server_log.addFilter(_no_strangers_noise)
    return web.AppRunner(
        app,
        access_log=None,
        logger=server_log,
        auto_decompress=False,
        shutdown_timeout=shutdown_seconds,
        handler_cancellation=False,
    )


def _no_strangers_noise(record: logging.LogRecord) -> bool:
    """Drop the traceback that aiohttp logs for every request that is not HTTP: scanners abound."""
    error = record.exc_info[1] if record.exc_info else None
    return not isinstance(error, HttpProcessingError)


Handle = Callable[[web.Request], Awaitable[web.StreamResponse]]


@web.middleware
async def _plain_errors(request: web.Request, handler: Handle) -> web.StreamResponse:
    """Refusals of aiohttp itself (404, 405), in JSON like all others."""
    try:
        return await handler(request)
    except web.HTTPClientError as error:
        keep = {"Allow": error.headers["Allow"]} if "Allow" in error.headers else None
        return web.json_response({"result": error.reason}, status=error.status, headers=keep)


async def _headers(request: web.Request, response: web.StreamResponse) -> None:
    del request
    response.headers["Server"] = "assay"
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Content-Type-Options"] = "nosniff"


async def _home(request: web.Request) -> web.Response:
    del request
    return web.Response(text=HOME.format(version=__version__))


async def _healthz(request: web.Request) -> web.Response:
    del request
    return web.json_response({"status": "alive"})


def _readyz(health: Health) -> Handle:
    async def readyz(request: web.Request) -> web.Response:
        del request
        readiness = await health.readiness()
        return web.json_response(readiness.report(), status=200 if readiness.ready else 503)

    return readyz


def _metrics(health: Health) -> Handle:
    async def show(request: web.Request) -> web.Response:
        del request
        return web.Response(
            body=await health.metrics(), headers={"Content-Type": metrics.CONTENT_TYPE}
        )

    return show
