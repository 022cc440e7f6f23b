"""Programs that the tests start in processes of their own, to kill and to freeze them."""

from __future__ import annotations

import asyncio
import json
import resource
import sys
import time
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from bot.jobs import Job, JobEngine, StoreUnavailable
from bot.jobs.open import open_engine
from tests.bot.jobs.world import QUICK, job


def say(event: str, **fields: Any) -> None:
    print(json.dumps({"event": event, **fields}), flush=True)


async def enqueue(engine: JobEngine, options: dict[str, Any]) -> None:
    """Store jobs without end; say so after each."""
    if "file_size" in options:
        # The system's way to say that no more can be written; Python ignores the signal.
        resource.setrlimit(resource.RLIMIT_FSIZE, (options["file_size"],) * 2)
    for number in range(1_000_000):
        try:
            stored = await engine.enqueue(job(number, dedupe=f"{options['prefix']}-{number}"))
        except StoreUnavailable as fault:
            say("refused", number=number, reason=str(fault))
            return
        say("stored", number=number, new=stored)


async def work(engine: JobEngine, options: dict[str, Any]) -> None:
    """Work: each job lasts until the process ends, or for the given time."""

    async def handler(task: Job) -> None:
        say(
            "start", id=task.id, attempt=task.attempt, ending=task.ending, name=task.payload["name"]
        )
        if "stall" in options:
            # The defect that is wanted here: the event loop does not turn.
            time.sleep(options["stall"])  # noqa: ASYNC251
        else:
            await asyncio.sleep(options.get("last", 3600))
        say("end", id=task.id, current=await engine.still_current(task))

    await engine.run(
        {"work": handler},
        concurrency=options.get("concurrency", 4),
        stop=asyncio.Event(),
        grace=timedelta(seconds=1),
    )


async def main() -> None:
    role, given = sys.argv[1:]
    options = json.loads(given)
    policy = replace(
        QUICK,
        lease=timedelta(seconds=options.get("lease", 1.5)),
        stall_limit=timedelta(seconds=options.get("stall_limit", 60)),
        cap=options.get("cap", QUICK.cap),
    )
    engine = open_engine(options["url"], Path(options["state_dir"]), policy)
    await engine.open()
    await {"enqueue": enqueue, "work": work}[role](engine, options)


if __name__ == "__main__":
    asyncio.run(main())
