"""Tokens of installations: narrow, shared, and renewed when GitHub refuses them."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from aiohttp import web

from bot.github.faults import GiveUp, OurBug, RetryNow
from tests.bot.github.servers import (
    APP_ID,
    INSTALLED,
    MINT,
    NOT_GRANTED,
    PULL,
    UNAUTHORIZED,
    WANTED,
    Say,
    Seen,
    World,
    claims,
)


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
