"""``installation`` and its kin: who installed the app where. Noted in the log, nothing more.

Assay keeps no list of installations: each delivery names its own, and tokens are made for it. So
nothing has to be tidied up when the app is taken away: jobs that wait find that out by themselves,
once, and end.
"""

from __future__ import annotations

import msgspec

from bot.events.outcome import Delivery, Ignored, Outcome
from bot.events.payloads import Account, Id, read

EVENTS = frozenset({"installation", "installation_repositories", "installation_target"})

BEGINS = "pull requests are reviewed from their next push on, or when somebody asks"
ENDS = "reviews that wait end without a verdict, because GitHub takes none from now on"
MEANINGS = {
    "created": BEGINS,
    "unsuspend": BEGINS,
    "added": BEGINS,
    "deleted": ENDS,
    "suspend": ENDS,
    "removed": ENDS,
    "new_permissions_accepted": "the next token has them",
    "renamed": "repositories are found by their ids",
}


class InstallationDetails(msgspec.Struct, frozen=True):
    """The installation and the account it is for."""

    id: Id
    account: Account | None = None


class InstallationEvent(msgspec.Struct, frozen=True):
    """The payload, as far as it is read."""

    action: str
    installation: InstallationDetails


def translate(delivery: Delivery) -> Outcome:
    """Nothing to do; the reason says what happened, and what that means for reviews."""
    event = read(delivery, InstallationEvent)
    account = event.installation.account
    whose = f" of {account.login}" if account is not None else ""
    said = f"installation {event.installation.id}{whose}: {event.action.replace('_', ' ')[:40]}"
    meaning = MEANINGS.get(event.action)
    return Ignored(f"{said}; {meaning}" if meaning else said)
