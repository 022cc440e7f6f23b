"""The analysis of a change, of which only what is new is done: the rest is known from before.

A thin layer around :mod:`bot.review.results`, which decides. It asks for what has to be known, has
the analysis look at the files whose report does not hold any more, with those that they look into
beside them, and keeps what came of it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from typing import Protocol

from bot.review.neighbours import Neighbours
from bot.review.results import Change, Ids, Kept, Last, ResultCache, is_unicode, lasts
from bot.review.texts import Source
from checks.model import ChangedFile, FileReport, Settings
from checks.repository import Beside
from checks.sandbox import AsyncLookup

MAX_BYTES = 24_000_000
"""Of the texts of one change. More may go to the workers in pieces, which do not see each other."""

_ALONE = Beside()


class Analysis(Protocol):
    """The analysis, away from the event loop: :class:`checks.sandbox.Pool`."""

    async def analyse(
        self,
        files: Sequence[ChangedFile],
        settings: Settings,
        lookup: AsyncLookup | None = None,
        *,
        beside: Beside = _ALONE,
    ) -> tuple[FileReport, ...]:
        """A report on each file, in order; never raises for what is in them.

        ``lookup`` reads other files of the head, for an analysis that asks; ``beside`` is what
        the change holds more.
        """


class Remembering:
    """The analysis of one repository's changes, with what is known of them from before."""

    def __init__(self, analysis: Analysis, cache: ResultCache, source: Source) -> None:
        self._analysis = analysis
        self._cache = cache
        self._source = source

    async def analyse(
        self, pull: int, files: Sequence[ChangedFile], settings: Settings, neighbours: Neighbours
    ) -> tuple[FileReport, ...]:
        """A report on each file of a pull request, in order, as the whole analysis gives them."""
        if sum(len(one.head) + len(one.base or b"") for one in files) > MAX_BYTES:
            return await self._analysis.analyse(files, settings, neighbours)
        # In a thread: the texts of a large change take long enough to hold up heartbeats.
        change = await asyncio.to_thread(Change, files, settings)
        if len(change.files) < len(files):
            # A path that is listed twice, as removed and as added.
            return await self._analysis.analyse(files, settings, neighbours)
        keys = await asyncio.to_thread(lambda: {path: change.key(path) for path in change.files})
        known = await self._known(change, keys, neighbours)
        fresh = [one for one in files if one.path not in known]
        last = self._cache.last(*self._place, pull)
        made: dict[str, FileReport] = {}
        if fresh:
            made = await self._make(change, fresh, known, last, settings, neighbours)
        reports = known | made
        asked = {path: None for one in reports.values() for path in one.asked}
        ids = neighbours.known(asked)
        unasked = asked.keys() - neighbours.asked - ids.keys()
        for path in made:
            kept = change.keep(path, reports, ids, unasked)
            if kept is not None:
                self._cache.put(*self._place, keys[path], kept)
        scanned = {path: one.scanned for path, one in reports.items() if one.scanned}
        self._cache.remember(*self._place, pull, Last(tuple(asked), scanned))
        return tuple(reports[one.path] for one in files)

    @property
    def _place(self) -> tuple[int, int]:
        return self._source.installation, self._source.repository_id

    async def _known(
        self, change: Change, keys: dict[str, bytes], neighbours: Neighbours
    ) -> dict[str, FileReport]:
        """The reports that still hold."""
        kept: dict[str, Kept] = {}
        for path, key in keys.items():
            if (one := self._cache.get(*self._place, key)) is not None:
                kept[path] = one
        asked = dict.fromkeys(path for one in kept.values() for path, _ in one.answers)
        ids: Ids = await neighbours.ids(list(asked)) if asked else {}
        known = {path: change.report(path, one, ids) for path, one in kept.items()}
        return {path: one for path, one in known.items() if one is not None}

    async def _make(
        self,
        change: Change,
        fresh: Sequence[ChangedFile],
        known: dict[str, FileReport],
        last: Last,
        settings: Settings,
        neighbours: Neighbours,
    ) -> dict[str, FileReport]:
        """New reports on some files."""
        names = {one.path for one in fresh}
        seen = {path for one in fresh for path in change.sees(one.path)}
        # What was searched before is likely to be searched again.
        for path in names:
            for where in last.scanned.get(path, ()):
                seen.update(change.within(path, where))
        made = await self._look(change, fresh, seen - names, settings, neighbours)
        given = frozenset(seen | names)
        blind = [one for one in fresh if change.blind(made[one.path], given)]
        if blind:
            # They searched the change for something that no name leads to: now with all of it.
            names = {one.path for one in blind}
            sound = {path for path, one in (known | made).items() if lasts(one)}
            beside = change.python & sound - names
            made |= await self._look(change, blind, beside, settings, neighbours)
        return made

    async def _look(
        self,
        change: Change,
        files: Sequence[ChangedFile],
        beside: AbstractSet[str],
        settings: Settings,
        neighbours: Neighbours,
    ) -> dict[str, FileReport]:
        if len(files) == len(change.files):
            reports = await self._analysis.analyse(files, settings, neighbours)
        else:
            more = Beside(
                tuple(one for path, one in change.files.items() if path in beside),
                tuple(path for path in change.files if is_unicode(path)),
            )
            reports = await self._analysis.analyse(files, settings, neighbours, beside=more)
        return {one.path: one for one in reports}
