"""Where documents begin: ``repository``, ``node``, ``rateLimit``, and the repository's fields."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.github.call import Call
from tests.github.git import OID
from tests.github.gql.context import Context, GitNode, RefNode, Resolver, connect, not_found
from tests.github.gql.git import by_expression, git_node, ref_node
from tests.github.state import read_node_id

if TYPE_CHECKING:
    from tests.github.pull import PullRequest
    from tests.github.repository import Repository


def _repository(_: None, context: Context, *, owner: str, name: str, **__: Any) -> Repository:
    found = context.call.standin.repository_by_name(owner, name)
    # What is public every token may read, as long as it has the permission.
    if found is None or (found.private and not context.opens(found)):
        raise not_found(f"Could not resolve to a Repository with the name '{owner}/{name}'.")
    return found


def _pull(repository: Repository, context: Context, *, number: int) -> PullRequest:
    context.require("pull_requests=read")
    found = repository.pulls.get(number)
    if found is None:
        raise not_found(f"Could not resolve to a PullRequest with the number of {number}.")
    return found


def _pulls(repository: Repository, context: Context, **page: Any) -> Any:
    context.require("pull_requests=read")
    states = page.get("states") or ("OPEN", "CLOSED", "MERGED")
    found = [
        pull
        for pull in repository.pulls.values()
        if ("MERGED" if pull.merged else pull.state.upper()) in states
        and page.get("headRefName") in (None, pull.head_ref)
        and page.get("baseRefName") in (None, pull.base_ref)
    ]
    return connect(found, **page)


def _object(
    repository: Repository,
    context: Context,
    *,
    oid: str | None = None,
    expression: str | None = None,
) -> GitNode | None:
    context.require("contents=read")
    if oid is not None:
        return git_node(repository, oid) if OID.match(oid) else None
    return by_expression(repository, expression or "HEAD")


def _ref(repository: Repository, context: Context, *, qualifiedName: str) -> RefNode | None:  # noqa: N803
    context.require("contents=read")
    return ref_node(repository, qualifiedName.removeprefix("refs/heads/"))


def node_of(context: Context, node_id: str) -> Any:
    """What a global id names, when the token reaches it."""
    found = _look_up(context.call, node_id)
    if found is not None:
        home = getattr(found, "repository", None) or getattr(found, "pull", found)
        home = getattr(home, "repository", home)
        if context.opens(home):
            return found
    raise not_found(f"Could not resolve to a node with the global id of '{node_id}'")


def _look_up(call: Call, node_id: str) -> Any:
    read = read_node_id(node_id)
    if read is None:
        return None
    prefix, parts = read
    for repository in call.standin.repositories:
        if prefix == "R" and repository.node_id == node_id:
            return repository
        if prefix in ("B", "T", "C") and len(parts) == 2 and parts[0] == str(repository.id):
            return git_node(repository, parts[1])
        for pull in repository.pulls.values():
            several: tuple[Any, ...] = (
                pull,
                *pull.threads,
                *pull.reviews,
                *pull.issue_comments,
                *pull.review_comments,
            )
            for one in several:
                if one.node_id == node_id:
                    return one
    return None


def _rate_limit(_: None, context: Context, **__: Any) -> dict[str, Any]:
    token = context.call.token
    assert token is not None
    head = context.call.standin.limits.headers(f"installation:{token.installation.id}:graphql")
    return {
        "cost": 1,
        "nodeCount": 0,
        "limit": int(head["X-RateLimit-Limit"]),
        "remaining": int(head["X-RateLimit-Remaining"]),
        "used": int(head["X-RateLimit-Used"]),
        "resetAt": context.call.standin.limits.reset_of(
            f"installation:{token.installation.id}:graphql"
        ),
    }


RESOLVERS: dict[str, dict[str, Resolver]] = {
    "Query": {
        "repository": _repository,
        "node": lambda _, context, *, id: node_of(context, id),  # noqa: A006
        "nodes": lambda _, context, *, ids: [node_of(context, one) for one in ids],
        "rateLimit": _rate_limit,
        "viewer": lambda _, context: context.call.actor,
    },
    "RateLimit": {
        name: lambda found, _, name=name: found[name]
        for name in ("cost", "limit", "nodeCount", "remaining", "used", "resetAt")
    },
    "Repository": {
        "id": lambda found, _: found.node_id,
        "databaseId": lambda found, _: found.id,
        "name": lambda found, _: found.name,
        "nameWithOwner": lambda found, _: found.full_name,
        "owner": lambda found, _: found.owner,
        "isPrivate": lambda found, _: found.private,
        "isFork": lambda found, _: found.parent is not None,
        "isArchived": lambda *_: False,
        "url": lambda found, _: found.html_url,
        "parent": lambda found, _: found.parent,
        "defaultBranchRef": lambda found, _: ref_node(found, found.default_branch),
        "ref": _ref,
        "object": _object,
        "pullRequest": _pull,
        "pullRequests": _pulls,
    },
}
