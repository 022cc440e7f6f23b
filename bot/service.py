"""Puts the parts together and runs them: receiver, worker, or both. Decides nothing about reviews.

The order matters. Starting: the database, then GitHub's word that the key is ours, then the
analysis, and only then the port, so that a process that answers can work. Stopping: the port
first, so that nothing new comes in; then running reviews get their grace; then the rest.
"""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass

from aiohttp import web

from bot import __version__, sweep, worker
from bot.commands.decisions import Decisions
from bot.commands.run import Commands
from bot.events import translators
from bot.github.app import GitHubApp
from bot.github.config import GitHubSettings
from bot.github.faults import GitHubFault, GiveUp, OurBug
from bot.github.port import RepositoryAPI
from bot.handlers import make_handlers
from bot.jobs import Handler, JobEngine
from bot.jobs.open import open_engine
from bot.metrics import Metrics
from bot.review.markers import Signer
from bot.review.owners import Owners
from bot.review.queue import MergeGroups
from bot.review.resolving import Abilities
from bot.review.run import Reviewer
from bot.review.upload import Uploader
from bot.review.words.place import Voice
from bot.settings import Settings
from bot.web.app import make_app, make_runner
from bot.web.health import Health
from bot.web.receiver import Receiver
from checks import registry
from checks.sandbox.pool import Pool
from checks.sandbox.process import WorkerUnavailable
from checks.sandbox.zizmor import Zizmor

log = logging.getLogger(__name__)


PROVE_SECONDS = 10.0
"""How long a start waits for GitHub."""

BACKLOG = 1024
"""Connections that wait to be accepted. When many deliveries come at once, the system drops those
past it, and the sender tries again only after a second (RFC 6298, 2.1)."""


class CannotStart(Exception):
    """The process cannot do its work; the message says why, and what to do."""


class WrongCredentials(CannotStart):
    """GitHub does not know the app by its id and key."""


@dataclass(frozen=True, slots=True)
class Parts:
    """What a process does."""

    receive: bool
    """Take deliveries: needs the webhook secret."""
    work: bool
    """Run jobs."""
    listen: bool
    """Have a port at all. A worker without one has no health and no metrics to be asked for."""


async def run(settings: Settings, parts: Parts, stop: asyncio.Event) -> None:
    """Start the parts, work until ``stop`` is set, and end in good order.

    Raises:
        CannotStart: nothing was started, or all that was is stopped again.
        StoreUnavailable: the database cannot be reached at start.
    """
    metrics = Metrics()
    async with AsyncExitStack() as stack:
        engine = open_engine(settings.database_url, settings.state_dir)
        await engine.open()
        stack.push_async_callback(engine.close)
        app = GitHubApp(_github(settings), observer=metrics)
        await app.start()
        stack.push_async_callback(app.close)
        await _prove(app, settings)
        handlers: Mapping[str, Handler] = {}
        if parts.work:
            workers = min(settings.concurrency, os.cpu_count() or 1)
            pool = Pool(workers, auditor=_auditor(settings))
            try:
                await pool.start()
            except WorkerUnavailable as error:
                raise CannotStart(f"the analysis cannot be started: {error}") from error
            stack.push_async_callback(pool.close)
            handlers = _handlers(settings, engine, app, pool, metrics)
        runner = None
        if parts.listen:
            runner = await _listen(settings, parts, engine, app, metrics)
            stack.push_async_callback(runner.cleanup)
        async with asyncio.TaskGroup() as tasks:
            if runner is not None:
                tasks.create_task(_close_on_stop(runner, stop))
            if parts.work:
                log.info("working on up to %d jobs at once", settings.concurrency)
                tasks.create_task(
                    worker.work(
                        engine,
                        handlers,
                        concurrency=settings.concurrency,
                        stop=stop,
                        grace=settings.grace,
                        metrics=metrics,
                    )
                )
                tasks.create_task(worker.purge(engine, stop=stop))
                if settings.sweep_every:
                    tasks.create_task(sweep.tick(engine, every=settings.sweep_every, stop=stop))
    log.info("stopped")


def _github(settings: Settings) -> GitHubSettings:
    return GitHubSettings(
        app_id=settings.app_id,
        private_key=settings.private_key,
        api_url=settings.api_url,
        graphql_url=settings.graphql_url or "",
        user_agent=f"assay/{__version__}",
    )


def _auditor(settings: Settings) -> Zizmor | None:
    """zizmor, where the operator wants it and it is installed."""
    if not settings.zizmor:
        return None
    found = Zizmor.installed()
    if found is None:
        log.warning("ASSAY_ZIZMOR is on, and zizmor is not installed beside this program")
    return found


async def _prove(app: GitHubApp, settings: Settings) -> None:
    """Ask GitHub who we are. Passing trouble is no reason not to start: deliveries still count."""
    try:
        async with asyncio.timeout(PROVE_SECONDS):
            identity = await app.verify()
    except (GiveUp, OurBug) as fault:
        raise WrongCredentials(
            f"GitHub at {settings.api_url} does not accept ASSAY_APP_ID {settings.app_id} with "
            f"this private key ({fault}); both are on your app's page (see docs/running.md)"
        ) from fault
    except (GitHubFault, TimeoutError) as fault:
        said = str(fault) or "no answer"
        log.warning("GitHub could not be asked who we are, and will be again: %s", said)
        return
    log.info("GitHub knows this app as %s (%s)", identity.name, identity.slug)


def _handlers(
    settings: Settings, engine: JobEngine, app: GitHubApp, pool: Pool, metrics: Metrics
) -> Mapping[str, Handler]:
    async def repository(installation: int, repository_id: int) -> RepositoryAPI:
        return app.repository(installation, repository_id)

    async def resolving(installation: int, repository_id: int) -> RepositoryAPI:
        return app.resolving(installation, repository_id)

    async def uploading(installation: int, repository_id: int) -> RepositoryAPI:
        return app.uploading(installation, repository_id)

    signer = Signer.from_pem(settings.private_key, settings.previous_private_key or None)
    voice = Voice(version=__version__, catalogue=registry.load(), docs_url=settings.docs_url)
    owners = Owners(app)
    reviewer = Reviewer(
        repository,
        engine,
        pool,
        signer,
        voice,
        observer=metrics,
        owners=owners,
        abilities=Abilities(resolving),
        uploader=Uploader(uploading, voice.catalogue, __version__, settings.docs_url),
    )
    commands = Commands(repository, engine, signer, pool, voice, owners)
    return make_handlers(
        review=reviewer.review,
        merge_group=MergeGroups(repository, engine, voice).check,
        comment=commands.comment,
        button=commands.button,
        decision=Decisions(repository, engine, signer).change,
        rerun=commands.rerun,
        missed=sweep.Sweep(app).sweep,
    )


async def _listen(
    settings: Settings, parts: Parts, engine: JobEngine, app: GitHubApp, metrics: Metrics
) -> web.AppRunner:
    receiver = None
    if parts.receive:
        receiver = Receiver(
            secrets=settings.webhook_secrets,
            translators=translators(settings.app_id),
            engine=engine,
            metrics=metrics,
        )
    runner = make_runner(make_app(Health(engine, app.verify, metrics), receiver))
    await runner.setup()
    try:
        await web.TCPSite(runner, settings.host, settings.port, backlog=BACKLOG).start()
    except OSError as error:
        await runner.cleanup()
        raise CannotStart(
            f"cannot listen on {settings.host} port {settings.port} "
            f"({error.strerror or error}); choose others with --host and --port"
        ) from error
    # The port that was asked for may have been 0: any.
    host, port = runner.addresses[0][:2]
    shown = f"[{host}]" if ":" in host else host
    log.info("listening on http://%s:%d", shown, port)
    return runner


async def _close_on_stop(runner: web.AppRunner, stop: asyncio.Event) -> None:
    await stop.wait()
    log.info("stopping: no more deliveries are taken")
    await runner.cleanup()
