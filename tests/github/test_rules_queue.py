"""Labels and merge groups: the stand-in tells of them as GitHub's schemas say."""

from __future__ import annotations

from tests.github import StandIn, contract
from tests.github.conftest import World
from tests.github.merge_group import enqueue


def told(standin: StandIn, event: str) -> list[str]:
    """The actions of an event's deliveries, each of which is as GitHub's schema has it."""
    found = [one for one in standin.deliveries if one.event == event]
    for one in found:
        assert contract.complaints_about_delivery(one.event, one.payload) == []
    return [one.action or "" for one in found]


async def test_labels_are_told_of(world: World) -> None:
    standin, pull = world.standin, world.pull
    await pull.label("wip")
    assert [one.payload["label"]["name"] for one in standin.deliveries[-1:]] == ["wip"]
    assert standin.deliveries[-1].payload["pull_request"]["labels"][0]["name"] == "wip"
    await pull.unlabel("wip")
    assert told(standin, "pull_request") == ["opened", "labeled", "unlabeled"]
    assert pull.labels == []


async def test_a_merge_group_asks_for_checks_and_is_destroyed(world: World) -> None:
    standin, pull = world.standin, world.pull
    group = await enqueue(pull)
    assert group.head_sha not in (pull.head_sha, pull.base_sha)
    payload = standin.deliveries[-1].payload["merge_group"]
    assert payload["head_sha"] == group.head_sha
    assert payload["head_ref"].startswith(f"refs/heads/gh-readonly-queue/main/pr-{pull.number}-")
    await group.destroy("dequeued")
    assert told(standin, "merge_group") == ["checks_requested", "destroyed"]
    assert standin.deliveries[-1].payload["reason"] == "dequeued"
