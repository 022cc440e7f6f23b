"""What the conversation costs in requests: nothing on the common path, little where it speaks."""

from __future__ import annotations

from bot.jobs import kinds
from tests.conversation.world import World, begin


async def _requests(world: World) -> list[str]:
    """Work everything off; the requests of the last job."""
    asked: list[str] = []
    while (job := world.next_job()) is not None:
        before = len(world.standin.exchanges)
        if job.kind == kinds.REVIEW:
            await world.reviewer.review(job)
        else:
            await world.carry_out(job)
        asked = [f"{one.method} {one.path}" for one in world.standin.exchanges[before:]]
    return asked


async def test_a_second_push_that_mends_takes_eight() -> None:
    world = await begin(may_resolve=True)
    await _requests(world)
    await world.push({**world.files, "new.py": [f"BAD {n}" for n in range(4)]})
    first = await _requests(world)
    assert len(first) == 8, first
    await world.push({**world.files, "new.py": ["x"] * 4})
    second = await _requests(world)
    # Four comments are edited and four threads resolved with one document.
    assert len(second) == 8, second
    assert [one for one in second if "comments" in one] == []
    assert all(one.thread.is_resolved for one in world.roots())


async def test_without_the_right_to_resolve_it_is_tried_once() -> None:
    world = await begin(may_resolve=False)
    await _requests(world)
    await world.push({**world.files, "new.py": ["BAD one", "BAD two"]})
    await _requests(world)
    await world.push({**world.files, "new.py": ["BAD one", "x"]})
    tried = await _requests(world)
    assert len(tried) == 8, tried
    await world.push({**world.files, "new.py": ["x", "x"]})
    again = await _requests(world)
    assert len(again) == 8, again
    assert [one.thread.is_resolved for one in world.roots()] == [False, False]
    assert all(one.body.startswith("Fixed in") for one in world.roots())


async def test_a_push_while_paused_is_not_read_twice() -> None:
    world = await begin(may_resolve=False)
    await _requests(world)
    await world.pull.comment("alice", "/assay pause")
    await _requests(world)
    await world.push({**world.files, "new.py": ["BAD one"]})
    await _requests(world)
    await world.push({**world.files, "new.py": ["BAD two"]})
    asked = await _requests(world)
    assert len(asked) == 5, asked
    assert world.roots() == []
    assert (world.run_of_head().title or "") == "Paused by @alice"


async def test_a_dismissal_is_looked_up_once() -> None:
    world = await begin(may_resolve=False)
    await _requests(world)
    await world.push({**world.files, "new.py": ["BAD one"]})
    await _requests(world)
    await world.pull.resolve(world.roots()[0].thread, "alice")
    await world.push({**world.files, "app.py": ["y"]})
    first = await _requests(world)
    assert [one for one in first if one.endswith("/permission")] != []
    assert world.run_of_head().conclusion == "success"
    await world.push({**world.files, "app.py": ["z"]})
    again = await _requests(world)
    assert len(again) == 7, again
    assert world.run_of_head().conclusion == "success"
