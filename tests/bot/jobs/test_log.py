"""The worker's log lines: each says which job it is about, and where that came from."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from io import StringIO
from pathlib import Path

import pytest

from bot.events.jobs import push_review
from bot.events.outcome import Delivery
from bot.jobs import Job, Permanent, kinds
from bot.jobs.backoff import Policy
from bot.jobs.names import names
from bot.jobs.open import open_engine
from bot.logs import Redactor, TextFormatter
from tests.bot.waiting import eventually

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
NAMES = "delivery=d-1 repository=octo/repo pull=7"


@pytest.fixture
def log() -> Iterator[StringIO]:
    """What the worker's logger writes, formatted as in production."""
    stream = StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(TextFormatter(Redactor()))
    logger = logging.getLogger("bot.jobs.worker")
    before = logger.level
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    yield stream
    logger.setLevel(before)
    logger.removeHandler(handler)


async def run(folder: Path, error: Exception | None, *, tries: int = 10) -> None:
    """One review job, which does nothing or raises; returns when it has ended for good.

    It raises in fewer attempts than ``tries``.
    """
    engine = open_engine(None, folder, Policy(first_pause=timedelta()))
    await engine.open()
    repository = kinds.Repository(id=2, owner="octo", name="repo")
    delivery = Delivery("d-1", "pull_request", b"{}")
    await engine.enqueue(push_review(delivery, 1, repository, 7, "opened", head="a" * 40))
    stop = asyncio.Event()
    ended: list[str | None] = []

    async def handler(job: Job) -> None:
        if error is not None and job.ending is None and job.attempt < tries:
            raise error
        ended.append(job.ending)

    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(
            engine.run({kinds.REVIEW: handler}, concurrency=1, stop=stop, grace=timedelta(30))
        )
        await eventually(lambda: bool(ended))
        stop.set()
    await engine.close()


async def test_each_line_names_delivery_repository_and_pull_request(
    tmp_path: Path, log: StringIO
) -> None:
    await run(tmp_path, None)
    lines = [line.split("bot.jobs.worker: ")[1] for line in log.getvalue().splitlines()]
    assert lines == [
        f"job 1 (review) starts job=1 kind=review attempt=1 {NAMES}",
        f"job 1 (review) is done job=1 kind=review attempt=1 {NAMES}",
    ]


async def test_a_job_that_is_given_up_says_why(tmp_path: Path, log: StringIO) -> None:
    await run(tmp_path, Permanent("the repository is gone"))
    lines = [line.split("bot.jobs.worker: ")[1] for line in log.getvalue().splitlines()]
    assert lines[1] == (
        f"job 1 (review) is waiting: the repository is gone job=1 kind=review attempt=1 {NAMES}"
    )
    assert lines[2] == f"job 1 (review) starts job=1 kind=review attempt=2 {NAMES}"
    assert all(line.endswith(NAMES) for line in lines)


async def test_a_failure_is_one_line_with_its_reason(tmp_path: Path, log: StringIO) -> None:
    """The traceback, where there is one, is the handler's own line."""
    await run(tmp_path, RuntimeError("a defect"), tries=2)
    lines = [line.split("bot.jobs.worker: ")[1] for line in log.getvalue().splitlines()]
    assert lines[1] == (
        f"job 1 (review) is waiting: RuntimeError: a defect job=1 kind=review attempt=1 {NAMES}"
    )
    assert len(lines) == 4


def test_a_payload_without_names_is_none_the_worse() -> None:
    assert names(Job(3, "sweep", {}, 1, "", "", EPOCH)) == {
        "job": 3,
        "kind": "sweep",
        "attempt": 1,
        "delivery": None,
        "repository": None,
        "pull": None,
    }
