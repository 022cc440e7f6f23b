"""A command is answered while its installation has as many reviews running as it may have."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path

from bot.events import Delivery
from bot.events.jobs import comment_command, push_review
from bot.jobs import Job, kinds
from bot.jobs.backoff import Policy
from bot.jobs.open import open_engine
from tests.bot.waiting import eventually

REPOSITORY = kinds.Repository(id=2, owner="octo", name="repo")


async def test_a_command_does_not_wait_for_reviews(tmp_path: Path) -> None:
    engine = open_engine(None, tmp_path)
    await engine.open()
    most = Policy().group_limit
    for pull in range(most + 1):
        delivery = Delivery(f"d-{pull}", "pull_request", b"{}")
        await engine.enqueue(push_review(delivery, 1, REPOSITORY, pull, "opened", head=""))
    command = kinds.CommentCommand(
        installation=1,
        repository=REPOSITORY,
        pull=0,
        comment=9,
        author="octocat",
        body="/assay help",
        delivery="d-c",
    )
    stop, go_on = asyncio.Event(), asyncio.Event()
    reviewing: list[int] = []
    answered: list[Job] = []

    async def review(job: Job) -> None:
        reviewing.append(job.payload["pull"])
        await go_on.wait()

    async def answer(job: Job) -> None:
        answered.append(job)

    async with asyncio.timeout(60), asyncio.TaskGroup() as tasks:
        handlers = {kinds.REVIEW: review, kinds.COMMENT_COMMAND: answer}
        tasks.create_task(
            engine.run(handlers, concurrency=most + 2, stop=stop, grace=timedelta(seconds=30))
        )
        await eventually(lambda: len(reviewing) == most)
        await engine.enqueue(comment_command(Delivery("d-c", "issue_comment", b"{}"), command))
        await eventually(lambda: bool(answered))
        assert len(reviewing) == most
        go_on.set()
        await eventually(lambda: len(reviewing) == most + 1)
        stop.set()
    await engine.close()
