"""Which handler takes which kind of job, and what GitHub's faults mean to the job engine.

A fault is said once, in one line, here; the engine then does as the exception says. A repository
that the app may not read ends its job at once: trying again would not help and would cost calls.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import msgspec

from bot import logs
from bot.github.faults import GiveUp, OurBug, RetryLater, RetryNow
from bot.jobs import Handler, Job, Permanent, RetryAt, kinds

log = logging.getLogger(__name__)

Work = Callable[[Job], Awaitable[object]]
"""Does a job; raises GitHub's faults as they come."""


def make_handlers(*, review: Work, comment: Work, rerun: Work) -> Mapping[str, Handler]:
    """The handler of every kind of job."""
    return {
        kinds.REVIEW: guarded(review),
        kinds.COMMENT_COMMAND: guarded(comment),
        kinds.RERUN_HEAD: guarded(rerun),
    }


def guarded(work: Work) -> Handler:
    """A handler that puts the job's names on its log lines and speaks the engine's language."""

    async def handle(job: Job) -> None:
        with logs.fields(**names(job)):
            try:
                await work(job)
            except RetryLater as fault:
                log.warning("%s; again at %s", _said(fault), fault.when.isoformat())
                raise RetryAt(fault.when, str(fault)) from fault
            except RetryNow as fault:
                log.warning("%s; again after a pause", _said(fault))
                raise
            except GiveUp as fault:
                log.warning("gave up: %s", _said(fault))
                if job.ending is not None:
                    return  # Nothing can be tidied up where we may not go.
                raise Permanent(_said(fault)) from fault
            except OurBug as fault:
                log.exception("GitHub says our request was wrong: %s", _said(fault))
                raise
            except msgspec.ValidationError as error:
                log.exception("the job's payload cannot be read")
                if job.ending is not None:
                    return
                raise Permanent(f"the job's payload cannot be read: {error}") from error
            except (RetryAt, Permanent) as verdict:
                log.warning("%s", verdict)
                raise
            except Exception:
                log.exception("the job failed")
                raise

    return handle


def names(job: Job) -> dict[str, str | int | None]:
    """What tells a job's log lines from others': delivery, repository, pull request."""
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


def _said(fault: Exception) -> str:
    detail = getattr(fault, "detail", "")
    return f"{fault} ({detail})" if detail else str(fault)
