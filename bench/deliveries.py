"""Delivers many pull requests at once to the real bot, and measures what becomes of them.

``python -m bench.deliveries`` starts the bot as a person would, beside a stand-in GitHub in
another process, sends every delivery at the same moment, and waits for the reviews. It ends by
itself: with 0 when every pull request was reviewed, with 1 when one was not.

Set ``ASSAY_DATABASE_URL`` to measure with PostgreSQL; give it an empty database.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import os
import platform
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp

from bench.children import Child, ChildFailed, child
from bench.figures import Figures, Latency, Machine, middle, reviews_in, table
from bench.memory import Peaks
from bot.settings import CONCURRENCY
from tests.running import BotProcess, NotReady

MOST_PULLS = 2_000
LONGEST = 3_600
PULLS_OF_AN_INSTALLATION = 4
BARE_ROUNDS = 3
SEND_SECONDS = 60.0
LOOK_PAUSE = 0.2
STOP_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Arguments:
    """What was asked for."""

    pulls: int
    installations: int
    concurrency: int
    seconds: float
    as_json: bool


def main() -> int:
    """Run it; the exit status."""
    arguments = read_arguments(sys.argv[1:])
    try:
        found = asyncio.run(measure(arguments))
    except (ChildFailed, NotReady, aiohttp.ClientError, TimeoutError) as error:
        print(f"the benchmark did not come to its end: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    print(json.dumps(found.values(), indent=2) if arguments.as_json else table(found))
    return 0 if found.complete else 1


def read_arguments(given: Sequence[str]) -> Arguments:
    """Read the command line; ends the program when it is wrong."""
    parser = argparse.ArgumentParser(
        prog="python -m bench.deliveries",
        description="Deliver many pull requests at once to the bot, and measure.",
    )
    parser.add_argument("--pulls", type=int, default=200, help="how many (default: 200)")
    parser.add_argument(
        "--installations",
        type=int,
        help="over how many installations, each with one repository "
        f"(default: one for {PULLS_OF_AN_INSTALLATION} pull requests)",
    )
    parser.add_argument(
        "--concurrency",
        type=int,
        default=CONCURRENCY,
        help=f"the bot's ASSAY_CONCURRENCY (default: its own, {CONCURRENCY})",
    )
    parser.add_argument(
        "--seconds", type=float, default=600, help="how long to wait for the reviews (default: 600)"
    )
    parser.add_argument("--json", action="store_true", help="print the figures as JSON")
    read = parser.parse_args(given)
    if not 1 <= read.pulls <= MOST_PULLS:
        parser.error(f"--pulls must be from 1 to {MOST_PULLS}")
    if not 0 <= read.seconds <= LONGEST:
        parser.error(f"--seconds must be from 0 to {LONGEST}")
    wanted = -(-read.pulls // PULLS_OF_AN_INSTALLATION)
    installations = wanted if read.installations is None else read.installations
    if not 1 <= installations <= read.pulls:
        parser.error("--installations must be from 1 to the number of pull requests")
    return Arguments(read.pulls, installations, read.concurrency, read.seconds, read.json)


async def measure(arguments: Arguments) -> Figures:
    """One run.

    Raises:
        ChildFailed, NotReady: a part could not be started.
        aiohttp.ClientError, TimeoutError: a delivery was not answered.
    """
    with tempfile.TemporaryDirectory(prefix="assay-bench-") as folder:
        standin = child("bench.standin", str(arguments.pulls), str(arguments.installations))
        async with standin as github, child("bench.bare") as bare:
            deliveries = github.ready["deliveries"]
            without = [
                seconds
                for _ in range(BARE_ROUNDS)
                for seconds, _ in await deliver(f"{bare.ready['url']}/webhook", deliveries)
            ]
            environment = {
                **github.ready["environment"],
                **_database(),
                "ASSAY_CONCURRENCY": str(arguments.concurrency),
            }
            async with _bot(environment, Path(folder)) as (bot, peaks):
                began = time.monotonic()
                answers = await deliver(f"{bot.url}/webhook", deliveries)
                standing = await _reviewed(github, arguments, began)
                took = time.monotonic() - began
                peaks.look()
            # It was stopped in good order, so that its log is whole.
            reviews = reviews_in(bot.read_log().splitlines())
    calls = [requests for _, requests in reviews]
    return Figures(
        machine=_machine(),
        pulls=arguments.pulls,
        installations=arguments.installations,
        concurrency=arguments.concurrency,
        acknowledged=sum(status == 202 for _, status in answers),
        acknowledgement=Latency.of([seconds for seconds, _ in answers]),
        bare=Latency.of(without),
        reviewed=standing["reviewed"],
        conclusions=standing["conclusions"],
        comments=standing["comments"],
        seconds=took,
        review_seconds=middle([seconds for seconds, _ in reviews]),
        calls=standing["requests"],
        calls_median=middle(calls),
        calls_max=max(calls, default=None),
        bot_memory=peaks.bot,
        worker_memory=next(iter(peaks.workers), None),
        workers=len(peaks.workers),
        problems=standing["problems"],
    )


async def deliver(url: str, deliveries: Sequence[Mapping[str, Any]]) -> list[tuple[float, int]]:
    """Send all of them at the same moment; the seconds and the status of each answer."""
    timeout = aiohttp.ClientTimeout(total=SEND_SECONDS)
    connector = aiohttp.TCPConnector(limit=0)
    async with aiohttp.ClientSession(connector=connector, timeout=timeout) as session:

        async def one(headers: Mapping[str, str], body: bytes) -> tuple[float, int]:
            began = time.monotonic()
            async with session.post(url, data=body, headers=headers) as answer:
                await answer.read()
                return time.monotonic() - began, answer.status

        return await asyncio.gather(
            *(one(each["headers"], each["body"].encode()) for each in deliveries)
        )


@contextlib.asynccontextmanager
async def _bot(
    environment: Mapping[str, str], folder: Path
) -> AsyncIterator[tuple[BotProcess, Peaks]]:
    """The bot in a process group of its own, its memory watched, gone at the end."""
    bot = BotProcess(environment, folder)
    try:
        await bot.start()
        assert bot.process is not None
        peaks = Peaks(bot.process.pid)
        watching = asyncio.get_running_loop().create_task(peaks.watch())
        try:
            yield bot, peaks
        finally:
            watching.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await watching
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(STOP_SECONDS):
                await bot.stop()
    finally:
        await bot.kill()


async def _reviewed(github: Child, arguments: Arguments, began: float) -> Any:
    """How the reviews stand when all are done, or when the time is up."""
    while True:
        standing = await github.ask()
        late = time.monotonic() - began > arguments.seconds
        if late or standing["reviewed"] == arguments.pulls:
            return standing
        await asyncio.sleep(LOOK_PAUSE)


def _database() -> dict[str, str]:
    url = os.environ.get("ASSAY_DATABASE_URL", "").strip()
    return {"ASSAY_DATABASE_URL": url} if url else {}


def _machine() -> Machine:
    try:
        memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (ValueError, OSError, AttributeError):
        memory = None
    return Machine(
        processors=os.cpu_count() or 1,
        memory=memory,
        system=platform.system(),
        python=platform.python_version(),
        database="PostgreSQL" if _database() else "embedded (SQLite)",
    )


if __name__ == "__main__":
    sys.exit(main())
