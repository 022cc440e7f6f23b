"""What stands of ours on a pull request: comments with their threads, reviews, notes.

Reads only; GraphQL first, REST where that does not work.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec

from bot.github import pulls, repos, reviews
from bot.github.faults import GiveUp, OurBug, RetryNow
from bot.github.port import RepositoryAPI
from bot.github.pulls import Account
from bot.github.reviews import Review, ReviewComment, is_own


class _Note(msgspec.Struct, frozen=True):
    id: int
    body: str | None = None
    user: Account | None = None


@dataclass(frozen=True, slots=True)
class OwnText:
    """The words above a review of ours, or a comment of ours in the conversation."""

    id: int
    body: str
    review: bool


@dataclass(frozen=True, slots=True)
class Conversation:
    """A pull request's head, and what stands of ours on it, at one moment."""

    head_sha: str
    comments: list[ReviewComment]
    """Comments on lines that start a thread, the oldest first."""
    texts: list[OwnText] = field(default_factory=list)
    """Reviews and comments in the conversation, in no order."""


class _Author(msgspec.Struct, frozen=True):
    login: str
    typename: str = msgspec.field(name="__typename")


class _Login(msgspec.Struct, frozen=True):
    login: str


class _ThreadComment(msgspec.Struct, frozen=True, rename="camel"):
    id: str
    full_database_id: int
    state: str
    path: str
    body: str
    line: int | None = None
    start_line: int | None = None
    author: _Author | None = None


class _Text(msgspec.Struct, frozen=True, rename="camel"):
    full_database_id: int
    body: str
    author: _Author | None = None
    state: str = "SUBMITTED"


class _Nodes(msgspec.Struct, frozen=True):
    nodes: list[_ThreadComment]


class _Thread(msgspec.Struct, frozen=True, rename="camel"):
    id: str
    is_resolved: bool
    comments: _Nodes
    resolved_by: _Login | None = None


_CONVERSATION = """\
query Conversation($owner: String!, $name: String!, $number: Int!, $threads: String, \
$reviews: String, $comments: String, $more_threads: Boolean!, $more_reviews: Boolean!, \
$more_comments: Boolean!) {
  repository(owner: $owner, name: $name) {
    pullRequest(number: $number) {
      headRefOid
      reviewThreads(first: 100, after: $threads) @include(if: $more_threads) {
        pageInfo { hasNextPage endCursor }
        nodes {
          id isResolved
          resolvedBy { login }
          comments(first: 1) {
            nodes {
              id fullDatabaseId state path line startLine body author { __typename login }
            }
          }
        }
      }
      reviews(last: 100, before: $reviews) @include(if: $more_reviews) {
        pageInfo { hasPreviousPage startCursor }
        nodes { fullDatabaseId state body author { __typename login } }
      }
      comments(last: 100, before: $comments) @include(if: $more_comments) {
        pageInfo { hasPreviousPage startCursor }
        nodes { fullDatabaseId body author { __typename login } }
      }
    }
  }
}"""
_CONNECTIONS = {
    "threads": ("reviewThreads", "hasNextPage", "endCursor"),
    "reviews": ("reviews", "hasPreviousPage", "startCursor"),
    "comments": ("comments", "hasPreviousPage", "startCursor"),
}
_MOST_PAGES = 10
"""Of 100 threads, reviews and comments each; what is beyond is older, or somebody's flood."""


async def own_texts(api: RepositoryAPI, repository: str, number: int) -> list[OwnText]:
    """The words above our reviews, and our comments in the conversation.

    https://docs.github.com/en/rest/pulls/reviews#list-reviews-for-a-pull-request
    https://docs.github.com/en/rest/issues/comments#list-issue-comments
    """
    most = 100 * _MOST_PAGES
    found = []
    path = repos.path(repository, "pulls/{number}/reviews", number=number)
    async for one in api.pages(path, limit=most):
        review = repos.convert(one, Review)
        if is_own(api, review.user) and review.state != "PENDING":
            found.append(OwnText(review.id, review.body or "", review=True))
    path = repos.path(repository, "issues/{number}/comments", number=number)
    async for one in api.pages(path, limit=most):
        note = repos.convert(one, _Note)
        if is_own(api, note.user):
            found.append(OwnText(note.id, note.body or "", review=False))
    return found


async def read(api: RepositoryAPI, repository: str, number: int) -> Conversation:
    """The head and all that is ours on it.

    One GraphQL query, and one more for each further hundred of threads, reviews or comments. REST
    is asked where GraphQL does not work; whether a thread is resolved is not known then.
    https://docs.github.com/en/graphql/reference/objects#pullrequestreviewthread

    Raises:
        RetryLater: a rate limit.
    """
    seen = await _by_graphql(api, repository, number)
    if seen is not None:
        return seen
    head = (await pulls.get(api, repository, number)).head.sha
    comments = await reviews.own_comments(api, repository, number)
    return Conversation(head, comments, await own_texts(api, repository, number))


async def _by_graphql(api: RepositoryAPI, repository: str, number: int) -> Conversation | None:
    owner, _, name = repository.partition("/")
    asked: dict[str, Any] = {"owner": owner, "name": name, "number": number}
    cursors: dict[str, str | None] = dict.fromkeys(_CONNECTIONS)
    more = dict.fromkeys(_CONNECTIONS, True)
    found: dict[str, list[Any]] = {one: [] for one in _CONNECTIONS}
    head = ""
    try:
        for _ in range(_MOST_PAGES):
            wanted = {f"more_{one}": more[one] for one in more}
            data = await api.graphql(_CONVERSATION, asked | cursors | wanted)
            pull = data["repository"]["pullRequest"]
            head = repos.convert(pull["headRefOid"], str)
            for one in [name for name in more if more[name]]:
                field_name, has_more, cursor = _CONNECTIONS[one]
                found[one] += pull[field_name]["nodes"]
                more[one] = pull[field_name]["pageInfo"][has_more]
                cursors[one] = pull[field_name]["pageInfo"][cursor]
            if not any(more.values()):
                break
        return Conversation(head, _own_threads(api, found["threads"]), _own_texts(api, found))
    except (GiveUp, OurBug, RetryNow, KeyError, TypeError):
        return None


def _own_threads(api: RepositoryAPI, nodes: list[Any]) -> list[ReviewComment]:
    ours = []
    for thread in repos.convert(nodes, list[_Thread], strict=False):
        for one in thread.comments.nodes:
            # A pending review is seen by its author only: its comments do not stand yet.
            if not _ours(api, one.author) or one.state != "SUBMITTED":
                continue
            who = thread.resolved_by.login if thread.resolved_by is not None else ""
            ours.append(
                ReviewComment(
                    one.full_database_id,
                    one.path,
                    one.body,
                    one.line,
                    start_line=one.start_line,
                    node_id=one.id,
                    thread=thread.id,
                    resolved=thread.is_resolved,
                    resolved_by="" if who == f"{api.app_slug}[bot]" else who,
                )
            )
    return sorted(ours, key=lambda one: one.id)


def _own_texts(api: RepositoryAPI, found: Mapping[str, list[Any]]) -> list[OwnText]:
    return [
        OwnText(one.full_database_id, one.body, review=kind == "reviews")
        for kind in ("reviews", "comments")
        for one in repos.convert(found[kind], list[_Text], strict=False)
        if _ours(api, one.author) and one.state != "PENDING"
    ]


def _ours(api: RepositoryAPI, author: _Author | None) -> bool:
    """The type tells our bot from a person of the same name: GraphQL leaves out the "[bot]"."""
    return author == _Author(api.app_slug, "Bot")
