"""What the client tells whoever counts: the metrics of the web part, or nobody."""

from __future__ import annotations

from typing import Protocol


class Observer(Protocol):
    """Hears of every request and of every quota. Must not block and must not raise."""

    def request(self, method: str, route: str, status: int | None, seconds: float) -> None:
        """A request ended; ``route`` has ids replaced, ``status`` is None without an answer."""

    def quota(self, installation: int | None, resource: str, remaining: int, limit: int) -> None:
        """How much is left of an hourly quota; ``installation`` is None for the app's own."""


class Unobserved:
    """Tells nobody."""

    def request(self, method: str, route: str, status: int | None, seconds: float) -> None:
        """Ignore."""

    def quota(self, installation: int | None, resource: str, remaining: int, limit: int) -> None:
        """Ignore."""
