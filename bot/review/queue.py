"""The check run of a merge group: what the review of its pull request said, on the group's commit.

Nothing is analysed here, because the pull request was: four requests, and a verdict. Where its
review is still under way the group waits for it; where there is none, one is asked for. As with
reviews, the check run is known again by its external id, so that a job that is done again, after a
crash or an answer that got lost, makes no second one.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from bot import external_id
from bot.events.jobs import queued_review
from bot.external_id import GROUP_PREFIX as PREFIX
from bot.github import checks, repos
from bot.github.faults import GiveUp, OurBug
from bot.github.port import RepositoryAPI
from bot.jobs import SUPERSEDED, Job, JobEngine, RetryAt, kinds
from bot.review import runs
from bot.review.model import Conclusion, OwnCheckRun, Plan
from bot.review.opened import Opened, Pause, open_pull
from bot.review.runs import Target
from bot.review.words import queue as words
from bot.review.words import summary
from bot.review.words.place import Voice

log = logging.getLogger(__name__)

LONGEST_WAIT = timedelta(minutes=20)
"""For the review of the pull request. GitHub's queue itself waits for an hour unless told other."""
FIRST_PAUSE = timedelta(seconds=5)
LONGEST_PAUSE = timedelta(seconds=60)

OpenRepository = Callable[[int, int], Awaitable[RepositoryAPI]]
"""GitHub as one installation sees one repository: (installation id, repository id)."""
Clock = Callable[[], datetime]


def _now() -> datetime:
    return datetime.now(UTC)


_ANSWERS = {one.value: one for one in Conclusion if one is not Conclusion.CANCELLED}
"""The conclusions that say something; a skipped review says that none is wanted."""
_TITLES = {
    Conclusion.SUCCESS: "Reviewed in its pull request",
    Conclusion.NEUTRAL: "Reviewed in its pull request",
    Conclusion.FAILURE: "Its pull request has findings",
    Conclusion.SKIPPED: "Not reviewed in its pull request",
    Conclusion.CANCELLED: "Not checked",
}


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the pull request's check runs say at this moment."""

    answer: checks.CheckRun | None
    """The newest that is completed with a verdict, skipped ones included."""
    under_way: bool
    """Whether one that is newer is in progress."""


def verdict(found: Sequence[checks.CheckRun]) -> Verdict:
    """Read the check runs of a pull request's head. Cancelled ones say nothing."""
    ordered = sorted(found, key=lambda run: run.id)
    done = [run for run in ordered if run.conclusion in _ANSWERS]
    answer = done[-1] if done else None
    under_way = any(
        run.status != "completed" and (answer is None or run.id > answer.id) for run in ordered
    )
    return Verdict(answer, under_way)


def pause(attempt: int) -> timedelta:
    """How long to wait before the next look, after so many of them."""
    doublings = min(max(attempt - 1, 0), 10)
    return min(FIRST_PAUSE * (1 << doublings), LONGEST_PAUSE)


class MergeGroups:
    """The handler of ``merge-group`` jobs. One value per process."""

    def __init__(
        self,
        repository: OpenRepository,
        engine: JobEngine,
        voice: Voice,
        *,
        clock: Clock = _now,
        wait: Pause = asyncio.sleep,
    ) -> None:
        self._repository = repository
        self._engine = engine
        self._voice = voice
        self._clock = clock
        self._wait = wait

    async def check(self, job: Job) -> None:
        """Put the verdict on the group's commit, or tidy up after a job that ends without one.

        Raises:
            GitHubFault: as it came; the job can run again and finds what it has done.
            RetryAt: the pull request is still being reviewed.
        """
        asked = kinds.decode(job.payload, kinds.MergeGroup)
        api = await self._repository(asked.installation, asked.repository.id)
        if job.ending == SUPERSEDED:
            return  # The job that took its place works on the same check run.
        if job.ending is not None:
            await self._complete_left(api, asked, words.gave_up(job.ending))
        elif asked.destroyed:
            await self._complete_left(api, asked, words.taken_apart())
        else:
            await self._check(api, asked, job)

    async def _check(self, api: RepositoryAPI, asked: kinds.MergeGroup, job: Job) -> None:
        if not asked.pull:
            name = await repos.full_name(api, asked.repository.id)
            group = Group(Target(api, name, asked.repository.id, 0, asked.head_sha), asked)
            await self._say(group, await group.find(), Conclusion.NEUTRAL, words.unknown(), job)
            return
        opened = await open_pull(
            api,
            repository=asked.repository.full_name,
            repository_id=asked.repository.id,
            installation=asked.installation,
            number=asked.pull,
            pause=self._wait,
        )
        target = Target(api, opened.repository, asked.repository.id, asked.pull, asked.head_sha)
        group = Group(target, asked)
        standing = await group.find()
        if any(run.status == "completed" for run in standing):
            return
        seen = verdict(await self._reviews(api, opened))
        if seen.answer is not None and not seen.under_way:
            conclusion = _ANSWERS[seen.answer.conclusion or ""]
            title = seen.answer.output.title or ""
            said = words.reviewed(asked.pull, opened.head, title)
            await self._say(group, standing, conclusion, said, job)
            return
        if self._clock() - job.created_at.astimezone(UTC) >= LONGEST_WAIT:
            minutes = int(LONGEST_WAIT.total_seconds() // 60)
            said = words.too_late(asked.pull, minutes)
            # Not a pass: where the check is required, nothing gets in that nobody looked at.
            await self._say(group, standing, Conclusion.CANCELLED, said, job)
            return
        if seen.answer is None and not seen.under_way:
            # Refused as a duplicate when it was asked for before.
            await self._engine.enqueue(queued_review(asked))
        if not standing and await self._engine.still_current(job):
            plan = self._plan(asked, Conclusion.NEUTRAL, "Waiting", words.waiting(asked.pull))
            await runs.begin(target, group.request, plan)
        raise RetryAt(self._clock() + pause(job.attempt), "the pull request is being reviewed")

    async def _reviews(self, api: RepositoryAPI, opened: Opened) -> list[checks.CheckRun]:
        """Our check runs on the pull request's head that are about it."""
        found = await checks.of_commit(api, opened.repository, opened.head, name=runs.NAME)
        number = opened.pull.number
        return [run for run in found if external_id.pull_of(run.external_id) == number]

    async def _say(
        self,
        group: Group,
        standing: Sequence[OwnCheckRun],
        conclusion: Conclusion,
        said: words.Said,
        job: Job,
    ) -> None:
        """Complete the group's check run, or make one that is completed."""
        if any(run.status == "completed" for run in standing):
            return
        if not await self._engine.still_current(job):
            return
        plan = self._plan(group.asked, conclusion, _TITLES[conclusion], said)
        if standing:
            await runs.complete(group.target, standing[0], plan)
        else:
            await runs.record_as(group.target, group.request, plan)

    async def _complete_left(
        self, api: RepositoryAPI, asked: kinds.MergeGroup, said: words.Said
    ) -> None:
        """Complete a check run that was left in progress; none is made."""
        name = await repos.full_name(api, asked.repository.id)
        group = Group(Target(api, name, asked.repository.id, asked.pull, asked.head_sha), asked)
        try:
            left = [run for run in await group.find_all() if run.status != "completed"]
        except (GiveUp, OurBug) as fault:
            log.info("the check runs of %s cannot be listed: %s", asked.head_sha, fault)
            return
        for run in left:
            plan = self._plan(asked, Conclusion.CANCELLED, _TITLES[Conclusion.CANCELLED], said)
            await runs.complete(group.target, run, plan)

    def _plan(
        self, asked: kinds.MergeGroup, conclusion: Conclusion, title: str, said: words.Said
    ) -> Plan:
        body = summary.outcome(*said, head_sha=asked.head_sha, voice=self._voice)
        return Plan(asked.head_sha, conclusion, title, body, text="")


@dataclass(frozen=True, slots=True)
class Group:
    """A merge group's commit, and which of its check runs are ours for this request."""

    target: Target
    asked: kinds.MergeGroup

    @property
    def request(self) -> str:
        """The external id of the group's check run; another one when a person asks again."""
        key = f":{self.asked.delivery}" if self.asked.rerun else ""
        return f"{PREFIX}{self.asked.pull}{key}"

    async def find(self) -> list[OwnCheckRun]:
        """The check runs of this request, the oldest first."""
        return [run for run in await self.find_all() if run.external_id == self.request]

    async def find_all(self) -> list[OwnCheckRun]:
        """The group's check runs, whoever asked for them, the oldest first."""
        target = self.target
        found = await checks.of_commit(
            target.api, target.repository, target.head_sha, name=runs.NAME
        )
        mine = (run for run in found if (run.external_id or "").startswith(PREFIX))
        return sorted(map(runs.own, mine), key=lambda run: run.id)
