"""``check_run``: a button on one of our own check runs was pressed."""

from __future__ import annotations

import msgspec

from bot.events.checks import again
from bot.events.jobs import button, merge_group
from bot.events.outcome import Delivery, Ignored, Outcome
from bot.events.payloads import (
    Account,
    App,
    Installation,
    PullReference,
    Repository,
    Sha,
    own_pulls,
    read,
)
from bot.external_id import group_of, pull_of
from bot.jobs import kinds

LONGEST_IDENTIFIER = 20
BUTTONS = {"rerequested": "re-run", "requested_action": "button"}


class CheckRun(msgspec.Struct, frozen=True):
    """The check run, with the id that we gave it."""

    head_sha: Sha
    app: App | None = None
    external_id: str | None = None
    pull_requests: tuple[PullReference, ...] | None = ()


class RequestedAction(msgspec.Struct, frozen=True):
    """The button that was pressed, as we named it."""

    identifier: str


class CheckRunEvent(msgspec.Struct, frozen=True):
    """The payload, as far as it is read."""

    action: str
    check_run: CheckRun
    repository: Repository
    installation: Installation
    sender: Account
    requested_action: RequestedAction | None = None


def translate(delivery: Delivery, app_id: int) -> Outcome:
    """Reviews of the pull requests that the check run stands for."""
    event = read(delivery, CheckRunEvent)
    run = event.check_run
    if run.app is None or run.app.id != app_id:
        return Ignored("the check run belongs to another app")
    if event.action not in BUTTONS:
        return Ignored("our own check run was reported back to us")
    if (queued := group_of(run.external_id)) is not None:
        again_queued = kinds.MergeGroup(
            installation=event.installation.id,
            repository=event.repository.named(),
            head_sha=run.head_sha,
            pull=queued,
            delivery=delivery.id,
            rerun=True,
        )
        return (merge_group(again_queued),)
    # Our own id says which pull request this run is about, for forks too; another one may have
    # the same head.
    named = pull_of(run.external_id)
    pulls = own_pulls(run.pull_requests or (), event.repository) if named is None else (named,)
    if event.action == "requested_action" and event.requested_action is not None and pulls:
        payload = kinds.ButtonPress(
            installation=event.installation.id,
            repository=event.repository.named(),
            pull=pulls[0],
            head_sha=run.head_sha,
            identifier=event.requested_action.identifier[:LONGEST_IDENTIFIER],
            sender=event.sender.login,
            delivery=delivery.id,
        )
        return (button(delivery, payload),)
    return again(
        delivery,
        installation=event.installation,
        repository=event.repository,
        pulls=pulls,
        head_sha=run.head_sha,
        sender=event.sender,
        button=BUTTONS[event.action],
    )
