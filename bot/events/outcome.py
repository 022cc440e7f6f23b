"""What becomes of a delivery: jobs, or nothing for a reason that can be said."""

from __future__ import annotations

from dataclasses import dataclass

from bot.jobs import NewJob


@dataclass(frozen=True, slots=True)
class Delivery:
    """A delivery whose signature holds and whose body is a JSON object."""

    id: str
    """``X-GitHub-Delivery``; a redelivery carries the same one."""
    event: str
    """``X-GitHub-Event``."""
    body: bytes
    """The JSON text."""


@dataclass(frozen=True, slots=True)
class Ignored:
    """Nothing is to be done, and why: for the log and for the "Recent deliveries" page."""

    reason: str


Outcome = tuple[NewJob, ...] | Ignored
"""Jobs (at least one) to be stored, or nothing."""
