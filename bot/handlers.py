"""Which handler takes which kind of job, and what GitHub's faults mean to the job engine.

A fault is said once, in one line, here; the engine then does as the exception says. A repository
that the app may not read ends its job at once: trying again would not help and would cost calls.
"""

from __future__ import annotations

import logging
import random
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime

import msgspec

from bot import logs, sweep
from bot.github.faults import GiveUp, OurBug, RetryLater, RetryNow
from bot.jobs import Handler, Job, Permanent, RetryAt, kinds
from bot.jobs.backoff import Policy, pause
from bot.jobs.names import names

log = logging.getLogger(__name__)

_POLICY = Policy()
"""Passing trouble is waited out with the engine's own pauses: up to ten minutes, for three days."""

Work = Callable[[Job], Awaitable[object]]
"""Does a job; raises GitHub's faults as they come."""


def make_handlers(
    *,
    review: Work,
    comment: Work,
    button: Work,
    decision: Work,
    rerun: Work,
    merge_group: Work,
    missed: Work,
) -> Mapping[str, Handler]:
    """The handler of every kind of job."""
    return {
        kinds.REVIEW: guarded(review),
        kinds.COMMENT_COMMAND: guarded(comment),
        kinds.BUTTON: guarded(button),
        kinds.CHANGE_MEMORY: guarded(decision),
        kinds.RERUN_HEAD: guarded(rerun),
        kinds.MERGE_GROUP: guarded(merge_group),
        sweep.KIND: guarded(missed),
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
                # An outage of GitHub is nobody's failure, and may last longer than five tries.
                when = datetime.now(UTC) + pause(job.attempt, _POLICY, random.random)
                log.warning("%s; again at %s", _said(fault), when.isoformat())
                raise RetryAt(when, str(fault)) from fault
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


def _said(fault: Exception) -> str:
    detail = getattr(fault, "detail", "")
    return f"{fault} ({detail})" if detail else str(fault)
