"""Commands and buttons, through the real bot process, beside the stand-in GitHub."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.bot.waiting import eventually
from tests.github import App, CheckRun, IssueComment, PullRequest, Repository, StandIn, contract
from tests.running import BotProcess

BEFORE: dict[str, str | bytes | None] = {"app.py": "def greet():\n    return 'hello'\n"}
AFTER: dict[str, str | bytes | None] = {"app.py": "def greet(name):\n    return 'hello ' + name\n"}


@dataclass
class Scene:
    """A repository with the app on it, and the bot at work."""

    github: StandIn
    app: App
    repository: Repository
    bot: BotProcess

    async def pull(self, *, fork: bool = False) -> PullRequest:
        """A pull request that was reviewed once."""
        if fork:
            copy = self.repository.fork("mallory")
            copy.commit(AFTER, branch="change", message="Greet", parent="main")
            pull = await self.repository.open_pull(head="mallory:change", author="mallory")
        else:
            self.repository.commit(AFTER, branch="change", message="Greet", parent="main")
            pull = await self.repository.open_pull(head="change", author="alice")
        await self.reviewed(pull, 1)
        return pull

    async def reviewed(self, pull: PullRequest, times: int) -> list[CheckRun]:
        """Wait until the head has so many check runs, all of them completed."""

        def done() -> bool:
            runs = self.repository.check_runs(pull.head_sha)
            return len(runs) >= times and all(run.status == "completed" for run in runs)

        await eventually(done)
        return self.repository.check_runs(pull.head_sha)

    async def say(self, pull: PullRequest, author: str, body: str) -> IssueComment:
        """Write a comment, and wait until the bot has reacted to it."""
        comment = await pull.comment(author, body)
        await eventually(lambda: bool(comment.reactions))
        return comment

    def answers(self, pull: PullRequest) -> list[str]:
        """What the bot wrote into the conversation."""
        return [one.body for one in pull.issue_comments if one.user is self.app.bot]


@asynccontextmanager
async def scene(folder: Path) -> AsyncIterator[Scene]:
    async with await StandIn.start() as github:
        app = github.create_app(webhook_secret="x" * 32)
        repository = github.create_repository("octo/repo")
        repository.commit(BEFORE, branch="main", message="Begin")
        for login, role in (("alice", "write"), ("bob", "read")):
            github.create_user(login)
            repository.set_permission(login, role)
        github.create_user("mallory")
        github.install(app, [repository])
        bot = BotProcess(
            {
                "ASSAY_APP_ID": str(app.id),
                "ASSAY_PRIVATE_KEY": app.private_key_pem,
                "ASSAY_WEBHOOK_SECRET": app.webhook_secret,
                "ASSAY_GITHUB_API_URL": github.api_url,
            },
            folder,
        )
        try:
            await bot.start()
            app.webhook_url = f"{bot.url}/webhook"
            yield Scene(github, app, repository, bot)
            await github.settle()
            assert against_the_description(github) == []
        finally:
            await bot.stop()


def against_the_description(github: StandIn) -> list[str]:
    """Requests of the bot that GitHub's published description does not know."""
    return [
        f"{one.method} {one.path}: {complaint}"
        for one in github.exchanges
        if not one.path.startswith("/graphql")
        for complaint in contract.complaints_about_request(
            one.method, one.path, one.query, one.body
        )
    ]


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Scene]:
    async with scene(tmp_path) as found:
        yield found


def reactions(comment: IssueComment) -> list[str]:
    return [reaction.content for reaction in comment.reactions]


async def test_a_command_in_the_words_of_a_review(stage: Scene) -> None:
    pull = await stage.pull()
    review = await pull.review("alice", "/assay recheck\r\n\r\nI changed the settings.", "APPROVED")
    await eventually(lambda: bool(review.reactions))
    assert [one.content for one in review.reactions] == ["eyes"]
    assert len(await stage.reviewed(pull, 2)) == 2
    help_me = await pull.review("alice", "/assay help")
    await eventually(lambda: bool(stage.answers(pull)))
    assert [one.content for one in help_me.reactions] == ["+1"]
    assert "/assay recheck" in stage.answers(pull)[0]


async def test_a_stranger_in_a_review_is_not_obeyed(stage: Scene) -> None:
    pull = await stage.pull()
    review = await pull.review("mallory", "/assay recheck")
    await eventually(lambda: bool(review.reactions))
    assert [one.content for one in review.reactions] == ["confused"]
    assert len(stage.repository.check_runs(pull.head_sha)) == 1


async def test_a_recheck_makes_one_new_run(stage: Scene) -> None:
    pull = await stage.pull()
    comment = await stage.say(pull, "alice", "/assay recheck\r\n\r\nplease")
    assert reactions(comment) == ["eyes"]
    runs = await stage.reviewed(pull, 2)
    assert [run.name for run in runs] == ["Assay", "Assay"]
    assert stage.answers(pull) == []


async def test_help_and_slips_are_answered_once_and_strangers_are_not(stage: Scene) -> None:
    pull = await stage.pull()
    assert reactions(await stage.say(pull, "bob", "/assay recheck")) == ["confused"]
    assert reactions(await stage.say(pull, "mallory", "/assay help")) == ["confused"]
    assert stage.answers(pull) == []
    # The answer's reply is lost: the job runs again, and must not answer again.
    stage.github.faults.add(
        ("POST", "/repos/*/issues/*/comments"), drop_connection=True, after_effect=True
    )
    comment = await stage.say(pull, "alice", "/assay help")
    assert reactions(comment) == ["+1"]
    await eventually(lambda: "attempt=2" in stage.bot.read_log())
    await eventually(lambda: len(stage.answers(pull)) == 1)
    await stage.say(pull, "alice", "/assay rechek")
    await eventually(lambda: len(stage.answers(pull)) == 2)
    first, second = stage.answers(pull)
    assert "/assay recheck" in first
    assert "Did you mean `/assay recheck`?" in second
    assert len(stage.repository.check_runs(pull.head_sha)) == 1


@pytest.mark.parametrize("fork", [False, True])
async def test_the_buttons_of_github_review_again(stage: Scene, fork: bool) -> None:
    pull = await stage.pull(fork=fork)
    (first,) = stage.repository.check_runs(pull.head_sha)
    await stage.repository.rerequest_check_run(first.id, "alice")
    await stage.reviewed(pull, 2)
    await stage.repository.rerequest_suite(pull.head_sha, "alice")
    runs = await stage.reviewed(pull, 3)
    assert len({run.external_id for run in runs}) == 3


async def test_a_redelivered_command_is_not_run_again(stage: Scene) -> None:
    pull = await stage.pull()
    await stage.say(pull, "alice", "/assay recheck")
    await stage.reviewed(pull, 2)
    (delivery,) = [one for one in stage.github.deliveries if one.event == "issue_comment"]
    await stage.github.redeliver(delivery.guid)
    await stage.github.settle()
    assert "duplicate" in stage.bot.read_log()
    assert len(stage.repository.check_runs(pull.head_sha)) == 2


async def test_a_command_outlives_a_rename(stage: Scene) -> None:
    """The delivery names the repository as it was; GitHub refuses to write under that name."""
    pull = await stage.pull()
    (first,) = stage.repository.check_runs(pull.head_sha)
    stage.github.courier.hold()
    comments = [await pull.comment("alice", f"/assay {word}") for word in ("help", "recheck")]
    await stage.repository.rerequest_check_run(first.id, "alice")
    stage.github.rename_repository(stage.repository, "renamed")
    stage.github.courier.release()
    await eventually(lambda: all(comment.reactions for comment in comments))
    assert [reactions(comment) for comment in comments] == [["+1"], ["eyes"]]
    await eventually(lambda: len(stage.answers(pull)) == 1)
    await stage.reviewed(pull, 3)
    assert "gave up" not in stage.bot.read_log()
