"""Review comments one by one: on a line, a range or a file; replies; edit and delete."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.github import events, render
from tests.github.bodies import Field, check
from tests.github.call import Answer, Call
from tests.github.git import OID
from tests.github.placing import Place, place
from tests.github.routes.comments import check_text
from tests.github.routes.pulls import pull_of
from tests.github.routes.table import ROUTES
from tests.github.rules import refuse
from tests.github.state import Review, ReviewComment, Thread

if TYPE_CHECKING:
    from tests.github.pull import PullRequest

SIDES = ("LEFT", "RIGHT")
_RESOURCE = "PullRequestReviewComment"
_SHAPE = {
    "body": Field(str, required=True),
    "commit_id": Field(str, required=True),
    "path": Field(str, required=True),
    "position": Field(int),
    "side": Field(str, words=SIDES),
    "line": Field(int),
    "start_line": Field(int),
    "start_side": Field(str, words=(*SIDES, "side")),
    "in_reply_to": Field(int),
    "subject_type": Field(str, words=("line", "file")),
}


def commit_of(call: Call, pull: PullRequest, sha: str) -> str:
    """A commit of the pull request that a review may speak about."""
    if not OID.match(sha) or sha not in (*pull.commits, pull.head_sha):
        error = {
            "resource": _RESOURCE,
            "code": "custom",
            "field": "commit_id",
            "message": "commit_id is not part of the pull request",
        }
        raise refuse("commit-in-pull", errors=[error])
    return sha


def attach(
    call: Call,
    review: Review,
    thread: Thread,
    where: Place,
    text: str,
    commit: str,
    reply_to: ReviewComment | None = None,
) -> ReviewComment:
    """Make a comment and hang it into its review and thread."""
    now = call.standin.clock()
    comment = ReviewComment(
        id=call.standin.next_id("comment"),
        pull=review.pull,
        review=review,
        thread=thread,
        user=call.actor,
        body=text,
        path=where.path,
        original_commit_id=commit,
        diff_hunk=where.diff_hunk,
        subject_type="file" if where.line is None else "line",
        side=where.side,
        original_line=where.line,
        original_position=where.position or 1,
        start_side=where.start_side,
        original_start_line=where.start_line,
        created_at=now,
        updated_at=now,
        app=call.caller_app,
        in_reply_to=reply_to,
    )
    thread.comments.append(comment)
    review.comments.append(comment)
    return comment


@ROUTES.add("GET", "/repo/pulls/{number}/comments", "pull_requests=read")
def list_review_comments(call: Call) -> Answer:
    pull = pull_of(call)
    found = pull.review_comments
    if call.query.get("direction") == "desc":
        found = found[::-1]
    page, links = call.page([render.review_comment(one) for one in found])
    return Answer(page, headers=links)


@ROUTES.add("POST", "/repo/pulls/{number}/comments", "pull_requests=write", content=True)
def create_review_comment(call: Call) -> Answer:
    pull = pull_of(call)
    body = check(call, _SHAPE)
    text = _text(body["body"])
    _no_pending(call, pull)
    if "in_reply_to" in body:
        return _reply(call, pull, body["in_reply_to"], text)
    commit = commit_of(call, pull, body["commit_id"])
    base = pull.repository.store.merge_base(pull.base_sha, commit) or pull.base_sha
    where = place(pull.repository.differ.changes(base, commit), body)
    thread = Thread(call.standin.next_id("thread"), pull)
    comment = attach(call, _single(call, pull, commit), thread, where, text, commit)
    pull.threads.append(thread)
    call.standin.emit(events.review_comment(comment, "created", call.actor))
    return Answer(render.review_comment(comment), 201)


@ROUTES.add(
    "POST",
    "/repo/pulls/{number}/comments/{comment_id}/replies",
    "pull_requests=write",
    content=True,
)
def create_reply(call: Call) -> Answer:
    pull = pull_of(call)
    text = _text(check(call, {"body": Field(str, required=True)})["body"])
    _no_pending(call, pull)
    return _reply(call, pull, call.number("comment_id"), text)


@ROUTES.add("GET", "/repo/pulls/comments/{comment_id}", "pull_requests=read")
def get_review_comment(call: Call) -> Answer:
    return Answer(render.review_comment(review_comment_of(call)))


@ROUTES.add("PATCH", "/repo/pulls/comments/{comment_id}", "pull_requests=write")
def update_review_comment(call: Call) -> Answer:
    comment = review_comment_of(call)
    text = _text(check(call, {"body": Field(str, required=True)})["body"])
    if comment.user is not call.actor:
        raise refuse("comment-owner")
    before, comment.body = comment.body, text
    comment.updated_at = call.standin.clock()
    call.standin.emit(events.review_comment(comment, "edited", call.actor, body_before=before))
    return Answer(render.review_comment(comment))


@ROUTES.add("DELETE", "/repo/pulls/comments/{comment_id}", "pull_requests=write")
def delete_review_comment(call: Call) -> Answer:
    comment = review_comment_of(call)
    if comment.user is not call.actor:
        raise refuse("comment-owner")
    comment.review.comments.remove(comment)
    comment.thread.comments.remove(comment)
    pull = comment.pull
    pull.threads = [one for one in pull.threads if one.comments]
    call.standin.emit(events.review_comment(comment, "deleted", call.actor))
    return Answer(status=204)


def review_comment_of(call: Call) -> ReviewComment:
    """The comment that the path names."""
    number = call.number("comment_id")
    for pull in call.repository.pulls.values():
        for one in pull.review_comments:
            if one.id == number:
                return one
    raise refuse("not-found")


def _text(text: str) -> str:
    return check_text(text, rule="review-comment-body", resource=_RESOURCE)


def _no_pending(call: Call, pull: PullRequest) -> None:
    if any(one.state == "PENDING" and one.user is call.actor for one in pull.reviews):
        raise refuse(
            "one-pending", errors=["User can only have one pending review per pull request"]
        )


def _single(call: Call, pull: PullRequest, commit: str) -> Review:
    """A comment that stands alone gets a review without a body of its own."""
    now = call.standin.clock()
    number = call.standin.next_id("review")
    review = Review(number, pull, call.actor, "", "COMMENTED", commit, now)
    pull.reviews.append(review)
    return review


def _reply(call: Call, pull: PullRequest, to: int, text: str) -> Answer:
    root = next((one for one in pull.review_comments if one.id == to), None)
    if root is None:
        raise refuse("not-found")
    if root.in_reply_to is not None:
        error = {"resource": _RESOURCE, "code": "custom", "field": "in_reply_to"}
        raise refuse("reply-to-reply", errors=[error])
    where = Place(
        root.path,
        root.side,
        root.original_line,
        root.start_side,
        root.original_start_line,
        root.original_position,
        root.diff_hunk,
    )
    review = _single(call, pull, root.original_commit_id)
    comment = attach(call, review, root.thread, where, text, root.original_commit_id, root)
    call.standin.emit(events.review_comment(comment, "created", call.actor))
    return Answer(render.review_comment(comment), 201)
