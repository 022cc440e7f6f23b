"""What ``check_run`` and ``check_suite`` have in common: someone wants our check again."""

from __future__ import annotations

from bot.events.jobs import asked_review, rerun_head
from bot.events.outcome import Delivery, Outcome
from bot.events.payloads import Account, Installation, Repository

MOST_PULLS = 10
"""Pull requests of one head commit that one click reviews again."""


def again(
    delivery: Delivery,
    *,
    installation: Installation,
    repository: Repository,
    pulls: tuple[int, ...],
    head_sha: str,
    sender: Account,
    button: str,
) -> Outcome:
    """Review each of these pull requests again; without any, look for those of the head.

    GitHub names no pull request for heads in forks (docs, "Using the REST API to interact with
    checks").
    """
    if not pulls:
        return (rerun_head(delivery, installation.id, repository.named(), head_sha, sender.login),)
    trigger = f"{button} by @{sender.login}"
    return tuple(
        asked_review(delivery.id, installation.id, repository.named(), pull, trigger, head=head_sha)
        for pull in pulls[:MOST_PULLS]
    )
