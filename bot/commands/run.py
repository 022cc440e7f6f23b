"""Carries out what people ask for: comment commands, and re-runs whose pull request is unknown.

Authorised live, by write access at this moment, before anything else. Doing a job twice does no
more than doing it once: reactions and queued reviews are the same the second time, and an answer
is looked for, by its signed marker, before it is written.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from datetime import UTC, timedelta

from bot.commands import calls, words
from bot.commands.parse import Command, Unknown, Verb, parse
from bot.events.jobs import asked_review
from bot.github import repos
from bot.github.faults import GiveUp, OurBug
from bot.github.port import RepositoryAPI
from bot.jobs import Job, JobEngine, kinds
from bot.review.markers import Place, Signer

log = logging.getLogger(__name__)

OpenRepository = Callable[[int, int], Awaitable[RepositoryAPI]]
"""GitHub as one installation sees one repository: (installation id, repository id)."""

LOOK_BACK = timedelta(days=4)
"""How far back an answer of ours is looked for. GitHub delivers again for three days, and clocks
differ."""

MOST_PULLS = 10
"""Pull requests of one commit that one click reviews again."""

REDIRECTS = frozenset({301, 302, 307, 308})
"""How GitHub answers to the old name of a repository."""

ANSWER = "answer"
"""The kind of marker that an answer bears; its fingerprint is the id of the comment answered."""


class Commands:
    """The handlers of ``comment-command`` and ``rerun-head`` jobs."""

    def __init__(self, repository: OpenRepository, engine: JobEngine, signer: Signer) -> None:
        self._repository = repository
        self._engine = engine
        self._signer = signer

    async def comment(self, job: Job) -> None:
        """Do what a comment asks, if its author may ask it.

        Raises:
            GitHubFault: GitHub could not be asked; nothing was lost, the job can run again.
        """
        asked = kinds.decode(job.payload, kinds.CommentCommand)
        if job.ending is not None:
            log.warning("gave up on a command: %s", job.ending)
            return
        command = parse(asked.body)
        if command is None:
            return
        api = await self._repository(asked.installation, asked.repository.id)

        async def obey(name: str) -> None:
            await self._obey(api, name, asked, command, job)

        await _by_name(api, asked.repository, obey)

    async def _obey(
        self,
        api: RepositoryAPI,
        name: str,
        asked: kinds.CommentCommand,
        command: Command | Unknown,
        job: Job,
    ) -> None:
        if not await calls.may_write(api, name, asked.author):
            log.info("a command by @%s, who has no write access", asked.author)
            await self._react(api, name, asked.comment, "confused")
            return
        match command:
            case Command(verb=Verb.RECHECK):
                # Queued before it is acknowledged, as a delivery is.
                await self._engine.enqueue(
                    asked_review(
                        asked.delivery,
                        asked.installation,
                        asked.repository,
                        asked.pull,
                        f"recheck by @{asked.author}",
                    )
                )
                await self._react(api, name, asked.comment, "eyes")
            case Command(verb=Verb.HELP):
                await self._react(api, name, asked.comment, "+1")
                await self._answer(api, name, asked, job, words.help_answer())
            case Unknown():
                await self._react(api, name, asked.comment, "confused")
                await self._answer(api, name, asked, job, words.unknown_answer(command))

    async def rerun(self, job: Job) -> None:
        """Find the pull requests of a commit and queue their reviews.

        Our own check runs on the commit name them; GitHub's own list comes second, because it
        does not know heads in forks.

        Raises:
            GitHubFault: GitHub could not be asked; nothing was lost, the job can run again.
        """
        asked = kinds.decode(job.payload, kinds.RerunHead)
        if job.ending is not None:
            log.warning("gave up on a re-run: %s", job.ending)
            return
        api = await self._repository(asked.installation, asked.repository.id)

        async def review(name: str) -> None:
            await self._review_again(api, name, asked)

        await _by_name(api, asked.repository, review)

    async def _review_again(self, api: RepositoryAPI, name: str, asked: kinds.RerunHead) -> None:
        candidates = await calls.reviewed_pulls(api, name, asked.head_sha)
        found = [
            pull for pull in candidates[-MOST_PULLS:] if await calls.is_open(api, name, pull)
        ] or await calls.pulls_of_commit(api, name, asked.repository.id, asked.head_sha)
        if not found:
            log.info("a re-run of %s, which no open pull request has", asked.head_sha)
        for pull in found[:MOST_PULLS]:
            await self._engine.enqueue(
                asked_review(
                    asked.delivery,
                    asked.installation,
                    asked.repository,
                    pull,
                    f"re-run by @{asked.sender}",
                    head=asked.head_sha,
                )
            )

    async def _react(self, api: RepositoryAPI, name: str, comment: int, content: str) -> None:
        """Acknowledge. The comment may be gone, or the conversation locked: that stops nothing."""
        try:
            await calls.react(api, name, comment, content)
        except (GiveUp, OurBug) as fault:
            if fault.status in REDIRECTS:
                raise
            log.info("no reaction on comment %d: %s", comment, fault)

    async def _answer(
        self,
        api: RepositoryAPI,
        name: str,
        asked: kinds.CommentCommand,
        job: Job,
        text: str,
    ) -> None:
        """Write an answer, unless it stands there already."""
        place = Place(asked.repository.id, asked.pull)
        since = job.created_at.astimezone(UTC) - LOOK_BACK
        for body in await calls.own_comments(api, name, asked.pull, since):
            marker = self._signer.read(body, place)
            if (
                marker is not None
                and marker.genuine
                and (marker.kind, marker.fingerprint) == (ANSWER, str(asked.comment))
            ):
                return
        body = f"{text}\n\n{self._signer.mark(ANSWER, place, str(asked.comment))}"
        await calls.comment(api, name, asked.pull, body)


async def _by_name(
    api: RepositoryAPI, repository: kinds.Repository, work: Callable[[str], Awaitable[None]]
) -> None:
    """Work with a repository's name; once more with its new one, if it was renamed meanwhile.

    GitHub redirects reads from the old name, and the client follows; writes are refused, and so is
    everything when the old name belongs to another repository now.
    """
    try:
        await work(repository.full_name)
    except GiveUp as fault:
        if fault.status != 404 and fault.status not in REDIRECTS:
            raise
        name = await repos.full_name(api, repository.id)
        if name == repository.full_name:
            raise
        log.info("the repository is called %s now", name)
        await work(name)
