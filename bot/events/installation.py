"""``installation`` and its kin: who installed the app where. Noted in the log, nothing more.

Assay keeps no list of installations: each delivery names its own, and tokens are made for it.
"""

from __future__ import annotations

import msgspec

from bot.events.outcome import Delivery, Ignored, Outcome
from bot.events.payloads import Account, Id, read

EVENTS = frozenset({"installation", "installation_repositories", "installation_target"})


class InstallationDetails(msgspec.Struct, frozen=True):
    """The installation and the account it is for."""

    id: Id
    account: Account | None = None


class InstallationEvent(msgspec.Struct, frozen=True):
    """The payload, as far as it is read."""

    action: str
    installation: InstallationDetails


def translate(delivery: Delivery) -> Outcome:
    """Nothing to do; the reason says what happened."""
    event = read(delivery, InstallationEvent)
    account = event.installation.account
    whose = f" of {account.login}" if account is not None else ""
    action = event.action.replace("_", " ")[:40]
    return Ignored(f"installation {event.installation.id}{whose}: {action}")
