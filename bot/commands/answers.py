"""Reactions to a comment, and answers to it: in the conversation, or in the thread it stands in.

An answer is looked for, by its signed marker, before it is written, so that a job that runs twice
answers once. An answer whose text has changed since is edited.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import UTC, timedelta

from bot.commands import calls
from bot.github import reviews
from bot.github.faults import GiveUp, OurBug
from bot.github.port import RepositoryAPI
from bot.jobs import Job
from bot.review.markers import Place, Signer

log = logging.getLogger(__name__)

LOOK_BACK = timedelta(days=4)
"""How far back an answer of ours is looked for. GitHub delivers again for three days, and clocks
differ."""

REDIRECTS = frozenset({301, 302, 307, 308})
"""How GitHub answers to the old name of a repository."""

ANSWER = "answer"
"""The kind of marker that an answer bears; its fingerprint is the id of the comment answered."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A comment that asks something, and where answers to it go."""

    api: RepositoryAPI
    repository: str
    """``owner/name`` as it is now."""
    place: Place
    comment: int
    thread: int = 0
    """The comment that starts its thread on a line; 0 in the conversation."""
    review: str = ""
    """The node id of the review in whose own words it stands."""

    async def react(self, content: str) -> None:
        """Acknowledge. The comment may be gone, or the conversation locked: that stops nothing."""
        try:
            if self.review:
                await calls.react_to_review(self.api, self.review, content)
            else:
                await calls.react(
                    self.api, self.repository, self.comment, content, on_line=bool(self.thread)
                )
        except (GiveUp, OurBug) as fault:
            if fault.status in REDIRECTS:
                raise
            log.info("no reaction on comment %d: %s", self.comment, fault)

    async def answer(self, signer: Signer, job: Job, text: str) -> None:
        """Write an answer, unless it stands there already."""
        since = job.created_at.astimezone(UTC) - LOOK_BACK
        name = str(self.comment)
        body = f"{text}\n\n{signer.mark(ANSWER, self.place, name)}"
        standing = await calls.own_answers(
            self.api, self.repository, self.place.pull, since, thread=self.thread
        )
        for one in standing:
            marker = signer.read(one.body or "", self.place)
            if marker is None or not marker.genuine:
                continue
            if (marker.kind, marker.fingerprint) == (ANSWER, name):
                if one.body != body:
                    await self._edit(one.id, body)
                return
        try:
            if self.thread:
                await calls.reply(self.api, self.repository, self.place.pull, self.thread, body)
            else:
                await calls.comment(self.api, self.repository, self.place.pull, body)
        except (GiveUp, OurBug) as fault:
            if fault.status in REDIRECTS or not self.thread:
                raise
            # The comment that it was to stand under may be gone.
            log.info("no answer to comment %d: %s", self.comment, fault)

    async def _edit(self, comment: int, body: str) -> None:
        if self.thread:
            await reviews.edit_comment(self.api, self.repository, comment, body)
        else:
            await reviews.edit_note(self.api, self.repository, comment, body)
