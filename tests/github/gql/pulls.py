"""Pull requests, review threads, comments and their authors in GraphQL."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.github.clock import stamp, stamp_or_none
from tests.github.diff import FILES_MAX
from tests.github.gql.context import (
    CONNECTION,
    EDGE,
    PAGE_INFO,
    Connection,
    Context,
    GitNode,
    Resolver,
    connect,
)
from tests.github.gql.git import ref_node
from tests.github.state import Review, ReviewComment, Thread, User, node_id

if TYPE_CHECKING:
    from tests.github.pull import PullRequest

_CHANGE = {"removed": "DELETED", "unchanged": "CHANGED"}


def _state(pull: PullRequest) -> str:
    return "MERGED" if pull.merged else pull.state.upper()


def _mergeable(pull: PullRequest) -> str:
    if pull.state != "open":
        return "UNKNOWN"
    return "MERGEABLE" if pull.mergeable else "CONFLICTING"


def _commits(pull: PullRequest, **page: Any) -> Connection:
    return connect([{"pull": pull, "oid": oid} for oid in pull.commits], **page)


def _visible(context: Context, review: Review) -> bool:
    return review.state != "PENDING" or review.user is context.call.actor


def _threads(pull: PullRequest, context: Context, **page: Any) -> Connection:
    found = [one for one in pull.threads if _visible(context, one.comments[0].review)]
    return connect(found, **page)


def _reviews(pull: PullRequest, context: Context, **page: Any) -> Connection:
    states = page.get("states")
    found = [
        one
        for one in pull.reviews
        if _visible(context, one) and (states is None or one.state in states)
    ]
    return connect(found, **page)


def _place(thread: Thread) -> ReviewComment:
    return thread.comments[0]


def _line(comment: ReviewComment) -> int | None:
    anchor = comment.pull.anchor(comment)
    return anchor.line if anchor else None


def _start_line(comment: ReviewComment) -> int | None:
    anchor = comment.pull.anchor(comment)
    return anchor.start_line if anchor else None


def _outdated(comment: ReviewComment) -> bool:
    return comment.pull.anchor(comment) is None


def _login(user: User) -> str:
    """GraphQL leaves out the ``[bot]`` of a bot's login."""
    return user.login.removesuffix("[bot]")


def _url(comment: ReviewComment) -> str:
    return f"{comment.pull.html_url}#discussion_r{comment.id}"


_ACTOR: dict[str, Resolver] = {
    "login": lambda user, _: _login(user),
    "id": lambda user, _: user.node_id,
    "databaseId": lambda user, _: user.id,
}
_COMMENT: dict[str, Resolver] = {
    "id": lambda one, _: one.node_id,
    "databaseId": lambda one, _: one.id,
    "fullDatabaseId": lambda one, _: str(one.id),
    "author": lambda one, _: one.user,
    "authorAssociation": lambda one, _: one.pull.repository.association_of(one.user),
    "body": lambda one, _: one.body,
    "isMinimized": lambda one, _: one.minimized is not None,
    "minimizedReason": lambda one, _: one.minimized,
    "pullRequest": lambda one, _: one.pull,
    "repository": lambda one, _: one.pull.repository,
    "viewerDidAuthor": lambda one, context: one.user is context.call.actor,
    "viewerCanMinimize": lambda one, context: context.call.token.allows("pull_requests=write"),
}
_DATED: dict[str, Resolver] = {
    "createdAt": lambda one, _: stamp(one.created_at),
    "updatedAt": lambda one, _: stamp(one.updated_at),
}

RESOLVERS: dict[str, dict[str, Resolver]] = {
    "PullRequest": {
        "id": lambda pull, _: pull.node_id,
        "databaseId": lambda pull, _: pull.id,
        "fullDatabaseId": lambda pull, _: str(pull.id),
        "number": lambda pull, _: pull.number,
        "title": lambda pull, _: pull.title,
        "body": lambda pull, _: pull.body or "",
        "state": lambda pull, _: _state(pull),
        "closed": lambda pull, _: pull.state == "closed",
        "merged": lambda pull, _: pull.merged,
        "isDraft": lambda pull, _: pull.draft,
        "locked": lambda pull, _: pull.locked,
        "url": lambda pull, _: pull.html_url,
        "author": lambda pull, _: pull.user,
        "authorAssociation": lambda pull, _: pull.repository.association_of(pull.user),
        "repository": lambda pull, _: pull.repository,
        "baseRepository": lambda pull, _: pull.repository,
        "headRepository": lambda pull, _: pull.head_repository,
        "headRepositoryOwner": lambda pull, _: pull.head_repository and pull.head_repository.owner,
        "isCrossRepository": lambda pull, _: pull.head_repository is not pull.repository,
        "baseRefName": lambda pull, _: pull.base_ref,
        "baseRefOid": lambda pull, _: pull.base_sha,
        "baseRef": lambda pull, _: ref_node(pull.repository, pull.base_ref),
        "headRefName": lambda pull, _: pull.head_ref,
        "headRefOid": lambda pull, _: pull.head_sha,
        "headRef": lambda pull, _: ref_node(pull.head_repository, pull.head_ref),
        "mergeable": lambda pull, _: _mergeable(pull),
        "changedFiles": lambda pull, _: len(pull.changes),
        "additions": lambda pull, _: sum(one.additions for one in pull.changes),
        "deletions": lambda pull, _: sum(one.deletions for one in pull.changes),
        "files": lambda pull, _, **page: connect(pull.changes[:FILES_MAX], **page),
        "commits": lambda pull, _, **page: _commits(pull, **page),
        "reviewThreads": _threads,
        "reviews": _reviews,
        "comments": lambda pull, _, **page: connect(pull.issue_comments, **page),
        "labels": lambda pull, _, **page: connect([{"name": one} for one in pull.labels], **page),
        "createdAt": lambda pull, _: stamp(pull.created_at),
        "updatedAt": lambda pull, _: stamp(pull.updated_at),
    },
    "PullRequestChangedFile": {
        "path": lambda change, _: change.path,
        "additions": lambda change, _: change.additions,
        "deletions": lambda change, _: change.deletions,
        "changeType": lambda change, _: _CHANGE.get(change.status, change.status.upper()),
        "viewerViewedState": lambda *_: "UNVIEWED",
    },
    "PullRequestCommit": {
        "id": lambda one, _: node_id("PRC", one["pull"].id, one["oid"]),
        "commit": lambda one, _: GitNode(one["pull"].repository, one["oid"], "commit"),
        "pullRequest": lambda one, _: one["pull"],
    },
    "PullRequestReviewThread": {
        "id": lambda thread, _: thread.node_id,
        "isResolved": lambda thread, _: thread.is_resolved,
        "isCollapsed": lambda thread, _: thread.is_resolved,
        "isOutdated": lambda thread, _: _outdated(_place(thread)),
        "resolvedBy": lambda thread, _: None if _by_bot(thread) else thread.resolved_by,
        "path": lambda thread, _: _place(thread).path,
        "line": lambda thread, _: _line(_place(thread)),
        "startLine": lambda thread, _: _start_line(_place(thread)),
        "originalLine": lambda thread, _: _place(thread).original_line,
        "originalStartLine": lambda thread, _: _place(thread).original_start_line,
        "diffSide": lambda thread, _: _place(thread).side,
        "startDiffSide": lambda thread, _: _place(thread).start_side,
        "subjectType": lambda thread, _: _place(thread).subject_type.upper(),
        "comments": lambda thread, _, **page: connect(thread.comments, **page),
        "pullRequest": lambda thread, _: thread.pull,
        "repository": lambda thread, _: thread.pull.repository,
        "viewerCanResolve": lambda _, context: context.call.token.allows("contents=write"),
        "viewerCanUnresolve": lambda _, context: context.call.token.allows("contents=write"),
    },
    "PullRequestReviewComment": {
        **_COMMENT,
        **_DATED,
        "path": lambda one, _: one.path,
        "line": lambda one, _: _line(one),
        "startLine": lambda one, _: _start_line(one),
        "originalLine": lambda one, _: one.original_line,
        "originalStartLine": lambda one, _: one.original_start_line,
        "outdated": lambda one, _: _outdated(one),
        "diffHunk": lambda one, _: one.diff_hunk,
        "subjectType": lambda one, _: one.subject_type.upper(),
        "state": lambda one, _: "PENDING" if one.review.state == "PENDING" else "SUBMITTED",
        "replyTo": lambda one, _: one.in_reply_to,
        "pullRequestReview": lambda one, _: one.review,
        "originalCommit": lambda one, _: GitNode(
            one.pull.repository, one.original_commit_id, "commit"
        ),
        "url": lambda one, _: _url(one),
    },
    "IssueComment": {
        **_COMMENT,
        **_DATED,
        "url": lambda one, _: f"{one.pull.html_url}#issuecomment-{one.id}",
    },
    "PullRequestReview": {
        **_COMMENT,
        "state": lambda one, _: one.state,
        "submittedAt": lambda one, _: stamp_or_none(one.submitted_at),
        "commit": lambda one, _: GitNode(one.pull.repository, one.commit_id, "commit"),
        "comments": lambda one, _, **page: connect(one.comments, **page),
        "url": lambda one, _: f"{one.pull.html_url}#pullrequestreview-{one.id}",
    },
    "Label": {"name": lambda one, _: one["name"]},
    "Bot": _ACTOR,
    "User": _ACTOR,
    "Organization": _ACTOR,
    "PageInfo": PAGE_INFO,
}


def _by_bot(thread: Thread) -> bool:
    """``resolvedBy`` is a ``User``: a bot does not fit, and GitHub answers null."""
    return thread.resolved_by is not None and thread.resolved_by.type != "User"


for _name in (
    "PullRequest",
    "PullRequestChangedFile",
    "PullRequestCommit",
    "PullRequestReviewThread",
    "PullRequestReviewComment",
    "PullRequestReview",
    "IssueComment",
    "Label",
    "Ref",
):
    RESOLVERS[f"{_name}Connection"] = CONNECTION
    RESOLVERS[f"{_name}Edge"] = EDGE
