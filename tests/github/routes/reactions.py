"""Reactions under comments, review comments and pull requests."""

from __future__ import annotations

from tests.github import render
from tests.github.bodies import Field, check
from tests.github.call import Answer, Call
from tests.github.routes.comments import READ, WRITE, comment_of
from tests.github.routes.pulls import pull_of
from tests.github.routes.review_comments import review_comment_of
from tests.github.routes.table import ROUTES
from tests.github.rules import refuse
from tests.github.state import REACTIONS, Reaction


def _list(call: Call, reactions: list[Reaction]) -> Answer:
    wanted = call.query.get("content")
    found = [one for one in reactions if wanted in (None, one.content)]
    page, links = call.page([render.reaction(one, call.standin) for one in found])
    return Answer(page, headers=links)


def _create(call: Call, reactions: list[Reaction]) -> Answer:
    """The same reaction by the same user again is 200, not an error."""
    content = check(call, {"content": Field(str, required=True)})["content"]
    if content not in REACTIONS:
        error = {"resource": "Reaction", "code": "invalid", "field": "content"}
        raise refuse("reaction-content", errors=[error])
    for one in reactions:
        if one.user is call.actor and one.content == content:
            return Answer(render.reaction(one, call.standin))
    standin = call.standin
    made = Reaction(standin.next_id("reaction"), call.actor, content, standin.clock())
    reactions.append(made)
    return Answer(render.reaction(made, standin), 201)


def _delete(call: Call, reactions: list[Reaction]) -> Answer:
    number = call.number("reaction_id")
    for one in reactions:
        if one.id == number:
            reactions.remove(one)
            return Answer(status=204)
    raise refuse("not-found")


@ROUTES.add("GET", "/repo/issues/comments/{comment_id}/reactions", *READ)
def list_of_comment(call: Call) -> Answer:
    return _list(call, comment_of(call).reactions)


@ROUTES.add("POST", "/repo/issues/comments/{comment_id}/reactions", *WRITE)
def create_on_comment(call: Call) -> Answer:
    return _create(call, comment_of(call).reactions)


@ROUTES.add("DELETE", "/repo/issues/comments/{comment_id}/reactions/{reaction_id}", *WRITE)
def delete_of_comment(call: Call) -> Answer:
    return _delete(call, comment_of(call).reactions)


@ROUTES.add("GET", "/repo/issues/{number}/reactions", *READ)
def list_of_pull(call: Call) -> Answer:
    return _list(call, pull_of(call).reactions)


@ROUTES.add("POST", "/repo/issues/{number}/reactions", *WRITE)
def create_on_pull(call: Call) -> Answer:
    return _create(call, pull_of(call).reactions)


@ROUTES.add("GET", "/repo/pulls/comments/{comment_id}/reactions", "pull_requests=read")
def list_of_review_comment(call: Call) -> Answer:
    return _list(call, review_comment_of(call).reactions)


@ROUTES.add("POST", "/repo/pulls/comments/{comment_id}/reactions", "pull_requests=write")
def create_on_review_comment(call: Call) -> Answer:
    return _create(call, review_comment_of(call).reactions)
