"""Reviews and review comments: the documented calls, typed. Never approves, never blocks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import msgspec

from bot.github import repos
from bot.github.faults import GiveUp, OurBug
from bot.github.port import RepositoryAPI
from bot.github.pulls import Account


class ReviewComment(msgspec.Struct, frozen=True):
    """A comment on a line, or on several down to it.

    ``line`` is null once it is no longer in the diff, ``start_line`` where there is one line only.
    """

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
    start_line: int | None = None


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


async def _edit_together(api: RepositoryAPI, edits: Sequence[Edit]) -> list[Edit]:
    """Those that were not changed."""
    return (await settle(api, {}, edits)).left


_TOGETHER = 20
"""Mutations of one document: each counts five points against the limit of a minute."""


@dataclass(frozen=True, slots=True)
class Done:
    """What came of mutations."""

    left: list[Edit]
    """Comments that were not changed."""
    resolved: int
    """Threads that are as they were wanted."""


async def settle(
    api: RepositoryAPI, threads: Mapping[str, bool], edits: Sequence[Edit] = ()
) -> Done:
    """Resolve threads (True) or open them again (False), then replace the texts of comments.

    As few GraphQL documents as can be, in this order within each. An app needs ``contents: write``
    to resolve, though nothing of the contents is touched. What is gone, or refused, is passed over.
    https://docs.github.com/en/graphql/reference/mutations#resolvereviewthread
    https://docs.github.com/en/graphql/reference/mutations#updatepullrequestreviewcomment
    """
    wanted: list[tuple[str, bool] | Edit] = [*threads.items(), *edits]
    left: list[Edit] = []
    resolved = 0
    for start in range(0, len(wanted), _TOGETHER):
        portion = wanted[start : start + _TOGETHER]
        declared: list[str] = []
        fields: list[str] = []
        variables: dict[str, Any] = {}
        for n, one in enumerate(portion):
            if isinstance(one, Edit):
                declared.append(f"$m{n}: ID!, $b{n}: String!")
                fields.append(_EDIT.format(n=n))
                variables |= {f"m{n}": one.node_id, f"b{n}": one.body}
            else:
                declared.append(f"$m{n}: ID!")
                fields.append((_RESOLVE if one[1] else _UNRESOLVE).format(n=n))
                variables[f"m{n}"] = one[0]
        document = f"mutation Settle({', '.join(declared)}) {{ {' '.join(fields)} }}"
        try:
            done = await api.graphql(document, variables)
        except (GiveUp, OurBug):
            done = {}
        for n, one in enumerate(portion):
            if isinstance(one, Edit):
                left += [] if done.get(f"m{n}") else [one]
            else:
                resolved += bool(done.get(f"m{n}"))
    return Done(left, resolved)


_EDIT = (
    "m{n}: updatePullRequestReviewComment("
    "input: {{pullRequestReviewCommentId: $m{n}, body: $b{n}}}) "
    "{{ pullRequestReviewComment {{ id }} }}"
)
_RESOLVE = "m{n}: resolveReviewThread(input: {{threadId: $m{n}}}) {{ thread {{ isResolved }} }}"
_UNRESOLVE = "m{n}: unresolveReviewThread(input: {{threadId: $m{n}}}) {{ thread {{ isResolved }} }}"


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
