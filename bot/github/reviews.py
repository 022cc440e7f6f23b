"""Reviews and review comments: the documented calls, typed. Never approves, never blocks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import msgspec

from bot.github import repos
from bot.github.faults import GiveUp, OurBug
from bot.github.port import RepositoryAPI
from bot.github.pulls import Account


class ReviewComment(msgspec.Struct, frozen=True):
    """A comment on a line. ``line`` is null once the line is no longer in the diff."""

    id: int
    path: str
    body: str
    line: int | None = None
    user: Account | None = None
    in_reply_to_id: int | None = None
    node_id: str = ""
    """Its global id, for GraphQL."""
    thread: str = ""
    """The global id of its thread; empty when REST was asked, which knows no threads."""
    resolved: bool = False
    """Whether somebody resolved its thread."""
    resolved_by: str = ""
    """The person who did; empty when it was an app (GitHub names people only), or is not known."""


class Review(msgspec.Struct, frozen=True):
    """A review. ``PENDING`` ones are seen by their author only."""

    id: int
    state: str
    user: Account | None = None
    body: str | None = None


def is_own(api: RepositoryAPI, account: Account | None) -> bool:
    """Whether the account is the app's own bot user.

    People cannot take the name: a login holds no brackets.
    """
    return account is not None and account.login == f"{api.app_slug}[bot]"


async def own_comments(api: RepositoryAPI, repository: str, number: int) -> list[ReviewComment]:
    """The review comments that we wrote and that start a thread, the oldest first.

    https://docs.github.com/en/rest/pulls/comments#list-review-comments-on-a-pull-request
    """
    path = repos.path(repository, "pulls/{number}/comments", number=number)
    comments = [repos.convert(one, ReviewComment) async for one in api.pages(path)]
    return [one for one in comments if is_own(api, one.user) and one.in_reply_to_id is None]


async def create(
    api: RepositoryAPI,
    repository: str,
    number: int,
    *,
    commit: str,
    body: str,
    comments: Sequence[Mapping[str, Any]],
) -> Review:
    """Post one review with its comments, all or nothing.

    https://docs.github.com/en/rest/pulls/reviews#create-a-review-for-a-pull-request
    """
    request: dict[str, Any] = {"commit_id": commit, "event": "COMMENT", "comments": list(comments)}
    if body:
        request["body"] = body
    path = repos.path(repository, "pulls/{number}/reviews", number=number)
    return repos.convert(await api.post(path, request), Review)


async def own_pending(api: RepositoryAPI, repository: str, number: int) -> list[Review]:
    """Our reviews that were stored but never submitted: one of them blocks every other review.

    https://docs.github.com/en/rest/pulls/reviews#list-reviews-for-a-pull-request
    """
    path = repos.path(repository, "pulls/{number}/reviews", number=number)
    reviews = [repos.convert(one, Review) async for one in api.pages(path)]
    return [one for one in reviews if one.state == "PENDING" and is_own(api, one.user)]


async def submit(
    api: RepositoryAPI, repository: str, number: int, review: int, *, body: str
) -> None:
    """Submit a pending review as a comment.

    https://docs.github.com/en/rest/pulls/reviews#submit-a-review-for-a-pull-request
    """
    path = repos.path(
        repository, "pulls/{number}/reviews/{review}/events", number=number, review=review
    )
    await api.post(path, {"event": "COMMENT", "body": body})


async def edit_comment(api: RepositoryAPI, repository: str, comment: int, body: str) -> None:
    """Replace the text of a review comment.

    https://docs.github.com/en/rest/pulls/comments#update-a-review-comment-for-a-repository
    """
    path = repos.path(repository, "pulls/comments/{comment}", comment=comment)
    await api.patch(path, {"body": body}, idempotent=True)


class Edit(NamedTuple):
    """A comment that is to say something else."""

    id: int
    node_id: str
    """Its global id; without one, REST is asked."""
    body: str


async def edit_comments(api: RepositoryAPI, repository: str, edits: Sequence[Edit]) -> list[int]:
    """Replace the texts of several comments; the ids of those that GitHub refused.

    More than one of them take one GraphQL document. What that does not change, because it may not
    or because a comment is gone, is tried over REST, one by one.
    https://docs.github.com/en/graphql/reference/mutations#updatepullrequestreviewcomment
    """
    left = list(edits)
    if len(left) > 1 and all(one.node_id for one in left):
        left = await _edit_together(api, left)
    refused = []
    for one in left:
        try:
            await edit_comment(api, repository, one.id, one.body)
        except (GiveUp, OurBug):
            refused.append(one.id)
    return refused


async def _edit_together(api: RepositoryAPI, edits: list[Edit]) -> list[Edit]:
    """Those that were not changed."""
    left: list[Edit] = []
    for start in range(0, len(edits), _TOGETHER):
        portion = edits[start : start + _TOGETHER]
        declared = ", ".join(f"$i{n}: ID!, $b{n}: String!" for n in range(len(portion)))
        fields = " ".join(
            f"e{n}: updatePullRequestReviewComment("
            f"input: {{pullRequestReviewCommentId: $i{n}, body: $b{n}}}) "
            "{ pullRequestReviewComment { id } }"
            for n in range(len(portion))
        )
        variables: dict[str, Any] = {}
        for n, one in enumerate(portion):
            variables |= {f"i{n}": one.node_id, f"b{n}": one.body}
        try:
            done = await api.graphql(f"mutation Edit({declared}) {{ {fields} }}", variables)
        except (GiveUp, OurBug):
            done = {}
        left += [one for n, one in enumerate(portion) if not done.get(f"e{n}")]
    return left


_TOGETHER = 20
"""Mutations of one document: each counts five points against the limit of a minute."""


async def set_resolved(api: RepositoryAPI, threads: Mapping[str, bool]) -> None:
    """Resolve threads (True) or open them again (False), by their global ids.

    An app needs ``contents: write`` for it, though nothing of the contents is touched. A thread
    that is gone is passed over.
    https://docs.github.com/en/graphql/reference/mutations#resolvereviewthread

    Raises:
        GiveUp: this installation may not.
    """
    names = {True: "resolveReviewThread", False: "unresolveReviewThread"}
    wanted = list(threads.items())
    for start in range(0, len(wanted), _TOGETHER):
        portion = wanted[start : start + _TOGETHER]
        declared = ", ".join(f"$t{n}: ID!" for n in range(len(portion)))
        fields = " ".join(
            f"t{n}: {names[resolved]}(input: {{threadId: $t{n}}}) {{ thread {{ isResolved }} }}"
            for n, (_, resolved) in enumerate(portion)
        )
        variables = {f"t{n}": thread for n, (thread, _) in enumerate(portion)}
        await api.graphql(f"mutation Threads({declared}) {{ {fields} }}", variables)


async def edit_review(
    api: RepositoryAPI, repository: str, number: int, review: int, body: str
) -> None:
    """Replace the words above a review.

    https://docs.github.com/en/rest/pulls/reviews#update-a-review-for-a-pull-request
    """
    path = repos.path(repository, "pulls/{number}/reviews/{review}", number=number, review=review)
    await api.put(path, {"body": body})


async def edit_note(api: RepositoryAPI, repository: str, comment: int, body: str) -> None:
    """Replace the text of a comment in the conversation.

    https://docs.github.com/en/rest/issues/comments#update-an-issue-comment
    """
    path = repos.path(repository, "issues/comments/{comment}", comment=comment)
    await api.patch(path, {"body": body}, idempotent=True)
