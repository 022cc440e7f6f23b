"""Reviews, comments and reactions as GitHub's JSON."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from tests.github.clock import stamp
from tests.github.render.apps import app
from tests.github.render.users import user
from tests.github.state import (
    REACTIONS,
    IssueComment,
    Json,
    Reaction,
    Review,
    ReviewComment,
    node_id,
)

if TYPE_CHECKING:
    from tests.github.standin import StandIn


def rollup(reactions: Sequence[Reaction], url: str) -> Json:
    """``reaction-rollup``: how often each emoji was given."""
    counts = {name: sum(one.content == name for one in reactions) for name in REACTIONS}
    return {"url": url, "total_count": len(reactions), **counts}


def reaction(found: Reaction, standin: StandIn) -> Json:
    """``reaction``."""
    return {
        "id": found.id,
        "node_id": node_id("REA", found.id),
        "user": user(found.user, standin),
        "content": found.content,
        "created_at": stamp(found.created_at),
    }


def issue_comment(found: IssueComment) -> Json:
    """``issue-comment``."""
    pull = found.pull
    url = f"{pull.repository.url}/issues/comments/{found.id}"
    return {
        "url": url,
        "html_url": f"{pull.html_url}#issuecomment-{found.id}",
        "issue_url": f"{pull.repository.url}/issues/{pull.number}",
        "id": found.id,
        "node_id": found.node_id,
        "user": user(found.user, pull.standin),
        "created_at": stamp(found.created_at),
        "updated_at": stamp(found.updated_at),
        "body": found.body,
        "author_association": pull.repository.association_of(found.user),
        "reactions": rollup(found.reactions, f"{url}/reactions"),
        "performed_via_github_app": app(found.app, pull.standin) if found.app else None,
    }


def review(found: Review) -> Json:
    """``pull-request-review``; a pending one has no ``submitted_at``."""
    pull = found.pull
    page = f"{pull.html_url}#pullrequestreview-{found.id}"
    body: Json = {
        "id": found.id,
        "node_id": found.node_id,
        "user": user(found.user, pull.standin),
        "body": found.body,
        "state": found.state,
        "html_url": page,
        "pull_request_url": pull.url,
        "author_association": pull.repository.association_of(found.user),
        "_links": {"html": {"href": page}, "pull_request": {"href": pull.url}},
        "commit_id": found.commit_id,
    }
    if found.submitted_at is not None:
        body["submitted_at"] = stamp(found.submitted_at)
    return body


def review_comment(found: ReviewComment) -> Json:
    """``pull-request-review-comment``; line and position are null once it is outdated."""
    pull = found.pull
    url = f"{pull.repository.url}/pulls/comments/{found.id}"
    page = f"{pull.html_url}#discussion_r{found.id}"
    anchor = pull.anchor(found)
    body: Json = {
        "url": url,
        "pull_request_review_id": found.review.id,
        "id": found.id,
        "node_id": found.node_id,
        "diff_hunk": found.diff_hunk,
        "path": found.path,
        "commit_id": pull.head_sha if anchor else found.original_commit_id,
        "original_commit_id": found.original_commit_id,
        "user": user(found.user, pull.standin),
        "body": found.body,
        "created_at": stamp(found.created_at),
        "updated_at": stamp(found.updated_at),
        "html_url": page,
        "pull_request_url": pull.url,
        "author_association": pull.repository.association_of(found.user),
        "_links": {
            "self": {"href": url},
            "html": {"href": page},
            "pull_request": {"href": pull.url},
        },
        "reactions": rollup(found.reactions, f"{url}/reactions"),
        "start_line": anchor.start_line if anchor else None,
        "original_start_line": found.original_start_line,
        "start_side": found.start_side,
        "line": anchor.line if anchor else None,
        "original_line": found.original_line,
        "side": found.side,
        "position": anchor.position if anchor else None,
        "original_position": found.original_position,
        "subject_type": found.subject_type,
    }
    if found.in_reply_to is not None:
        body["in_reply_to_id"] = found.in_reply_to.id
    return body
