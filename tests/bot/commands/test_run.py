"""Commands carried out: who may, what is written, and that nothing is written twice."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import pytest

from bot.commands.run import Commands
from bot.events import Delivery, translate, translators
from bot.github.faults import GiveUp, OurBug, RetryNow
from bot.github.port import RepositoryAPI
from bot.jobs import Job, NewJob, kinds
from bot.review.markers import Signer
from checks.configuration import Configuration, Layer
from tests.bot.events.payloads import SHA
from tests.bot.fakes import MemoryEngine, MemoryRepository
from tests.bot.review import values

ROOT = "/repos/octo/repo"
COMMENTS = f"{ROOT}/issues/7/comments"
PULL = f"{ROOT}/pulls/7"
REACTIONS = f"{ROOT}/issues/comments/99/reactions"
PERMISSION = f"{ROOT}/collaborators/octocat/permission"
RUNS = f"{ROOT}/commits/{SHA}/check-runs"
PULLS = f"{ROOT}/commits/{SHA}/pulls"
REPOSITORY = kinds.Repository(id=1, owner="octo", name="repo")
SIGNER = Signer([b"k" * 32])


def job(payload: kinds.CommentCommand | kinds.RerunHead, ending: str | None = None) -> Job:
    return Job(
        id=1,
        kind="any",
        payload=kinds.encode(payload),
        attempt=1,
        lane="",
        group="5",
        created_at=datetime(2026, 1, 2, tzinfo=UTC),
        ending=ending,
    )


def said(body: str, author: str = "octocat") -> kinds.CommentCommand:
    return kinds.CommentCommand(
        installation=5,
        repository=REPOSITORY,
        pull=7,
        comment=99,
        author=author,
        body=body,
        delivery="d-1",
    )


def opened_pull(name: str = "octo/repo", author: str = "alice") -> dict[str, Any]:
    """A pull request over REST: in this GitHub there is no GraphQL."""
    repo = {"id": 1, "full_name": name}
    end = {"ref": "main", "sha": SHA, "repo": repo}
    return {
        "number": 7, "title": "A change", "state": "open", "head": end, "base": end,
        "html_url": f"https://github.com/{name}/pull/7", "changed_files": 1,
        "user": {"login": author, "type": "User"},
    }  # fmt: skip


class Reader:
    """There is no configuration here."""

    async def read_configuration(self, *layers: Layer) -> Configuration:
        raise AssertionError(layers)


class Situation:
    """One repository, one engine, the commands between them."""

    def __init__(
        self, permission: str | None = "write", answers: Mapping[str, Any] | None = None
    ) -> None:
        self.engine = MemoryEngine()
        known = {COMMENTS: [], PULL: opened_pull(), **(answers or {})}
        self.github = MemoryRepository(answers=known)
        if permission is not None:
            self.github.answers[PERMISSION] = {"permission": permission, "role_name": permission}
        self.asked: list[tuple[int, int]] = []
        self.commands = Commands(self._repository, self.engine, SIGNER, Reader(), values.VOICE)

    async def _repository(self, installation: int, repository: int) -> RepositoryAPI:
        self.asked.append((installation, repository))
        return self.github

    async def say(self, body: str, author: str = "octocat") -> None:
        await self.commands.comment(job(said(body, author)))

    async def rerun(self) -> None:
        asked = kinds.RerunHead(
            installation=5, repository=REPOSITORY, head_sha=SHA, sender="octocat", delivery="d-1"
        )
        await self.commands.rerun(job(asked))

    def reactions(self) -> list[str]:
        return [body["content"] for _, path, body in self.github.writes if path == REACTIONS]

    def answers(self) -> list[str]:
        return [body["body"] for _, path, body in self.github.writes if path == COMMENTS]

    def reviews(self) -> list[kinds.ReviewPull]:
        return [kinds.decode(one.payload, kinds.ReviewPull) for one in self.engine.jobs]


@pytest.mark.parametrize("permission", ["write", "admin", "maintain"])
async def test_a_recheck_is_queued_and_acknowledged(permission: str) -> None:
    situation = Situation(permission)
    await situation.say("/assay recheck")
    assert situation.asked == [(5, 1)]
    assert situation.reactions() == ["eyes"]
    assert situation.answers() == []
    (stored,) = situation.engine.jobs
    assert stored == NewJob(
        kind=kinds.REVIEW,
        payload=kinds.encode(
            kinds.ReviewPull(
                installation=5,
                repository=REPOSITORY,
                pull=7,
                trigger="recheck by @octocat",
                rerun=True,
                rerun_key="d-1",
                delivery="d-1",
            )
        ),
        dedupe="d-1:review:7",
        lane="5:1:7",
        group="5",
        supersede=False,
    )


@pytest.mark.parametrize("permission", ["read", "none", "triage", None])
@pytest.mark.parametrize("body", ["/assay recheck", "/assay help", "/assay deploy"])
async def test_without_write_access_there_is_a_reaction_and_nothing_else(
    permission: str | None, body: str
) -> None:
    situation = Situation(permission)
    await situation.say(body)
    assert [(path, body["content"]) for _, path, body in situation.github.writes] == [
        (REACTIONS, "confused")
    ]
    assert situation.engine.jobs == []


async def test_the_author_may_have_it_reviewed_again_and_nothing_else() -> None:
    situation = Situation("read", {PULL: opened_pull(author="octocat")})
    await situation.say("/assay recheck")
    assert len(situation.engine.jobs) == 1
    await situation.say("/assay pause")
    await situation.say("/assay help")
    assert len(situation.engine.jobs) == 1
    assert situation.reactions() == ["eyes", "confused", "confused"]
    assert situation.answers() == []


async def test_what_is_asked_outside_of_a_thread_needs_no_finding_or_says_so() -> None:
    situation = Situation()
    await situation.say("/assay ignore it is known")
    (answer,) = situation.answers()
    assert "in reply to a comment" in answer
    await situation.say("/assay ignore tests they are generated")
    await situation.say("/assay pause")
    decided = [kinds.decode(one.payload, kinds.ChangeMemory) for one in situation.engine.jobs]
    # One comment is one request: the second in its name is a duplicate.
    assert [(one.what, one.by, one.key) for one in decided] == [("ignore-tests", "octocat", "d-1")]
    assert decided[0].why == "they are generated"
    assert situation.engine.jobs[0].lane == "5:1:7"
    assert situation.reactions() == ["confused", "+1", "+1"]


async def test_help_is_answered_once_however_often_the_job_runs() -> None:
    situation = Situation()
    await situation.say("/assay help")
    assert situation.reactions() == ["+1"]
    (answer,) = situation.answers()
    assert "`/assay recheck`" in answer
    situation.github.answers[COMMENTS] = [
        {"id": 1, "body": answer, "user": {"login": "assay[bot]", "type": "Bot"}}
    ]
    await situation.say("/assay help")
    assert len(situation.answers()) == 1


async def test_an_answer_whose_reply_was_lost_is_not_given_again() -> None:
    situation = Situation()
    situation.github.lost = {COMMENTS}
    with pytest.raises(ConnectionResetError):
        await situation.say("/assay help")
    (answer,) = situation.answers()
    situation.github.answers[COMMENTS] = [
        {"id": 1, "body": answer, "user": {"login": "assay[bot]", "type": "Bot"}}
    ]
    await situation.say("/assay help")
    assert len(situation.answers()) == 1


@pytest.mark.parametrize(
    ("login", "comment", "place"),
    [("mallory", 99, 7), ("assay[bot]", 98, 7), ("assay[bot]", 99, 8)],
)
async def test_only_our_own_answer_to_this_comment_counts(
    login: str, comment: int, place: int
) -> None:
    from bot.review.markers import Place

    marker = SIGNER.mark("answer", Place(1, place), str(comment))
    situation = Situation(answers={COMMENTS: [{"id": 1, "body": marker, "user": {"login": login}}]})
    await situation.say("/assay help")
    assert len(situation.answers()) == 1


async def test_an_unknown_command_is_answered_kindly() -> None:
    situation = Situation()
    await situation.say("/assay rechek")
    assert situation.reactions() == ["confused"]
    (answer,) = situation.answers()
    assert "Did you mean `/assay recheck`?" in answer
    assert situation.engine.jobs == []


@pytest.mark.parametrize("fault", [GiveUp("gone", status=404), OurBug("locked", status=422)])
async def test_a_comment_that_is_gone_does_not_stop_the_recheck(fault: Exception) -> None:
    situation = Situation(answers={f"POST {REACTIONS}": fault})
    await situation.say("/assay recheck")
    assert len(situation.engine.jobs) == 1


async def test_trouble_with_github_is_for_the_engine_and_the_recheck_is_queued_once() -> None:
    situation = Situation(answers={f"POST {REACTIONS}": RetryNow("502")})
    with pytest.raises(RetryNow):
        await situation.say("/assay recheck")
    del situation.github.answers[f"POST {REACTIONS}"]
    await situation.say("/assay recheck")
    assert len(situation.engine.jobs) == 1
    assert situation.reactions() == ["eyes"]


async def test_forbidden_is_not_taken_for_no_access() -> None:
    situation = Situation(None, {PERMISSION: GiveUp("suspended", status=403)})
    with pytest.raises(GiveUp):
        await situation.say("/assay recheck")
    assert situation.github.writes == []


async def test_a_strange_login_stays_in_its_place() -> None:
    situation = Situation(None)
    await situation.say("/assay recheck", author="a?b#c")
    assert situation.reactions() == ["confused"]


async def test_an_ending_job_touches_nothing() -> None:
    situation = Situation()
    await situation.commands.comment(job(said("/assay recheck"), ending="failed 5 times"))
    assert situation.github.calls == 0
    assert situation.engine.jobs == []


NOW_CALLED = {"id": 1, "full_name": "octo/new"}


async def test_a_renamed_repository_is_asked_under_its_new_name() -> None:
    moved = GiveUp("moved", status=307)
    situation = Situation(
        answers={
            f"POST {REACTIONS}": moved,
            "/repositories/1": NOW_CALLED,
            PERMISSION.replace("repo/", "new/"): {"permission": "write"},
            PULL.replace("repo/", "new/"): opened_pull("octo/new"),
        }
    )
    await situation.say("/assay recheck")
    assert [path for _, path, _ in situation.github.writes] == [REACTIONS.replace("repo/", "new/")]
    assert len(situation.engine.jobs) == 1


async def test_a_name_that_is_anothers_now_is_looked_up() -> None:
    new = "/repos/octo/new"
    situation = Situation(
        answers={
            "/repositories/1": NOW_CALLED,
            RUNS.replace(ROOT, new): [run("pull:7")],
            f"{new}/pulls/7": pull(7),
        }
    )
    await situation.rerun()
    assert [review.pull for review in situation.reviews()] == [7]


async def test_what_is_gone_and_not_renamed_is_given_up() -> None:
    situation = Situation(answers={"/repositories/1": {"id": 1, "full_name": "octo/repo"}})
    with pytest.raises(GiveUp):
        await situation.rerun()
    assert situation.reviews() == []


def run(external_id: str | None, app: int = 1234) -> dict[str, Any]:
    return {"id": 1, "external_id": external_id, "app": {"id": app}}


def pull(number: int, state: str = "open", repository: int = 1) -> dict[str, Any]:
    repo = {"id": repository, "full_name": "octo/repo"}
    return {"number": number, "state": state, "base": {"repo": repo}}


async def test_a_re_run_finds_its_pull_request_through_our_own_check_runs() -> None:
    situation = Situation(
        answers={
            RUNS: [run("pull:7"), run("pull:7:2"), run("pull:8", app=5), run(None), run("x")],
            f"{ROOT}/pulls/7": pull(7),
        }
    )
    await situation.rerun()
    (review,) = situation.reviews()
    assert (review.pull, review.rerun, review.rerun_key) == (7, True, "d-1")
    assert "@octocat" in review.trigger


async def test_only_open_ones_are_reviewed_again() -> None:
    situation = Situation(
        answers={
            RUNS: [run("pull:7"), run("pull:8"), run("pull:9")],
            f"{ROOT}/pulls/7": pull(7, "closed"),
            f"{ROOT}/pulls/8": pull(8),
        }
    )
    await situation.rerun()
    assert [review.pull for review in situation.reviews()] == [8]


async def test_github_is_asked_where_our_check_runs_say_nothing() -> None:
    situation = Situation(
        answers={RUNS: [], PULLS: [pull(3), pull(4, "closed"), pull(5, repository=2), pull(6)]}
    )
    await situation.rerun()
    assert [review.pull for review in situation.reviews()] == [3, 6]


async def test_a_head_that_nobody_has_is_no_error() -> None:
    situation = Situation(answers={RUNS: [], PULLS: []})
    await situation.rerun()
    assert situation.reviews() == []


async def test_running_twice_queues_once() -> None:
    situation = Situation(answers={RUNS: [run("pull:7")], f"{ROOT}/pulls/7": pull(7)})
    await situation.rerun()
    await situation.rerun()
    assert len(situation.engine.jobs) == 1


def test_the_answer_comes_back_as_an_event_and_is_not_a_command() -> None:
    from bot.commands import words

    body = words.help_answer().encode("unicode_escape").decode().replace('"', '\\"')
    delivery = Delivery("d", "issue_comment", f'{{"comment": {{"body": "{body}"}}}}'.encode())
    assert not isinstance(translate(delivery, translators(1)), tuple)
