"""Deliveries that came while the receiver was down are brought by the sweep, and reviewed."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from tests.bot.waiting import eventually
from tests.e2e.scene import Scene, repeated_comments, scene
from tests.github import Delivery, PullRequest
from tests.running import BotProcess

LIST = "/app/hook/deliveries"


async def _missed(world: Scene) -> tuple[PullRequest, Delivery, BotProcess]:
    """A pull request that was opened five minutes ago, while the receiver was down."""
    bot = world.bot()
    world.app.webhook_url = f"{bot.url}/webhook"
    pull = await world.open()
    await world.github.settle()
    for delivery in world.github.deliveries:
        delivery.attempts[:] = [
            replace(one, at=one.at - timedelta(minutes=5)) for one in delivery.attempts
        ]
    (delivery,) = (one for one in world.github.deliveries if one.event == "pull_request")
    assert [one.status for one in delivery.attempts] == [None]
    return pull, delivery, bot


async def test_what_was_missed_is_brought_and_reviewed(tmp_path: Path) -> None:
    async with scene(tmp_path, ASSAY_SWEEP_MINUTES="10") as world:
        pull, delivery, bot = await _missed(world)
        await bot.start()
        (run,) = await world.reviewed(pull)
        assert run.conclusion == "failure"
        assert len(pull.reviews) == 1
        assert repeated_comments(pull) == []
        assert [(one.status, one.redelivery) for one in delivery.attempts] == [
            (None, False),
            (202, True),
        ]
        assert "asked GitHub for" in bot.read_log()
        # Nothing else that was missed asks for work, and nothing is brought twice.
        again = [one for one in world.github.exchanges if one.path.startswith(f"{LIST}/")]
        redelivered = [
            one for one in world.github.deliveries if any(each.redelivery for each in one.attempts)
        ]
        assert len(again) == len(redelivered)
        assert {one.event for one in redelivered} <= {"pull_request", "check_suite"}


async def test_a_worker_sweeps_for_a_receiver_that_is_apart(tmp_path: Path) -> None:
    async with scene(tmp_path, ASSAY_SWEEP_MINUTES="10") as world:
        pull, _, receiver = await _missed(world)
        receiver.command = ("serve", "--no-worker")
        await receiver.start()
        await world.bot(("worker",)).start()
        (run,) = await world.reviewed(pull)
        assert run.conclusion == "failure"


async def test_a_github_without_the_list_is_one_line_in_the_log(tmp_path: Path) -> None:
    async with scene(tmp_path, ASSAY_SWEEP_MINUTES="10") as world:
        fault = world.github.faults.add(("GET", LIST), status=404)
        bot = await world.serve()
        await eventually(lambda: "missed deliveries cannot be looked for" in bot.read_log())
        # The bot is none the worse for it.
        (run,) = await world.reviewed(await world.open())
        assert run.conclusion == "failure"
        assert fault.hits == 1
        assert bot.read_log().count("cannot be looked for") == 1
        assert "Traceback" not in bot.read_log()


async def test_it_can_be_turned_off(tmp_path: Path) -> None:
    async with scene(tmp_path, ASSAY_SWEEP_MINUTES="0") as world:
        missed, _, bot = await _missed(world)
        await bot.start()
        await world.reviewed(await world.open({"other.py": "x = 1\n"}, branch="another"))
        assert world.runs(missed) == []
        assert world.github.exchanges.of(path=f"{LIST}*") == []
