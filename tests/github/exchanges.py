"""The log: every API request with its answer, for tests to count and to look into."""

from __future__ import annotations

import fnmatch
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from tests.github.state import Json


@dataclass(slots=True)
class Exchange:
    """One request and what came back. ``route`` is the template that served it.

    ``refused_by`` names the rule (see `rules.py`) and ``fault`` tells that a fault answered.
    """

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: Any
    status: int | None = None
    response: Any = None
    response_headers: dict[str, str] = field(default_factory=dict)
    route: str | None = None
    refused_by: str | None = None
    fault: bool = False
    installation_id: int | None = None
    complaints: list[str] = field(default_factory=list)

    @property
    def document(self) -> str | None:
        """The GraphQL document, when it was one."""
        return self.body.get("query") if isinstance(self.body, dict) else None


class Exchanges(list[Exchange]):
    """All exchanges, oldest first."""

    def of(self, method: str = "*", path: str = "*") -> list[Exchange]:
        """Those with that method and path pattern (``*`` stands for anything)."""
        return list(self._matching(method, path))

    def refusals(self) -> list[tuple[str, str, str]]:
        """What GitHub refused: method, path, rule."""
        return [(one.method, one.path, one.refused_by) for one in self if one.refused_by]

    def bodies(self, method: str, path: str) -> list[Json]:
        """The JSON bodies of those requests."""
        return [one.body for one in self._matching(method, path)]

    def _matching(self, method: str, path: str) -> Iterator[Exchange]:
        for one in self:
            if method in ("*", one.method) and fnmatch.fnmatchcase(one.path, path):
                yield one
