"""kill -9 at every stage of a review: nothing is lost, and nothing is said twice."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.bot.waiting import eventually
from tests.e2e.scene import Scene, repeated_comments, scene
from tests.github import Fault, PullRequest

MOST_REQUESTS = 30
Said = set[tuple[str, int | None]]


async def _reviewed_once(world: Scene, pull: PullRequest) -> Said:
    """Assert that the head was reviewed once, and give the places that were spoken of."""
    (run,) = await world.reviewed(pull)
    assert run.conclusion == "failure"
    assert repeated_comments(pull) == []
    assert len(pull.reviews) == 1
    noted = [(one.path, one.start_line, one.message) for one in run.annotations]
    assert len(noted) == len(set(noted))
    return {(one.path, one.original_line) for one in pull.review_comments}


async def _hit(fault: Fault) -> None:
    await eventually(lambda: fault.hits > 0)


async def _undisturbed(folder: Path) -> tuple[int, Said]:
    """How many requests a review makes after the app has proved itself, and what it says."""
    async with scene(folder) as world:
        await world.serve()
        before = len(world.github.exchanges)
        pull = await world.open()
        said = await _reviewed_once(world, pull)
        return len(world.github.exchanges) - before, said


@pytest.mark.parametrize("effect", ["before", "after"])
async def test_killed_at_every_request(tmp_path: Path, effect: str) -> None:
    """The bot dies while each of its requests is under way, before or after it had its effect."""
    requests, said = await _undisturbed(tmp_path)
    assert 3 < requests < MOST_REQUESTS
    assert len(said) > 1
    for number in range(requests):
        folder = tmp_path / f"request-{number}"
        folder.mkdir()
        async with scene(folder) as world:
            bot = await world.serve()
            late = effect == "after"
            fault = world.github.faults.add(
                ("*", "*"), skip=number, delay=0.0 if late else 30.0,
                drop_connection=True, after_effect=late,
            )  # fmt: skip
            pull = await world.open()
            await _hit(fault)
            await bot.kill()
            world.github.faults.clear()
            await bot.start()
            assert await _reviewed_once(world, pull) == said


@pytest.mark.parametrize(
    "request_", [("PUT", "*/reviews/*"), ("PATCH", "*/pulls/comments/*"), ("POST", "*/reactions")]
)
@pytest.mark.parametrize("effect", ["before", "after"])
async def test_killed_while_a_decision_is_carried_out(
    tmp_path: Path, request_: tuple[str, str], effect: str
) -> None:
    """The bot dies while it writes what a person decided: it is decided once, and shown once.

    All requests of a conversation are tried in ``tests/conversation/test_killed.py``.
    """
    async with scene(tmp_path) as world:
        bot = await world.serve()
        pull = await world.open()
        await _reviewed_once(world, pull)
        root = pull.threads[0].comments[0]
        late = effect == "after"
        fault = world.github.faults.add(
            request_, delay=0.0 if late else 30.0, drop_connection=True, after_effect=late
        )
        asked = await pull.reply(root, "alice", "/assay ignore it is known")
        await _hit(fault)
        await bot.kill()
        world.github.faults.clear()
        await bot.start()
        runs = await world.reviewed(pull, 2)
        await eventually(lambda: len(asked.reactions) == 1)
        assert len(runs) == 2
        assert (runs[-1].summary or "").count("ignored by `alice`") == 1
        assert root.body.startswith("Ignored, as `alice` asked")
        assert len(root.thread.comments) == 2
        assert repeated_comments(pull) == []


async def test_killed_between_the_acknowledgement_and_the_work(tmp_path: Path) -> None:
    """What was acknowledged is reviewed, though the process that took it never worked."""
    async with scene(tmp_path) as world:
        receiver = await world.serve(("serve", "--no-worker"))
        pull = await world.open()
        await world.github.settle()
        delivery = next(one for one in world.github.deliveries if one.event == "pull_request")
        assert delivery.status == 202
        await receiver.kill()
        await world.serve()
        assert len(await _reviewed_once(world, pull)) > 1
