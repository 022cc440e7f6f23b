"""``pull_request``: a pull request was opened, pushed to, labelled, or aimed at another branch."""

from __future__ import annotations

from typing import Any

import msgspec

from bot.events.jobs import label_review, push_review
from bot.events.outcome import Delivery, Ignored, Outcome
from bot.events.payloads import (
    Id,
    Installation,
    PullReference,
    Repository,
    Sha,
    own_pulls,
    read,
)

REVIEWED = frozenset({"opened", "reopened", "synchronize", "ready_for_review"})
LABELLED = frozenset({"labeled", "unlabeled"})
LONGEST_LABEL = 100
PASSED_OVER = {
    "closed": "the pull request was closed; a review that runs finds that out itself",
    "converted_to_draft": "what was said of the head stays; the next push is a draft's",
    "enqueued": "the merge queue asks for its own check",
    "dequeued": "the head's verdict stays",
}
"""Actions that ask for nothing, and why."""


class Changes(msgspec.Struct, frozen=True):
    """What an edit changed; only whether the base did is of interest."""

    base: Any = None


class PullRequest(PullReference, frozen=True, kw_only=True):
    """The pull request, with its head: a hint only, the review asks GitHub for it anew."""

    head: Any = None
    state: Any = None


class Label(msgspec.Struct, frozen=True):
    """The label that was put on or taken off."""

    name: str


class PullRequestEvent(msgspec.Struct, frozen=True):
    """The payload, as far as it is read."""

    action: str
    number: Id
    pull_request: PullRequest
    repository: Repository
    installation: Installation
    changes: Changes = Changes()
    before: Any = None
    """The head before a push: a hint as well."""
    label: Label | None = None


def translate(delivery: Delivery) -> Outcome:
    """A review, or the reason why there is none."""
    event = read(delivery, PullRequestEvent)
    if event.action in PASSED_OVER:
        return Ignored(PASSED_OVER[event.action])
    if event.action in LABELLED:
        return _labelled(delivery, event)
    if event.action == "edited":
        if event.changes.base is None:
            return Ignored("only the text of the pull request was edited")
        trigger = "edited: another base branch"
    elif event.action in REVIEWED:
        trigger = event.action
    else:
        return Ignored("this action of pull_request asks for no review")
    if not own_pulls((event.pull_request,), event.repository):
        return Ignored("the pull request belongs to another repository")
    head = event.pull_request.head
    return (
        push_review(
            delivery,
            event.installation.id,
            event.repository.named(),
            event.number,
            trigger,
            head=_hint(head.get("sha") if isinstance(head, dict) else None),
            before=_hint(event.before),
        ),
    )


def _labelled(delivery: Delivery, event: PullRequestEvent) -> Outcome:
    """A look at whether the label matters here: the repository's configuration says so."""
    if event.label is None or event.pull_request.state == "closed":
        return Ignored("there is nothing to review for this label")
    if not own_pulls((event.pull_request,), event.repository):
        return Ignored("the pull request belongs to another repository")
    return (
        label_review(
            delivery,
            event.installation.id,
            event.repository.named(),
            event.number,
            event.action,
            label=event.label.name[:LONGEST_LABEL],
        ),
    )


def _hint(value: Any) -> str:
    """A commit id, or nothing: a hint that is none must not cost a review."""
    try:
        return msgspec.convert(value, Sha)
    except msgspec.ValidationError:
        return ""
