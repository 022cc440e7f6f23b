"""Payloads as GitHub sends them, cut down to the fields around those that are read."""

from __future__ import annotations

from typing import Any

SHA = "ec26c3e57ca3a959ca5aad62de7213c562f8c821"
APP_ID = 1234

REPOSITORY = {
    "id": 186853002,
    "name": "Hello-World",
    "full_name": "Codertocat/Hello-World",
    "private": False,
    "owner": {"login": "Codertocat", "id": 21031067, "type": "User"},
}
SENDER = {"login": "octocat", "id": 583231, "type": "User"}
INSTALLATION = {"id": 77, "node_id": "MDIz"}


def event(action: str, **parts: Any) -> dict[str, Any]:
    return {
        "action": action,
        "repository": REPOSITORY,
        "installation": INSTALLATION,
        "sender": SENDER,
        **parts,
    }


def reference(number: int = 2, repository: int = 186853002) -> dict[str, Any]:
    """A pull request as checks list it."""
    return {
        "id": 279147437,
        "number": number,
        "head": {"ref": "changes", "sha": SHA, "repo": {"id": 186853002, "name": "Hello-World"}},
        "base": {"ref": "master", "sha": SHA, "repo": {"id": repository, "name": "Hello-World"}},
    }


def pull_request(action: str, *, title: str = "Update the README", **parts: Any) -> dict[str, Any]:
    pull = {**reference(), "title": title, "state": "open", "draft": False, "user": SENDER}
    return event(action, number=2, pull_request=pull, **parts)


def labelled(action: str = "labeled", name: str = "wip", **parts: Any) -> dict[str, Any]:
    return pull_request(action, label={"id": 5, "name": name, "color": "ededed"}, **parts)


def merge_group(
    action: str = "checks_requested", ref: str = f"main/pr-2-{SHA}", **parts: Any
) -> dict[str, Any]:
    group = {
        "head_sha": SHA,
        "head_ref": f"refs/heads/gh-readonly-queue/{ref}",
        "base_sha": "f" * 40,
        "base_ref": "refs/heads/main",
    }
    return event(action, merge_group=group, **parts)


def issue_comment(body: str | None, action: str = "created", **parts: Any) -> dict[str, Any]:
    return event(
        action,
        **{
            "issue": {
                "number": 2,
                "title": "Update the README",
                "pull_request": {"url": "https://api.github.com/repos/x/y/pulls/2"},
            },
            "comment": {"id": 492700400, "body": body, "user": SENDER},
            **parts,
        },
    )


def review_comment(
    body: str | None, action: str = "created", *, root: int | None = 100, user: Any = SENDER
) -> dict[str, Any]:
    comment = {
        "id": 101,
        "body": body,
        "user": user,
        "in_reply_to_id": root,
        "created_at": "2026-11-24T10:00:00Z",
    }
    return event(action, pull_request={"number": 2}, comment=comment)


def review(body: str | None, action: str = "submitted", *, user: Any = SENDER) -> dict[str, Any]:
    found = {
        "id": 80,
        "node_id": "PRR_kwDOA1s",
        "body": body,
        "user": user,
        "state": "commented",
        "submitted_at": "2026-11-24T10:00:00Z",
    }
    return event(action, pull_request={"number": 2}, review=found)


def check_run(
    action: str,
    *,
    app: int = APP_ID,
    pulls: list[dict[str, Any]] | None = None,
    external_id: str | None = "",
    **parts: Any,
) -> dict[str, Any]:
    run = {
        "id": 128620228,
        "head_sha": SHA,
        "external_id": external_id,
        "name": "Assay",
        "app": {"id": app, "slug": "assay"},
        "pull_requests": [reference()] if pulls is None else pulls,
    }
    return event(action, check_run=run, **parts)


def check_suite(
    action: str, *, app: int = APP_ID, pulls: list[dict[str, Any]] | None = None
) -> dict[str, Any]:
    suite = {
        "id": 118578147,
        "head_branch": None,
        "head_sha": SHA,
        "app": {"id": app, "slug": "assay"},
        "pull_requests": [reference()] if pulls is None else pulls,
    }
    return event(action, check_suite=suite)
