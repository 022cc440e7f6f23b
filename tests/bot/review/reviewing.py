"""A reviewer over a GitHub in memory, with an analysis that finds the word BAD."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from bot.github.port import RepositoryAPI
from bot.jobs import Job, kinds
from bot.review.cache import TextCache
from bot.review.markers import Signer
from bot.review.run import Analysis, Reviewer
from checks import configuration
from checks.configuration import Configuration, Layer
from checks.model import (
    ChangedFile,
    FileReport,
    Finding,
    Region,
    Role,
    RoleDecision,
    Settings,
    Span,
)
from checks.repository import Beside
from checks.sandbox import AsyncLookup
from tests.bot.fakes import MemoryEngine
from tests.bot.review import values
from tests.bot.review.fake_api import FakeAPI

_ALONE = Beside()
SIGNER = Signer([b"k" * 32])


@dataclass
class WordAnalysis:
    """Finds each new line that holds BAD; the rest of the line is its fingerprint."""

    settings: Settings | None = None
    """Instead of what the files say."""
    during: Callable[[], None] = lambda: None

    async def analyse(
        self,
        files: Sequence[ChangedFile],
        settings: Settings,
        lookup: AsyncLookup | None = None,
        *,
        beside: Beside = _ALONE,
    ) -> tuple[FileReport, ...]:
        self.during()
        return tuple(
            FileReport(
                one.path, RoleDecision(Role.PRODUCTION, "its path"), "python", self._findings(one)
            )
            for one in files
        )

    def _findings(self, one: ChangedFile) -> tuple[Finding, ...]:
        known = (one.base or b"").split(b"\n")
        return tuple(
            values.finding(
                path=one.path,
                span=Span(0, 1),
                region=Region(number, 1, number, len(line) + 1),
                fingerprint=_fingerprint(one.path, line.split()[-1].decode()),
            )
            for number, line in enumerate(one.head.split(b"\n"), 1)
            if b"BAD" in line and line not in known
        )

    async def read_configuration(self, *layers: Layer) -> Configuration:
        read = configuration.read(layers)
        return read if self.settings is None else replace(read, settings=self.settings)


def _fingerprint(path: str, word: str) -> str:
    plain = "".join(c if c.isascii() and (c.isalnum() or c in "._") else "_" for c in path)
    return f"{plain}:{word}"


class Engine(MemoryEngine):
    """An engine that says what is current."""

    current: bool = True

    async def still_current(self, job: Job) -> bool:
        return self.current


@dataclass
class Reviews:
    """What a test sees of the reviews it ran."""

    api: FakeAPI
    analysis: Analysis = field(default_factory=WordAnalysis)
    engine: Engine = field(default_factory=Engine)
    ended: list[tuple[str, int | None]] = field(default_factory=list)
    cache: TextCache = field(default_factory=TextCache)

    def review(self, conclusion: str, seconds: float, calls: int | None) -> None:
        assert seconds >= 0
        self.ended.append((conclusion, calls))

    async def run(self, *, ending: str | None = None, attempt: int = 2, **payload: Any) -> str:
        """Run one review job; returns how it ended."""

        async def repository(installation: int, repository: int) -> RepositoryAPI:
            assert (installation, repository) == (3, 7)
            return self.api

        async def pause(seconds: float) -> None:
            pass

        reviewer = Reviewer(
            repository,
            self.engine,
            self.analysis,
            SIGNER,
            values.VOICE,
            cache=self.cache,
            observer=self,
            pause=pause,
        )
        asked = kinds.ReviewPull(
            installation=3,
            repository=kinds.Repository(id=7, owner="octo", name="hello"),
            pull=5,
            trigger="opened",
            **payload,
        )
        await reviewer.review(
            Job(
                id=1,
                kind=kinds.REVIEW,
                payload=kinds.encode(asked),
                attempt=attempt,
                lane="",
                group="",
                created_at=datetime(2026, 11, 24, tzinfo=UTC),
                ending=ending,
            )
        )
        return self.ended[-1][0]


def bad_file(*words: str, lines: int = 0) -> str:
    """A text with a BAD line for each word, after some harmless ones."""
    return "".join([*("ok\n" for _ in range(lines)), *(f"BAD {word}\n" for word in words)])
