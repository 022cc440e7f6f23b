"""Carries out what people ask for: comment commands, buttons, and re-runs of unknown pull requests.

Authorised live, by access at this moment, before anything else. Doing a job twice does no more than
doing it once: reactions and queued jobs are the same the second time, and an answer is looked for
before it is written. What changes a pull request's memory is queued for ``decisions``, which
writes it while no review runs.
"""

from __future__ import annotations

import logging
from datetime import UTC

from bot.commands import calls, words
from bot.commands.answers import Asked
from bot.commands.beginning import OpenRepository, begin, on_repository
from bot.commands.parse import TESTS, Command, Unknown, Verb, parse
from bot.events.jobs import asked_review, change_memory
from bot.github import people
from bot.github.port import RepositoryAPI
from bot.github.reviews import is_own
from bot.jobs import Job, JobEngine, kinds
from bot.review import buttons, settings
from bot.review.markers import Place, Signer
from bot.review.model import Says
from bot.review.opened import open_pull
from bot.review.owners import Owners
from bot.review.settings import ConfigurationReader, InForce
from bot.review.state import Posted, read_identity
from bot.review.words.comment import rule_of
from bot.review.words.place import Voice
from checks.configuration import describe

log = logging.getLogger(__name__)

MOST_PULLS = 10
"""Pull requests of one commit that one click reviews again."""

_KINDS = frozenset(one.value for one in Says)
_PRESSED = {
    buttons.IGNORE_TESTS: "ignore-tests",
    buttons.COUNT_TESTS: "count-tests",
    buttons.RESUME: "resume",
}


class Commands:
    """The handlers of ``comment-command``, ``button`` and ``rerun-head`` jobs."""

    def __init__(
        self,
        repository: OpenRepository,
        engine: JobEngine,
        signer: Signer,
        reader: ConfigurationReader,
        voice: Voice,
        owners: Owners | None = None,
    ) -> None:
        self._owners = owners
        self._repository = repository
        self._engine = engine
        self._signer = signer
        self._reader = reader
        self._voice = voice

    async def comment(self, job: Job) -> None:
        """Do what a comment asks, if its author may ask it.

        Raises:
            GitHubFault: GitHub could not be asked; nothing was lost, the job can run again.
        """
        asked = begin(job, kinds.CommentCommand, "a command")
        command = None if asked is None else parse(asked.body)
        if asked is None or command is None:
            return

        async def obey(api: RepositoryAPI, name: str) -> None:
            thread = asked.thread if asked.on_line else 0
            place = Place(asked.repository.id, asked.pull)
            to = Asked(api, name, place, asked.comment, thread, asked.review)
            await self._obey(to, asked, command, job)

        await on_repository(self._repository, asked, obey)

    async def _obey(
        self, to: Asked, asked: kinds.CommentCommand, command: Command | Unknown, job: Job
    ) -> None:
        wishes, author = await self._wishes(to.api, asked)
        role = await people.role(to.api, to.repository, asked.author)
        may = role is not None and role >= wishes.policy.command_permission
        recheck = isinstance(command, Command) and command.verb is Verb.RECHECK
        own = recheck and author == asked.author
        if not may and not own:
            log.info("a command by @%s, who may not give it", asked.author)
            await to.react("confused")
            return
        match command:
            case Unknown():
                await to.react("confused")
                await to.answer(self._signer, job, words.unknown_answer(command))
            case Command(verb=Verb.RECHECK):
                # Queued before it is acknowledged, as a delivery is.
                await self._review(asked, f"recheck by @{asked.author}")
                await to.react("eyes")
            case Command(verb=Verb.HELP):
                await to.react("+1")
                least = wishes.policy.command_permission
                await to.answer(self._signer, job, words.help_answer(least))
            case Command(verb=Verb.CONFIG):
                await to.react("+1")
                values = describe(wishes.configuration)
                text = words.configuration(values, wishes.problems, wishes.source)
                await to.answer(self._signer, job, text)
            case Command(verb=Verb.PAUSE):
                await self._decide(to, asked, job, "pause")
            case Command(verb=Verb.RESUME):
                await self._decide(to, asked, job, "resume")
            case Command(verb=Verb.EXPLAIN):
                await self._explain(to, job)
            case Command(verb=Verb.IGNORE, argument=reason):
                await self._ignore(to, asked, job, reason)
            case Command(verb=Verb.UNIGNORE, argument=what):
                await self._unignore(to, asked, job, what)

    async def _wishes(
        self, api: RepositoryAPI, asked: kinds.CommentCommand | kinds.ButtonPress
    ) -> tuple[InForce, str]:
        """The settings that hold for a pull request, and the login of its author."""
        opened = await open_pull(
            api,
            repository=asked.repository.full_name,
            repository_id=asked.repository.id,
            installation=asked.installation,
            number=asked.pull,
            lag=(),
        )
        if self._owners is not None:
            opened = await self._owners.complete(opened)
        author = opened.pull.user.login if opened.pull.user is not None else ""
        return await settings.read(opened, self._reader), author

    async def _explain(self, to: Asked, job: Job) -> None:
        found = await self._finding(to)
        if found is None:
            await self._ask(to, job, words.NO_FINDING)
            return
        _, rule, body = found
        await to.react("+1")
        await to.answer(self._signer, job, words.explanation(body, rule, self._voice))

    async def _ignore(self, to: Asked, asked: kinds.CommentCommand, job: Job, reason: str) -> None:
        found = await self._finding(to)
        what, _, why = reason.partition(" ")
        if found is None and what.casefold() == TESTS:
            await self._decide(to, asked, job, "ignore-tests", why=why)
        elif found is None:
            await self._ask(to, job, words.NO_FINDING)
        elif not reason:
            await self._ask(to, job, words.NO_REASON)
        else:
            await self._decide(to, asked, job, "ignore", found[0], rule=found[1], why=reason)

    async def _unignore(self, to: Asked, asked: kinds.CommentCommand, job: Job, what: str) -> None:
        found = await self._finding(to)
        if what.casefold() == TESTS:
            await self._decide(to, asked, job, "count-tests")
        elif found is None:
            await self._ask(to, job, words.NO_FINDING)
        else:
            await self._decide(to, asked, job, "unignore", found[0], rule=found[1])

    async def _finding(self, to: Asked) -> tuple[Posted, str, str] | None:
        """The finding that a thread speaks of: its identity, its rule, and our comment."""
        if not to.thread:
            return None
        root = await calls.line_comment(to.api, to.repository, to.thread)
        if root is None or not is_own(to.api, root.user):
            return None
        marker = self._signer.read(root.body or "", to.place)
        if marker is None or not marker.genuine or marker.kind not in _KINDS:
            return None
        return read_identity(marker.fingerprint), rule_of(root.body or ""), root.body or ""

    async def _ask(self, to: Asked, job: Job, text: str) -> None:
        await to.react("confused")
        await to.answer(self._signer, job, text)

    async def _decide(
        self,
        to: Asked,
        asked: kinds.CommentCommand,
        job: Job,
        what: str,
        finding: Posted = Posted("", ""),  # noqa: B008 - a frozen value
        *,
        rule: str = "",
        why: str = "",
    ) -> None:
        """Queue a decision, then acknowledge it."""
        decision = kinds.ChangeMemory(
            installation=asked.installation,
            repository=asked.repository,
            pull=asked.pull,
            what=what,
            by=asked.author,
            when=asked.when or _time(job),
            key=asked.delivery,
            why=why,
            fingerprint=finding.fingerprint,
            kin=finding.kin,
            rule=rule,
            comment=asked.comment,
            thread=to.thread,
            delivery=asked.delivery,
        )
        await self._engine.enqueue(change_memory(decision))
        await to.react("+1")

    async def _review(
        self,
        asked: kinds.CommentCommand | kinds.ButtonPress,
        trigger: str,
        *,
        show_all: bool = False,
    ) -> None:
        await self._engine.enqueue(
            asked_review(
                asked.delivery,
                asked.installation,
                asked.repository,
                asked.pull,
                trigger,
                head=asked.head_sha if isinstance(asked, kinds.ButtonPress) else "",
                show_all=show_all,
            )
        )

    async def button(self, job: Job) -> None:
        """Do what a button of our check run says, if who pressed it may ask it.

        Raises:
            GitHubFault: GitHub could not be asked; nothing was lost, the job can run again.
        """
        asked = begin(job, kinds.ButtonPress, "a button")
        if asked is None:
            return

        async def press(api: RepositoryAPI, name: str) -> None:
            wishes, author = await self._wishes(api, asked)
            role = await people.role(api, name, asked.sender)
            may = role is not None and role >= wishes.policy.command_permission
            own = author == asked.sender and asked.identifier == buttons.RECHECK
            if not may and not own:
                log.info("a button pressed by @%s, who may not", asked.sender)
            elif asked.identifier in _PRESSED:
                await self._engine.enqueue(change_memory(_pressed(asked, job)))
            else:
                # A button of an older version does what every button did then.
                trigger = f"{asked.identifier} by @{asked.sender}"
                show_all = asked.identifier == buttons.SHOW_ALL
                await self._review(asked, trigger, show_all=show_all)

        await on_repository(self._repository, asked, press)

    async def rerun(self, job: Job) -> None:
        """Find the pull requests of a commit and queue their reviews.

        Our own check runs on the commit name them; GitHub's own list comes second, because it
        does not know heads in forks.

        Raises:
            GitHubFault: GitHub could not be asked; nothing was lost, the job can run again.
        """
        asked = begin(job, kinds.RerunHead, "a re-run")
        if asked is None:
            return

        async def review(api: RepositoryAPI, name: str) -> None:
            await self._review_again(api, name, asked)

        await on_repository(self._repository, asked, review)

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


def _pressed(asked: kinds.ButtonPress, job: Job) -> kinds.ChangeMemory:
    return kinds.ChangeMemory(
        installation=asked.installation,
        repository=asked.repository,
        pull=asked.pull,
        what=_PRESSED[asked.identifier],
        by=asked.sender,
        when=_time(job),
        key=asked.delivery,
        delivery=asked.delivery,
    )


def _time(job: Job) -> str:
    """When a job was asked for: the same at every try."""
    return job.created_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
