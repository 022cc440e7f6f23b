"""What resolvers share: who asks, GitHub's errors, the git values, and connections."""

from __future__ import annotations

import base64
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from graphql import GraphQLError

from tests.github.call import Call
from tests.github.git import TreeEntry
from tests.github.state import (
    IssueComment,
    Review,
    ReviewComment,
    Thread,
    User,
)

if TYPE_CHECKING:
    from tests.github.repository import Repository

Resolver = Callable[..., Any]


def not_found(message: str) -> GraphQLError:
    """GitHub's NOT_FOUND."""
    return GraphQLError(message, extensions={"type": "NOT_FOUND"})


def forbidden() -> GraphQLError:
    """GitHub's FORBIDDEN."""
    message = "Resource not accessible by integration"
    return GraphQLError(message, extensions={"type": "FORBIDDEN"})


@dataclass(frozen=True, slots=True)
class Context:
    """The call that a document came with."""

    call: Call

    def require(self, *permissions: str) -> None:
        """FORBIDDEN unless the token holds all of these."""
        token = self.call.token
        assert token is not None
        if not all(token.allows(one) for one in permissions):
            raise forbidden()

    def opens(self, repository: Repository) -> bool:
        """Whether the token reaches a repository."""
        assert self.call.token is not None
        return self.call.token.opens(repository)


@dataclass(frozen=True, slots=True)
class GitNode:
    """A blob, tree or commit of a repository."""

    repository: Repository
    oid: str
    kind: str


@dataclass(frozen=True, slots=True)
class EntryNode:
    """A tree's entry at a path."""

    repository: Repository
    entry: TreeEntry
    path: str


@dataclass(frozen=True, slots=True)
class RefNode:
    """A branch."""

    repository: Repository
    name: str


@dataclass(frozen=True, slots=True)
class Connection:
    """One page of a list. ``start`` counts from 0."""

    items: Sequence[Any]
    total: int
    start: int

    @property
    def page_info(self) -> dict[str, Any]:
        end = self.start + len(self.items)
        return {
            "hasNextPage": end < self.total,
            "hasPreviousPage": self.start > 0,
            "startCursor": cursor(self.start) if self.items else None,
            "endCursor": cursor(end - 1) if self.items else None,
        }


def cursor(index: int) -> str:
    """An opaque cursor."""
    return base64.b64encode(f"cursor:{index}".encode()).decode()


def _index(text: str) -> int:
    try:
        name, _, number = base64.b64decode(text, validate=True).decode().partition(":")
        if name == "cursor":
            return int(number)
    except ValueError:
        pass
    raise GraphQLError(f"`{text}` does not appear to be a valid cursor.")


def connect(
    items: Sequence[Any],
    first: int | None = None,
    last: int | None = None,
    after: str | None = None,
    before: str | None = None,
    **_: Any,
) -> Connection:
    """The page that the arguments ask for."""
    start = _index(after) + 1 if after else 0
    end = _index(before) if before else len(items)
    end = max(start, min(end, len(items)))
    if first is not None:
        end = min(end, start + first)
    elif last is not None:
        start = max(start, end - last)
    return Connection(items[start:end], len(items), start)


CONNECTION: dict[str, Resolver] = {
    "nodes": lambda found, _: found.items,
    "edges": lambda found, _: [
        {"cursor": cursor(found.start + index), "node": one}
        for index, one in enumerate(found.items)
    ],
    "pageInfo": lambda found, _: found.page_info,
    "totalCount": lambda found, _: found.total,
}
EDGE: dict[str, Resolver] = {
    "cursor": lambda found, _: found["cursor"],
    "node": lambda found, _: found["node"],
}
PAGE_INFO: dict[str, Resolver] = {
    name: lambda found, _, name=name: found[name]
    for name in ("hasNextPage", "hasPreviousPage", "startCursor", "endCursor")
}


def type_name(value: Any) -> str:
    """The GraphQL type of a state object, where the schema has an interface or a union."""
    if isinstance(value, GitNode):
        return value.kind.capitalize()
    if isinstance(value, User):
        return value.type
    names: dict[type, str] = {
        Thread: "PullRequestReviewThread",
        ReviewComment: "PullRequestReviewComment",
        IssueComment: "IssueComment",
        Review: "PullRequestReview",
    }
    return names.get(type(value), type(value).__name__)
