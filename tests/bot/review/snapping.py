"""What the tests of the snapshot share: a reader of configurations, and the two steps as one."""

from __future__ import annotations

from typing import Any

from bot.review import settings
from bot.review.cache import TextCache
from bot.review.model import Snapshot
from bot.review.opened import Opened, open_pull
from bot.review.snapshot import take
from checks import configuration
from checks.configuration import Configuration, Layer
from tests.bot.review.fake_api import FakeAPI


class Reader:
    """Reads configurations in this process."""

    async def read_configuration(self, *layers: Layer) -> Configuration:
        return configuration.read(layers, ("sleep-in-test",))


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
    found = await opened(api)
    return await take(api, found, await settings.read(found, Reader()), cache or TextCache())


def reasons(snapshot: Snapshot) -> dict[str, str]:
    return {one.path: one.reason for one in snapshot.unread}
