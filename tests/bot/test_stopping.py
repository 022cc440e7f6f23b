"""Stopping in the middle of a review: it is finished, handed back, or cut off, never lost."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import aiohttp
import pytest

from tests.bot.waiting import eventually
from tests.github import PullRequest, Repository, StandIn
from tests.running import BotProcess

SLOW = ("*", "/repos/*/check-runs*")


@dataclass
class Busy:
    """A bot in the middle of a review: GitHub is slow to take its check run."""

    github: StandIn
    repository: Repository
    pull: PullRequest
    bot: BotProcess

    def completed(self) -> int:
        runs = self.repository.check_runs(self.pull.head_sha)
        return sum(run.status == "completed" for run in runs)


async def busy(github: StandIn, folder: Path, *, delay: float, grace: str) -> Busy:
    app = github.create_app(webhook_secret="x" * 32)
    repository = github.create_repository("octo/repo")
    repository.commit({"app.py": "x = 1\n"}, branch="main", message="Begin")
    repository.commit({"app.py": "x = 2\n"}, branch="change", message="Go on", parent="main")
    github.install(app, [repository])
    bot = BotProcess(
        {
            "ASSAY_APP_ID": str(app.id),
            "ASSAY_PRIVATE_KEY": app.private_key_pem,
            "ASSAY_WEBHOOK_SECRET": app.webhook_secret,
            "ASSAY_GITHUB_API_URL": github.api_url,
            "ASSAY_SHUTDOWN_GRACE": grace,
        },
        folder,
    )
    await bot.start()
    app.webhook_url = f"{bot.url}/webhook"
    fault = github.faults.add(SLOW, delay=delay, times=1)
    pull = await repository.open_pull(head="change")
    await eventually(lambda: fault.hits > 0)
    return Busy(github, repository, pull, bot)


@pytest.fixture
async def github() -> AsyncIterator[StandIn]:
    async with await StandIn.start() as standin:
        yield standin


async def test_a_running_review_is_finished(github: StandIn, tmp_path: Path) -> None:
    scene = await busy(github, tmp_path, delay=1.0, grace="60")
    assert scene.completed() == 0
    assert await scene.bot.stop() == 0
    assert scene.completed() == 1


async def test_no_delivery_is_taken_while_stopping(github: StandIn, tmp_path: Path) -> None:
    scene = await busy(github, tmp_path, delay=2.0, grace="60")
    assert scene.bot.process is not None
    scene.bot.process.terminate()
    await eventually(lambda: "no more deliveries" in scene.bot.read_log())
    async with aiohttp.ClientSession() as http:
        with pytest.raises(aiohttp.ClientConnectionError):
            await http.get(f"{scene.bot.url}/healthz")
    assert await scene.bot.process.wait() == 0
    assert scene.completed() == 1


@pytest.mark.parametrize("way", ["grace", "second signal", "kill -9"])
async def test_what_was_not_finished_is_finished_by_the_next(
    github: StandIn, tmp_path: Path, way: str
) -> None:
    grace = "0" if way == "grace" else "600"
    scene = await busy(github, tmp_path, delay=600.0, grace=grace)
    assert scene.bot.process is not None
    async with asyncio.timeout(60):
        if way == "kill -9":
            await scene.bot.kill()
        elif way == "grace":
            assert await scene.bot.stop() == 0
        else:
            scene.bot.process.send_signal(signal.SIGTERM)
            await eventually(lambda: "no more deliveries" in scene.bot.read_log())
            scene.bot.process.send_signal(signal.SIGINT)
            assert await scene.bot.process.wait() == 0
    assert scene.completed() == 0
    assert "Traceback" not in scene.bot.read_log()
    await scene.bot.start()
    await eventually(lambda: scene.completed() == 1)
    assert await scene.bot.stop() == 0
    assert len(scene.repository.check_runs(scene.pull.head_sha)) == 1
