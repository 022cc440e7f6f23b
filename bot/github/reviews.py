"""Reviews and review comments: the documented calls, typed. Never approves, never blocks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from bot.github import repos
from bot.github.faults import GiveUp, OurBug, RetryNow
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


@dataclass(frozen=True, slots=True)
class Conversation:
    """A pull request's head, and the comments of ours that stand on it, at one moment."""

    head_sha: str
    comments: list[ReviewComment]


class _Author(msgspec.Struct, frozen=True):
    login: str
    typename: str = msgspec.field(name="__typename")


class _ThreadComment(msgspec.Struct, frozen=True, rename="camel"):
    database_id: int
    state: str
    path: str
    body: str
    line: int | None = None
    author: _Author | None = None


_CONVERSATION = """\
query Conversation($owner: String!, $name: String!, $number: Int!) {
  repository(owner: $owner, name: $name) {
    pullRequest(number: $number) {
      headRefOid
      reviewThreads(first: 100) {
        pageInfo { hasNextPage }
        nodes {
          comments(first: 1) {
            nodes { databaseId state path line body author { __typename login } }
          }
        }
      }
    }
  }
}"""


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


async def conversation(api: RepositoryAPI, repository: str, number: int) -> Conversation | None:
    """The head and our own comments with one GraphQL query; None when REST must be asked.

    That is when GraphQL does not work, or there are more than 100 threads.
    https://docs.github.com/en/graphql/reference/objects#pullrequestreviewthread

    Raises:
        RetryLater: a rate limit; REST would only make it worse.
    """
    owner, _, name = repository.partition("/")
    try:
        data = await api.graphql(_CONVERSATION, {"owner": owner, "name": name, "number": number})
        pull = data["repository"]["pullRequest"]
        threads = pull["reviewThreads"]
        if threads["pageInfo"]["hasNextPage"]:
            return None
        first = [one for thread in threads["nodes"] for one in thread["comments"]["nodes"]]
        found = repos.convert(first, list[_ThreadComment])
        head = repos.convert(pull["headRefOid"], str)
    except (GiveUp, OurBug, RetryNow, KeyError, TypeError):
        return None
    # A pending review is seen by its author only: its comments do not stand yet.
    ours = [
        ReviewComment(one.database_id, one.path, one.body, one.line)
        for one in found
        # The type tells our bot from a person of the same name: GraphQL leaves out the "[bot]".
        if one.author == _Author(api.app_slug, "Bot") and one.state == "SUBMITTED"
    ]
    return Conversation(head, sorted(ours, key=lambda one: one.id))


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
