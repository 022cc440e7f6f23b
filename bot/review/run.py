"""The handler of review jobs: from a job to a reviewed pull request.

It only puts the steps in order: find the pull request, put up the check run, read, analyse, report,
plan, publish. Every way through it completes the check run or leaves it, in progress, to a try
that will: a fault is raised as it comes, and the job's next try finds the run again.
"""

from __future__ import annotations

import asyncio
import dataclasses
import logging
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import Protocol

from cachetools import LRUCache

from bot.github import pulls
from bot.github.faults import GiveUp, OurBug, RetryNow
from bot.github.port import RepositoryAPI
from bot.jobs import SUPERSEDED, Job, JobEngine, kinds
from bot.review import conduct, moved, remembering, runs, settings
from bot.review import plan as plans
from bot.review import report as reports
from bot.review.cache import TextCache
from bot.review.conduct import Decision, Extent
from bot.review.conversation import Superseded, Writers, look
from bot.review.markers import Signer
from bot.review.model import OwnCheckRun, Plan, Snapshot, Standing
from bot.review.neighbours import Neighbours
from bot.review.opened import Opened, Pause, open_pull
from bot.review.owners import Owners
from bot.review.publish import publish
from bot.review.resolving import Abilities
from bot.review.results import ResultCache
from bot.review.runs import Start, Target
from bot.review.settings import InForce
from bot.review.snapshot import take
from bot.review.texts import Source
from bot.review.upload import Uploader
from bot.review.words.place import Voice
from checks.configuration import Configuration, Layer

log = logging.getLogger(__name__)

MOST_INLINE = 100
"""Comments on lines that a pull request gets when somebody asks for all of them."""
_MOST_PAUSED = 10_000
_MOVED = frozenset({301, 302, 307, 308})
"""How GitHub answers to writes under a repository's old name."""
_MOST_MOVES = 5
"""Tries of a job that may end so: a redirect that leads nowhere is no reason to go on for ever."""
_MAX_PAST_HEADS = 5
"""Commits of the pull request whose check runs an ending job looks at."""

OpenRepository = Callable[[int, int], Awaitable[RepositoryAPI]]
"""GitHub as one installation sees one repository: (installation id, repository id)."""


class Analysis(remembering.Analysis, Protocol):
    """The analysis, away from the event loop: :class:`checks.sandbox.Pool`."""

    async def read_configuration(self, *layers: Layer) -> Configuration:
        """Read configuration files that stand on each other; never raises for what is in them."""


class Observer(Protocol):
    """Hears how reviews end. Must not block and must not raise."""

    def review(self, conclusion: str, seconds: float, calls: int | None) -> None:
        """A review ended; ``calls`` is how many requests to GitHub it took."""


class Unobserved:
    """Tells nobody."""

    def review(self, conclusion: str, seconds: float, calls: int | None) -> None:
        """Ignore."""


class Reviewer:
    """Reviews pull requests. One value per process."""

    def __init__(
        self,
        repository: OpenRepository,
        engine: JobEngine,
        analysis: Analysis,
        signer: Signer,
        voice: Voice,
        *,
        cache: TextCache | None = None,
        observer: Observer | None = None,
        pause: Pause = asyncio.sleep,
        abilities: Abilities | None = None,
        owners: Owners | None = None,
        uploader: Uploader | None = None,
    ) -> None:
        self._repository = repository
        self._engine = engine
        self._analysis = analysis
        self._signer = signer
        self._voice = voice
        self._cache = cache or TextCache()
        self._results = ResultCache()
        self._observer = observer or Unobserved()
        self._pause = pause
        self._abilities = abilities
        self._owners = owners
        self._uploader = uploader
        self._writers = Writers()
        self._paused: LRUCache[tuple[int, int], bool] = LRUCache(_MOST_PAUSED)

    async def review(self, job: Job) -> None:
        """Review the job's pull request, or tidy up after a job that ends without a review.

        Raises:
            GitHubFault: as it came; the job can run again and finds what it has done.
            msgspec.ValidationError: the payload is of another kind.
        """
        asked = kinds.decode(job.payload, kinds.ReviewPull)
        started = time.monotonic()
        api = await self._repository(asked.installation, asked.repository.id)
        if job.ending is not None:
            conclusion = await self._end(api, asked, job.ending)
        else:
            conclusion = await self._review_where_it_is(api, asked, job)
        seconds = time.monotonic() - started
        self._observer.review(conclusion, seconds, api.calls)
        log.info(
            "review of pull request %d (%s): %s, %.1f s, %d requests",
            asked.pull,
            asked.trigger,
            conclusion,
            seconds,
            api.calls,
        )

    async def _review_where_it_is(
        self, api: RepositoryAPI, asked: kinds.ReviewPull, job: Job
    ) -> str:
        """The review; one whose repository got another name meanwhile is tried again.

        Reads from the old name are redirected, and the client follows; writes are refused. The next
        try finds the repository by its id, and its check run by its external id.
        """
        try:
            return await self._review(api, asked, job)
        except GiveUp as fault:
            if fault.status in _MOVED and job.attempt <= _MOST_MOVES:
                raise RetryNow("the repository was renamed", status=fault.status) from fault
            raise

    async def _review(self, api: RepositoryAPI, asked: kinds.ReviewPull, job: Job) -> str:
        opened = await open_pull(
            api,
            repository=asked.repository.full_name,
            repository_id=asked.repository.id,
            installation=asked.installation,
            number=asked.pull,
            stale_head=asked.before_hint if job.attempt == 1 else "",
            pause=self._pause,
        )
        # Before anything is written: a worker that was frozen must not meddle with another's runs.
        if not await self._engine.still_current(job):
            return SUPERSEDED
        if job.attempt > 1 and asked.head_hint not in ("", opened.head):
            # An earlier try may have begun on a head that was pushed away without a delivery.
            await self._complete_left(api, opened, asked, [asked.head_hint])
        target = Target(api, opened.repository, asked.repository.id, asked.pull, opened.head)
        wishes, decision = InForce.defaults(), Decision()
        if opened.open:
            if self._owners is not None:
                opened = await self._owners.complete(opened)
            wishes = await settings.read(opened, self._analysis)
            if asked.label and not conduct.concerns(wishes.policy, asked.label):
                return "no matter"
            decision = conduct.decide(opened.pull, wishes.policy, asked=asked.rerun)
        base, key = opened.pull.base.ref, asked.rerun_key if asked.rerun else ""
        summary_only = decision.extent is Extent.SUMMARY
        request = runs.request_id(asked.pull, base, key, summary_only=summary_only)
        standing = await runs.find(target)
        start = runs.choose(standing, request, runs.request_id(asked.pull, base, key))
        for stray in start.strays:
            stopped = plans.superseded(target.head_sha, voice=self._voice)
            await runs.complete(target, stray, stopped, unanswered=True)
        if start.done:
            return "already reviewed"
        if not opened.open:
            closed = plans.closed(target.head_sha, voice=self._voice)
            return await _tell(target, start, standing, request, closed)
        if decision.extent is Extent.SKIP:
            skipped = conduct.skipped(decision, target.head_sha, voice=self._voice)
            return await _tell(target, start, standing, f"{request}-{decision.key}", skipped)
        run = start.run
        if run is None:
            words = plans.in_progress(target.head_sha, voice=self._voice)
            run = await runs.begin(target, request, words)
        try:
            wishes = conduct.within(wishes, decision)
            return await self._carry_out(target, run, opened, wishes, decision, asked, job)
        except Superseded as reason:
            return await self._stop(target, run, reason.newer_sha)

    async def _carry_out(
        self,
        target: Target,
        run: OwnCheckRun,
        opened: Opened,
        wishes: InForce,
        decision: Decision,
        asked: kinds.ReviewPull,
        job: Job,
    ) -> str:
        """The review itself, on a run that is in progress."""

        async def guard() -> None:
            if not await self._engine.still_current(job):
                raise Superseded

        if self._paused.pop((target.repository_id, target.pull), False):
            paused = self._pause_of(target, await look(target, self._signer), asked)
            if paused is not None:
                await guard()
                await runs.complete(target, run, paused)
                return paused.conclusion.value
        # What an earlier push made the analysis ask for is asked for along with the texts.
        last = self._results.last(opened.installation, opened.repository_id, target.pull)
        snapshot = await take(target.api, opened, wishes, self._cache, also=last.asked)
        empty = None
        if not snapshot.diffs and not snapshot.unread:
            empty = plans.nothing_to_review(
                target.head_sha, "the pull request changes no files", voice=self._voice
            )
        await guard()
        proposal = await settings.proposal(opened, wishes, snapshot, self._analysis)
        snapshot = dataclasses.replace(snapshot, proposal=proposal, remark=decision.reason)
        source = self._source(target.api, opened)
        neighbours = Neighbours(source, opened.head)
        analysis = remembering.Remembering(self._analysis, self._results, source)
        found = await analysis.analyse(target.pull, snapshot.files, snapshot.settings, neighbours)
        found = await moved.settle(self._analysis, snapshot.files, found, snapshot.settings)
        report = reports.build(snapshot, found)

        def planner(standing: Standing, refused: frozenset[str] | None) -> Plan:
            if (paused := self._pause_of(target, standing, asked)) is not None:
                return paused
            made = plans.make(
                _without_places(snapshot, refused),
                report,
                standing,
                self._signer,
                repository=target.repository_id,
                voice=self._voice,
                found=found,
                most_comments=MOST_INLINE if asked.show_all else None,
            )
            if empty is None:
                return made
            # What was found before is gone with the change, and its comments say so.
            return dataclasses.replace(empty, edit=made.edit, leave=made.leave)

        if self._uploader is not None and empty is None:
            await self._uploader.upload(asked.installation, target, snapshot, report)
        resolver = None if self._abilities is None else self._abilities.of(asked.installation)
        done = await publish(
            target,
            run,
            self._signer,
            planner,
            guard,
            writers=self._writers,
            resolver=resolver,
        )
        return done.conclusion.value

    def _pause_of(self, target: Target, standing: Standing, asked: kinds.ReviewPull) -> Plan | None:
        """The check run of a push while reviews are paused; None when they are not."""
        paused = standing.memory.paused
        if paused is None or asked.rerun:
            return None
        # Remembered only so that the next push is not read for nothing.
        self._paused[target.repository_id, target.pull] = True
        return plans.paused(target.head_sha, paused, voice=self._voice)

    def _source(self, api: RepositoryAPI, opened: Opened) -> Source:
        return Source(
            api, opened.repository, opened.repository_id, opened.installation, self._cache
        )

    async def _stop(self, target: Target, run: OwnCheckRun, newer_sha: str) -> str:
        """The review is not wanted any more, or another worker does it.

        If the head moved on, nobody else will complete the old one's run. If it did not, the run
        is left in progress: whoever works on the head now uses it or completes it.
        """
        if not newer_sha:
            now = await pulls.get(target.api, target.repository, target.pull)
            newer_sha = "" if now.head.sha == target.head_sha else now.head.sha
        if newer_sha:
            words = plans.superseded(target.head_sha, voice=self._voice, newer_sha=newer_sha)
            await runs.complete(target, run, words, unanswered=True)
        return SUPERSEDED

    async def _end(self, api: RepositoryAPI, asked: kinds.ReviewPull, ending: str) -> str:
        """Complete the runs that a job left in progress.

        Which head it worked on is not stored anywhere: the runs are looked for on the head now,
        on those that the delivery named, and on the pull request's last commits. On the head of
        now, a superseded job completes nothing: the newer job does, or uses the run.
        """
        opened = await open_pull(
            api,
            repository=asked.repository.full_name,
            repository_id=asked.repository.id,
            installation=asked.installation,
            number=asked.pull,
            lag=(),
        )
        past = await pulls.commits(api, opened.repository, asked.pull)
        hints = [sha for sha in (asked.head_hint, asked.before_hint) if sha]
        older = dict.fromkeys([*hints, *past[-_MAX_PAST_HEADS:]])
        older.pop(opened.head, None)
        await self._complete_left(api, opened, asked, list(older))
        if ending == SUPERSEDED:
            return SUPERSEDED
        await self._complete_left(api, opened, asked, [opened.head], gave_up=ending)
        return "gave up"

    async def _complete_left(
        self,
        api: RepositoryAPI,
        opened: Opened,
        asked: kinds.ReviewPull,
        heads: Sequence[str],
        *,
        gave_up: str | None = None,
    ) -> None:
        """Complete the pull request's runs that were left in progress on these heads.

        As superseded, unless ``gave_up`` says why they end.
        """
        for head in heads:
            target = Target(api, opened.repository, asked.repository.id, asked.pull, head)
            if gave_up is None:
                words = plans.superseded(head, voice=self._voice, newer_sha=opened.head)
            else:
                words = plans.gave_up(head, gave_up, voice=self._voice)
            try:
                left = [run for run in await runs.find(target) if run.status != "completed"]
            except (GiveUp, OurBug) as fault:
                # A head that was pushed away may be gone for good.
                log.info("the check runs of %s cannot be listed: %s", head, fault)
                continue
            for run in left:
                await runs.complete(target, run, words, unanswered=True)


async def _tell(
    target: Target, start: Start, standing: Sequence[OwnCheckRun], request: str, plan: Plan
) -> str:
    """Say, once, why the head gets no review."""
    if start.run is not None:
        await runs.complete(target, start.run, plan, unanswered=True)
    elif runs.unanswered_id(request, plan) not in {one.external_id for one in standing}:
        await runs.record(target, request, plan)
    return plan.conclusion.value


def _without_places(snapshot: Snapshot, refused: frozenset[str] | None) -> Snapshot:
    """The snapshot with no place for comments on these paths; None: on no path at all."""
    if refused == frozenset():
        return snapshot
    diffs = tuple(
        dataclasses.replace(one, hunks=()) if refused is None or one.path in refused else one
        for one in snapshot.diffs
    )
    return dataclasses.replace(snapshot, diffs=diffs)
