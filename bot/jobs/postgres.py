"""The queue on PostgreSQL, for workers on several machines.

Needs the extra ``assay-bot[postgres]``; only ``bot.jobs.open`` imports it, and only when a database
URL is set. Why this is not procrastinate is told in docs/jobs.md.

A transaction takes one advisory lock first, so that transactions of the queue run one after the
other; all limits on waiting are set in it, so that connection poolers that hand a session to
many clients do no harm. Times are the server's.
"""

from __future__ import annotations

import contextlib
import functools
import re
import threading
from collections.abc import Callable
from typing import Any, LiteralString

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from bot.jobs.schema import migrate

CHANNEL = "assay_jobs"
LOCK = 0x4153_5341_5900
"""The advisory lock of the queue ("ASSAY" in ASCII, shifted). Other users of the database, if any,
must not take it."""
DEFAULTS = {
    "connect_timeout": "3",
    # A server that has vanished from the network is noticed after 5 seconds, not 15 minutes.
    "tcp_user_timeout": "5000",
    "keepalives_idle": "5",
    "keepalives_interval": "2",
    "keepalives_count": "3",
    "application_name": "assay",
}

_BEGIN: LiteralString = """
BEGIN;
SET LOCAL synchronous_commit = on;
SET LOCAL lock_timeout = '3s';
SET LOCAL statement_timeout = '5s';
SET LOCAL idle_in_transaction_session_timeout = '5s';
"""
"""The last line frees the queue from a worker that froze in the middle of a transaction."""

_NOW: LiteralString = "SELECT CAST(extract(epoch FROM clock_timestamp()) * 1000 AS bigint)"


class PostgresDatabase:
    """The tables ``assay_*`` in the first schema of the search path of a PostgreSQL database."""

    one_machine = False
    faults: tuple[type[Exception], ...] = (
        psycopg.OperationalError,  # not reachable, locked, disk full, shutting down
        psycopg.InterfaceError,  # the connection is closed
        psycopg.InternalError,  # idle too long, read-only after a failover
        psycopg.errors.InsufficientPrivilege,  # may not make or use the tables
    )

    def __init__(self, url: str) -> None:
        """Take a libpq connection string or URL; what it sets itself goes before our defaults.

        Raises:
            psycopg.ProgrammingError: The connection string cannot be read.
        """
        given = conninfo_to_dict(url)
        missing = {name: value for name, value in DEFAULTS.items() if name not in given}
        self._conninfo = make_conninfo(url, **missing)

    def connect(self) -> PostgresConnection:
        """Connect and bring the schema up to date."""
        connection = PostgresConnection(self._open())
        try:
            tx = connection.begin()
            migrate(
                tx,
                identity="BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY",
                is_there="SELECT 1 WHERE to_regclass('assay_schema') IS NOT NULL",
            )
            connection.commit()
        except BaseException:
            connection.close()
            raise
        return connection

    def watch(self, wake: Callable[[], None], stop: threading.Event) -> None:
        """Listen, and connect again after a fault, until ``stop`` is set."""
        while not stop.is_set():
            with contextlib.suppress(*self.faults), self._open() as connection:
                connection.execute(f"LISTEN {CHANNEL}")
                while not stop.is_set():
                    for _ in connection.notifies(timeout=0.5, stop_after=1):
                        wake()
            stop.wait(1.0)

    def _open(self) -> psycopg.Connection[tuple[Any, ...]]:
        # No prepared statements: poolers in transaction mode lose them.
        return psycopg.connect(self._conninfo, autocommit=True, prepare_threshold=None)


class PostgresConnection:
    """A session, and the transaction in it."""

    def __init__(self, connection: psycopg.Connection[tuple[Any, ...]]) -> None:
        self._connection = connection

    def begin(self) -> PostgresTransaction:
        """Begin, take the queue's lock, and read the clock: one round trip."""
        cursor = self._connection.execute(f"{_BEGIN} SELECT pg_advisory_xact_lock({LOCK}); {_NOW}")
        while cursor.nextset():
            pass
        ((now,),) = cursor.fetchall()
        return PostgresTransaction(self._connection, now)

    def commit(self) -> None:
        """Commit; with the default settings of the server, the rows are on its disk then."""
        self._connection.execute("COMMIT")

    def rollback(self) -> None:
        """Undo the transaction."""
        self._connection.execute("ROLLBACK")

    def close(self) -> None:
        """End the session; a transaction under way is undone."""
        self._connection.close()


class PostgresTransaction:
    """A transaction under way. Both its clocks are the server's."""

    def __init__(self, connection: psycopg.Connection[tuple[Any, ...]], now: int) -> None:
        self._connection = connection
        self.now = now
        self.lease_now = now

    def rows(self, sql: str, /, **params: object) -> list[tuple[Any, ...]]:
        """Run one statement."""
        cursor = self._connection.execute(_translate(sql), params)
        return cursor.fetchall() if cursor.description is not None else []

    def notify(self) -> None:
        """Wake the listening workers after the commit."""
        self._connection.execute(f"NOTIFY {CHANNEL}")


_PARAMETER = re.compile(r":([a-z_0-9]+)")


@functools.cache
def _translate(sql: str) -> LiteralString:
    """``:name`` as ``%(name)s``. The statements are constants of ``bot.jobs``, never input."""
    return _PARAMETER.sub(r"%(\1)s", sql)
