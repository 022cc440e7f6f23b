"""How long the queue waits, and when it gives up: the numbers of the engine, in one value.

Nothing here reads a clock or a random source of its own.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True)
class Policy:
    """The times and limits of a queue. Every worker of one database must use the same."""

    lease: timedelta = timedelta(seconds=15)
    """A worker that was not heard of for so long has lost its jobs. Renewed well before."""
    poll: timedelta = timedelta(seconds=0.5)
    """How often a worker looks for jobs that another process stored."""
    group_limit: int = 4
    """Jobs of one group (an installation) that run at once, over all workers."""
    cap: int = 5
    """Failures after which a job is given up. The death of its worker is one."""
    first_pause: timedelta = timedelta(seconds=2)
    """The longest pause after the first failure."""
    longest_pause: timedelta = timedelta(minutes=10)
    growth: int = 4
    """The pause's ceiling grows by this factor with every failure."""
    patience: timedelta = timedelta(days=3)
    """How long a job may be put off with ``RetryAt``, and how long an ending is tried."""
    supersede_grace: timedelta = timedelta(seconds=3)
    """A superseded handler has so long to notice by itself; then it is cancelled."""
    cancel_grace: timedelta = timedelta(seconds=5)
    """How long a cancelled handler may take to unwind when the worker stops."""
    run_limit: timedelta = timedelta(hours=1)
    """A handler that takes longer is cancelled; that counts as a failure."""
    stall_limit: timedelta = timedelta(minutes=1)
    """When the event loop was stuck for so long, its worker stops renewing its leases."""
    delivery_memory: timedelta = timedelta(days=7)
    """Delivery ids are known for at least so long. GitHub offers to redeliver for 3 days."""


def pause(failures: int, policy: Policy, random: Callable[[], float]) -> timedelta:
    """The pause after the given number of failures: exponential, with full jitter.

    Full jitter (any length between nothing and the ceiling) spreads the jobs that one outage made
    fail together; see Brooker, "Exponential Backoff And Jitter", AWS Architecture Blog, 2015.

    Args:
        failures: How often the job failed so far, at least 1.
        policy: The ceiling of the first pause, its growth, and the highest ceiling.
        random: Gives numbers in [0, 1).
    """
    # The exponent is bounded: an ending may fail hundreds of times in three days.
    growth = float(policy.growth) ** min(failures - 1, 64)
    ceiling = min(policy.first_pause.total_seconds() * growth, policy.longest_pause.total_seconds())
    return timedelta(seconds=ceiling * random())
