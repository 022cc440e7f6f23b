"""The client against the stand-in GitHub, which refuses what GitHub refuses."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest

from bot.github.app import GitHubApp, GitHubSettings
from bot.github.client import RepositoryClient
from bot.github.faults import BadCredentials, GiveUp, OurBug, RetryLater, RetryNow
from tests.bot.github.servers import Hands
from tests.github import Installation, PullRequest, Repository, StandIn


@dataclass
class Place:
    """A pull request on the stand-in, and the real client."""

    hands: Hands
    standin: StandIn
    installation: Installation
    repository: Repository
    pull: PullRequest
    app: GitHubApp

    def client(self) -> RepositoryClient:
        return self.app.repository(self.installation.id, self.repository.id)

    def path(self, *parts: str | int) -> str:
        return "/".join([f"/repos/{self.repository.full_name}", *map(str, parts)])

    @property
    def comments(self) -> str:
        return self.path("issues", self.pull.number, "comments")

    def refused_for_limits(self) -> int:
        return len([one for one in self.standin.exchanges if one.status in (403, 429)])


@pytest.fixture
def hands() -> Hands:
    """Started now: the stand-in's ``Date`` headers tell the machine's time."""
    return Hands(datetime.now(UTC))


@pytest.fixture
async def place(hands: Hands) -> AsyncIterator[Place]:
    async with await StandIn.start(clock=hands.true_time) as standin:
        app = standin.create_app()
        repository = standin.create_repository("octo/demo")
        installation = standin.install(app, [repository])
        repository.commit({"a.py": "a = 1\n"})
        repository.commit({f"f{n:03}.py": f"x = {n}\n" for n in range(230)}, branch="feature")
        pull = await repository.open_pull("feature", author="alice")
        settings = GitHubSettings(app.id, app.private_key_pem, standin.api_url)
        async with GitHubApp(settings, clock=hands.clock()) as client:
            yield Place(hands, standin, installation, repository, pull, client)
        assert standin.failures == []
        assert standin.unknown_requests == []


async def test_reads_a_pull_request_and_all_its_files(place: Place) -> None:
    client = place.client()

    pull = await client.get(place.path("pulls", place.pull.number))
    files = [
        entry["filename"]
        async for entry in client.pages(place.path("pulls", place.pull.number, "files"))
    ]

    assert pull["head"]["sha"] == place.pull.head_sha
    assert files == sorted(f"f{n:03}.py" for n in range(230))
    assert client.calls == 2 + 1 + 3
    assert client.app_slug == "assay"


async def test_writes_a_comment_and_changes_it(place: Place) -> None:
    client = place.client()

    made = await client.post(place.comments, {"body": "hello"})
    edit = place.path("issues", "comments", made["id"])
    changed = await client.patch(edit, {"body": "bye"}, idempotent=True)

    assert made["user"]["login"] == f"{client.app_slug}[bot]"
    assert changed["body"] == "bye"


async def test_a_write_whose_answer_is_lost_is_not_repeated(place: Place) -> None:
    match = ("POST", place.comments)
    place.standin.faults.add(match, status=502, html=True, after_effect=True)
    client = place.client()

    with pytest.raises(RetryNow) as raised:
        await client.post(place.comments, {"body": "once"})

    assert raised.value.sent
    found = [entry["body"] async for entry in client.pages(place.comments)]
    assert found == ["once"]


async def test_tokens_that_die_early_are_replaced(place: Place) -> None:
    client = place.client()
    where = place.path("pulls", place.pull.number)
    await client.get(where)
    place.standin.tokens.clear()

    await client.get(where)

    assert len(place.standin.tokens) == 1


@pytest.mark.parametrize("minutes", [-45, 45])
async def test_a_wrong_clock_is_put_right(place: Place, minutes: int) -> None:
    place.hands.wrong_by = timedelta(minutes=minutes)

    assert await place.client().get(place.path("pulls", place.pull.number))


async def test_the_wrong_app_id_is_not_accepted(place: Place) -> None:
    other = place.standin.create_app("other")
    key = place.standin.apps[0].private_key_pem
    settings = GitHubSettings(other.id, key, place.standin.api_url)
    async with GitHubApp(settings, clock=place.hands.clock()) as app:
        with pytest.raises(BadCredentials):
            await app.verify()


async def test_a_suspended_installation_is_given_up(place: Place) -> None:
    place.standin.suspend(place.installation)

    with pytest.raises(GiveUp, match="suspended"):
        await place.client().get(place.path("pulls", place.pull.number))


async def test_a_repository_outside_the_installation_is_given_up(place: Place) -> None:
    place.standin.create_repository("octo/other")
    client = place.client()

    with pytest.raises(GiveUp) as raised:
        await client.get("/repos/octo/other/pulls/1")
    with pytest.raises(GiveUp, match="does not reach"):
        await place.app.repository(place.installation.id, 1).get("/repos/octo/other/pulls/1")

    assert raised.value.status == 404


async def test_an_installation_that_grants_less_is_read_and_names_what_is_missing(
    place: Place,
) -> None:
    place.installation.permissions = {"metadata": "read", "contents": "read", "checks": "write"}
    place.installation.permissions["pull_requests"] = "read"
    client = place.client()

    assert await client.get(place.path("pulls", place.pull.number))
    with pytest.raises(GiveUp) as raised:
        await client.post(place.comments, {"body": "x"})

    assert "permission" in str(raised.value)
    place.installation.permissions["pull_requests"] = "write"
    place.installation.permissions["issues"] = "write"
    assert await place.client().post(place.comments, {"body": "x"})


async def test_a_complaint_about_a_review_is_our_bug_with_its_words(place: Place) -> None:
    comment = {"path": "nowhere.py", "line": 1, "side": "RIGHT", "body": "x"}
    review = {"event": "COMMENT", "body": "b", "comments": [comment]}

    with pytest.raises(OurBug) as raised:
        await place.client().post(place.path("pulls", place.pull.number, "reviews"), review)

    assert "path" in raised.value.detail.lower()


@pytest.mark.parametrize("kind", ["primary", "secondary", "content", "abuse"])
async def test_every_form_of_rate_limit_says_when(place: Place, kind: str) -> None:
    place.standin.faults.add(("POST", place.comments), rate_limit=kind)

    with pytest.raises(RetryLater) as raised:
        await place.client().post(place.comments, {"body": "x"})

    wait = (raised.value.when - place.hands.true_time()).total_seconds()
    assert 60 <= wait <= 3_600


async def test_the_governor_keeps_within_enforced_limits(place: Place) -> None:
    place.standin.limits.enforce = True
    client = place.client()

    for number in range(100):
        await client.post(place.comments, {"body": str(number)})

    assert place.refused_for_limits() == 0


async def test_a_used_up_quota_is_noticed_before_the_refusal(place: Place) -> None:
    place.standin.limits.enforce = True
    place.standin.limits.primary = 5
    client = place.client()
    where = place.path("pulls", place.pull.number)

    await client.get(where)
    while len(place.standin.exchanges.of("GET", where)) < 5:
        await client.get(where)
    with pytest.raises(RetryLater) as raised:
        await client.get(where)

    assert raised.value.resource == "core"
    assert place.refused_for_limits() == 0
    place.hands.elapsed += (raised.value.when - place.hands.true_time()).total_seconds() + 60
    assert await client.get(where)


async def test_a_renamed_repository_is_followed_for_reads_and_refused_for_writes(
    place: Place,
) -> None:
    at = ("*", place.path("pulls", place.pull.number))
    target = f"{place.standin.api_url}/repositories/{place.repository.id}/pulls/{place.pull.number}"
    place.standin.faults.add(at, status=301, times=2, headers={"Location": target})
    client = place.client()

    assert (await client.get(at[1]))["number"] == place.pull.number
    with pytest.raises(GiveUp, match="moved"):
        await client.patch(at[1], {"title": "x"})


async def test_deliveries_can_be_listed(place: Place) -> None:
    found = [delivery async for delivery in place.app.deliveries(limit=3)]

    assert {one.event for one in found} <= {"installation", "pull_request", "ping", "check_suite"}
