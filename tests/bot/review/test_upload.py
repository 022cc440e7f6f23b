"""Findings go to code scanning where that is wished and granted; a review never waits for it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest

from bot.github.app import GitHubApp
from bot.github.config import GitHubSettings
from bot.github.limits import Limits
from bot.github.port import RepositoryAPI
from bot.jobs import Job, kinds
from bot.review.run import Reviewer
from bot.review.upload import Uploader
from checks import registry
from checks.sandbox import Pool
from tests.bot.review import values
from tests.bot.review.reviewing import SIGNER, Engine
from tests.github import PERMISSIONS, Installation, PullRequest, Repository, StandIn

WISH = "code-scanning: true\n"
SECRET = "Xk29vLq8Rt41mZpW"
LEAK = f"DATABASE_PASSWORD = '{SECRET}'\n"
SILENCED = "import hashlib\nhashlib.md5(password)  # assay: ignore[weak-hash] only a checksum\n"


@dataclass
class World:
    """A repository that wishes its findings in code scanning, and one process that reviews."""

    standin: StandIn
    repository: Repository
    pull: PullRequest
    installation: Installation
    app: GitHubApp
    pool: Pool
    conclusions: list[str] = field(default_factory=list)
    reviewer: Reviewer | None = None

    def review(self, conclusion: str, seconds: float, calls: int | None) -> None:
        self.conclusions.append(conclusion)

    async def run(self, **payload: Any) -> str:
        async def repository(installation: int, repository: int) -> RepositoryAPI:
            return self.app.repository(installation, repository)

        async def uploading(installation: int, repository: int) -> RepositoryAPI:
            return self.app.uploading(installation, repository)

        if self.reviewer is None:
            self.reviewer = Reviewer(
                repository,
                Engine(),
                self.pool,
                SIGNER,
                values.VOICE,
                observer=self,
                uploader=Uploader(
                    uploading, registry.load(), "0.1.0", "https://example.com/checks"
                ),
            )
        asked = kinds.ReviewPull(
            installation=self.installation.id,
            repository=kinds.Repository(id=self.repository.id, owner="octo", name="demo"),
            pull=self.pull.number,
            trigger="opened",
            **payload,
        )
        now = datetime(2026, 11, 24, tzinfo=UTC)
        await self.reviewer.review(Job(1, kinds.REVIEW, kinds.encode(asked), 1, "", "", now, None))
        return self.conclusions[-1]

    @property
    def uploads(self) -> list[Any]:
        return self.standin.exchanges.of("POST", "*/code-scanning/sarifs")


async def make(granted: bool, wish: str = WISH) -> AsyncIterator[World]:
    async with await StandIn.start() as standin, Pool(1) as pool:
        more = {"security_events": "write"} if granted else {}
        app = standin.create_app(permissions=PERMISSIONS | more)
        repository = standin.create_repository("octo/demo")
        installation = standin.install(app, [repository])
        repository.commit({".github/assay.yml": wish, "README.md": "x\n"})
        repository.commit({"app/db.py": LEAK, "app/sum.py": SILENCED}, branch="feature")
        pull = await repository.open_pull("feature", author="alice")
        settings = GitHubSettings(
            app_id=app.id,
            private_key=app.private_key_pem,
            api_url=standin.api_url,
            graphql_url=standin.graphql_url,
        )
        async with GitHubApp(settings, limits=Limits(write_spacing=0.0)) as client:
            yield World(standin, repository, pull, installation, client, pool)
        assert standin.failures == []
        assert standin.complaints == []
        assert standin.unknown_requests == []


@pytest.fixture
async def world() -> AsyncIterator[World]:
    async for one in make(granted=True):
        yield one


@pytest.fixture
async def ungranted() -> AsyncIterator[World]:
    async for one in make(granted=False):
        yield one


@pytest.fixture
async def unwished() -> AsyncIterator[World]:
    async for one in make(granted=True, wish="checks: {}\n"):
        yield one


async def test_the_findings_are_in_code_scanning_under_the_identity_of_their_comments(
    world: World,
) -> None:
    assert await world.run() == "failure"
    ((place, run),) = world.repository.analyses.items()
    assert place == (f"refs/pull/{world.pull.number}/head", world.pull.head_sha, "Assay", "assay/")
    found, silenced = run["results"]
    assert (found["ruleId"], silenced["ruleId"]) == ("hard-coded-secret", "weak-hash")
    assert silenced["suppressions"][0]["justification"] == "only a checksum"
    (comment,) = world.pull.review_comments
    assert found["partialFingerprints"]["assay/v1"] in comment.body
    assert SECRET not in str(run)
    assert {one["id"] for one in run["tool"]["driver"]["rules"]} == {
        "hard-coded-secret",
        "weak-hash",
    }


async def test_again_it_replaces_what_it_said(world: World) -> None:
    await world.run()
    first = dict(world.repository.analyses)
    await world.run(rerun=True, rerun_key="again")
    assert len(world.uploads) == 2
    assert world.repository.analyses == first


async def test_it_is_not_done_unwished(unwished: World) -> None:
    assert await unwished.run() == "failure"
    assert unwished.uploads == []


async def test_a_refusal_fails_nothing_and_is_remembered(world: World) -> None:
    world.repository.code_scanning = False
    assert await world.run() == "failure"
    await world.pull.push({"app/more.py": "x = 1\n"})
    assert await world.run() == "failure"
    assert len(world.uploads) == 1
    assert len(world.pull.review_comments) == 1


async def test_without_the_permission_nothing_is_uploaded(ungranted: World) -> None:
    assert await ungranted.run() == "failure"
    await ungranted.pull.push({"app/more.py": "x = 1\n"})
    assert await ungranted.run() == "failure"
    assert ungranted.uploads == []
    refused = ungranted.standin.exchanges.refusals()
    assert len([one for one in refused if one[1].endswith("/access_tokens")]) == 1


async def test_trouble_at_github_fails_nothing(world: World) -> None:
    world.standin.faults.add(("POST", "*/code-scanning/sarifs"), status=503, times=None)
    assert await world.run() == "failure"
    assert len(world.pull.review_comments) == 1
