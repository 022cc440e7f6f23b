"""What a second push costs: few requests, and a look at what it changed; over real HTTP."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
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
from checks.configuration import Configuration, Layer
from checks.model import ChangedFile, FileReport, Settings
from checks.repository import Beside
from checks.sandbox import AsyncLookup, Pool
from tests.bot.review import values
from tests.bot.review.reviewing import SIGNER, Engine
from tests.github import PullRequest, Repository, StandIn

MOST_REQUESTS = 8
BASE = "import unittest\nclass Base(unittest.TestCase):\n    def tearDown(self):\n        pass\n"
VIEW = (
    "import subprocess\n\ndef run{0}(name):\n    return subprocess.run(['ls', name], check=True)\n"
)
TEST = (
    "import time\n\nfrom tests.base import Base\nfrom app import part{0}\n\n\n"
    "class Part{0}Test(Base):\n    def test_it(self):\n        part{0}.run{0}('x')\n"
    "        self.assertEqual(1, part{0}.run{0}('y').returncode)\n"
)
FILES = {f"app/part{number}.py": VIEW.format(number) for number in range(10)} | {
    f"tests/test_part{number}.py": TEST.format(number) for number in range(20)
}
LEAK = "\nDATABASE_PASSWORD = 'Xk29vLq8Rt41mZpW'\n"


@dataclass
class Watched:
    """The real analysis in its sandbox; remembers what it was given."""

    pool: Pool
    given: list[str] = field(default_factory=list)
    beside: list[str] = field(default_factory=list)

    async def analyse(
        self,
        files: Sequence[ChangedFile],
        settings: Settings,
        lookup: AsyncLookup | None = None,
        *,
        beside: Beside | None = None,
    ) -> tuple[FileReport, ...]:
        more = beside or Beside()
        self.given += [one.path for one in files]
        self.beside += [one.path for one in more.files]
        return await self.pool.analyse(files, settings, lookup, beside=more)

    async def read_configuration(self, *layers: Layer) -> Configuration:
        return await self.pool.read_configuration(*layers)


@dataclass
class World:
    """A repository with a pull request of thirty files, and one process that reviews it."""

    standin: StandIn
    repository: Repository
    pull: PullRequest
    installation: int
    app: GitHubApp
    analysis: Watched
    reviewer: Reviewer | None = None
    calls: int | None = None

    def review(self, conclusion: str, seconds: float, calls: int | None) -> None:
        self.calls = calls

    async def run(self) -> int:
        """Review the head; how many requests that took."""

        async def repository(installation: int, repository: int) -> RepositoryAPI:
            return self.app.repository(installation, repository)

        if self.reviewer is None:
            self.reviewer = Reviewer(
                repository, Engine(), self.analysis, SIGNER, values.VOICE, observer=self
            )
        asked = kinds.ReviewPull(
            installation=self.installation,
            repository=kinds.Repository(id=self.repository.id, owner="octo", name="demo"),
            pull=self.pull.number,
            trigger="opened",
        )
        self.standin.exchanges.clear()
        self.analysis.given.clear()
        self.analysis.beside.clear()
        now = datetime(2026, 11, 24, tzinfo=UTC)
        payload = kinds.encode(asked)
        await self.reviewer.review(Job(1, kinds.REVIEW, payload, 1, "", "", now, None))
        assert self.calls == len(self.standin.exchanges)
        return self.calls

    def texts_asked_for(self) -> set[str]:
        """The paths of which the texts were asked for."""
        found: set[str] = set()
        for one in self.standin.exchanges:
            if "/git/blobs/" in one.path or "/contents/" in one.path:
                found.add(one.path)
            if (document := one.document) is not None:
                variables: dict[str, Any] = one.body["variables"]
                found |= {
                    value
                    for name, value in variables.items()
                    if f"(path: ${name}) {{ mode oid object" in document
                }
        return found


@pytest.fixture
async def world() -> AsyncIterator[World]:
    async with await StandIn.start() as standin, Pool(1) as pool:
        app = standin.create_app()
        repository = standin.create_repository("octo/demo")
        installation = standin.install(app, [repository])
        repository.commit({"tests/base.py": BASE, "README.md": "x\n"})
        repository.commit(FILES, branch="feature")
        pull = await repository.open_pull("feature", author="alice")
        settings = GitHubSettings(
            app_id=app.id,
            private_key=app.private_key_pem,
            api_url=standin.api_url,
            graphql_url=standin.graphql_url,
        )
        async with GitHubApp(settings, limits=Limits(write_spacing=0.0)) as client:
            await client.repository(installation.id, repository.id).get("/rate_limit")
            yield World(standin, repository, pull, installation.id, client, Watched(pool))
        assert standin.failures == []
        assert standin.complaints == []
        assert standin.unknown_requests == []


async def test_a_push_that_changes_two_of_thirty_files(world: World) -> None:
    await world.run()
    assert sorted(world.analysis.given) == sorted(FILES)
    assert "tests/base.py" in world.texts_asked_for()
    assert world.pull.review_comments == []

    await world.pull.push(
        {
            "app/part3.py": FILES["app/part3.py"] + LEAK,
            "tests/test_part15.py": FILES["tests/test_part15.py"] + "# checked by hand\n",
        }
    )
    calls = await world.run()

    assert calls <= MOST_REQUESTS
    (comment,) = world.pull.review_comments
    assert (comment.path, comment.original_line) == ("app/part3.py", 6)
    asked = {path for path in world.texts_asked_for() if path in FILES or "blobs" in path}
    assert asked == {"app/part3.py", "tests/test_part15.py"}, "no unchanged text is read again"
    assert "tests/base.py" not in world.texts_asked_for()
    # The test of part 3 looks into part 3: what it sees of it may change what is said about it.
    assert sorted(world.analysis.given) == [
        "app/part3.py",
        "tests/test_part15.py",
        "tests/test_part3.py",
    ]
    assert world.analysis.beside == []


async def test_a_push_that_mends_what_was_found(world: World) -> None:
    await world.pull.push({"app/part3.py": FILES["app/part3.py"] + LEAK})
    await world.run()
    await world.pull.push(
        {"app/part3.py": FILES["app/part3.py"], "tests/test_part15.py": "x = 1\n"}
    )
    calls = await world.run()
    # No review: in its stead the edit of the one comment.
    assert calls <= MOST_REQUESTS
    (comment,) = world.pull.review_comments
    assert "Fixed" in comment.body


async def test_a_base_class_of_the_repository_that_moves_is_noticed(world: World) -> None:
    await world.run()
    await world.pull.push({"tests/base.py": BASE.replace("pass", "self.gone = True")})
    await world.run()
    tests = sorted(path for path in FILES if path.startswith("tests/"))
    assert sorted(world.analysis.given) == sorted(["tests/base.py", *tests])
