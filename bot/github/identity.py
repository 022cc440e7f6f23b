"""What GitHub says about the app itself: who it is, and what it was sent."""

from __future__ import annotations

from datetime import datetime
from typing import Any, TypeVar

import msgspec

from bot.github.answers import words
from bot.github.faults import RetryNow

T = TypeVar("T")


class AppIdentity(msgspec.Struct, frozen=True):
    """The app as GitHub knows it (``GET /app``)."""

    id: int
    slug: str
    name: str
    permissions: dict[str, str] = {}
    events: tuple[str, ...] = ()


class HookDelivery(msgspec.Struct, frozen=True):
    """One attempt of GitHub to deliver an event (``GET /app/hook/deliveries``).

    All attempts at one delivery share the ``guid``; ``status`` is ``"OK"`` when we answered 2xx.
    """

    id: int
    guid: str
    delivered_at: datetime
    event: str
    status: str
    status_code: int
    redelivery: bool
    action: str | None = None
    installation_id: int | None = None


def read(answer: Any, kind: type[T]) -> T:
    """Read an answer as ``kind``; unknown fields are ignored.

    Raises:
        RetryNow: it has another shape, as answers of failing proxies do.
    """
    try:
        return msgspec.convert(answer, kind)
    except msgspec.ValidationError as error:
        raise RetryNow(
            "GitHub's answer has an unexpected shape", detail=words(str(error), 200)
        ) from None
