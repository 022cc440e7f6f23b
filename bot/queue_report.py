"""What ``assay jobs`` prints: how the queue stands, and what failed. Only reads."""

from __future__ import annotations

import sys

from bot.jobs import QueueStats
from bot.jobs.failures import FailedJob, ListsFailures
from bot.jobs.open import open_engine
from bot.logs import Redactor
from bot.settings import Settings


async def show(settings: Settings, limit: int) -> int:
    """Print the queue; the exit status.

    Raises:
        StoreUnavailable: the database cannot be reached.
    """
    if settings.database_url is None and not settings.state_dir.is_dir():
        # Opening it would make an empty one here, which would be an answer to another question.
        print(
            f"assay: there is no queue in {settings.state_dir}: is ASSAY_STATE_DIR right?",
            file=sys.stderr,
        )
        return 2
    engine = open_engine(settings.database_url, settings.state_dir)
    await engine.open()
    try:
        stats = await engine.stats()
        failed: tuple[FailedJob, ...] = ()
        if limit and isinstance(engine, ListsFailures):
            failed = await engine.failures(limit)
    finally:
        await engine.close()
    print(Redactor(settings.secrets())(render(stats, failed)))
    return 0


def render(stats: QueueStats, failed: tuple[FailedJob, ...]) -> str:
    """The report as text."""
    waited = int(stats.oldest_waiting.total_seconds())
    lines = [
        f"waiting  {stats.waiting}" + (f"  (the oldest for {waited} s)" if waited else ""),
        f"running  {stats.running}",
        f"failed   {stats.failed}",
        f"done     {stats.done}",
    ]
    if failed:
        lines += ["", "The last failures:"]
        lines += [_line(job) for job in failed]
    return "\n".join(lines)


def _line(job: FailedJob) -> str:
    repository = job.payload.get("repository")
    where = ""
    if isinstance(repository, dict):
        where = f" {repository.get('owner')}/{repository.get('name')}"
    if "pull" in job.payload:
        where += f"#{job.payload['pull']}"
    reason = " ".join(job.reason.split())
    return f"  {job.failed_at:%Y-%m-%d %H:%M:%S} UTC  {job.kind}{where}: {reason}"
