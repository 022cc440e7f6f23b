"""Secrets in a real review: one comment for many places, a repository's own, test data."""

from __future__ import annotations

import random
from pathlib import Path

from tests.checks.secrets.shapes import SHAPES, draw
from tests.e2e.scene import Scene, repeated_comments, scene
from tests.github import PullRequest

CHANCE = random.Random(31)
GITHUB, NPM = SHAPES["github-token"][0](CHANCE), SHAPES["npm-token"][0](CHANCE)
OWN = "acme-" + draw(CHANCE, "abcdefghijklmnopqrstuvwxyz0123456789", 24)
CONFIGURATION = """
secrets:
  patterns:
    - name: Acme deploy token
      pattern: 'acme-[a-z0-9]{24}'
      severity: critical
  test-data: ['npm_[A-Za-z0-9]+']
"""


def _said(pull: PullRequest) -> list[str]:
    return [one.body for one in pull.review_comments]


async def _open(world: Scene) -> PullRequest:
    world.repository.commit({".github/assay.yml": CONFIGURATION})
    await world.serve()
    return await world.open(
        {
            **{f"deploy/env-{number}.yaml": f"token: {GITHUB}\n" for number in range(9)},
            "web/config.ts": f'export const token = "{GITHUB}";\n',
            "app/deploy.txt": f"use {OWN} to deploy\n",
            "app/npm.txt": f"{NPM}\n",
        }
    )


async def test_one_comment_for_ten_places(tmp_path: Path) -> None:
    async with scene(tmp_path) as world:
        pull = await _open(world)
        (run,) = await world.reviewed(pull)
        assert run.conclusion == "failure"
        assert len(pull.review_comments) == 2
        (one,) = [body for body in _said(pull) if "access token of GitHub" in body]
        assert "The same stands at 9 other places" in one
        assert all(f"deploy/env-{number}.yaml" in one for number in range(1, 9))
        (own,) = [body for body in _said(pull) if "Acme deploy token" in body]
        assert "critical severity" in own
        assert NPM[:4] not in "".join(_said(pull)) + (run.summary or "") + (run.text or "")


async def test_another_place_is_no_second_comment(tmp_path: Path) -> None:
    async with scene(tmp_path) as world:
        pull = await _open(world)
        await world.reviewed(pull)
        await pull.push({"app/again.yaml": f"token: {GITHUB}\n", "deploy/env-8.yaml": "a: 1\n"})
        (run,) = await world.reviewed(pull)
        assert run.conclusion == "failure"
        assert repeated_comments(pull) == []
        assert sum("access token of GitHub" in body for body in _said(pull)) == 1
        # Gone from everywhere: the comment says so.
        gone = {f"deploy/env-{number}.yaml": "a: 1\n" for number in range(9)}
        await pull.push({**gone, "web/config.ts": "export {};\n", "app/again.yaml": "a: 1\n"})
        await world.reviewed(pull)
        (body,) = [body for body in _said(pull) if "access token of GitHub" in body]
        assert body.startswith("Fixed in ")
