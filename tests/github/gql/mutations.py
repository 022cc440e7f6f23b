"""The mutations of a reviewer: resolve and unresolve threads, minimise comments, react."""

from __future__ import annotations

from typing import Any

from graphql import GraphQLError

from tests.github import events
from tests.github.gql.context import Context, Resolver, forbidden, not_found
from tests.github.gql.roots import node_of
from tests.github.state import IssueComment, Reaction, Review, ReviewComment, Thread

BODY_MAX = 65_536
_REACTIONS = {"THUMBS_UP": "+1", "THUMBS_DOWN": "-1", "LAUGH": "laugh", "CONFUSED": "confused",
              "HEART": "heart", "HOORAY": "hooray", "ROCKET": "rocket", "EYES": "eyes"}  # fmt: skip
"""GraphQL's words for what REST calls so."""
_THREAD_PERMISSIONS = ("pull_requests=write", "contents=write")


def _thread(context: Context, node_id: str) -> Thread:
    found = node_of(context, node_id)
    if not isinstance(found, Thread):
        raise not_found(f"Could not resolve to PullRequestReviewThread node with '{node_id}'.")
    # Resolving needs contents:write besides pull_requests:write (github/gh-aw#35726).
    context.require(*_THREAD_PERMISSIONS)
    return found


def _resolve(_: None, context: Context, *, input: dict[str, Any]) -> Any:  # noqa: A002
    thread = _thread(context, input["threadId"])
    call = context.call
    if not thread.is_resolved:
        thread.resolved_by = call.actor
        call.standin.emit(events.review_thread(thread, "resolved", call.actor))
    return {**input, "thread": thread}


def _unresolve(_: None, context: Context, *, input: dict[str, Any]) -> Any:  # noqa: A002
    thread = _thread(context, input["threadId"])
    call = context.call
    if thread.is_resolved:
        thread.resolved_by = None
        call.standin.emit(events.review_thread(thread, "unresolved", call.actor))
    return {**input, "thread": thread}


def _update(_: None, context: Context, *, input: dict[str, Any]) -> Any:  # noqa: A002
    """Only its author changes a text; what permission that needs is assumed to be as over REST."""
    found = node_of(context, input["pullRequestReviewCommentId"])
    if not isinstance(found, ReviewComment):
        raise not_found("Could not resolve to PullRequestReviewComment node.")
    context.require("pull_requests=write")
    call = context.call
    if found.user is not call.actor:
        raise forbidden()
    if not input["body"].strip() or len(input["body"]) > BODY_MAX:
        raise GraphQLError("Body is blank or too long", extensions={"type": "UNPROCESSABLE"})
    before, found.body = found.body, input["body"]
    found.updated_at = call.standin.clock()
    call.standin.emit(events.review_comment(found, "edited", call.actor, body_before=before))
    return {**input, "comment": found}


def _comment(context: Context, node_id: str) -> IssueComment | Review | ReviewComment:
    found = node_of(context, node_id)
    if not isinstance(found, IssueComment | Review | ReviewComment):
        raise not_found(f"Could not resolve to Minimizable node with '{node_id}'.")
    context.require("pull_requests=write")
    return found


def _minimize(_: None, context: Context, *, input: dict[str, Any]) -> Any:  # noqa: A002
    found = _comment(context, input["subjectId"])
    found.minimized = input["classifier"].lower().replace("_", "-")
    return {**input, "comment": found}


def _unminimize(_: None, context: Context, *, input: dict[str, Any]) -> Any:  # noqa: A002
    found = _comment(context, input["subjectId"])
    found.minimized = None
    return {**input, "comment": found}


def _react(_: None, context: Context, *, input: dict[str, Any]) -> Any:  # noqa: A002
    """The same reaction by the same user again is no error.

    That reviewing apps may react with ``pull_requests=write`` is assumed to be as over REST, which
    has no route for the words of a review.
    """
    found = node_of(context, input["subjectId"])
    if not isinstance(found, IssueComment | Review | ReviewComment):
        raise not_found(f"Could not resolve to Reactable node with '{input['subjectId']}'.")
    context.require("pull_requests=write")
    call = context.call
    content = _REACTIONS[input["content"]]
    known = [one for one in found.reactions if (one.user, one.content) == (call.actor, content)]
    if not known:
        known = [
            Reaction(call.standin.next_id("reaction"), call.actor, content, call.standin.clock())
        ]
        found.reactions += known
    return {**input, "reaction": known[0]}


RESOLVERS: dict[str, dict[str, Resolver]] = {
    "Mutation": {
        "resolveReviewThread": _resolve,
        "unresolveReviewThread": _unresolve,
        "updatePullRequestReviewComment": _update,
        "addReaction": _react,
        "minimizeComment": _minimize,
        "unminimizeComment": _unminimize,
    },
    "AddReactionPayload": {"reaction": lambda found, _: found["reaction"]},
    "Reaction": {
        "content": lambda found, _: next(
            name for name, content in _REACTIONS.items() if content == found.content
        )
    },
    "ResolveReviewThreadPayload": {"thread": lambda found, _: found["thread"]},
    "UnresolveReviewThreadPayload": {"thread": lambda found, _: found["thread"]},
    "UpdatePullRequestReviewCommentPayload": {
        "pullRequestReviewComment": lambda found, _: found["comment"]
    },
    "MinimizeCommentPayload": {"minimizedComment": lambda found, _: found["comment"]},
    "UnminimizeCommentPayload": {"unminimizedComment": lambda found, _: found["comment"]},
}
