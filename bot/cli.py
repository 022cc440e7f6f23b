"""The command ``assay``: which words start what. The work is done elsewhere.

What a command needs is imported when it runs: a short scan must not wait for the bot's libraries.
Exit status: 0 well done (``scan``: nothing found), 1 it failed while working (``scan``: findings),
2 it was called or configured wrongly.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Coroutine, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from bot import __version__
from bot.scan import cli as scan

if TYPE_CHECKING:
    from bot.service import Parts
    from bot.settings import Role, Settings

OK, FAILED, WRONG = 0, 1, 2

SETTINGS_HELP = """\
Settings come from the environment; docs/running.md lists all of them:
  ASSAY_APP_ID             the number of your GitHub App
  ASSAY_PRIVATE_KEY        its private key (PEM, or base64), or ASSAY_PRIVATE_KEY_FILE
  ASSAY_WEBHOOK_SECRET     its webhook secret; two with a comma between them while rotating
  ASSAY_STATE_DIR          where the embedded database lives (default: .assay)
  ASSAY_DATABASE_URL       postgresql://…, to use PostgreSQL instead
"""


class _WronglyConfigured(Exception):
    """The environment's settings are wrong."""

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__(*problems)
        self.problems = tuple(problems)


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command; the exit status."""
    parser = _parser()
    arguments = parser.parse_args(argv)
    run: Callable[[argparse.Namespace], int] = arguments.run
    try:
        return run(arguments)
    except _WronglyConfigured as error:
        for problem in error.problems:
            print(f"assay: {problem}", file=sys.stderr)
        return WRONG
    except KeyboardInterrupt:
        return FAILED
    except BrokenPipeError:
        # Whoever read our output has seen enough. Nothing more can be written, not even at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FAILED


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="assay",
        description="Reviews pull requests for security defects and test hygiene.",
        epilog="assay COMMAND --help says more about each.",
    )
    parser.add_argument("--version", action="version", version=f"assay {__version__}")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    _add_serve(commands)
    _add_worker(commands)
    _add_jobs(commands)
    scan.register(commands)
    return parser


def _add_serve(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    serve = commands.add_parser(
        "serve",
        help="receive deliveries from GitHub and review pull requests",
        description="Receives deliveries from GitHub and reviews pull requests, in one process.",
        epilog=SETTINGS_HELP,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    serve.add_argument(
        "--no-worker", action="store_true", help="only receive; run `assay worker` beside it"
    )
    serve.add_argument("--host", help="address to listen on (default: ASSAY_HOST or 127.0.0.1)")
    serve.add_argument("--port", type=_port, help="port to listen on (default: PORT or 8000)")
    _add_concurrency(serve)
    serve.set_defaults(run=_serve)


def _add_worker(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    worker = commands.add_parser(
        "worker",
        help="review pull requests, without receiving deliveries",
        description="Runs the jobs that `assay serve --no-worker` stores in the same database.",
        epilog=SETTINGS_HELP,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    worker.add_argument(
        "--health-port",
        type=_port,
        metavar="PORT",
        help="serve /healthz, /readyz and /metrics on this port (default: no port at all)",
    )
    worker.add_argument("--host", help="address for --health-port (default: ASSAY_HOST)")
    _add_concurrency(worker)
    worker.set_defaults(run=_worker)


def _add_jobs(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    jobs = commands.add_parser(
        "jobs",
        help="show the queue: how many jobs wait, run and failed, and why",
        description="Shows the queue: how many jobs wait, run and failed, and why.",
    )
    jobs.add_argument(
        "--failed", type=int, default=20, metavar="N", help="show the last N failures (default: 20)"
    )
    jobs.set_defaults(run=_jobs)


def _add_concurrency(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--concurrency",
        type=_concurrency,
        metavar="N",
        help="jobs at once (default: ASSAY_CONCURRENCY or 4)",
    )


def _port(text: str) -> int:
    return _within(text, 0, 65535)


def _concurrency(text: str) -> int:
    from bot.settings import HIGHEST_CONCURRENCY

    return _within(text, 1, HIGHEST_CONCURRENCY)


def _within(text: str, low: int, high: int) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 10 and low <= int(text) <= high):
        raise argparse.ArgumentTypeError(f"must be a whole number from {low} to {high}")
    return int(text)


def _serve(arguments: argparse.Namespace) -> int:
    from bot.service import Parts
    from bot.settings import Role

    settings = _settings(
        Role.SERVE, host=arguments.host, port=arguments.port, concurrency=arguments.concurrency
    )
    return _run(settings, Parts(receive=True, work=not arguments.no_worker, listen=True))


def _worker(arguments: argparse.Namespace) -> int:
    from bot.service import Parts
    from bot.settings import Role

    settings = _settings(
        Role.WORKER,
        host=arguments.host,
        port=arguments.health_port,
        concurrency=arguments.concurrency,
    )
    listen = arguments.health_port is not None
    return _run(settings, Parts(receive=False, work=True, listen=listen))


def _jobs(arguments: argparse.Namespace) -> int:
    from bot.queue_report import show
    from bot.settings import Role

    settings = _settings(Role.STORE)
    return _guarded(show(settings, max(arguments.failed, 0)))


def _settings(role: Role, **changes: Any) -> Settings:
    """The environment's settings with the command line's on top; logging is set up by them.

    Raises:
        _WronglyConfigured: they are wrong.
    """
    import dataclasses
    import logging

    from bot import logs
    from bot.settings import SettingsError, load

    try:
        loaded = load(os.environ, role)
    except SettingsError as error:
        raise _WronglyConfigured(error.problems) from None
    given: Mapping[str, Any] = {name: value for name, value in changes.items() if value is not None}
    settings = dataclasses.replace(loaded.settings, **given)
    logs.setup(settings.log_format, settings.secrets())
    for warning in loaded.warnings:
        logging.getLogger(__name__).warning("%s", warning)
    return settings


def _run(settings: Settings, parts: Parts) -> int:
    import asyncio
    import logging
    import signal

    from bot import service

    log = logging.getLogger(__name__)

    async def process() -> int:
        stop = asyncio.Event()
        main_task = asyncio.current_task()
        loop = asyncio.get_running_loop()

        def stop_asked() -> None:
            if not stop.is_set():
                stop.set()
                return
            log.warning("stopping at once; what was running is taken over at the next start")
            if main_task is not None:
                main_task.cancel()

        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, stop_asked)
        try:
            await service.run(settings, parts, stop)
        except asyncio.CancelledError:
            if not stop.is_set():
                raise
        return OK

    return _guarded(process())


def _guarded(process: Coroutine[Any, Any, int]) -> int:
    """Run a coroutine; what an operator can mend is one line, not a traceback."""
    import asyncio
    import contextlib
    import logging

    from bot.jobs import StoreUnavailable
    from bot.jobs.open import EngineUnusable
    from bot.service import CannotStart, WrongCredentials

    log = logging.getLogger(__name__)
    with contextlib.closing(process):
        try:
            return asyncio.run(process)
        except (WrongCredentials, EngineUnusable) as error:
            log.error("%s", error)
            return WRONG
        except CannotStart as error:
            log.error("%s", error)
            return FAILED
        except StoreUnavailable as error:
            log.error("the database is not available: %s (see docs/running.md)", error)
            return FAILED
