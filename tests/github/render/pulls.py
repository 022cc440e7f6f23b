"""Pull requests as GitHub's ``pull-request`` and its shorter relatives."""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING
from urllib.parse import quote

from tests.github.clock import stamp, stamp_or_none
from tests.github.render.comments import rollup
from tests.github.render.repositories import repository
from tests.github.render.users import user
from tests.github.state import Json, node_id

if TYPE_CHECKING:
    from tests.github.merge_group import MergeGroup
    from tests.github.pull import PullRequest
    from tests.github.repository import Repository


def _side(found: Repository | None, ref: str, sha: str) -> Json:
    """Head or base. GitHub answers null for what belonged to a deleted fork."""
    if found is None:
        return {"label": None, "ref": ref, "sha": sha, "user": None, "repo": None}
    return {
        "label": f"{found.owner.login}:{ref}",
        "ref": ref,
        "sha": sha,
        "user": user(found.owner, found.standin),
        "repo": repository(found),
    }


def pull_request_simple(pull: PullRequest) -> Json:
    """``pull-request-simple``, as lists and review events carry it."""
    issue_url = f"{pull.repository.url}/issues/{pull.number}"
    statuses = f"{pull.repository.url}/statuses/{pull.head_sha}"
    return {
        "url": pull.url,
        "id": pull.id,
        "node_id": pull.node_id,
        "html_url": pull.html_url,
        "diff_url": f"{pull.html_url}.diff",
        "patch_url": f"{pull.html_url}.patch",
        "issue_url": issue_url,
        "number": pull.number,
        "state": pull.state,
        "locked": pull.locked,
        "title": pull.title,
        "user": user(pull.user, pull.standin),
        "body": pull.body,
        "created_at": stamp(pull.created_at),
        "updated_at": stamp(pull.updated_at),
        "closed_at": stamp_or_none(pull.closed_at),
        "merged_at": stamp_or_none(pull.merged_at),
        "merge_commit_sha": pull.head_sha if pull.merged else None,
        "assignee": None,
        "assignees": [],
        "requested_reviewers": [],
        "requested_teams": [],
        "labels": [label(pull.repository, one) for one in pull.labels],
        "milestone": None,
        "draft": pull.draft,
        "commits_url": f"{pull.url}/commits",
        "review_comments_url": f"{pull.url}/comments",
        "review_comment_url": f"{pull.repository.url}/pulls/comments{{/number}}",
        "comments_url": f"{issue_url}/comments",
        "statuses_url": statuses,
        "head": _side(pull.head_repository, pull.head_ref, pull.head_sha),
        "base": _side(pull.repository, pull.base_ref, pull.base_sha),
        "_links": {
            "self": {"href": pull.url},
            "html": {"href": pull.html_url},
            "issue": {"href": issue_url},
            "comments": {"href": f"{issue_url}/comments"},
            "review_comments": {"href": f"{pull.url}/comments"},
            "review_comment": {"href": f"{pull.repository.url}/pulls/comments{{/number}}"},
            "commits": {"href": f"{pull.url}/commits"},
            "statuses": {"href": statuses},
        },
        "author_association": pull.repository.association_of(pull.user),
        "auto_merge": None,
        "active_lock_reason": None,
    }


def label(repository: Repository, name: str) -> Json:
    """``label``: of a repository, as a pull request bears it."""
    number = zlib.crc32(name.encode())
    return {
        "id": number,
        "node_id": node_id("LA", number),
        "url": f"{repository.url}/labels/{quote(name)}",
        "name": name,
        "description": None,
        "color": "ededed",
        "default": False,
    }


def merge_group(group: MergeGroup) -> Json:
    """``merge-group``: of a merge queue."""
    commit = group.repository.store.commit(group.head_sha)
    person = {"name": commit.author.name, "email": commit.author.email}
    return {
        "head_sha": group.head_sha,
        "head_ref": group.head_ref,
        "base_sha": group.base_sha,
        "base_ref": f"refs/heads/{group.base_ref}",
        "head_commit": {
            "id": group.head_sha,
            "tree_id": commit.tree,
            "message": commit.message,
            "timestamp": stamp(commit.author.when),
            "author": person,
            "committer": person,
        },
    }


def pull_request(pull: PullRequest, *, computed: bool = True) -> Json:
    """``pull-request``; deliveries go out before GitHub has computed whether it can be merged."""
    changes = pull.changes
    able = pull.mergeable if computed and pull.state == "open" else None
    if able is None:
        state = "unknown"
    elif not able:
        state = "dirty"
    else:
        state = "draft" if pull.draft else "clean"
    return {
        **pull_request_simple(pull),
        "merged": pull.merged,
        "mergeable": able,
        "rebaseable": able,
        "mergeable_state": state,
        "merged_by": user(pull.merged_by, pull.standin) if pull.merged_by else None,
        "comments": len(pull.issue_comments),
        "review_comments": len(pull.review_comments),
        "maintainer_can_modify": pull.head_repository is not pull.repository,
        "commits": len(pull.commits),
        "additions": sum(change.additions for change in changes),
        "deletions": sum(change.deletions for change in changes),
        "changed_files": len(changes),
    }


def pull_request_minimal(pull: PullRequest) -> Json:
    """``pull-request-minimal``, as checks carry it."""

    def side(found: Repository, ref: str, sha: str) -> Json:
        stub = {"id": found.id, "url": found.url, "name": found.name}
        return {"ref": ref, "sha": sha, "repo": stub}

    assert pull.head_repository is not None
    return {
        "id": pull.id,
        "number": pull.number,
        "url": pull.url,
        "head": side(pull.head_repository, pull.head_ref, pull.head_sha),
        "base": side(pull.repository, pull.base_ref, pull.base_sha),
    }


def issue(pull: PullRequest) -> Json:
    """The pull request as an issue, inside ``issue_comment`` events."""
    url = f"{pull.repository.url}/issues/{pull.number}"
    return {
        "url": url,
        "repository_url": pull.repository.url,
        "labels_url": f"{url}/labels{{/name}}",
        "comments_url": f"{url}/comments",
        "events_url": f"{url}/events",
        "html_url": pull.html_url,
        "id": pull.id + 1_000_000,
        "node_id": node_id("I", pull.id),
        "number": pull.number,
        "title": pull.title,
        "user": user(pull.user, pull.standin),
        "labels": [label(pull.repository, one) for one in pull.labels],
        "state": pull.state,
        "locked": pull.locked,
        "assignee": None,
        "assignees": [],
        "milestone": None,
        "comments": len(pull.issue_comments),
        "created_at": stamp(pull.created_at),
        "updated_at": stamp(pull.updated_at),
        "closed_at": stamp_or_none(pull.closed_at),
        "author_association": pull.repository.association_of(pull.user),
        "active_lock_reason": None,
        "draft": pull.draft,
        "pull_request": {
            "url": pull.url,
            "html_url": pull.html_url,
            "diff_url": f"{pull.html_url}.diff",
            "patch_url": f"{pull.html_url}.patch",
            "merged_at": stamp_or_none(pull.merged_at),
        },
        "body": pull.body,
        "reactions": rollup(pull.reactions, f"{url}/reactions"),
        "timeline_url": f"{url}/timeline",
        "performed_via_github_app": None,
        "state_reason": None,
    }
