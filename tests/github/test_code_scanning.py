"""Uploads to code scanning: what GitHub takes, refuses and replaces."""

from __future__ import annotations

import base64
import gzip
import json
from typing import Any

import pytest

from tests.github.conftest import World

RUN: dict[str, Any] = {"tool": {"driver": {"name": "Assay", "rules": []}}, "results": []}
LOG = {"version": "2.1.0", "runs": [RUN]}


def packed(log: Any) -> str:
    return base64.b64encode(gzip.compress(json.dumps(log).encode())).decode()


@pytest.fixture
def body(world: World) -> dict[str, Any]:
    """A body that GitHub takes; the installation grants what it takes for that."""
    world.installation.permissions["security_events"] = "write"
    sha = world.repository.branches["main"]
    return {"commit_sha": sha, "ref": "refs/heads/main", "sarif": packed(LOG)}


async def test_an_upload_replaces_that_of_the_same_tool_and_commit(
    world: World, body: dict[str, Any]
) -> None:
    await world.client.authenticate(world.installation)
    for _ in range(2):
        answer = await world.client.post(f"{world.repo}/code-scanning/sarifs", body)
        assert answer.status == 202
    (run,) = world.repository.analyses.values()
    assert run == RUN


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        ({"sarif": "not base64"}, "sarif-unreadable"),
        ({"sarif": base64.b64encode(b"{}").decode()}, "sarif-unreadable"),
        ({"ref": "main"}, "not-found"),
        ({"commit_sha": "a" * 40}, "not-found"),
    ],
)
async def test_what_is_refused(
    world: World, body: dict[str, Any], change: dict[str, str], rule: str
) -> None:
    await world.client.authenticate(world.installation)
    answer = await world.client.post(f"{world.repo}/code-scanning/sarifs", body | change)
    world.refused(answer, rule)
    assert world.repository.analyses == {}


async def test_it_has_to_be_granted_and_on(world: World, body: dict[str, Any]) -> None:
    world.installation.permissions.pop("security_events")
    path = f"{world.repo}/code-scanning/sarifs"
    await world.client.authenticate(world.installation)
    world.refused(await world.client.post(path, body), "permission")
    world.installation.permissions["security_events"] = "write"
    await world.client.authenticate(world.installation)
    world.repository.code_scanning = False
    world.refused(await world.client.post(path, body), "code-scanning-off")
