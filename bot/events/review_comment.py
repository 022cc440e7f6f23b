"""``pull_request_review_comment``: someone wrote on a line of the diff, perhaps a command."""

from __future__ import annotations

import msgspec

from bot.events import said
from bot.events.outcome import Delivery, Ignored, Outcome
from bot.events.payloads import Account, Id, Installation, Repository, read


class PullRequest(msgspec.Struct, frozen=True):
    """The pull request that the line belongs to."""

    number: Id


class Comment(msgspec.Struct, frozen=True):
    """The comment, and the one that starts its thread."""

    id: Id
    body: str | None = None
    user: Account | None = None
    """Null once the account is gone."""
    in_reply_to_id: Id | None = None
    created_at: str = ""


class ReviewCommentEvent(msgspec.Struct, frozen=True):
    """The payload, as far as it is read."""

    action: str
    pull_request: PullRequest
    comment: Comment
    repository: Repository
    installation: Installation


def translate(delivery: Delivery) -> Outcome:
    """A command, or the reason why there is none. Who may give it is asked of GitHub later."""
    event = read(delivery, ReviewCommentEvent)
    comment = event.comment
    if event.action != "created":
        return Ignored("only new comments are read, not edited or deleted ones")
    return said.command(
        delivery,
        event.installation,
        event.repository,
        pull=event.pull_request.number,
        what="comment",
        identity=comment.id,
        author=comment.user,
        body=comment.body,
        when=comment.created_at,
        on_line=True,
        thread=comment.in_reply_to_id or comment.id,
    )
