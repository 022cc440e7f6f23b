"""The queue's database by default: one SQLite file in the state directory.

Write-ahead log, ``synchronous=FULL`` (a commit is on the disk when it returns), and
``BEGIN IMMEDIATE`` for every transaction, so that they run one after the other over all processes.
The directory must be on a local disk: SQLite's write-ahead log does not work over a network file
system (https://www.sqlite.org/wal.html, "Disadvantages").
"""

from __future__ import annotations

import os
import sqlite3
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.jobs.schema import migrate

FILE_NAME = "jobs.sqlite3"
BUSY_PATIENCE = 3.0
"""Seconds to wait for another process's transaction."""


def _wall() -> int:
    return time.time_ns() // 1_000_000


def _since_boot() -> int:
    """Milliseconds since the machine started, sleep included where the system can tell.

    All processes of a machine share it, and setting the wall clock does not change it.
    """
    clock = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)
    return time.clock_gettime_ns(clock) // 1_000_000


@dataclass(frozen=True, slots=True)
class Clocks:
    """The two clocks of the queue, in milliseconds."""

    wall: Callable[[], int] = _wall
    lease: Callable[[], int] = _since_boot


class SqliteDatabase:
    """The file ``jobs.sqlite3`` in a state directory."""

    one_machine = True
    faults: tuple[type[Exception], ...] = (sqlite3.OperationalError, OSError)

    def __init__(self, state_dir: Path, clocks: Clocks | None = None) -> None:
        self._path = state_dir / FILE_NAME
        self._clocks = clocks or Clocks()

    def connect(self) -> SqliteConnection:
        """Open the file; make it, readable for its owner only, when there is none."""
        self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        # SQLite gives its companion files (-wal, -shm) the mode of the database file.
        os.close(os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
        return SqliteConnection(self._path, self._clocks)

    def watch(self, wake: Callable[[], None], stop: threading.Event) -> None:
        """Return: SQLite tells other processes nothing, and a look at the file is cheap."""


class SqliteConnection:
    """A connection to the file, and the transaction on it."""

    def __init__(self, path: Path, clocks: Clocks) -> None:
        self._path = path
        self._clocks = clocks
        self._connection = sqlite3.connect(path, timeout=BUSY_PATIENCE, isolation_level=None)
        try:
            self._file = _identity(path)
            self._prepare()
        except BaseException:
            self._connection.close()
            raise

    def begin(self) -> SqliteTransaction:
        """Begin; fail when the file was replaced or removed, as nobody else would see our rows."""
        if _identity(self._path) != self._file:
            raise sqlite3.OperationalError(f"{self._path.name} was replaced")
        _execute(self._connection, "BEGIN IMMEDIATE")
        return SqliteTransaction(self._connection, self._clocks)

    def commit(self) -> None:
        """Write the transaction to the disk."""
        self._connection.execute("COMMIT")

    def rollback(self) -> None:
        """Undo the transaction."""
        if self._connection.in_transaction:
            self._connection.execute("ROLLBACK")

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    def _prepare(self) -> None:
        self._use_write_ahead_log()
        self._connection.execute("PRAGMA synchronous = FULL")
        tx = self.begin()
        try:
            migrate(
                tx,
                identity="INTEGER PRIMARY KEY AUTOINCREMENT",
                is_there="SELECT 1 FROM sqlite_master WHERE name = 'assay_schema'",
            )
        except BaseException:
            self.rollback()
            raise
        self.commit()

    def _use_write_ahead_log(self) -> None:
        # The switch does not wait for a busy file as other statements do.
        give_up = time.monotonic() + BUSY_PATIENCE
        while True:
            try:
                ((mode,),) = _execute(self._connection, "PRAGMA journal_mode = WAL")
            except sqlite3.OperationalError:
                if time.monotonic() > give_up:
                    raise
                time.sleep(0.02)
                continue
            if mode != "wal":
                raise sqlite3.OperationalError(f"no write-ahead log for {self._path.name}: {mode}")
            return


class SqliteTransaction:
    """A transaction under way."""

    def __init__(self, connection: sqlite3.Connection, clocks: Clocks) -> None:
        self._connection = connection
        self.now = clocks.wall()
        self.lease_now = clocks.lease()

    def rows(self, sql: str, /, **params: object) -> list[tuple[Any, ...]]:
        """Run one statement."""
        return _execute(self._connection, sql, params)

    def notify(self) -> None:
        """Nothing: see :meth:`SqliteDatabase.watch`."""


def _identity(path: Path) -> tuple[int, int]:
    status = path.stat()
    return status.st_dev, status.st_ino


def _execute(
    connection: sqlite3.Connection, sql: str, params: Mapping[str, object] | None = None
) -> list[tuple[Any, ...]]:
    try:
        return connection.execute(sql, params or {}).fetchall()
    except sqlite3.DatabaseError as error:
        # A damaged file is reported by the bare base class of all other faults.
        if type(error) is sqlite3.DatabaseError:
            raise sqlite3.OperationalError(str(error)) from error
        raise
