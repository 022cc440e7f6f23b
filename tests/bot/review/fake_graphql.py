"""The GraphQL side of the GitHub in memory: documents are executed on GitHub's own schema."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import graphql

from bot.github.blobs import blob_id
from tests.github import contract

if TYPE_CHECKING:
    from tests.bot.review.fake_api import FakeAPI

BASE = "b" * 40
SUBMODULE = 0o160000


def execute(api: FakeAPI, query: str, variables: Mapping[str, Any]) -> Any:
    """The data of a document."""
    done = graphql.graphql_sync(
        contract.graphql_schema(),
        query,
        root_value={
            "repository": lambda info, owner, name, **rest: _named(api, name),
            "updatePullRequestReviewComment": lambda info, **given: _edit(api, given["input"]),
        },
        variable_values=dict(variables),
    )
    assert not done.errors, done.errors
    return done.data


def _named(api: FakeAPI, name: str) -> Any:
    """The repository; any name of it leads there, as after a rename, save the owner's."""
    if name != ".github" or api.full_name.endswith("/.github"):
        return _repository(api)
    if api.shared is None:
        return None
    owner = api.full_name.partition("/")[0]
    return {
        "nameWithOwner": f"{owner}/.github",
        "defaultBranchRef": {"target": _commit(api, api.shared)},
    }


def _repository(api: FakeAPI) -> Any:
    here = {
        "databaseId": api.repository_id,
        "nameWithOwner": api.full_name,
        "isPrivate": api.private,
    }
    return {
        **here,
        "defaultBranchRef": {
            "name": api.default_branch,
            "target": _commit(api, api.default_branch),
        },
        "object": lambda info, oid: _commit(api, oid),
        "pullRequest": lambda info, number: (
            None
            if number != api.number
            else {
                "number": api.number,
                "title": "Add a thing",
                "isDraft": api.draft,
                "state": api.state.upper(),
                "url": f"https://github.com/{api.full_name}/pull/{api.number}",
                "headRefOid": api.head,
                "headRefName": "topic",
                "baseRefOid": BASE,
                "baseRefName": api.base_ref,
                "changedFiles": len(api.files) if api.changed_files is None else api.changed_files,
                "headRepository": (
                    {"databaseId": 8, "nameWithOwner": "someone/hello"} if api.from_fork else here
                ),
                "author": (
                    {"__typename": "Bot", "login": "dependabot"}
                    if api.by_bot
                    else {"__typename": "User", "login": "octocat"}
                ),
                "labels": lambda info, first, **rest: {
                    "nodes": [{"name": one} for one in api.labels]
                },
                "baseRef": {"target": _commit(api, api.base_ref)},
                "reviewThreads": lambda info, first, after=None: _threads(api, first),
                "reviews": lambda info, last, before=None: _texts(api.reviews, last),
                "comments": lambda info, last, before=None: _texts(api.notes, last),
            }
        ),
    }


def _threads(api: FakeAPI, first: int) -> Any:
    nodes = [
        {
            "id": f"PRRT_{one['id']}",
            "isResolved": False,
            "resolvedBy": None,
            "comments": {
                "nodes": [
                    {
                        "id": f"PRRC_{one['id']}",
                        "fullDatabaseId": str(one["id"]),
                        "state": one.get("state", "SUBMITTED"),
                        "path": one["path"],
                        "line": one["line"],
                        "body": one["body"],
                        "author": _author(one),
                    }
                ]
            },
        }
        for one in api.comments
    ]
    return {"pageInfo": {"hasNextPage": len(nodes) > first}, "nodes": nodes[:first]}


def _texts(items: list[dict[str, Any]], last: int) -> Any:
    nodes = [
        {
            "fullDatabaseId": str(one["id"]),
            "state": one.get("state", "COMMENTED"),
            "body": one.get("body") or "",
            "author": _author(one),
        }
        for one in items[-last:]
    ]
    return {"pageInfo": {"hasPreviousPage": len(items) > last}, "nodes": nodes}


def _author(one: dict[str, Any]) -> Any:
    login = one["user"]["login"]
    kind = one["user"].get("type", "Bot" if login.endswith("[bot]") else "User")
    return {"__typename": kind, "login": login.removesuffix("[bot]")}


def _edit(api: FakeAPI, asked: dict[str, Any]) -> Any:
    for one in api.comments:
        if f"PRRC_{one['id']}" == asked["pullRequestReviewCommentId"]:
            one["body"] = asked["body"]
            return {"pullRequestReviewComment": {"id": asked["pullRequestReviewCommentId"]}}
    return None


def _commit(api: FakeAPI, commit: str | Mapping[str, tuple[int, bytes]]) -> Any:
    tree = api.trees.get(commit, {}) if isinstance(commit, str) else commit

    def entry(info: Any, path: str) -> Any:
        if path not in tree:
            return None
        mode, content = tree[path]
        found: dict[str, Any] = {"mode": mode, "oid": blob_id(content, ""), "object": None}
        if mode != SUBMODULE:
            found["object"] = _blob(content)
        return found

    return {"__typename": "Commit", "file": entry}


def _blob(content: bytes) -> Any:
    """As GitHub: long texts are cut off, others than UTF-8 recoded, binaries have none."""
    binary = b"\0" in content[:8000]
    text = content[: 512 * 1024].decode("utf-8", "replace")
    return {
        "__typename": "Blob",
        "oid": blob_id(content, ""),
        "byteSize": len(content),
        "isBinary": binary,
        "text": None if binary else text,
    }
