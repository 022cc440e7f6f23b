"""Jobs that failed for good, for people who look at the queue. Read only."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Protocol, runtime_checkable

from bot.jobs.database import Transaction


@dataclass(frozen=True, slots=True)
class FailedJob:
    """A job that was given up, and why."""

    id: int
    kind: str
    payload: Mapping[str, Any]
    failed_at: datetime
    reason: str


@runtime_checkable
class ListsFailures(Protocol):
    """An engine that can say what failed."""

    async def failures(self, limit: int) -> tuple[FailedJob, ...]:
        """The last jobs that failed, the newest first. Raises :class:`StoreUnavailable`."""


def failures(tx: Transaction, limit: int) -> tuple[FailedJob, ...]:
    """The last jobs that failed, the newest first."""
    rows = tx.rows(
        "SELECT id, kind, payload, finished_at, ending, error FROM assay_jobs "
        "WHERE state = 'failed' ORDER BY finished_at DESC, id DESC LIMIT :limit",
        limit=limit,
    )
    return tuple(
        FailedJob(
            id=number,
            kind=kind,
            payload=json.loads(payload),
            failed_at=datetime.fromtimestamp((finished_at or 0) / 1000, UTC),
            reason=ending or error or "no reason was recorded",
        )
        for number, kind, payload, finished_at, ending, error in rows
    )
