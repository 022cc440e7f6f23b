"""Faults on demand: before or after the effect, once or always, in every form."""

from __future__ import annotations

import json

import aiohttp
import pytest

from tests.github.conftest import World
from tests.github.rules import RULES


async def test_a_502_before_the_effect(world: World) -> None:
    world.standin.faults.add(("POST", "/repos/*/pulls/*/reviews"), status=502, html=True)
    reply = await world.review()
    assert reply.status == 502
    assert reply.headers["Content-Type"].startswith("text/html")
    assert world.pull.reviews == []
    assert (await world.review()).status == 200
    assert [one.fault for one in world.standin.exchanges[-2:]] == [True, False]


async def test_a_lost_answer_after_the_effect(world: World) -> None:
    faults = world.standin.faults
    faults.add(("POST", "/repos/*/reviews"), status=504, after_effect=True)
    assert (await world.review()).status == 504
    assert len(world.pull.reviews) == 1
    faults.add(("POST", "/repos/*/reviews"), drop_connection=True, after_effect=True)
    with pytest.raises(aiohttp.ClientError):
        await world.review()
    assert len(world.pull.reviews) == 2


@pytest.mark.parametrize(
    ("kind", "status"), [("primary", 403), ("secondary", 403), ("content", 403), ("abuse", 422)]
)
async def test_rate_limits(world: World, kind: str, status: int) -> None:
    world.standin.faults.add(("GET", "*"), rate_limit=kind, retry_after=7, times=2)
    for _ in range(2):
        reply = await world.client.get(f"{world.repo}/pulls/1")
        assert (reply.status, reply.headers["Retry-After"]) == (status, "7")
    assert (await world.client.get(f"{world.repo}/pulls/1")).status == 200


async def test_truncated_skipped_and_own_bodies(world: World) -> None:
    faults = world.standin.faults
    faults.add(("GET", "/repos/*/pulls/1"), truncate=True, after_effect=True, skip=1)
    assert (await world.client.get(f"{world.repo}/pulls/1")).json["number"] == 1
    broken = await world.client.get(f"{world.repo}/pulls/1")
    assert broken.status == 200
    with pytest.raises(json.JSONDecodeError):
        _ = broken.json
    fault = faults.add(("*", "*"), status=418, body={"message": "teapot"}, times=None)
    for _ in range(3):
        assert (await world.client.get(f"{world.repo}/pulls/1")).json == {"message": "teapot"}
    assert fault.hits == 3
    faults.clear()
    assert (await world.client.get(f"{world.repo}/pulls/1")).status == 200


async def test_a_slow_answer_is_still_the_answer(world: World) -> None:
    world.standin.faults.add(("GET", "*"), delay=0.05)
    assert (await world.client.get(f"{world.repo}/pulls/1")).status == 200


def test_every_rule_has_a_test(request: pytest.FixtureRequest) -> None:
    folder = request.path.parent
    text = "".join(path.read_text() for path in folder.glob("test_*.py"))
    assert [rule for rule in RULES if f'"{rule}"' not in text] == []
