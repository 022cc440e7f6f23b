"""Makes GitHub look like the plan: comments first, then the check run's conclusion.

By reconciliation: what stands is read, the plan says what is missing, only that is written. Doing
it again, after a crash or an answer that got lost, writes nothing twice. It decides nothing but
what to do when GitHub refuses a comment: the others are posted, and the plan is made again without
a place for the refused ones, so that they end up in the summary. Never approves, never deletes.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any

from bot.github import pulls, reviews
from bot.github.faults import GiveUp, OurBug
from bot.review import runs
from bot.review.markers import Place, Signer
from bot.review.model import CommentEdit, NewComment, OwnCheckRun, OwnComment, Plan, Standing
from bot.review.runs import Target

log = logging.getLogger(__name__)

COMMENTS_PER_REVIEW = 30
"""More at once trip GitHub's secondary limit."""
_FINDING = "finding"
_MAX_POSTS = 12
"""Reviews that are tried at most while refused comments are looked for: halving finds one bad
comment among thirty in ten."""
_MAX_ROUNDS = 3

Planner = Callable[[Standing, frozenset[str] | None], Plan]
"""Makes the plan against what stands; no comments to create on these paths, None: on none."""
Guard = Callable[[], Awaitable[None]]
"""Raises :class:`Superseded` when the review is no longer wanted."""


class Superseded(Exception):
    """The review is no longer wanted: nothing more is published for this head.

    ``newer_sha`` is the pull request's head now; ``""`` when it is not known, or still the same.
    """

    def __init__(self, newer_sha: str = "") -> None:
        super().__init__("superseded")
        self.newer_sha = newer_sha


async def publish(
    target: Target, run: OwnCheckRun, signer: Signer, planner: Planner, guard: Guard
) -> Plan:
    """Carry out the plan; returns the one that was carried out.

    Raises:
        Superseded: the head moved, or the guard said so.
        GitHubFault: GitHub could not be written to. What was written stands, and is found again.
    """
    await guard()
    comments = await look(target, signer)
    refused: frozenset[str] | None = frozenset()
    for left in reversed(range(_MAX_ROUNDS)):
        plan = planner(Standing(comments, (run,)), refused)
        if not plan.create or refused is None:
            break
        bad = await _Poster(target, signer, plan.review_body).post(plan.create)
        if not bad:
            break
        # What was posted stands now. Nothing more is tried when nothing was taken, or for long.
        comments = await look(target, signer)
        hopeless = len(bad) == len(plan.create) > 1 or left == 1
        refused = None if hopeless else refused | {one.path for one in bad}
    await _edit(target, plan.edit, comments)
    await guard()
    await runs.complete(target, run, plan)
    return plan


async def look(target: Target, signer: Signer) -> tuple[OwnComment, ...]:
    """Our comments on the pull request, known by author and by marker, while the head stands.

    Raises:
        Superseded: the head is no longer the one that was reviewed.
    """
    api, repository, number = target.api, target.repository, target.pull
    seen = await reviews.conversation(api, repository, number)
    if seen is None:
        head = (await pulls.get(api, repository, number)).head.sha
        seen = reviews.Conversation(head, await reviews.own_comments(api, repository, number))
    if seen.head_sha != target.head_sha:
        raise Superseded(seen.head_sha)
    place = Place(target.repository_id, number)
    found = []
    for one in seen.comments:
        marker = signer.read(one.body, place)
        if marker is not None and marker.kind == _FINDING:
            found.append(
                OwnComment(one.id, one.path, one.line, marker.fingerprint, marker.genuine, one.body)
            )
    return tuple(found)


async def _edit(
    target: Target, edits: Sequence[CommentEdit], comments: Sequence[OwnComment]
) -> None:
    """Edit comments of our own; one that is gone or locked is left."""
    bodies = {one.id: one.body for one in comments if one.genuine}
    for edit in edits:
        if edit.id not in bodies or bodies[edit.id] == edit.body:
            continue
        try:
            await reviews.edit_comment(target.api, target.repository, edit.id, edit.body)
        except (GiveUp, OurBug) as fault:
            log.warning("comment %d was not edited: %s", edit.id, fault)


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
                body=self.body,
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
        there = {one.fingerprint for one in standing if one.genuine}
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
