"""Rate limits: counted always, enforced when switched on, all on the stand-in's clock."""

from __future__ import annotations

from tests.github.conftest import World


async def test_every_answer_tells_what_is_left(world: World) -> None:
    first = await world.client.get(f"{world.repo}/pulls/1")
    second = await world.client.get(f"{world.repo}/pulls/1")
    left = [int(one.headers["X-RateLimit-Remaining"]) for one in (first, second)]
    assert left == [4_999, 4_998]
    assert first.headers["X-RateLimit-Limit"] == "5000"
    listed = (await world.client.get("/rate_limit")).json
    assert listed["rate"]["remaining"] == 4_997
    assert (await world.client.get("/rate_limit")).json["rate"]["remaining"] == 4_997


async def test_the_primary_limit_ends_with_the_hour(world: World) -> None:
    limits = world.standin.limits
    limits.enforce, limits.primary = True, 2
    for _ in range(2):
        assert (await world.client.get(f"{world.repo}/pulls/1")).status == 200
    reply = await world.client.get(f"{world.repo}/pulls/1")
    world.refused(reply, "rate-primary")
    assert reply.headers["X-RateLimit-Remaining"] == "0"
    wait = int(reply.headers["X-RateLimit-Reset"]) - world.clock().timestamp()
    world.clock.advance(wait)
    await world.client.authenticate(world.installation)
    assert (await world.client.get(f"{world.repo}/pulls/1")).status == 200


async def test_writing_costs_five_points(world: World) -> None:
    limits = world.standin.limits
    limits.enforce, limits.points_a_minute = True, 10
    assert (await world.check()).status == 201
    assert (await world.check()).status == 201
    reply = await world.check()
    world.refused(reply, "rate-secondary")
    world.clock.advance(int(reply.headers["Retry-After"]))
    assert (await world.check()).status == 201


async def test_content_has_its_own_limits(world: World) -> None:
    limits = world.standin.limits
    limits.enforce, limits.content_a_minute, limits.content_an_hour = True, 2, 3
    path = f"{world.repo}/issues/1/comments"
    for _ in range(2):
        assert (await world.client.post(path, {"body": "hi"})).status == 201
    reply = await world.client.post(path, {"body": "hi"})
    world.refused(reply, "rate-content")
    assert 0 < int(reply.headers["Retry-After"]) <= 61
    world.clock.advance(61)
    assert (await world.client.post(path, {"body": "hi"})).status == 201
    world.clock.advance(61)
    reply = await world.client.post(path, {"body": "hi"})
    world.refused(reply, "rate-content")
    assert int(reply.headers["Retry-After"]) > 3_000
    # Check runs are no content.
    assert (await world.check()).status == 201


async def test_going_on_while_limited_is_noted(world: World) -> None:
    limits = world.standin.limits
    limits.enforce, limits.points_a_minute = True, 1
    await world.client.get(f"{world.repo}/pulls/1")
    for _ in range(2):
        reply = await world.client.get(f"{world.repo}/pulls/1")
        world.refused(reply, "rate-secondary")
    assert len(world.standin.complaints) == 1
    assert "told to wait" in world.standin.complaints[0]


async def test_going_on_after_a_fault_that_said_wait_is_noted(world: World) -> None:
    world.standin.faults.add(("GET", "*"), rate_limit="secondary", retry_after=30)
    await world.client.get(f"{world.repo}/pulls/1")
    await world.client.get(f"{world.repo}/pulls/1")
    assert len(world.standin.complaints) == 1
    world.clock.advance(30)
    await world.client.get(f"{world.repo}/pulls/1")
    assert len(world.standin.complaints) == 1


async def test_too_many_at_once(world: World) -> None:
    limits = world.standin.limits
    limits.enforce = True
    limits.under_way += limits.concurrent
    reply = await world.client.get(f"{world.repo}/pulls/1")
    world.refused(reply, "rate-secondary")
    limits.under_way -= limits.concurrent
    world.clock.advance(60)
    assert (await world.client.get(f"{world.repo}/pulls/1")).status == 200
    assert limits.under_way == 0


async def test_an_enterprise_server_without_limits(world: World) -> None:
    world.standin.limits.shown = False
    reply = await world.client.get(f"{world.repo}/pulls/1")
    assert not any(name.lower().startswith("x-ratelimit") for name in reply.headers)


async def test_limits_are_off_by_default(world: World) -> None:
    world.standin.limits.primary = 0
    assert (await world.client.get(f"{world.repo}/pulls/1")).status == 200
