"""Keeps the job engine running, and its tables small. Never dies silently.

An engine should return only when it was asked to. Should it return or raise all the same, that is
said in the log, counted, and it is started again after a pause.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import Callable, Mapping
from datetime import timedelta

from bot.jobs import Handler, JobEngine, StoreUnavailable
from bot.metrics import Metrics

log = logging.getLogger(__name__)

FIRST_PAUSE = 1.0
LONGEST_PAUSE = 30.0
LONG_RUN = 60.0
"""An engine that ran this many seconds was well: the next pause is short again."""

KEEP = timedelta(days=7)
"""How long finished jobs and delivery ids are kept: longer than GitHub delivers again (3 days on
github.com, 7 on Enterprise Server)."""
PURGE_EVERY = 3600.0


async def work(
    engine: JobEngine,
    handlers: Mapping[str, Handler],
    *,
    concurrency: int,
    stop: asyncio.Event,
    grace: timedelta,
    metrics: Metrics,
    first_pause: float = FIRST_PAUSE,
    clock: Callable[[], float] = time.monotonic,
) -> None:
    """Run the engine until ``stop`` is set; start it again whenever it ends before that."""
    pause = first_pause
    while not stop.is_set():
        started = clock()
        try:
            await engine.run(handlers, concurrency=concurrency, stop=stop, grace=grace)
        except Exception:
            log.exception("the worker failed")
        else:
            if stop.is_set():
                return
            log.error("the worker ended without being asked to")
        metrics.worker_restart()
        if clock() - started >= LONG_RUN:
            pause = first_pause
        log.warning("the worker starts again in %.0f s", pause)
        await _wait(stop, pause)
        pause = min(pause * 2, LONGEST_PAUSE)


async def purge(engine: JobEngine, *, stop: asyncio.Event, every: float = PURGE_EVERY) -> None:
    """Forget what is older than :data:`KEEP`, now and again, until ``stop`` is set."""
    while not stop.is_set():
        try:
            forgotten = await engine.purge(KEEP)
        except StoreUnavailable as error:
            log.warning("old jobs were not forgotten: %s", error)
        except Exception:
            log.exception("old jobs were not forgotten")
        else:
            if forgotten:
                log.info("forgot %d old jobs and delivery ids", forgotten)
        await _wait(stop, every)


async def _wait(stop: asyncio.Event, seconds: float) -> None:
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await stop.wait()
