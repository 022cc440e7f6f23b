"""Reading and writing through a repository client: what is repeated, what is not."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from aiohttp import web

from bot.github.app import GitHubApp
from bot.github.faults import GiveUp, OurBug, RetryLater, RetryNow
from bot.github.port import RepositoryAPI
from tests.bot.github.servers import Say, Seen, World, page, settings

PULL = "/repositories/34/pulls/2"


async def test_reads_json_as_the_port_promises(world: World) -> None:
    world.github.on("GET", PULL, Say(json={"number": 2}))
    client: RepositoryAPI = world.repository()

    assert await client.get(PULL, {"a": "x y&z", "b": 3}) == {"number": 2}

    (seen,) = world.github.requests(PULL)
    assert seen.query == "a=x%20y%26z&b=3"
    assert seen.headers["X-GitHub-Api-Version"] == "2022-11-28"
    assert seen.headers["User-Agent"] == "assay"
    assert seen.headers["Accept"].startswith("application/vnd.github.")
    assert client.app_id == 4711
    assert client.app_slug == "assay"
    assert client.calls == 3  # who we are, a token, the pull request


async def test_a_second_review_pays_neither_for_identity_nor_for_a_token(world: World) -> None:
    world.github.on("GET", PULL, Say(json={}))
    await world.repository().get(PULL)
    world.hands.elapsed += 660  # the proof of who we are has run out, the token has not
    second = world.repository()

    await second.get(PULL)

    assert second.calls == 1


def test_the_slug_is_not_guessed_before_the_first_call(world: World) -> None:
    with pytest.raises(OurBug):
        _ = world.repository().app_slug


@pytest.mark.parametrize("status", [500, 502, 503, 504, 520, 408])
async def test_passing_trouble_is_tried_three_times(world: World, status: int) -> None:
    world.github.on("GET", PULL, Say(status, text="<html>trouble"))

    with pytest.raises(RetryNow) as raised:
        await world.repository().get(PULL)

    assert raised.value.status == status
    assert len(world.github.requests(PULL)) == 3
    first, second = world.hands.slept
    assert 0.5 <= first <= 1.0 <= second <= 2.0


async def test_a_read_succeeds_after_trouble(world: World) -> None:
    world.github.on("GET", PULL, Say(502, text="<html>"), Say(200, text="<html>"), Say(json=[1]))

    assert await world.repository().get(PULL) == [1]


async def test_a_write_is_not_repeated(world: World) -> None:
    world.github.on("POST", PULL, Say(502, text="<html>"), Say(201, json={}))

    with pytest.raises(RetryNow):
        await world.repository().post(PULL, {"body": "x"})

    assert len(world.github.requests(PULL)) == 1


async def test_an_idempotent_write_is_repeated(world: World) -> None:
    world.github.on("PATCH", PULL, Say(502, text="<html>"), Say(json={"ok": True}))

    assert await world.repository().patch(PULL, {"a": 1}, idempotent=True) == {"ok": True}
    assert [seen.body for seen in world.github.requests(PULL)] == [{"a": 1}, {"a": 1}]


async def test_an_answer_cut_short_after_a_write_says_that_it_may_have_happened(
    world: World,
) -> None:
    world.github.on(
        "POST", PULL, Say(201, raw=b'{"id": 1', headers={"Content-Type": "application/json"})
    )

    with pytest.raises(RetryNow) as raised:
        await world.repository().post(PULL, {})

    assert raised.value.sent
    assert len(world.github.requests(PULL)) == 1


async def test_an_empty_answer_is_nothing(world: World) -> None:
    world.github.on("POST", PULL, Say(204))

    assert await world.repository().post(PULL, {}) is None


async def test_what_is_no_json_is_our_bug_and_is_not_sent(world: World) -> None:
    client = world.repository()

    for body in ({"a": object()}, {"a": float("nan")}, {"a": b"bytes"}):
        with pytest.raises(OurBug):
            await client.post(PULL, body)

    assert world.github.requests(PULL) == []


@pytest.mark.parametrize(
    ("answer", "fault"),
    [
        (Say(404, json={"message": "Not Found"}), GiveUp),
        (Say(403, json={"message": "Resource not accessible by integration"}), GiveUp),
        (Say(422, json={"message": "Unprocessable Entity", "errors": ["line …"]}), OurBug),
        (Say(400, json={"message": "Problems parsing JSON"}), OurBug),
    ],
)
async def test_what_cannot_pass_is_asked_once(
    world: World, answer: Say, fault: type[Exception]
) -> None:
    world.github.on("GET", PULL, answer)

    with pytest.raises(fault):
        await world.repository().get(PULL)

    assert len(world.github.requests(PULL)) == 1
    assert world.hands.slept == []


async def test_a_short_rate_limit_is_waited_out_even_for_a_write(world: World) -> None:
    limited = Say(429, json={"message": "slow down"}, headers={"Retry-After": "3"})
    world.github.on("POST", PULL, limited, Say(201, json={"id": 1}))

    assert await world.repository().post(PULL, {}) == {"id": 1}

    assert sum(world.hands.slept) == pytest.approx(3)


async def test_a_long_rate_limit_is_raised_and_stops_all_requests_of_the_installation(
    world: World,
) -> None:
    limited = Say(403, json={"message": "secondary rate limit"}, headers={"Retry-After": "90"})
    world.github.on("GET", PULL, limited, Say(json={}))

    with pytest.raises(RetryLater) as raised:
        await world.repository().get(PULL)
    with pytest.raises(RetryLater) as again:
        await world.repository(repository=35).post("/repositories/35/issues/1/comments", {})
    await world.repository(installation=99).get(PULL)

    assert raised.value.when == again.value.when == world.hands.true_time() + timedelta(seconds=90)
    assert len(world.github.requests(PULL)) == 2
    assert world.github.requests("/repositories/35/issues/1/comments") == []


async def test_a_success_forgives_a_guessed_pause(world: World) -> None:
    limited = Say(403, json={"message": "You have exceeded a secondary rate limit"})
    world.github.on("GET", PULL, limited, limited, Say(json={}), limited)
    client = world.repository()
    pauses = []

    for _ in range(4):
        try:
            await client.get(PULL)
        except RetryLater as fault:
            pauses.append((fault.when - world.hands.true_time()).total_seconds())
            world.hands.elapsed += pauses[-1]

    assert pauses == [60, 120, 60]


async def test_the_primary_limit_is_kept_before_github_refuses(world: World) -> None:
    reset = int(world.hands.true_time().timestamp()) + 1_800
    left = {
        "X-RateLimit-Limit": "5000",
        "X-RateLimit-Remaining": "0",
        "X-RateLimit-Reset": str(reset),
        "X-RateLimit-Resource": "core",
    }
    world.github.on("GET", PULL, Say(json={}, headers=left))
    world.github.on("POST", "/graphql", Say(json={"data": {"a": 1}}))
    client = world.repository()
    await client.get(PULL)

    with pytest.raises(RetryLater) as raised:
        await client.get(PULL)

    assert raised.value.when.timestamp() == pytest.approx(reset, abs=1)
    assert raised.value.resource == "core"
    assert len(world.github.requests(PULL)) == 1
    assert await client.graphql("{a}") == {"a": 1}


async def test_follows_pages_until_there_are_no_more(world: World) -> None:
    url = world.github.url + "/repositories/34/x"
    world.github.on(
        "GET",
        "/repositories/34/x",
        Say(json=[1, 2], headers={"Link": page(url, 2)}),
        Say(502, text="<html>"),
        Say(json=[], headers={"Link": page(url, 3)}),
        Say(json=[3]),
    )

    found = [item async for item in world.repository().pages("/repositories/34/x", {"a": "b"})]

    assert found == [1, 2, 3]
    queries = [seen.query for seen in world.github.requests("/repositories/34/x")]
    assert queries == ["per_page=100&a=b", "page=2", "page=2", "page=3"]


async def test_pages_stop_at_the_limit(world: World) -> None:
    url = world.github.url + "/x"
    world.github.on("GET", "/x", Say(json=[1, 2, 3], headers={"Link": page(url, 2)}))
    client = world.repository()

    assert [item async for item in client.pages("/x", limit=2)] == [1, 2]
    assert [item async for item in client.pages("/x", limit=0)] == []
    assert [seen.query for seen in world.github.requests("/x")] == ["per_page=2"]


async def test_pages_of_a_list_inside_an_object(world: World) -> None:
    world.github.on("GET", "/x", Say(json={"total_count": 1, "check_runs": [{"id": 7}]}))
    client = world.repository()

    assert [item async for item in client.pages("/x", key="check_runs")] == [{"id": 7}]
    for key in (None, "check_suites"):
        with pytest.raises(OurBug):
            _ = [item async for item in client.pages("/x", key=key)]


async def test_pages_that_lead_back_to_themselves_end(world: World) -> None:
    url = world.github.url + "/x"
    world.github.on("GET", "/x", Say(json=[1], headers={"Link": page(url, 2)}))

    with pytest.raises(GiveUp):
        _ = [item async for item in world.repository().pages("/x")]

    assert len(world.github.requests("/x")) == 2


async def test_braces_in_a_link_are_no_template(world: World) -> None:
    link = f'<{world.github.url}/y?after={{a}}%7Bb%7D>; rel="next"'
    world.github.on("GET", "/x", Say(json=[1], headers={"Link": link}))
    world.github.on("GET", "/y", Say(json=[2]))

    assert [item async for item in world.repository().pages("/x")] == [1, 2]
    assert world.github.requests("/y")[0].query == "after=%7Ba%7D%7Bb%7D"


async def test_at_most_eight_requests_at_once_and_writes_one_by_one(world: World) -> None:
    now: dict[str, int] = {"GET": 0, "POST": 0}
    most: dict[str, int] = {"GET": 0, "POST": 0}
    full = asyncio.Event()

    async def answer(seen: Seen, _: web.Request) -> web.StreamResponse:
        now[seen.method] += 1
        most[seen.method] = max(most[seen.method], now[seen.method])
        if now["GET"] == 8:
            full.set()
        if seen.method == "GET":
            await full.wait()
        now[seen.method] -= 1
        return Say(json={}).response()

    world.github.on("GET", PULL, answer)
    world.github.on("POST", PULL, answer)
    client = world.repository()
    other = world.repository(repository=35)

    await asyncio.gather(*(client.get(PULL) for _ in range(10)), *(other.get(PULL) for _ in "1234"))
    await asyncio.gather(*(client.post(PULL, {}) for _ in range(3)), other.post(PULL, {}))

    assert most == {"GET": 8, "POST": 1}
    assert world.hands.slept == pytest.approx([1.0, 1.0, 1.0])


async def test_requests_are_observed_by_route(world: World) -> None:
    heard: list[Any] = []

    class Ears:
        def request(self, method: str, route: str, status: int | None, seconds: float) -> None:
            heard.append((method, route, status, seconds >= 0))

        def quota(
            self, installation: int | None, resource: str, remaining: int, limit: int
        ) -> None:
            heard.append((installation, resource, remaining, limit))

    left = {"X-RateLimit-Remaining": "41", "X-RateLimit-Limit": "60", "X-RateLimit-Reset": "1"}
    world.github.on("GET", PULL, Say(404, json={}, headers=left))
    async with GitHubApp(settings(world.github.url), observer=Ears()) as app:
        with pytest.raises(GiveUp):
            await app.repository(12, 34).get(PULL)

    assert heard == [
        ("GET", "/app", 200, True),
        ("POST", "/app/installations/{}/access_tokens", 201, True),
        ("GET", "/repositories/{}/pulls/{}", 404, True),
        (12, "core", 41, 60),
    ]
