"""Comments in a pull request's conversation."""

from __future__ import annotations

from tests.github import events, render
from tests.github.bodies import Field, check
from tests.github.call import Answer, Call
from tests.github.routes.pulls import pull_of
from tests.github.routes.table import ROUTES
from tests.github.rules import refuse
from tests.github.state import IssueComment

BODY_MAX = 65_536
READ = ("issues=read", "pull_requests=read")
WRITE = ("issues=write", "pull_requests=write")
_BODY = {"body": Field(str, required=True)}


def check_text(text: str, *, rule: str = "comment-body", resource: str = "IssueComment") -> str:
    """A comment's text: not blank, and at most 65,536 characters."""
    if not text.strip():
        error = {"resource": resource, "code": "missing_field", "field": "body"}
        raise refuse(rule, errors=[error])
    if len(text) > BODY_MAX:
        message = f"Body is too long (maximum is {BODY_MAX} characters)"
        error = {"resource": resource, "code": "unprocessable", "field": "data", "message": message}
        raise refuse("body-max", errors=[error])
    return text


@ROUTES.add("GET", "/repo/issues/{number}/comments", *READ)
def list_comments(call: Call) -> Answer:
    pull = pull_of(call)
    page, links = call.page([render.issue_comment(one) for one in pull.issue_comments])
    return Answer(page, headers=links)


@ROUTES.add("POST", "/repo/issues/{number}/comments", *WRITE, content=True)
def create_comment(call: Call) -> Answer:
    pull = pull_of(call)
    text = check_text(check(call, _BODY)["body"])
    return Answer(render.issue_comment(pull.add_comment(call.actor, text, call.caller_app)), 201)


@ROUTES.add("GET", "/repo/issues/comments/{comment_id}", *READ)
def get_comment(call: Call) -> Answer:
    return Answer(render.issue_comment(comment_of(call)))


@ROUTES.add("PATCH", "/repo/issues/comments/{comment_id}", *WRITE)
def update_comment(call: Call) -> Answer:
    comment = comment_of(call)
    text = check_text(check(call, _BODY)["body"])
    if comment.app is not call.caller_app:
        raise refuse("comment-owner")
    before, comment.body = comment.body, text
    comment.updated_at = call.standin.clock()
    call.standin.emit(events.issue_comment(comment, "edited", call.actor, body_before=before))
    return Answer(render.issue_comment(comment))


@ROUTES.add("DELETE", "/repo/issues/comments/{comment_id}", *WRITE)
def delete_comment(call: Call) -> Answer:
    comment = comment_of(call)
    if comment.app is not call.caller_app:
        raise refuse("comment-owner")
    comment.pull.issue_comments.remove(comment)
    call.standin.emit(events.issue_comment(comment, "deleted", call.actor))
    return Answer(status=204)


def comment_of(call: Call) -> IssueComment:
    """The comment that the path names."""
    number = call.number("comment_id")
    for pull in call.repository.pulls.values():
        for one in pull.issue_comments:
            if one.id == number:
                return one
    raise refuse("not-found")
