"""Writes what people decided into the memory of a pull request, then has it reviewed again.

The handler of ``change-memory`` jobs. They run in the lane of their pull request, so that no review
writes the same texts meanwhile. The memory stands in the words above a review of ours; where there
is none, in a comment of its own. A change that is there already is not made again, and the review
that follows brings comments, threads and the conclusion into line.
"""

from __future__ import annotations

import logging

from bot.commands import calls, words
from bot.commands.answers import Asked
from bot.commands.beginning import OpenRepository, begin, on_repository
from bot.events.jobs import asked_review
from bot.github import conversation, reviews
from bot.github.conversation import Conversation, OwnText
from bot.github.port import RepositoryAPI
from bot.jobs import Job, JobEngine, kinds
from bot.review import markers, state
from bot.review.conversation import remembered
from bot.review.markers import Place, Signer
from bot.review.state import Change, Decision, Full, Memory

log = logging.getLogger(__name__)

_LARGEST_TEXT = 60_000
"""Characters that the words above a review may have, the memory in them included."""


class Decisions:
    """Keeps in mind what people decided."""

    def __init__(self, repository: OpenRepository, engine: JobEngine, signer: Signer) -> None:
        self._repository = repository
        self._engine = engine
        self._signer = signer

    async def change(self, job: Job) -> None:
        """Make a change of a pull request's memory.

        Raises:
            GitHubFault: GitHub could not be asked; nothing was lost, the job can run again.
        """
        asked = begin(job, kinds.ChangeMemory, "a decision")
        if asked is None:
            return

        async def work(api: RepositoryAPI, name: str) -> None:
            await self._change(api, name, asked, job)

        await on_repository(self._repository, asked, work)

    async def _change(
        self, api: RepositoryAPI, name: str, asked: kinds.ChangeMemory, job: Job
    ) -> None:
        place = Place(asked.repository.id, asked.pull)
        seen = await conversation.read(api, name, asked.pull)
        memory, holder = remembered(seen, self._signer, place)
        try:
            after = state.change(memory, _wanted(asked))
            if after != memory and await self._engine.still_current(job):
                await self._write(api, name, place, seen, holder, after, asked)
        except Full:
            if asked.comment:
                to = Asked(api, name, place, asked.comment, asked.thread)
                await to.answer(self._signer, job, words.FULL)
            return
        if asked.what != "pause":
            await self._engine.enqueue(
                asked_review(
                    asked.key,
                    asked.installation,
                    asked.repository,
                    asked.pull,
                    f"{asked.what} by @{asked.by}",
                )
            )

    async def _write(
        self,
        api: RepositoryAPI,
        name: str,
        place: Place,
        seen: Conversation,
        holder: OwnText | None,
        memory: Memory,
        asked: kinds.ChangeMemory,
    ) -> None:
        """Put the memory where it stands, or where it may stand from now on."""
        where = holder or max(
            (one for one in seen.texts if one.review and _is_review(self._signer, place, one)),
            key=lambda one: one.id,
            default=None,
        )
        sealed = state.seal_memory(self._signer, place, memory)
        if where is None:
            await calls.comment(api, name, place.pull, f"{_said(memory)}\n\n{sealed}")
            return
        text = where.body if where.review else _said(memory)
        body = markers.put(text, state.MEMORY, sealed)
        if len(body) > _LARGEST_TEXT:
            raise Full
        if where.review:
            await reviews.edit_review(api, name, place.pull, where.id, body)
        else:
            await reviews.edit_note(api, name, where.id, body)
        log.info("%s by @%s is kept in mind", asked.what, asked.by)


def _said(memory: Memory) -> str:
    """The words of a comment that holds a memory."""
    said = []
    if memory.paused is not None:
        said.append(words.PAUSED)
    if memory.tests is not None:
        said.append(words.TESTS)
    return " ".join(said) or words.KEPT


def _is_review(signer: Signer, place: Place, text: OwnText) -> bool:
    """Whether it is the words above a review that we wrote, and not a reply's."""
    marker = signer.read(text.body, place)
    return marker is not None and marker.genuine


def _wanted(asked: kinds.ChangeMemory) -> Change:
    return Change(
        key=asked.key,
        what=asked.what,
        decision=Decision(asked.by, asked.when, asked.why),
        fingerprint=asked.fingerprint,
        kin=asked.kin,
        rule=asked.rule,
    )
