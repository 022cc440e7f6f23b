"""Shared parts of the stand-in's own tests: one small world with one pull request."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import pytest

from tests.github import App, Installation, ManualClock, PullRequest, Repository, StandIn, contract
from tests.github.client import Client, Reply
from tests.github.rules import RULES

NUMBERS = "".join(f"line {number}\n" for number in range(1, 61))


# The descriptions promise values here, and GitHub answers null: for outdated comments
# (PyGithub/PyGithub#1515), comments on files, and pull requests of deleted forks (recordings of
# hub4j and PyGithub).
_NULL_ALL_THE_SAME = re.compile(r"(line|\bposition|\bhead/(repo|user|label)): null is not of type")
# The description of an app in check events lists the events that there were before merge queues.
_YOUNGER_EVENT = '"merge_group" is not one of "branch_protection_rule"'


@dataclass(slots=True)
class World:
    """A stand-in, an app installed on one repository, one open pull request, and a client."""

    standin: StandIn
    clock: ManualClock
    app: App
    installation: Installation
    repository: Repository
    pull: PullRequest
    client: Client

    @property
    def repo(self) -> str:
        """The repository's path."""
        return f"/repos/{self.repository.full_name}"

    def refused(self, reply: Reply, rule: str) -> list[Any]:
        """Assert that the last request was refused by that rule; the answer's errors."""
        assert self.standin.exchanges[-1].refused_by == rule, reply.text
        known = RULES[rule]
        assert reply.status == known.status, reply.text
        assert reply.json["message"].startswith(known.message.partition("{")[0])
        found: list[Any] = reply.json.get("errors", [])
        return found

    async def review(self, *comments: dict[str, object], **more: object) -> Reply:
        """Post a COMMENT review."""
        body = {"event": "COMMENT", "body": "A review.", "comments": list(comments), **more}
        return await self.client.post(f"{self.repo}/pulls/{self.pull.number}/reviews", body)

    async def check(self, **more: object) -> Reply:
        """Post a check run on the head."""
        body = {"name": "Assay", "head_sha": self.pull.head_sha, **more}
        return await self.client.post(f"{self.repo}/check-runs", body)


def answers_outside_the_schema(standin: StandIn) -> list[str]:
    """What the stand-in said that GitHub's published schemas do not allow."""
    found = []
    for one in standin.exchanges:
        described = contract.operation(one.method, one.path) is not None
        if one.status in (200, 201) and one.response is not None and described and not one.fault:
            found += [
                f"{one.method} {one.path}: {complaint}"
                for complaint in contract.complaints_about_answer(
                    one.method, one.path, one.status, one.response
                )
            ]
    for delivery in standin.deliveries:
        found += [
            f"{delivery.event} {delivery.action}: {complaint}"
            for complaint in contract.complaints_about_delivery(delivery.event, delivery.payload)
        ]
    return [
        one for one in found if not _NULL_ALL_THE_SAME.search(one) and _YOUNGER_EVENT not in one
    ]


@pytest.fixture
async def world() -> AsyncIterator[World]:
    clock = ManualClock()
    async with await StandIn.start(clock=clock) as standin:
        app = standin.create_app()
        repository = standin.create_repository("octo/demo")
        installation = standin.install(app, [repository])
        repository.commit({"numbers.txt": NUMBERS, "old.py": "gone = 1\n", "kept.py": "same\n"})
        changed = NUMBERS.replace("line 10\n", "ten\n").replace("line 40\n", "forty\nand more\n")
        files = {"numbers.txt": changed, "old.py": None, "new.py": "a = 1\nb = 2\nc = 3\n"}
        repository.commit(files, branch="feature")
        pull = await repository.open_pull("feature", author="alice")
        async with Client(standin) as client:
            await client.authenticate(installation)
            yield World(standin, clock, app, installation, repository, pull, client)
        assert standin.failures == []
        assert answers_outside_the_schema(standin) == []
