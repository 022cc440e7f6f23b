"""JWTs and tokens: narrow, shared, and renewed when GitHub refuses them."""

from __future__ import annotations

import asyncio
import logging
from datetime import timedelta
from typing import Any

import aiohttp
import jwt
import pytest
from aiohttp import web
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from bot.github.app import GitHubApp
from bot.github.faults import BadCredentials, GitHubFault, GiveUp, OurBug, RetryNow
from tests.bot.github.servers import (
    APP_ID,
    INSTALLATION,
    Hands,
    Say,
    Script,
    Seen,
    World,
    pem,
    private_key,
    settings,
)

PULL = "/repositories/34/pulls/2"
MINT = f"/app/installations/{INSTALLATION}/access_tokens"
INSTALLED = f"/app/installations/{INSTALLATION}"
WANTED = {
    "checks": "write",
    "contents": "read",
    "issues": "write",
    "metadata": "read",
    "pull_requests": "write",
}
NOT_GRANTED = Say(
    422, json={"message": "The permissions requested are not granted to this installation."}
)
UNAUTHORIZED = Say(401, json={"message": "Bad credentials"})


def claims(seen: Seen) -> dict[str, Any]:
    """What the JWT says, its signature proven."""
    found: dict[str, Any] = jwt.decode(
        seen.proof,
        private_key().public_key(),
        algorithms=["RS256"],
        options={"verify_exp": False, "verify_iat": False},
    )
    return found


async def test_the_jwt_is_what_github_asks_for(world: World) -> None:
    await world.app.verify()

    said = claims(world.github.requests("/app")[0])
    now = int(world.hands.true_time().timestamp())
    assert said == {"iat": now - 60, "exp": now + 540, "iss": str(APP_ID)}


async def test_who_we_are_is_asked_once_in_ten_minutes(world: World) -> None:
    first = await world.app.verify()
    assert await world.app.verify() is first
    assert (first.id, first.slug, first.name) == (APP_ID, "assay", "Assay")
    assert len(world.github.requests("/app")) == 1

    world.hands.elapsed += 601
    await world.app.verify()

    assert len(world.github.requests("/app")) == 2


async def test_a_failed_proof_is_remembered_for_a_moment(world: World) -> None:
    missing = Say(404, json={"message": "Integration not found"})
    world.github.on("GET", "/app", missing, Say(json={"id": 1, "slug": "s", "name": "n"}))

    for _ in range(3):
        with pytest.raises(GiveUp):
            await world.app.verify()
    assert len(world.github.requests("/app")) == 1

    world.hands.elapsed += 6
    assert (await world.app.verify()).slug == "s"


@pytest.mark.parametrize("answer", [[], {"id": "x"}, {"id": 1, "name": "n"}, None])
async def test_an_answer_of_another_shape_is_no_proof(world: World, answer: Any) -> None:
    world.github.on("GET", "/app", Say(json=answer))

    with pytest.raises(RetryNow):
        await world.app.verify()


async def test_a_token_is_for_one_repository_with_least_permissions(world: World) -> None:
    world.github.on("GET", PULL, Say(json={}))

    await world.repository().get(PULL)

    (minting,) = world.github.requests(MINT)
    assert minting.body == {"repository_ids": [34], "permissions": WANTED}
    assert claims(minting)["iss"] == str(APP_ID)
    (read,) = world.github.requests(PULL)
    assert read.proof.startswith("ghs_1")
    assert len(read.proof) > 520


async def test_a_token_is_used_until_five_minutes_before_its_end(world: World) -> None:
    world.github.on("GET", PULL, Say(json={}))
    client = world.repository()
    await client.get(PULL)
    world.hands.elapsed += 54 * 60
    await client.get(PULL)
    assert world.github.minted == 1

    world.hands.elapsed += 70
    await client.get(PULL)

    assert world.github.minted == 2


async def test_repositories_and_installations_do_not_share_tokens(world: World) -> None:
    world.github.on("GET", PULL, Say(json={}))

    await world.repository().get(PULL)
    await world.repository(repository=35).get(PULL)
    await world.repository(installation=13).get(PULL)

    assert len({seen.proof for seen in world.github.requests(PULL)}) == 3


async def test_many_at_once_mint_one_token(world: World) -> None:
    world.github.on("GET", PULL, Say(json={}))

    await asyncio.gather(*(world.repository().get(PULL) for _ in range(20)))

    assert world.github.minted == 1
    assert len(world.github.requests("/app")) == 1


async def test_many_at_once_share_one_refusal(world: World) -> None:
    world.github.on(
        "POST", MINT, Say(403, json={"message": "This installation has been suspended"})
    )

    outcomes = await asyncio.gather(
        *(world.repository().get(PULL) for _ in range(5)), return_exceptions=True
    )

    assert all(isinstance(outcome, GiveUp) for outcome in outcomes)
    assert "suspended" in str(outcomes[0])
    assert len(world.github.requests(MINT)) == 1


async def test_when_the_one_who_mints_is_cancelled_another_takes_over(world: World) -> None:
    asked, go = asyncio.Event(), asyncio.Event()

    async def slowly(_: Seen, __: web.Request) -> web.StreamResponse:
        asked.set()
        await go.wait()
        return world.github.mint().response()

    world.github.on("GET", PULL, Say(json={}))
    world.github.on("POST", MINT, slowly)
    await world.app.verify()
    async with asyncio.TaskGroup() as group:
        first = group.create_task(world.repository().get(PULL))
        await asked.wait()
        second = group.create_task(world.repository().get(PULL))
        await asyncio.sleep(0)
        first.cancel()
        go.set()
        assert await second == {}

    assert first.cancelled()


@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_a_refused_token_is_replaced_once(world: World, method: str) -> None:
    world.github.on(method, PULL, UNAUTHORIZED, Say(json={"ok": True}))
    client = world.repository()

    answer = await (client.get(PULL) if method == "GET" else client.post(PULL, {}))

    assert answer == {"ok": True}
    old, new = (seen.proof for seen in world.github.requests(PULL))
    assert old.startswith("ghs_1")
    assert new.startswith("ghs_2")


async def test_requests_that_are_refused_together_share_the_new_token(world: World) -> None:
    arrived = asyncio.Barrier(2)
    second_refusal = asyncio.Event()

    async def answer(seen: Seen, _: web.Request) -> web.StreamResponse:
        if not seen.proof.startswith("ghs_1"):
            second_refusal.set()
            return Say(json={}).response()
        if await arrived.wait() == 0:
            await second_refusal.wait()  # refused only after the other one has a new token
        return UNAUTHORIZED.response()

    world.github.on("GET", PULL, answer)
    client, other = world.repository(), world.repository()

    await asyncio.gather(client.get(PULL), other.get(PULL))

    assert world.github.minted == 2


async def test_a_refused_token_is_replaced_for_graphql_too(world: World) -> None:
    world.github.on("POST", "/graphql", UNAUTHORIZED, Say(json={"data": {"a": 1}}))

    assert await world.repository().graphql("{a}") == {"a": 1}
    assert world.github.minted == 2


async def test_fresh_tokens_that_are_refused_end_in_a_fault(world: World) -> None:
    world.github.on("GET", PULL, UNAUTHORIZED)

    with pytest.raises(RetryNow):
        await world.repository().get(PULL)

    assert len(world.github.requests(PULL)) == 2


async def test_a_permission_that_is_not_granted_is_done_without(world: World) -> None:
    world.github.on("POST", MINT, NOT_GRANTED, world.github.mint(), world.github.mint())
    granted = {"checks": "read", "contents": "write", "pull_requests": "write", "x": "write"}
    world.github.on("GET", INSTALLED, Say(json={"permissions": {**granted, "metadata": "read"}}))
    world.github.on("GET", PULL, Say(json={}))

    await asyncio.gather(*(world.repository().get(PULL) for _ in range(5)))
    await world.repository().get(PULL)
    await world.repository(repository=35).get(PULL)

    first, less, again = (seen.body["permissions"] for seen in world.github.requests(MINT))
    assert first == WANTED
    assert less == again
    assert less == {
        "checks": "read",
        "contents": "read",
        "metadata": "read",
        "pull_requests": "write",
    }
    assert len(world.github.requests(INSTALLED)) == 1


@pytest.mark.parametrize("granted", [{}, {"x": "write"}, WANTED, None])
async def test_an_installation_that_grants_nothing_useful_is_given_up(
    world: World, granted: Any
) -> None:
    world.github.on("POST", MINT, NOT_GRANTED)
    world.github.on("GET", INSTALLED, Say(json={"permissions": granted}))

    with pytest.raises(GiveUp, match="permission"):
        await world.repository().get(PULL)

    assert len(world.github.requests(MINT)) == 1


async def test_what_is_granted_is_asked_again_when_less_of_it_is(world: World) -> None:
    world.github.on("GET", PULL, Say(json={}))
    world.github.on(
        "POST", MINT, NOT_GRANTED, world.github.mint(), NOT_GRANTED, world.github.mint()
    )
    world.github.on(
        "GET",
        INSTALLED,
        Say(json={"permissions": {"metadata": "read", "contents": "read"}}),
        Say(json={"permissions": {"metadata": "read"}}),
    )
    await world.repository().get(PULL)
    world.hands.elapsed += 3_590  # the token has run out, what is granted is still remembered

    await world.repository().get(PULL)

    assert [len(seen.body["permissions"]) for seen in world.github.requests(MINT)] == [5, 2, 2, 1]


async def test_another_422_while_minting_is_our_bug(world: World) -> None:
    world.github.on("POST", MINT, Say(422, json={"message": "repository does not exist"}))

    with pytest.raises(OurBug):
        await world.repository().get(PULL)

    assert len(world.github.requests(MINT)) == 1


async def test_a_token_without_a_permission_is_not_kept(world: World) -> None:
    world.github.on(
        "GET",
        PULL,
        Say(403, json={"message": "Resource not accessible by integration"}),
        Say(json={}),
    )
    client = world.repository()
    with pytest.raises(GiveUp):
        await client.get(PULL)

    await client.get(PULL)

    assert world.github.minted == 2  # the owner may have accepted the permission meanwhile


async def test_a_missing_permission_does_not_cost_a_token_each_time(world: World) -> None:
    world.github.on("GET", PULL, Say(403, json={"message": "Resource not accessible"}))
    client = world.repository()

    for _ in range(4):
        with pytest.raises(GiveUp):
            await client.get(PULL)
    assert world.github.minted == 2

    world.hands.elapsed += 301
    for _ in range(2):
        with pytest.raises(GiveUp):
            await client.get(PULL)
    assert world.github.minted == 3


async def test_minting_is_repeated_on_passing_trouble(world: World) -> None:
    world.github.on("POST", MINT, Say(502, text="<html>"), world.github.mint())
    world.github.on("GET", PULL, Say(json={}))

    await world.repository().get(PULL)

    assert len(world.github.requests(MINT)) == 2


@pytest.mark.parametrize(
    "answer",
    [{}, [], {"token": ""}, {"token": "a b"}, {"token": "a\r\nX: y"}, {"token": "é"}, {"token": 3}],
)
async def test_what_cannot_stand_in_a_header_is_no_token(world: World, answer: Any) -> None:
    world.github.on("POST", MINT, Say(201, json=answer))

    with pytest.raises(RetryNow):
        await world.repository().get(PULL)

    assert world.github.requests(PULL) == []


@pytest.mark.parametrize(
    "expires", [None, "soon", 7, "2026-11-24T08:00:01Z", "9999-01-01T00:00:00Z"]
)
async def test_odd_expiry_times_are_lived_with(world: World, expires: Any) -> None:
    world.github.on("POST", MINT, Say(201, json={"token": "ghs_x", "expires_at": expires}))
    world.github.on("GET", PULL, Say(json={}))

    await world.repository().get(PULL)
    world.hands.elapsed += 3_600
    await world.repository().get(PULL)

    assert len(world.github.requests(MINT)) == 2


@pytest.mark.parametrize("minutes", [-30, 30])
async def test_a_wrong_clock_is_put_right_by_githubs(world: World, minutes: int) -> None:
    world.hands.wrong_by = timedelta(minutes=minutes)

    async def strict(seen: Seen, _: web.Request) -> web.StreamResponse:
        now = world.hands.true_time().timestamp()
        said = claims(seen)
        if said["iat"] > now:
            complaint = "'Issued at' claim ('iat') must be an Integer"
        elif said["exp"] > now + 600:
            complaint = "'Expiration time' claim ('exp') is too far in the future"
        elif said["exp"] <= now:
            complaint = "'Expiration time' claim ('exp') must be a numeric value"
        elif seen.method == "GET":
            return Say(json={"id": 1, "slug": "s", "name": "n"}).response()
        else:
            return world.github.mint().response()
        return Say(
            401, json={"message": complaint}, headers={"Date": world.github.date()}
        ).response()

    world.github.on("GET", "/app", strict)
    world.github.on("POST", MINT, strict)
    world.github.on("GET", PULL, Say(json={}))
    client = world.repository()

    await client.get(PULL)
    await client.get(PULL)

    assert len(world.github.requests("/app")) == 2
    assert len(world.github.requests(MINT)) == 1


async def test_a_clock_that_cannot_be_put_right_ends_in_a_fault(world: World) -> None:
    complaint = {"message": "'Expiration time' claim ('exp') is too far in the future"}
    world.github.on("GET", "/app", Say(401, json=complaint))

    with pytest.raises(RetryNow):
        await world.app.verify()

    assert len(world.github.requests("/app")) == 2


async def test_a_wrong_key_is_said_at_once(world: World) -> None:
    world.github.on(
        "GET", "/app", Say(401, json={"message": "A JSON web token could not be decoded"})
    )

    with pytest.raises(BadCredentials) as raised:
        await world.app.verify()

    assert "credentials" in str(raised.value)
    assert len(world.github.requests("/app")) == 1


def test_a_key_that_is_none_is_refused_without_showing_it() -> None:
    elliptic = ec.generate_private_key(ec.SECP256R1())
    wrong = elliptic.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    for text in ("", "very-secret", pem()[:-200], wrong):
        with pytest.raises(ValueError, match="private key") as raised:
            GitHubApp(settings("http://127.0.0.1:1", private_key=text))
        assert "very-secret" not in str(raised.value)


async def test_deliveries_and_redelivery(world: World) -> None:
    entry = {
        "id": 9,
        "guid": "g",
        "delivered_at": "2026-11-24T07:00:00Z",
        "redelivery": False,
        "duration": 0.3,
        "status": "Invalid HTTP Response: 503",
        "status_code": 503,
        "event": "pull_request",
        "action": "opened",
        "installation_id": 12,
        "repository_id": 34,
        "throttled_at": None,
    }
    ping = {**entry, "id": 8, "event": "ping", "action": None, "installation_id": None}
    world.github.on("GET", "/app/hook/deliveries", Say(json=[entry, ping]))
    world.github.on("POST", "/app/hook/deliveries/9/attempts", Say(202, json={}))

    found = [delivery async for delivery in world.app.deliveries()]
    await world.app.redeliver(found[0].id)

    assert [(one.id, one.event, one.action, one.installation_id) for one in found] == [
        (9, "pull_request", "opened", 12),
        (8, "ping", None, None),
    ]
    assert found[0].delivered_at.utcoffset() == timedelta()
    (again,) = world.github.requests("/app/hook/deliveries/9/attempts")
    assert claims(again)["iss"] == str(APP_ID)
    assert world.hands.slept == []


async def test_a_given_session_is_not_closed_and_an_own_one_is(hands: Hands) -> None:
    async with Script(hands) as github, aiohttp.ClientSession() as session:
        app = GitHubApp(settings(github.url), session=session, clock=hands.clock())
        with pytest.raises(OurBug):
            app.repository(1, 2)
        async with app:
            await app.start()
            await app.verify()
        assert not session.closed

        async with GitHubApp(settings(github.url), clock=hands.clock()) as other:
            client = other.repository(1, 2)
        with pytest.raises(GitHubFault):
            await client.get(PULL)


def every_word(error: BaseException | None) -> str:
    """All that a log or an error tracker could print of an exception and what led to it."""
    if error is None:
        return ""
    return " ".join(
        [
            str(error),
            repr(error),
            repr(error.args),
            repr(vars(error)),
            every_word(error.__cause__),
            every_word(error.__context__),
        ]
    )


async def test_no_secret_shows_in_what_is_raised_logged_or_printed(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    key_lines = pem().splitlines()[1:-1]

    async def hang_up(_: Seen, request: web.Request) -> web.StreamResponse:
        assert request.transport is not None
        request.transport.close()
        return web.Response()

    async def babble(_: Seen, request: web.Request) -> web.StreamResponse:
        assert request.transport is not None
        request.transport.write(b"HTTP/1.1 2\x00 0 \r\n" + b"x" * 20_000 + b"\r\n\r\n")
        request.transport.close()
        return web.Response()

    async def echo(seen: Seen, _: web.Request) -> web.StreamResponse:
        return Say(422, json={"message": f"bad {seen.proof}", "errors": [seen.proof]}).response()

    truncated = Say(
        201, raw=b'{"token": "ghs_cutshort', headers={"Content-Type": "application/json"}
    )
    world.github.on("GET", "/hangup", hang_up)
    world.github.on("GET", "/babble", babble)
    world.github.on("GET", "/echo", echo)
    world.github.on("GET", "/moved", Say(302, headers={"Location": "https://evil.example/"}))
    world.github.on("GET", "/unauthorized", UNAUTHORIZED)
    words: list[str] = []
    client = world.repository()
    for path in ("/hangup", "/babble", "/echo", "/moved", "/unauthorized", "/missing"):
        with pytest.raises(GitHubFault) as raised:
            await client.get(path)
        words.append(every_word(raised.value))
    world.github.on("POST", "/app/installations/77/access_tokens", truncated)
    with pytest.raises(GitHubFault) as raised:
        await world.repository(installation=77).get(PULL)
    words.append(every_word(raised.value))
    words += [repr(world.app), repr(client), repr(vars(client)), repr(settings(world.github.url))]
    words += [record.getMessage() + str(vars(record)) for record in caplog.records]

    text = " ".join(words)
    secrets = {seen.proof for seen in world.github.seen} | {"ghs_cutshort", *key_lines}
    assert len(secrets) > 5
    assert [secret for secret in secrets if secret[:40] in text] == []
    assert caplog.records
