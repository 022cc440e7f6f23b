"""``check_suite``: "Re-run all checks" was pressed."""

from __future__ import annotations

import msgspec

from bot.events.checks import again
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


class CheckSuite(msgspec.Struct, frozen=True):
    """All check runs of one app on one commit."""

    head_sha: Sha
    app: App | None = None
    pull_requests: tuple[PullReference, ...] | None = ()


class CheckSuiteEvent(msgspec.Struct, frozen=True):
    """The payload, as far as it is read."""

    action: str
    check_suite: CheckSuite
    repository: Repository
    installation: Installation
    sender: Account


def translate(delivery: Delivery, app_id: int) -> Outcome:
    """Reviews of the pull requests of the suite's commit."""
    event = read(delivery, CheckSuiteEvent)
    suite = event.check_suite
    if suite.app is None or suite.app.id != app_id:
        return Ignored("the check suite belongs to another app")
    if event.action == "completed":
        return Ignored("our own check suite was reported back to us")
    if event.action != "rerequested":
        return Ignored("reviews follow pull requests, not pushes")
    return again(
        delivery,
        installation=event.installation,
        repository=event.repository,
        pulls=own_pulls(suite.pull_requests or (), event.repository),
        head_sha=suite.head_sha,
        sender=event.sender,
        button="re-run of all checks",
    )
