"""Analyses files from the disk, in the same sandbox as the bot, into the same report.

The checks run in worker processes only; this process never parses what it scans, and imports the
checks only when something is to be said of them. While the workers start it imports what puts their
reports together.
"""

from __future__ import annotations

import asyncio
import importlib
import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from checks.configuration import Configuration, Layer
from checks.light import dataclass, replace
from checks.model import ChangedFile, FileReport, Problem, Profile, Settings, Threshold
from checks.sandbox import Limits, Pool

if TYPE_CHECKING:
    from bot.review.model import Report
    from bot.scan.files import Found
    from checks.registry import Check

_BATCH_FILES = 200
_BATCH_BYTES = 8 << 20
_BATCH_SECONDS = 600.0
_MOST_WORKERS = 8
_SMALL = 20
"""Files of a scan that has no worker waiting for the death of another."""
_AFTER = ("bot.review.report", "bot.scan.beside", "bot.scan.terminal", "checks.registry")
"""What is not needed before workers start."""


@dataclass(frozen=True, slots=True)
class Wishes:
    """What the command line says about how to scan; None where it says nothing."""

    configuration: bytes | None = None
    configuration_name: str = ""
    profile: Profile | None = None
    fail_on: Threshold | None = None


@dataclass(frozen=True, slots=True)
class Scan:
    """The result of a scan, as the formats write it."""

    report: Report
    texts: Mapping[str, bytes]
    settings: Settings
    catalogue: Mapping[str, Check]
    problems: tuple[Problem, ...] = ()
    root: Path = Path()

    @property
    def failed(self) -> bool:
        """Whether a finding is at or above the threshold."""
        return any(one.severity >= self.settings.fail_on for one in self.report.findings)


def changed(texts: Mapping[str, bytes], base: Path | None) -> tuple[ChangedFile, ...]:
    """The files to analyse: all of each, or what differs from the same path under ``base``."""
    if base is None:
        return tuple(ChangedFile(path, text) for path, text in texts.items())
    from bot.review.diff import changed_lines

    files = []
    for path, text in texts.items():
        try:
            before = (base / path).read_bytes()
        except OSError:
            files.append(ChangedFile(path, text))
            continue
        if before != text:
            added = changed_lines(before, text)
            files.append(ChangedFile(path, text, base=before, old_path=path, added=added))
    return tuple(files)


def scan(found: Found, root: Path, wishes: Wishes, base: Path | None = None) -> Scan:
    """Analyse what was found.

    Raises:
        checks.sandbox.WorkerUnavailable: no worker process can be started.
    """
    return asyncio.run(_scan(found, root, wishes, base))


async def _scan(found: Found, root: Path, wishes: Wishes, base: Path | None) -> Scan:
    files = changed(found.texts, base)
    batches = list(_batches(files))
    workers = max(1, min(os.cpu_count() or 1, len(batches), _MOST_WORKERS))
    limits = replace(Limits(), batch_seconds=_BATCH_SECONDS)
    importing = asyncio.get_running_loop().run_in_executor(None, _import_what_comes_after)
    # One more worker costs a small scan more than it can save.
    async with Pool(workers, limits, spares=1 if len(files) > _SMALL else 0) as pool:
        read = Configuration(Settings())
        if wishes.configuration is not None:
            read = await pool.read_configuration(Layer(wishes.configuration))
        settings = _settings(read.settings, wishes)
        await importing
        from bot.scan.beside import Beside

        beside = Beside(root, found.texts)
        work = asyncio.gather(*(pool.analyse(batch, settings, beside) for batch in batches))
        reports = [report for batch in await work for report in batch]
    catalogue = Catalogue()
    return Scan(
        report=_report(reports, found, files, wishes, catalogue, whole_files=base is None),
        texts=found.texts,
        settings=settings,
        catalogue=catalogue,
        problems=tuple(read.problems),
        root=root,
    )


def _import_what_comes_after() -> None:
    """Import what is needed once a worker has started, while it does."""
    for name in _AFTER:
        importlib.import_module(name)


class Catalogue(Mapping[str, "Check"]):
    """All checks by id, imported when they are looked up: a scan that found nothing needs none.

    For those who only read their words; the checks run elsewhere.
    """

    def __getitem__(self, check: str) -> Check:
        from checks import registry

        found = registry.find(check)
        if found is None:
            raise KeyError(check)
        return found

    def __iter__(self) -> Iterator[str]:
        from checks import registry

        return iter(registry.load())

    def __len__(self) -> int:
        from checks import registry

        return len(registry.load())


def _settings(settings: Settings, wishes: Wishes) -> Settings:
    if wishes.profile is not None:
        settings = replace(settings, profile=wishes.profile)
    if wishes.fail_on is not None:
        settings = replace(settings, fail_on=wishes.fail_on)
    return settings


def _batches(files: Sequence[ChangedFile]) -> Iterator[tuple[ChangedFile, ...]]:
    batch: list[ChangedFile] = []
    size = 0
    for one in files:
        size += len(one.head) + len(one.base or b"")
        if batch and (size > _BATCH_BYTES or len(batch) >= _BATCH_FILES):
            yield tuple(batch)
            batch, size = [], len(one.head) + len(one.base or b"")
        batch.append(one)
    if batch:
        yield tuple(batch)


def _report(
    reports: Sequence[FileReport],
    found: Found,
    files: Sequence[ChangedFile],
    wishes: Wishes,
    catalogue: Mapping[str, Check],
    *,
    whole_files: bool,
) -> Report:
    from bot.review.model import Unread
    from bot.review.report import assemble
    from bot.review.words.sentences import count

    unread = list(found.unread)
    known = len(reports) + len(unread)
    if found.binary:
        unread.append(Unread(count(found.binary, "file"), "binary"))
    return assemble(
        reports,
        unread=unread,
        order=[one.path for one in files],
        settings_source=f"`{wishes.configuration_name}`"
        if wishes.configuration is not None
        else "defaults",
        known=known,
        whole_files=whole_files,
        catalogue=catalogue,
        texts=found.texts,
    )
