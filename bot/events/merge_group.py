"""``merge_group``: a merge queue wants our check on a commit that no pull request has.

The queue makes a branch for each of its entries, ``gh-readonly-queue/<base>/pr-<number>-<sha>``,
on top of the entries before it, and every one of them is checked by itself (docs, "Managing a merge
queue"). So one pull request decides: the one that the branch is named after.
"""

from __future__ import annotations

import msgspec

from bot.events.jobs import merge_group
from bot.events.outcome import Delivery, Ignored, Outcome
from bot.events.payloads import Installation, Repository, Sha, read
from bot.external_id import MOST_DIGITS
from bot.jobs import kinds

PERMISSIONS = {"merge_queues": "read"}
"""What GitHub wants of an app that hears of merge groups; nothing is asked of its API for it."""

MERGED = "merged"
_QUEUE = "gh-readonly-queue/"


class MergeGroup(msgspec.Struct, frozen=True):
    """The commit that would be merged, and the branch that the queue keeps it on."""

    head_sha: Sha
    head_ref: str


class MergeGroupEvent(msgspec.Struct, frozen=True):
    """The payload, as far as it is read."""

    action: str
    merge_group: MergeGroup
    repository: Repository
    installation: Installation
    reason: str | None = None


def translate(delivery: Delivery) -> Outcome:
    """The check of the group, or its end."""
    event = read(delivery, MergeGroupEvent)
    destroyed = event.action == "destroyed"
    if not destroyed and event.action != "checks_requested":
        return Ignored("this action of merge_group asks for no check")
    if destroyed and event.reason == MERGED:
        return Ignored("the merge group was merged, so that its check was done")
    group = event.merge_group
    payload = kinds.MergeGroup(
        installation=event.installation.id,
        repository=event.repository.named(),
        head_sha=group.head_sha,
        pull=pull_of(group.head_ref),
        delivery=delivery.id,
        destroyed=destroyed,
    )
    return (merge_group(payload),)


def pull_of(ref: str) -> int:
    """The pull request that a queue's branch is named after; 0 when it is none of a queue's."""
    branch = ref.removeprefix("refs/heads/")
    if not branch.startswith(_QUEUE):
        return 0
    number, dash, _ = branch.rpartition("/")[2].removeprefix("pr-").partition("-")
    known = dash and number.isascii() and number.isdigit() and len(number) <= MOST_DIGITS
    return int(number) if known else 0
