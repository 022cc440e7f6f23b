"""JWTs: what they say, whose clock they go by, and that no secret shows."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from bot.github.app import GitHubApp
from bot.github.faults import BadCredentials, GitHubFault, GiveUp, OurBug, RetryNow
from tests.bot.github.servers import (
    APP_ID,
    MINT,
    PULL,
    UNAUTHORIZED,
    Hands,
    Say,
    Script,
    Seen,
    World,
    claims,
    pem,
    settings,
)


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
