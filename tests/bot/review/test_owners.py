"""The owner's configuration in a private repository: for private ones, and seldom asked for."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

import pytest

from bot.github.app import GitHubApp
from bot.github.config import GitHubSettings
from bot.github.faults import GiveUp, RetryNow
from bot.review import settings
from bot.review.owners import HOLDS, Owners
from checks.configuration import PATH
from checks.model import Profile, Settings
from tests.bot.review.fake_api import FakeAPI, file
from tests.bot.review.snapping import Reader, opened
from tests.github import StandIn


@dataclass
class Shelf:
    """What the owner's repository holds."""

    text: bytes | None = b"profile: quiet\n"
    fault: Exception | None = None
    asked: list[int] = field(default_factory=list)

    async def shared_file(self, installation: int, name: str, path: str) -> bytes | None:
        assert (name, path) == (".github", PATH)
        self.asked.append(installation)
        await asyncio.sleep(0)
        if self.fault is not None:
            raise self.fault
        return self.text


@dataclass
class World:
    shelf: Shelf = field(default_factory=Shelf)
    now: float = 0.0
    api: FakeAPI = field(default_factory=lambda: FakeAPI(private=True))

    def __post_init__(self) -> None:
        self.owners = Owners(self.shelf, monotonic=lambda: self.now)

    async def in_force(self) -> Settings:
        completed = await self.owners.complete(await opened(self.api))
        return (await settings.read(completed, Reader())).settings


@pytest.fixture
def world() -> World:
    return World()


async def test_a_private_repository_stands_on_its_owners_private_file(world: World) -> None:
    world.api.trees["main"] = {PATH: file("fail-on: low")}

    completed = await world.owners.complete(await opened(world.api))
    wishes = await settings.read(completed, Reader())

    assert wishes.settings.profile is Profile.QUIET
    assert wishes.source == f"`{PATH}` on `main` over `{PATH}` of `octo/.github`"


async def test_a_public_repository_does_not_tell_of_a_private_file(world: World) -> None:
    world.api.private = False
    assert await world.in_force() == Settings()
    assert world.shelf.asked == []


async def test_what_the_first_query_read_is_not_asked_for_again(world: World) -> None:
    world.api.shared = {PATH: file("profile: strict")}
    assert (await world.in_force()).profile is Profile.STRICT
    assert world.shelf.asked == []


@pytest.mark.parametrize("text", [b"profile: quiet", None])
async def test_it_is_asked_for_once_in_ten_minutes(world: World, text: bytes | None) -> None:
    world.shelf.text = text
    await asyncio.gather(*(world.in_force() for _ in range(5)))
    assert len(world.shelf.asked) == 1
    world.now += HOLDS + 1
    world.shelf.text = b"profile: strict"
    assert (await world.in_force()).profile is Profile.STRICT
    assert len(world.shelf.asked) == 2


async def test_no_access_is_no_file(world: World) -> None:
    world.shelf.fault = GiveUp("hidden", status=404)
    assert await world.in_force() == Settings()
    assert await world.in_force() == Settings()
    assert len(world.shelf.asked) == 1


async def test_passing_trouble_is_passed_on_and_not_remembered(world: World) -> None:
    world.shelf.fault = RetryNow("away")
    with pytest.raises(RetryNow):
        await world.in_force()
    world.shelf.fault = None
    assert (await world.in_force()).profile is Profile.QUIET


async def test_a_file_that_is_too_large_is_no_file(world: World) -> None:
    world.shelf.text = b"#" * 200_000
    assert await world.in_force() == Settings()


async def test_the_owners_own_repository_asks_for_nothing(world: World) -> None:
    world.api.full_name = "octo/.github"
    await world.owners.complete(await opened(world.api, repository="octo/.github"))
    assert world.shelf.asked == []


@pytest.mark.parametrize("reached", [True, False])
async def test_it_is_read_with_a_token_for_that_repository_alone(reached: bool) -> None:
    async with await StandIn.start() as github:
        app = github.create_app(webhook_secret="a secret of at least sixteen characters")
        repository = github.create_repository("octo/library", private=True)
        shared = github.create_repository("octo/.github", private=True)
        shared.commit({PATH: "profile: quiet\n"})
        installation = github.install(app, [repository, shared] if reached else [repository])
        made = GitHubSettings(
            app_id=app.id,
            private_key=app.private_key_pem,
            api_url=github.api_url,
            graphql_url=github.graphql_url,
        )
        async with GitHubApp(made) as client:
            before = len(github.exchanges)
            text = await client.shared_file(installation.id, ".github", PATH)
            assert text == (b"profile: quiet\n" if reached else None)
            assert len(github.exchanges) - before == (2 if reached else 1)
        bodies = [one.body for one in github.exchanges if one.path.endswith("/access_tokens")]
        assert bodies == [
            {
                "repositories": [".github"],
                "permissions": {"contents": "read", "metadata": "read"},
            }
        ]
        assert github.failures == []
