"""What tells the log lines of one job from those of others."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.jobs.port import Job


def names(job: Job) -> dict[str, str | int | None]:
    """The job, and what its payload says of delivery, repository and pull request."""
    payload = job.payload
    repository = payload.get("repository")
    full_name = None
    if isinstance(repository, Mapping):
        full_name = f"{repository.get('owner')}/{repository.get('name')}"
    return {
        "job": job.id,
        "kind": job.kind,
        "attempt": job.attempt,
        "delivery": _plain(payload.get("delivery")),
        "repository": full_name,
        "pull": _plain(payload.get("pull")),
    }


def _plain(value: Any) -> str | int | None:
    return value if isinstance(value, str | int) else None
