"""What the tests of the snapshot share: a reader of configurations, and the two steps as one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from bot.review.cache import TextCache
from bot.review.model import Snapshot
from bot.review.opened import Opened, open_pull
from bot.review.snapshot import take
from checks.model import Problem, Profile, Settings
from tests.bot.review.fake_api import FakeAPI


@dataclass(frozen=True)
class Read:
    settings: Settings
    problems: tuple[Problem, ...]


class Reader:
    """Reads a configuration: ``quiet`` is the only word it knows."""

    async def read_configuration(self, text: bytes) -> Read:
        if text == b"quiet":
            return Read(Settings(profile=Profile.QUIET), ())
        return Read(Settings(), (Problem(1, "nonsense", "not a key"),))


waited: list[float] = []


async def pause(seconds: float) -> None:
    waited.append(seconds)


async def opened(api: FakeAPI, **options: Any) -> Opened:
    arguments: dict[str, Any] = {
        "repository": "octo/hello",
        "repository_id": 7,
        "installation": 3,
        "number": 5,
        "pause": pause,
    }
    return await open_pull(api, **(arguments | options))


async def snap(api: FakeAPI, cache: TextCache | None = None) -> Snapshot:
    return await take(api, await opened(api), Reader(), cache or TextCache())


def reasons(snapshot: Snapshot) -> dict[str, str]:
    return {one.path: one.reason for one in snapshot.unread}
