"""Durable jobs: the port that the bot talks to, and the engines behind it."""

from bot.jobs.port import (
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
    "Handler",
    "Job",
    "JobEngine",
    "NewJob",
    "Permanent",
    "QueueStats",
    "RetryAt",
    "StoreUnavailable",
]
