"""``issue_comment``: someone wrote on a pull request, perhaps a command."""

from __future__ import annotations

from typing import Any

import msgspec

from bot.events import said
from bot.events.outcome import Delivery, Ignored, Outcome
from bot.events.payloads import Account, Id, Installation, Repository, read


class Issue(msgspec.Struct, frozen=True):
    """A pull request is an issue with a ``pull_request`` in it."""

    number: Id
    pull_request: Any = None


class Comment(msgspec.Struct, frozen=True):
    """The comment. Its user is null once the account is deleted."""

    id: Id
    body: str | None = None
    user: Account | None = None
    created_at: str = ""


class IssueCommentEvent(msgspec.Struct, frozen=True):
    """The payload, as far as it is read."""

    action: str
    issue: Issue
    comment: Comment
    repository: Repository
    installation: Installation


def translate(delivery: Delivery) -> Outcome:
    """A command, or the reason why there is none. Who may give it is asked of GitHub later."""
    event = read(delivery, IssueCommentEvent)
    if event.action != "created":
        return Ignored("only new comments are read, not edited or deleted ones")
    if event.issue.pull_request is None:
        return Ignored("the comment is on an issue, not on a pull request")
    comment = event.comment
    return said.command(
        delivery,
        event.installation,
        event.repository,
        pull=event.issue.number,
        what="comment",
        identity=comment.id,
        author=comment.user,
        body=comment.body,
        when=comment.created_at,
    )
