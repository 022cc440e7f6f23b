"""Choose the job engine by the settings."""

from __future__ import annotations

from pathlib import Path

from bot.jobs.backoff import Policy
from bot.jobs.engine import QueueEngine
from bot.jobs.port import JobEngine
from bot.jobs.sqlite import SqliteDatabase


class EngineUnusable(Exception):
    """The settings name a database that cannot be used; the message says what to do."""


def open_engine(
    database_url: str | None, state_dir: Path, policy: Policy | None = None
) -> JobEngine:
    """Make the engine: SQLite in the state directory, or the PostgreSQL of the URL.

    Nothing is connected yet: :meth:`JobEngine.open` does that.

    Raises:
        EngineUnusable: The URL is not one of PostgreSQL, or its driver is not installed.
    """
    if not database_url:
        return QueueEngine(SqliteDatabase(state_dir), state_dir, policy)
    if not database_url.startswith(("postgresql://", "postgres://")):
        raise EngineUnusable(
            "ASSAY_DATABASE_URL must begin with postgresql://; "
            "leave it unset to use the embedded database"
        )
    try:
        import psycopg

        from bot.jobs.postgres import PostgresDatabase
    except ImportError as missing:
        raise EngineUnusable(
            "ASSAY_DATABASE_URL is set, but the PostgreSQL driver is not installed: "
            "pip install 'assay-bot[postgres]'"
        ) from missing
    try:
        database = PostgresDatabase(database_url)
    except psycopg.ProgrammingError as unreadable:
        raise EngineUnusable(
            "ASSAY_DATABASE_URL cannot be read; expected "
            "postgresql://user:password@host:5432/database"
        ) from unreadable
    return QueueEngine(database, state_dir, policy)
