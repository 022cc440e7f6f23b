"""Killed at every request of a whole conversation: nothing is lost, and nothing is said twice.

The same story is told again and again, and each time the process dies at another request, before
it had its effect or after. What it was doing is then done again from the beginning, as the engine
does; at the end GitHub must look as if nothing had happened. Real processes are killed in
``tests/e2e/test_kill.py``.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import pytest

from bot.jobs import Job, kinds
from bot.review import state
from tests.conversation.world import SIGNER, World, begin


class Killed(BaseException):
    """The process is gone; no handler may catch it."""


@dataclass
class Death:
    """When the process dies: at which request, counted from 1."""

    at: int
    late: bool
    seen: int = 0

    def watch(self, world: World) -> None:
        world.api.before = lambda asked: self._count(late=False)
        world.api.after = lambda asked: self._count(late=True)

    def _count(self, *, late: bool) -> None:
        self.seen += not late
        if self.seen == self.at and late is self.late:
            self.at = 0
            raise Killed


async def _work_off(world: World) -> None:
    while (job := world.next_job()) is not None:
        try:
            await _handle(world, job)
        except Killed:
            await _handle(world, job)


async def _handle(world: World, job: Job) -> None:
    if job.kind == kinds.REVIEW:
        await world.reviewer.review(job)
    else:
        await world.carry_out(job)


async def _reply(world: World, number: int, text: str) -> None:
    await world.pull.reply(world.roots()[number], "alice", text)


async def _press(world: World, identifier: str) -> None:
    run = world.run_of_head()
    await world.found.request_action(run.id, identifier, "alice")


STORY: tuple[Callable[[World], Awaitable[Any]], ...] = (
    lambda world: world.push(
        {**world.files, "new.py": ["BAD one", "BAD two", "BAD three"], "test_a.py": ["BAD four"]}
    ),
    lambda world: _reply(world, 0, "/assay ignore"),
    lambda world: _reply(world, 0, "/assay ignore it is a test"),
    lambda world: _reply(world, 1, "/assay explain"),
    lambda world: world.push({**world.files, "new.py": ["BAD one", "x", "BAD three", "BAD five"]}),
    lambda world: world.push({**world.files, "new.py": ["BAD one", "BAD two", "x", "BAD five"]}),
    lambda world: _reply(world, 0, "/assay unignore"),
    lambda world: world.pull.comment("alice", "/assay pause"),
    lambda world: world.push({**world.files, "other.py": ["BAD six"]}),
    lambda world: _press(world, "resume"),
    lambda world: _press(world, "ignore-tests"),
    lambda world: world.pull.comment("alice", "/assay help"),
)


async def _tell(death: Death) -> dict[str, Any]:
    """Tell the story; what GitHub shows at its end."""
    world = await begin(may_resolve=True)
    await _work_off(world)
    death.watch(world)
    try:
        for act in STORY:
            await act(world)
            await _work_off(world)
        return _shown(world)
    finally:
        world.standin.close()


def _shown(world: World) -> dict[str, Any]:
    standing = world.standing()
    bodies = [one.body for one in world.pull.reviews]
    bodies += [one.body for one in world.pull.issue_comments]
    found = [state.read_memory(SIGNER, world.place, body) for body in bodies]
    memory = state.newest(one for one in found if one is not None)
    runs = world.found.all_check_runs
    return {
        "comments": [
            (one.path, one.says, one.kin, bool(standing.resolved.get(number)))
            for number, one in sorted(standing.comments.items())
        ],
        "threads": [len(one.comments) for one in world.pull.threads],
        "notes": [one.user.login for one in world.pull.issue_comments],
        "reactions": [
            [each.content for each in one.reactions] for one in world.pull.review_comments
        ],
        "memory": (memory.number, len(memory.ignored), bool(memory.tests), memory.paused),
        "runs": [(one.head_sha, one.status, one.conclusion, one.title) for one in runs],
    }


async def test_the_story_is_one() -> None:
    shown = await _tell(Death(0, False))
    assert [(path, says.value, resolved) for path, says, _, resolved in shown["comments"]] == [
        ("new.py", "finding", False),
        ("new.py", "finding", False),
        ("new.py", "fixed", True),
        ("test_a.py", "ignored", True),
        ("new.py", "finding", False),
        ("other.py", "finding", False),
    ]
    assert shown["memory"] == (5, 0, True, None)
    assert shown["threads"] == [5, 3, 1, 1, 1, 1]
    assert shown["notes"] == ["alice", "alice", "assay[bot]"]
    assert [title for _, _, _, title in shown["runs"]].count("Paused by @alice") == 1


@pytest.mark.parametrize("late", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("portion", range(4))
async def test_killed_at_every_request(late: bool, portion: int) -> None:
    whole = Death(0, late)
    undisturbed = await _tell(whole)
    assert whole.seen > 60
    for number in range(1 + portion, whole.seen + 1, 4):
        assert await _tell(Death(number, late)) == undisturbed, f"killed at request {number}"
