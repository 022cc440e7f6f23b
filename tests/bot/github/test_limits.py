"""The governor keeps GitHub's limits before GitHub has to say no."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from bot.github.faults import RetryLater
from bot.github.limits import Governor, Limits
from tests.bot.github.servers import EPOCH, Hands


def headers(remaining: int, seconds: float, resource: str = "core") -> dict[str, str]:
    return {
        "x-ratelimit-remaining": str(remaining),
        "x-ratelimit-reset": str(int(EPOCH.timestamp() + seconds)),
        "x-ratelimit-limit": "5000",
        "x-ratelimit-resource": resource,
    }


async def send(governor: Governor, *, write: bool = False, resource: str = "core") -> None:
    async with governor.turn(resource, write=write):
        pass


async def test_writes_are_a_second_apart_and_reads_are_not(hands: Hands) -> None:
    governor = Governor(hands.clock(), Limits())

    for _ in range(3):
        await send(governor, write=True)
        await send(governor)

    assert hands.elapsed == pytest.approx(2.0)


async def test_the_second_counts_from_the_end_of_a_write(hands: Hands) -> None:
    governor = Governor(hands.clock(), Limits())

    async with governor.turn("core", write=True):
        hands.elapsed += 5
    await send(governor, write=True)

    assert hands.elapsed == pytest.approx(6.0)


async def test_eighty_writes_a_minute(hands: Hands) -> None:
    governor = Governor(hands.clock(), Limits(write_spacing=0.1))
    for _ in range(80):
        await send(governor, write=True)

    with pytest.raises(RetryLater) as raised:
        await send(governor, write=True)

    assert raised.value.when == EPOCH + timedelta(seconds=60)
    await send(governor)
    hands.elapsed = 51.0
    await send(governor, write=True)  # nine seconds are short enough to wait
    assert hands.elapsed == pytest.approx(60.0)


async def test_five_hundred_writes_an_hour(hands: Hands) -> None:
    governor = Governor(hands.clock(), Limits())
    for _ in range(500):
        await send(governor, write=True)
        hands.elapsed += 1

    with pytest.raises(RetryLater) as raised:
        await send(governor, write=True)

    assert raised.value.when == EPOCH + timedelta(hours=1)
    hands.elapsed = 3_600
    await send(governor, write=True)


async def test_an_empty_quota_is_waited_for_when_it_fills_soon(hands: Hands) -> None:
    governor = Governor(hands.clock(), Limits())
    governor.observe(200, headers(0, 8), "core")

    await send(governor)

    assert hands.elapsed == pytest.approx(8.0)


async def test_an_empty_quota_is_of_one_resource(hands: Hands) -> None:
    governor = Governor(hands.clock(), Limits())
    governor.observe(200, headers(0, 800, "graphql"), "core")

    await send(governor)
    with pytest.raises(RetryLater) as raised:
        await send(governor, resource="graphql")

    assert raised.value.resource == "graphql"
    assert raised.value.when == EPOCH + timedelta(seconds=800)


async def test_requests_under_way_count_against_the_quota(hands: Hands) -> None:
    governor = Governor(hands.clock(), Limits())
    governor.observe(200, headers(2, 800), "core")

    async with governor.turn("core", write=False), governor.turn("core", write=False):
        with pytest.raises(RetryLater):
            await send(governor)
    await send(governor)


async def test_answers_that_overtake_each_other_do_not_refill_the_quota(hands: Hands) -> None:
    governor = Governor(hands.clock(), Limits())
    governor.observe(200, headers(0, 800), "core")
    governor.observe(200, headers(3, 800), "core")

    with pytest.raises(RetryLater):
        await send(governor)

    hands.elapsed = 801
    governor.observe(200, headers(4_999, 801 + 3_600), "core")
    await send(governor)


async def test_servers_without_limits_are_not_limited(hands: Hands) -> None:
    governor = Governor(hands.clock(), Limits())

    for wrong in ({}, {"x-ratelimit-remaining": "0"}, {"x-ratelimit-remaining": "none"}):
        governor.observe(200, wrong, "core")
        await send(governor)

    assert hands.slept == []


async def test_a_guessed_pause_doubles_until_a_success(hands: Hands) -> None:
    governor = Governor(hands.clock(), Limits())
    pauses = []

    def limited() -> float:
        when = hands.true_time() + timedelta(seconds=60)
        fault = governor.limited(RetryLater("slow down", when=when, guessed=True))
        return (fault.when - hands.true_time()).total_seconds()

    for _ in range(6):
        pauses.append(limited())
        assert limited() == pauses[-1]  # several requests at once are one offence
        governor.succeeded()  # an answer that was under way forgives nothing
        hands.elapsed += pauses[-1]
    governor.succeeded()

    assert pauses == [60, 120, 240, 480, 960, 960]
    assert limited() == 60


async def test_a_cancelled_turn_gives_its_place_back(hands: Hands) -> None:
    governor = Governor(hands.clock(), Limits(concurrent=1))
    entered = asyncio.Event()

    async def hold() -> None:
        async with governor.turn("core", write=True):
            entered.set()
            await asyncio.Event().wait()

    async with asyncio.TaskGroup() as group:
        task = group.create_task(hold())
        await entered.wait()
        task.cancel()

    await asyncio.wait_for(send(governor, write=True), timeout=5)
