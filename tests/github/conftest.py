"""Shared parts of the stand-in's own tests: one small world with one pull request."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest

from tests.github import App, Installation, ManualClock, PullRequest, Repository, StandIn
from tests.github.client import Client, Reply

NUMBERS = "".join(f"line {number}\n" for number in range(1, 61))


@dataclass(slots=True)
class World:
    """A stand-in, an app installed on one repository, one open pull request, and a client."""

    standin: StandIn
    clock: ManualClock
    app: App
    installation: Installation
    repository: Repository
    pull: PullRequest
    client: Client

    @property
    def repo(self) -> str:
        """The repository's path."""
        return f"/repos/{self.repository.full_name}"

    async def review(self, *comments: dict[str, object], **more: object) -> Reply:
        """Post a COMMENT review."""
        body = {"event": "COMMENT", "body": "A review.", "comments": list(comments), **more}
        return await self.client.post(f"{self.repo}/pulls/{self.pull.number}/reviews", body)

    async def check(self, **more: object) -> Reply:
        """Post a check run on the head."""
        body = {"name": "Assay", "head_sha": self.pull.head_sha, **more}
        return await self.client.post(f"{self.repo}/check-runs", body)


@pytest.fixture
async def world() -> AsyncIterator[World]:
    clock = ManualClock()
    async with await StandIn.start(clock=clock) as standin:
        app = standin.create_app()
        repository = standin.create_repository("octo/demo")
        installation = standin.install(app, [repository])
        repository.commit({"numbers.txt": NUMBERS, "old.py": "gone = 1\n", "kept.py": "same\n"})
        changed = NUMBERS.replace("line 10\n", "ten\n").replace("line 40\n", "forty\nand more\n")
        files = {"numbers.txt": changed, "old.py": None, "new.py": "a = 1\nb = 2\nc = 3\n"}
        repository.commit(files, branch="feature")
        pull = await repository.open_pull("feature", author="alice")
        async with Client(standin) as client:
            await client.authenticate(installation)
            yield World(standin, clock, app, installation, repository, pull, client)
        assert standin.failures == []
