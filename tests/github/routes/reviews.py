"""Reviews: create (all or nothing), list, read, edit, submit and dismiss."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.github import events, render
from tests.github.bodies import Field, check
from tests.github.call import Answer, Call
from tests.github.placing import Place, place
from tests.github.routes.comments import check_text
from tests.github.routes.pulls import pull_of
from tests.github.routes.review_comments import SIDES, attach, commit_of
from tests.github.routes.table import ROUTES
from tests.github.rules import refuse
from tests.github.state import Json, Review, Thread

if TYPE_CHECKING:
    from tests.github.pull import PullRequest

_STATES = {"APPROVE": "APPROVED", "REQUEST_CHANGES": "CHANGES_REQUESTED", "COMMENT": "COMMENTED"}
_OWN = {
    "APPROVE": "Can not approve your own pull request",
    "REQUEST_CHANGES": "Can not request changes on your own pull request",
}
_COMMENT = {
    "path": Field(str, required=True),
    "body": Field(str, required=True),
    "position": Field(int),
    "line": Field(int),
    "side": Field(str, words=SIDES),
    "start_line": Field(int),
    "start_side": Field(str, words=SIDES),
}
_SHAPE = {
    "commit_id": Field(str),
    "body": Field(str),
    "event": Field(str, words=tuple(_STATES)),
    "comments": Field(list, item=_COMMENT),
}


@ROUTES.add("GET", "/repo/pulls/{number}/reviews", "pull_requests=read")
def list_reviews(call: Call) -> Answer:
    pull = pull_of(call)
    seen = [one for one in pull.reviews if one.state != "PENDING" or one.user is call.actor]
    page, links = call.page([render.review(one) for one in seen])
    return Answer(page, headers=links)


@ROUTES.add("POST", "/repo/pulls/{number}/reviews", "pull_requests=write", content=True)
def create_review(call: Call) -> Answer:
    """One bad comment refuses the whole review; nothing is created then."""
    pull = pull_of(call)
    body = check(call, _SHAPE)
    event = body.get("event")
    text = body.get("body", "")
    _check_event(call, pull, event, text, has_comments=bool(body.get("comments")))
    if text:
        check_text(text, resource="PullRequestReview")
    commit = commit_of(call, pull, body.get("commit_id") or pull.head_sha)
    places = _places(call, pull, commit, body.get("comments", []))
    review = _make(call, pull, event, text, commit)
    for where, comment_text in places:
        thread = Thread(call.standin.next_id("thread"), pull)
        pull.threads.append(thread)
        attach(call, review, thread, where, comment_text, commit)
    if review.state != "PENDING":
        _announce(call, review)
    return Answer(render.review(review))


@ROUTES.add("GET", "/repo/pulls/{number}/reviews/{review_id}", "pull_requests=read")
def get_review(call: Call) -> Answer:
    return Answer(render.review(_review(call)))


@ROUTES.add("PUT", "/repo/pulls/{number}/reviews/{review_id}", "pull_requests=write")
def update_review(call: Call) -> Answer:
    review = _review(call)
    text = check(call, {"body": Field(str, required=True)})["body"]
    check_text(text, resource="PullRequestReview")
    if review.user is not call.actor:
        raise refuse("comment-owner")
    review.body = text
    call.standin.emit(events.review(review, "edited", call.actor))
    return Answer(render.review(review))


@ROUTES.add("DELETE", "/repo/pulls/{number}/reviews/{review_id}", "pull_requests=write")
def delete_review(call: Call) -> Answer:
    """Only a pending review can be deleted."""
    review = _review(call)
    if review.state != "PENDING":
        raise refuse("review-body", errors=["Can not delete a non-pending pull request review"])
    review.pull.reviews.remove(review)
    for comment in review.comments:
        comment.thread.comments.remove(comment)
    review.pull.threads = [one for one in review.pull.threads if one.comments]
    return Answer(render.review(review))


@ROUTES.add("POST", "/repo/pulls/{number}/reviews/{review_id}/events", "pull_requests=write")
def submit_review(call: Call) -> Answer:
    review = _review(call)
    shape = {"body": Field(str), "event": Field(str, required=True, words=tuple(_STATES))}
    body = check(call, shape)
    if review.state != "PENDING":
        raise refuse("review-body", errors=["Can not submit a review that is not pending"])
    text = body.get("body", review.body)
    review.body = text
    review.state = _STATES[body["event"]]
    review.submitted_at = call.standin.clock()
    _announce(call, review)
    return Answer(render.review(review))


@ROUTES.add("PUT", "/repo/pulls/{number}/reviews/{review_id}/dismissals", "pull_requests=write")
def dismiss_review(call: Call) -> Answer:
    review = _review(call)
    check(call, {"message": Field(str, required=True), "event": Field(str)})
    if review.state not in ("APPROVED", "CHANGES_REQUESTED"):
        raise refuse("review-body", errors=["Can not dismiss a commented pull request review"])
    review.state = "DISMISSED"
    call.standin.emit(events.review(review, "dismissed", call.actor))
    return Answer(render.review(review))


@ROUTES.add("GET", "/repo/pulls/{number}/reviews/{review_id}/comments", "pull_requests=read")
def list_comments_of_review(call: Call) -> Answer:
    review = _review(call)
    page, links = call.page([render.review_comment(one) for one in review.comments])
    return Answer(page, headers=links)


def _review(call: Call) -> Review:
    number = call.number("review_id")
    for one in pull_of(call).reviews:
        if one.id == number and (one.state != "PENDING" or one.user is call.actor):
            return one
    raise refuse("not-found")


def _check_event(
    call: Call, pull: PullRequest, event: str | None, text: str, *, has_comments: bool
) -> None:
    pending = any(one.state == "PENDING" and one.user is call.actor for one in pull.reviews)
    if pending:
        raise refuse(
            "one-pending", errors=["User can only have one pending review per pull request"]
        )
    if event in _OWN and pull.user is call.actor:
        raise refuse("own-pull", errors=[_OWN[event]])
    if event == "REQUEST_CHANGES" and not text.strip():
        raise refuse("review-body", errors=["Review cannot be requested without a body"])
    if event == "COMMENT" and not text.strip():
        if not has_comments:
            raise refuse("review-body", errors=["Review body can't be blank"])
        call.complaints.append("a COMMENT review without a body: only assumed to be accepted")


def _places(
    call: Call, pull: PullRequest, commit: str, comments: list[dict[str, Any]]
) -> list[tuple[Place, str]]:
    base = pull.repository.store.merge_base(pull.base_sha, commit) or pull.base_sha
    changes = pull.repository.differ.changes(base, commit)
    found = []
    for one in comments:
        if not one["body"].strip():
            error: Json = {"resource": "PullRequestReviewComment", "code": "missing_field"}
            error |= {"field": "body", "message": "body can't be blank"}
            raise refuse("review-comment-body", errors=[error])
        check_text(one["body"], resource="PullRequestReviewComment")
        found.append((place(changes, one), one["body"]))
    return found


def _make(call: Call, pull: PullRequest, event: str | None, text: str, commit: str) -> Review:
    review = Review(
        call.standin.next_id("review"),
        pull,
        call.actor,
        text,
        _STATES[event] if event else "PENDING",
        commit,
        call.standin.clock() if event else None,
    )
    pull.reviews.append(review)
    return review


def _announce(call: Call, review: Review) -> None:
    call.standin.emit(events.review(review, "submitted", call.actor))
    for comment in review.comments:
        call.standin.emit(events.review_comment(comment, "created", call.actor))
