"""Durable jobs: the port that the bot talks to, and the engines behind it."""

from bot.jobs.port import (
    SUPERSEDED,
    Handler,
    Job,
    JobEngine,
    NewJob,
    Permanent,
    QueueStats,
    RetryAt,
    StoreUnavailable,
)

__all__ = [
    "SUPERSEDED",
    "Handler",
    "Job",
    "JobEngine",
    "NewJob",
    "Permanent",
    "QueueStats",
    "RetryAt",
    "StoreUnavailable",
]
