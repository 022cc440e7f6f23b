"""What stands of ours on a pull request, as a review compares it with what should stand.

Reads only. Our comments are known by author and by marker, and what we remember is read out of the
same answer: it costs one request (:mod:`bot.github.conversation`). Who may write to the repository
is asked of those alone who resolved threads, and remembered for some minutes.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence

from cachetools import TTLCache

from bot.github import conversation, people
from bot.github.conversation import Conversation, OwnText
from bot.github.faults import GiveUp, OurBug
from bot.github.port import RepositoryAPI
from bot.github.reviews import ReviewComment
from bot.review import state
from bot.review.markers import Place, Signer
from bot.review.model import OwnComment, Says, Standing
from bot.review.runs import Target
from bot.review.words import comment as words
from checks.policy import Permission

log = logging.getLogger(__name__)

_MOST_PEOPLE = 10_000
_HOLDS = 600.0
"""Seconds for which a person's access is believed, where it decides about a dismissal only."""


class Superseded(Exception):
    """The review is no longer wanted: nothing more is published for this head.

    ``newer_sha`` is the pull request's head now; ``""`` when it is not known, or still the same.
    """

    def __init__(self, newer_sha: str = "") -> None:
        super().__init__("superseded")
        self.newer_sha = newer_sha


class Writers:
    """Who may write to a repository, as far as it was asked lately."""

    def __init__(self) -> None:
        self._known: TTLCache[tuple[int, str], bool] = TTLCache(_MOST_PEOPLE, _HOLDS)

    async def among(
        self, api: RepositoryAPI, repository: str, repository_id: int, logins: Sequence[str]
    ) -> frozenset[str]:
        """Those of ``logins`` who may."""
        found = set()
        for login in logins:
            key = (repository_id, login)
            may = self._known.get(key)
            if may is None:
                may = self._known[key] = await _may_write(api, repository, login)
            if may:
                found.add(login)
        return frozenset(found)


async def _may_write(api: RepositoryAPI, repository: str, login: str) -> bool:
    try:
        role = await people.role(api, repository, login)
    except (GiveUp, OurBug) as fault:
        # Without an answer nothing is dismissed; the review goes on.
        log.warning("nobody can tell whether @%s may write: %s", login, fault)
        return False
    return role is not None and role >= Permission.WRITE


async def look(target: Target, signer: Signer, writers: Writers | None = None) -> Standing:
    """What stands on the pull request, while the head stands.

    Raises:
        Superseded: the head is no longer the one that was reviewed.
    """
    seen = await conversation.read(target.api, target.repository, target.pull)
    if seen.head_sha != target.head_sha:
        raise Superseded(seen.head_sha)
    place = Place(target.repository_id, target.pull)
    comments = own_comments(seen.comments, signer, place)
    # A thread that says "fixed" is resolved by anybody, and decides nothing.
    resolvers = {one.resolved_by for one in comments if one.genuine and one.says is not Says.FIXED}
    resolvers.discard("")
    allowed: frozenset[str] = frozenset()
    if resolvers and writers is not None:
        allowed = await writers.among(
            target.api, target.repository, target.repository_id, sorted(resolvers)
        )
    return Standing(
        comments=comments,
        memory=remembered(seen, signer, place)[0],
        posted=state.read_posted(signer, place, (one.body for one in seen.texts if one.review)),
        writers=allowed,
    )


def own_comments(
    seen: Sequence[ReviewComment], signer: Signer, place: Place
) -> tuple[OwnComment, ...]:
    """Our comments about findings."""
    found = []
    for one in seen:
        marker = signer.read(one.body, place)
        if marker is None or marker.kind not in _KINDS:
            continue
        fingerprint, kin = state.read_identity(marker.fingerprint)
        says = Says(marker.kind)
        if says is Says.OPEN and words.is_fixed(one.body):
            says = Says.FIXED
        found.append(
            OwnComment(
                id=one.id,
                path=one.path,
                line=one.line,
                fingerprint=fingerprint,
                genuine=marker.genuine,
                body=one.body,
                kin=kin,
                says=says,
                node_id=one.node_id,
                thread=one.thread,
                resolved=one.resolved,
                resolved_by=one.resolved_by,
                start_line=one.start_line,
            )
        )
    return tuple(found)


_KINDS = frozenset(one.value for one in Says)


def remembered(
    seen: Conversation, signer: Signer, place: Place
) -> tuple[state.Memory, OwnText | None]:
    """The memory of the pull request, and the text that holds it."""
    holders = [
        (memory.number, one.review, one.id, memory, one)
        for one in seen.texts
        if (memory := state.read_memory(signer, place, one.body)) is not None
    ]
    if not holders:
        return state.Memory(), None
    *_, memory, holder = max(holders, key=lambda one: one[:3])
    return memory, holder
