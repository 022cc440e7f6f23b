"""A review over real HTTP, on real git diffs, with the real client: the stand-in is GitHub."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest

from bot.github.app import GitHubApp
from bot.github.config import GitHubSettings
from bot.github.faults import RetryNow
from bot.github.limits import Limits
from bot.github.port import RepositoryAPI
from bot.jobs import Job, kinds
from bot.review import settings
from bot.review.cache import TextCache
from bot.review.model import FileStatus
from bot.review.opened import open_pull
from bot.review.run import Analysis, Reviewer
from bot.review.snapshot import take
from checks.model import ChangedFile, FileReport, Lines, Settings
from checks.repository import Beside
from checks.sandbox import AsyncLookup, Pool
from tests.bot.review import values
from tests.bot.review.reviewing import SIGNER, Engine, WordAnalysis, bad_file
from tests.github import (
    Executable,
    Installation,
    PullRequest,
    Repository,
    StandIn,
    Submodule,
    Symlink,
)

QUICK = Limits(write_spacing=0.0)
LONG = "".join(f"line {number}\n" for number in range(1, 101))


@dataclass
class World:
    """A repository on GitHub with a pull request, and a reviewer for it."""

    standin: StandIn
    repository: Repository
    installation: Installation
    app: GitHubApp
    pull: PullRequest
    graphql: bool
    analysis: Analysis = field(default_factory=WordAnalysis)
    ended: list[tuple[str, int | None]] = field(default_factory=list)
    cache: TextCache = field(default_factory=TextCache)

    def review(self, conclusion: str, seconds: float, calls: int | None) -> None:
        self.ended.append((conclusion, calls))

    def api(self) -> RepositoryAPI:
        return self.app.repository(self.installation.id, self.repository.id)

    async def run(self, *, ending: str | None = None, **payload: Any) -> str:
        async def open_repository(installation: int, repository: int) -> RepositoryAPI:
            return self.app.repository(installation, repository)

        reviewer = Reviewer(
            open_repository,
            Engine(),
            self.analysis,
            SIGNER,
            values.VOICE,
            cache=self.cache,
            observer=self,
        )
        asked = kinds.ReviewPull(
            installation=self.installation.id,
            repository=kinds.Repository(id=self.repository.id, owner="octo", name="demo"),
            pull=self.pull.number,
            trigger="opened",
            **payload,
        )
        job = Job(
            id=1,
            kind=kinds.REVIEW,
            payload=kinds.encode(asked),
            attempt=1,
            lane="",
            group="",
            created_at=datetime(2026, 11, 24, tzinfo=UTC),
            ending=ending,
        )
        await reviewer.review(job)
        return self.ended[-1][0]

    def writes(self) -> list[str]:
        """Writes that changed something, tokens aside."""
        return [
            f"{one.method} {one.path}"
            for one in self.standin.exchanges
            if one.method in ("POST", "PATCH")
            and "access_tokens" not in one.path
            and not one.path.endswith("graphql")
        ]


@pytest.fixture(params=[True, False], ids=["graphql", "rest"])
async def world(request: pytest.FixtureRequest) -> AsyncIterator[World]:
    async with await StandIn.start() as standin:
        if not request.param:
            standin.faults.add(("POST", "*/graphql"), status=404, times=None)
        app = standin.create_app()
        repository = standin.create_repository("octo/demo")
        installation = standin.install(app, [repository])
        repository.commit(
            {"long.py": LONG, "old.py": "was = 1\nsame = 2\nhere = 3\n", "gone.py": "x\n"}
        )
        changed = LONG.replace("line 10\n", "BAD ten\n").replace("line 80\n", "80\nBAD eighty\n")
        repository.commit(
            {
                "long.py": changed,
                "old.py": None,
                "dir/new name.py": "was = 1\nsame = 2\nhere = 3\nand = 4\n",
                "gone.py": None,
                "fresh.py": bad_file("fresh"),
                "no-newline.py": "a\r\nb",
                "binary.bin": b"\0\1\2",
            },
            branch="feature",
        )
        # The base branch moves on: its tip is not the merge base.
        repository.commit({"long.py": LONG.replace("line 50\n", "moved on\n")})
        pull = await repository.open_pull("feature", author="alice")
        settings = GitHubSettings(
            app_id=app.id,
            private_key=app.private_key_pem,
            api_url=standin.api_url,
            graphql_url=standin.graphql_url,
        )
        async with GitHubApp(settings, limits=QUICK) as client:
            yield World(standin, repository, installation, client, pull, request.param)
        assert standin.failures == []
        assert standin.complaints == []
        assert standin.unknown_requests == []


async def test_the_snapshot_is_what_git_says(world: World) -> None:
    api = world.api()
    opened = await open_pull(
        api,
        repository="octo/demo",
        repository_id=world.repository.id,
        installation=world.installation.id,
        number=world.pull.number,
    )
    snapshot = await take(api, opened, await settings.read(opened, world.analysis), TextCache())

    by_path = {one.path: one for one in snapshot.files}
    assert set(by_path) == {"long.py", "dir/new name.py", "fresh.py", "no-newline.py"}
    assert by_path["long.py"].base == LONG.encode(), "the merge base's, not the moved tip's"
    assert by_path["long.py"].added == (Lines(10, 10), Lines(80, 81))
    assert by_path["dir/new name.py"].old_path == "old.py"
    assert by_path["dir/new name.py"].base == b"was = 1\nsame = 2\nhere = 3\n"
    assert by_path["no-newline.py"].head == b"a\r\nb"
    assert {one.path: one.status for one in snapshot.diffs}["gone.py"] is FileStatus.REMOVED
    assert [one.path for one in snapshot.unread] == ["binary.bin"]
    assert snapshot.pull.head_sha == world.pull.head_sha
    assert snapshot.pull.changed_files == len(snapshot.diffs)


async def test_a_review_from_end_to_end_and_again(world: World) -> None:
    assert await world.run() == "failure"

    comments = world.pull.review_comments
    assert sorted((one.path, one.original_line) for one in comments) == [
        ("fresh.py", 1),
        ("long.py", 10),
        ("long.py", 81),
    ]
    (run,) = world.repository.check_runs(world.pull.head_sha)
    assert (run.status, run.conclusion) == ("completed", "failure")
    assert len(world.pull.reviews) == 1
    refused = [one for one in world.standin.exchanges.refusals() if one[0] != "GET"]
    assert refused == []

    before = world.writes()
    assert await world.run() == "already reviewed"
    assert world.writes() == before

    await world.run(rerun=True, rerun_key="again")
    assert len(world.pull.review_comments) == 3
    assert len(world.repository.check_runs(world.pull.head_sha)) == 2


async def test_thirty_files_take_eight_requests(world: World) -> None:
    await world.pull.push({f"f{number:02}.py": f"x = {number}\n" for number in range(25)})
    api = world.api()
    await api.get("/rate_limit")  # the token is minted once an hour, not once a review
    world.standin.exchanges.clear()

    await world.run()

    _, calls = world.ended[-1]
    assert calls == len(world.standin.exchanges)
    if world.graphql:
        assert calls == 8
    else:
        # A blob a file, and what GraphQL would have said in one answer.
        assert calls <= 30 + 20
    assert len(world.pull.review_comments) == 3


async def test_a_second_push_edits_what_was_mended_and_adds_what_is_new(world: World) -> None:
    await world.run()
    await world.pull.push({"fresh.py": "fine\n", "more.py": bad_file("more")})

    await world.run()

    comments = {one.path: one for one in world.pull.review_comments}
    assert len(world.pull.review_comments) == 4
    assert "more.py" in comments
    edits = world.standin.exchanges.of("PATCH", "*/pulls/comments/*")
    assert len(edits) == 1
    assert edits[0].path.endswith(f"/{comments['fresh.py'].id}")


async def test_a_pull_request_from_a_fork(world: World) -> None:
    fork = world.repository.fork("bob")
    fork.commit({"forked.py": bad_file("forked")}, branch="topic")
    world.pull = await world.repository.open_pull("bob:topic", author="bob")

    assert await world.run() == "failure"

    assert [one.path for one in world.pull.review_comments] == ["forked.py"]
    (run,) = world.repository.check_runs(world.pull.head_sha)
    assert run.external_id.startswith(f"pull:{world.pull.number}:")


BASE = "class Base:\n    def wait(self): pass\n"
CHILD = "from lib.base import Base\nclass Child(Base):\n    def run(self): self.wait()\n"


@pytest.mark.parametrize("owner", ["bob:", ""], ids=["fork", "branch"])
async def test_what_the_change_imports_is_read_at_its_head(world: World, owner: str) -> None:
    where = world.repository.fork("bob") if owner else world.repository
    where.commit({"lib/base.py": BASE, "lib/link.py": Symlink("base.py")}, branch="topic")
    world.pull = await world.repository.open_pull(f"{owner}topic", author="bob")
    answers: list[Mapping[str, bytes | None]] = []

    class Asking(WordAnalysis):
        async def analyse(
            self,
            files: Sequence[ChangedFile],
            settings: Settings,
            lookup: AsyncLookup | None = None,
            *,
            beside: Beside | None = None,
        ) -> tuple[FileReport, ...]:
            assert lookup is not None
            paths = ["lib/base.py", "lib/none.py", "lib", "lib/link.py", "é.py"]
            answers.append(await lookup(paths))
            return await super().analyse(files, settings)

    world.analysis = Asking()
    await world.run()

    nothing = {"lib/none.py": None, "lib": None, "lib/link.py": None, "é.py": None}
    assert answers == [{"lib/base.py": BASE.encode(), **nothing}]


async def test_the_real_analysis_takes_a_request_for_what_the_change_imports(world: World) -> None:
    world.repository.commit({"lib/base.py": BASE})
    world.repository.commit({"lib/child.py": CHILD}, branch="topic")
    world.pull = await world.repository.open_pull("topic", author="alice")
    await world.api().get("/rate_limit")
    world.standin.exchanges.clear()

    async with Pool(1) as pool:
        world.analysis = pool
        assert await world.run() == "success"
        _, calls = world.ended[-1]
        assert calls == len(world.standin.exchanges)
    if world.graphql:
        # The seven of a review without comments, and one.
        assert calls == 8


async def test_a_deleted_permission_test_is_named_in_the_summary(world: World) -> None:
    text = "def test_stranger(client):\n    assert client.get('/a').status_code == 403\n"
    world.repository.commit({"tests/test_rights.py": text, "tests/test_sum.py": "x = 1\n"})
    gone: dict[str, Any] = {"tests/test_rights.py": None, "app.py": "x = 1\n"}
    world.repository.commit(gone, branch="topic", parent="main")
    world.pull = await world.repository.open_pull("topic", author="alice")
    await world.api().get("/rate_limit")
    world.standin.exchanges.clear()

    async with Pool(1) as pool:
        world.analysis = pool
        assert await world.run() == "neutral"
        _, calls = world.ended[-1]

    (run,) = world.repository.check_runs(world.pull.head_sha)
    assert run.title == "1 medium · 1 file"
    assert "The security test `test_stranger`" in (run.summary or "")
    assert world.pull.review_comments == []
    assert run.annotations == []
    if world.graphql:
        # The seven of a review without comments: the text comes from the patch.
        assert calls == 7


async def test_links_submodules_and_odd_names(world: World) -> None:
    odd = "späce #1?/[x] %20 'q\".py"
    await world.pull.push(
        {
            odd: bad_file("odd"),
            "link.py": Symlink("/etc/passwd"),
            "lib": Submodule("d" * 40),
            "mode.sh": Executable("echo\n"),
        }
    )

    assert await world.run() == "failure"

    assert odd in {one.path for one in world.pull.review_comments}
    (run,) = world.repository.check_runs(world.pull.head_sha)
    said = f"{run.summary}{run.text}"
    assert "symbolic link" in said
    assert "submodule" in said
    assert "passwd" not in said


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "*/check-runs"),
        ("POST", "*/pulls/*/reviews"),
        ("PATCH", "*/check-runs/*"),
    ],
)
async def test_a_write_whose_answer_is_lost_is_not_done_twice(
    world: World, method: str, path: str
) -> None:
    world.standin.faults.add((method, path), after_effect=True, drop_connection=True)

    with pytest.raises(RetryNow):
        await world.run()
    await world.run()

    (run,) = world.repository.check_runs(world.pull.head_sha)
    assert (run.status, run.conclusion) == ("completed", "failure")
    assert len(run.annotations) == 3
    assert len(world.pull.review_comments) == 3
    assert len(world.pull.reviews) == 1


async def test_a_push_during_the_review_supersedes_it(world: World) -> None:
    old = world.pull.head_sha

    class Pushing(WordAnalysis):
        async def analyse(self, *args: Any, **more: Any) -> Any:
            await world.pull.push({"later.py": "x\n"})
            return await super().analyse(*args, **more)

    world.analysis = Pushing()
    assert await world.run() == "superseded"

    (run,) = world.repository.check_runs(old)
    assert (run.status, run.conclusion) == ("completed", "cancelled")
    assert world.pull.review_comments == []
    world.analysis = WordAnalysis()
    assert await world.run() == "failure"


async def test_an_ending_after_a_crash_closes_the_old_head_s_run(world: World) -> None:
    old = world.pull.head_sha
    world.standin.faults.add(("GET", "*/files"), status=502, times=None)
    with pytest.raises(RetryNow):
        await world.run()
    world.standin.faults.active.pop()
    await world.pull.force_push({"other.py": "x\n"})

    await world.run(ending="superseded", head_hint=old)

    (run,) = world.repository.check_runs(old)
    assert (run.status, run.conclusion) == ("completed", "cancelled")


async def test_a_renamed_repository(world: World) -> None:
    world.repository.name = "renamed"

    assert await world.run() == "failure"

    assert len(world.pull.review_comments) == 3
