"""Makes GitHub look like the plan: comments first, then the check run's conclusion.

By reconciliation: what stands is read, the plan says what is missing, only that is written. Doing
it again, after a crash or an answer that got lost, writes nothing twice. It decides nothing but
what to do when GitHub refuses a comment: the others are posted, and the plan is made again without
a place for the refused ones, so that they end up in the summary. Never approves, never deletes.
"""

from __future__ import annotations

import dataclasses
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any

from bot.github import reviews
from bot.github.faults import GiveUp, OurBug
from bot.review import runs
from bot.review.conversation import Superseded, Writers, look
from bot.review.markers import Place, Signer
from bot.review.model import CommentEdit, NewComment, OwnCheckRun, OwnComment, Plan, Standing
from bot.review.resolving import Resolver
from bot.review.runs import Target
from bot.review.state import Posted, seal_posted

__all__ = ["Superseded", "publish"]

log = logging.getLogger(__name__)

COMMENTS_PER_REVIEW = 30
"""More at once trip GitHub's secondary limit."""
_MAX_POSTS = 12
"""Reviews that are tried at most while refused comments are looked for: halving finds one bad
comment among thirty in ten."""
_MAX_ROUNDS = 3

Planner = Callable[[Standing, frozenset[str] | None], Plan]
"""Makes the plan against what stands; no comments to create on these paths, None: on none."""
Guard = Callable[[], Awaitable[None]]
"""Raises :class:`Superseded` when the review is no longer wanted."""


async def publish(
    target: Target,
    run: OwnCheckRun,
    signer: Signer,
    planner: Planner,
    guard: Guard,
    *,
    writers: Writers | None = None,
    resolver: Resolver | None = None,
) -> Plan:
    """Carry out the plan; returns the one that was carried out.

    ``writers`` tells who may dismiss findings (nobody, without), ``resolver`` resolves threads.

    Raises:
        Superseded: the head moved, or the guard said so.
        GitHubFault: GitHub could not be written to. What was written stands, and is found again.
    """
    await guard()
    standing = await look(target, signer, writers)
    refused: frozenset[str] | None = frozenset()
    for left in reversed(range(_MAX_ROUNDS)):
        plan = planner(dataclasses.replace(standing, check_runs=(run,)), refused)
        if not plan.create or refused is None:
            break
        bad = await _Poster(target, signer, plan.review_body).post(plan.create)
        if not bad:
            break
        # What was posted stands now. Nothing more is tried when nothing was taken, or for long.
        standing = await look(target, signer, writers)
        hopeless = len(bad) == len(plan.create) > 1 or left == 1
        refused = None if hopeless else refused | {one.path for one in bad}
    await _edit(target, plan.edit, standing.comments, resolver)
    await guard()
    await runs.complete(target, run, plan)
    return plan


async def _edit(
    target: Target,
    edits: Sequence[CommentEdit],
    comments: Sequence[OwnComment],
    resolver: Resolver | None,
) -> None:
    """Edit comments of our own, and resolve their threads; what is gone or locked is left.

    Threads come before the words, which say what was done with them: a crash in between is healed
    by doing both again.
    """
    bodies = {one.id: one.body for one in comments if one.genuine}
    wanted = [
        reviews.Edit(one.id, one.node_id, one.body)
        for one in edits
        if one.id in bodies and bodies[one.id] != one.body
    ]
    if resolver is not None:
        threads = {
            one.thread: one.resolve for one in edits if one.thread and one.resolve is not None
        }
        wanted = await resolver.settle(target, threads, wanted)
    for refused in await reviews.edit_comments(target.api, target.repository, wanted):
        log.warning("comment %d was not edited", refused)


@dataclass(slots=True)
class _Poster:
    """Posts comments in as few reviews as can be, and finds out which ones GitHub refuses."""

    target: Target
    signer: Signer
    body: str
    posts: int = 0

    async def post(self, comments: Sequence[NewComment]) -> list[NewComment]:
        """Post; returns the refused ones."""
        refused: list[NewComment] = []
        for start in range(0, len(comments), COMMENTS_PER_REVIEW):
            refused += await self._portion(list(comments[start : start + COMMENTS_PER_REVIEW]))
        return refused

    async def _portion(self, comments: list[NewComment]) -> list[NewComment]:
        if self.posts == _MAX_POSTS:
            return comments
        self.posts += 1
        target = self.target
        try:
            await reviews.create(
                target.api,
                target.repository,
                target.pull,
                commit=target.head_sha,
                body=self._said(comments),
                comments=[_comment(one) for one in comments],
            )
        except GiveUp as fault:
            # Locked, say. The check run says it all.
            log.warning("comments refused: %s (%s)", fault, fault.detail)
            return comments
        except OurBug as fault:
            if fault.status != 422:
                raise
            log.info("a review of %d refused: %s", len(comments), fault.detail)
            return await self._after_refusal(comments, fault)
        return []

    async def _after_refusal(self, comments: list[NewComment], fault: OurBug) -> list[NewComment]:
        """GitHub does not say which comment was bad, and sometimes stores a review it refused."""
        target = self.target
        blocked = "pending review" in fault.detail.lower()
        if blocked:
            await self._submit_pending()
        standing = await look(target, self.signer)
        there = {one.fingerprint for one in standing.comments if one.genuine}
        left = [one for one in comments if one.fingerprint not in there]
        if not left:
            return []
        if blocked or len(left) < len(comments):
            # Something else than a comment may have been the trouble.
            return await self._portion(left)
        if len(left) == 1:
            return left
        half = len(left) // 2
        return await self._portion(left[:half]) + await self._portion(left[half:])

    def _said(self, comments: Sequence[NewComment]) -> str:
        """The words above a review, and the hidden list of what it posts."""
        place = Place(self.target.repository_id, self.target.pull)
        posted = (Posted(one.fingerprint, one.kin) for one in comments)
        return f"{self.body}\n{seal_posted(self.signer, place, posted)}"

    async def _submit_pending(self) -> None:
        target = self.target
        for review in await reviews.own_pending(target.api, target.repository, target.pull):
            await reviews.submit(
                target.api, target.repository, target.pull, review.id, body=self.body
            )


def _comment(one: NewComment) -> dict[str, Any]:
    fields: dict[str, Any] = {
        "path": one.path,
        "body": one.body,
        "line": one.lines.end,
        "side": "RIGHT",
    }
    if one.lines.start < one.lines.end:
        fields |= {"start_line": one.lines.start, "start_side": "RIGHT"}
    return fields
