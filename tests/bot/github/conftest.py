from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from bot.github.app import GitHubApp
from tests.bot.github.servers import Hands, Script, World, settings


@pytest.fixture
def hands() -> Hands:
    return Hands()


@pytest.fixture
async def world(hands: Hands) -> AsyncIterator[World]:
    async with (
        Script(hands) as github,
        GitHubApp(settings(github.url), clock=hands.clock()) as app,
    ):
        yield World(hands, github, app)
