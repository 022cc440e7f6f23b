"""``pull_request_review``: someone submitted a review, its own words perhaps a command.

What the review says on lines arrives as ``pull_request_review_comment``, one delivery each.
"""

from __future__ import annotations

import msgspec

from bot.events import said
from bot.events.outcome import Delivery, Ignored, Outcome
from bot.events.payloads import Account, Id, Installation, Repository, read


class PullRequest(msgspec.Struct, frozen=True):
    """The pull request that is reviewed."""

    number: Id


class Review(msgspec.Struct, frozen=True):
    """The review. Its user is null once the account is deleted."""

    id: Id
    node_id: str
    body: str | None = None
    user: Account | None = None
    submitted_at: str | None = None


class ReviewEvent(msgspec.Struct, frozen=True):
    """The payload, as far as it is read."""

    action: str
    pull_request: PullRequest
    review: Review
    repository: Repository
    installation: Installation


def translate(delivery: Delivery) -> Outcome:
    """A command, or the reason why there is none. Who may give it is asked of GitHub later."""
    event = read(delivery, ReviewEvent)
    review = event.review
    if event.action != "submitted":
        return Ignored("only new reviews are read, not edited or dismissed ones")
    return said.command(
        delivery,
        event.installation,
        event.repository,
        pull=event.pull_request.number,
        what="review",
        identity=review.id,
        author=review.user,
        body=review.body,
        when=review.submitted_at,
        review=review.node_id,
    )
