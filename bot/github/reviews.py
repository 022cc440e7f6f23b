"""Reviews and review comments: the documented calls, typed. Never approves, never blocks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from bot.github import repos
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


class Review(msgspec.Struct, frozen=True):
    """A review. ``PENDING`` ones are seen by their author only."""

    id: int
    state: str
    user: Account | None = None


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
