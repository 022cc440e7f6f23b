"""A made-up piece of production code with nothing to mend.

What a review says about it stands in expected_more.json.
"""

import logging
import os
import sqlite3
import subprocess
import time

logger = logging.getLogger(__name__)

SCHEMA_VERSION = 3
BACKUP_TOOL = "ledger-backup"


class Ledger:
    """Bookings in a database of one file."""

    def __init__(self, path):
        self._connection = sqlite3.connect(path)

    def close(self):
        self._connection.close()

    def add(self, account, amount):
        if amount == 0:
            raise ValueError(f"nothing to book on {account}")
        self._connection.execute(
            "INSERT INTO bookings (account, amount) VALUES (?, ?)", (account, amount)
        )
        logger.debug("booked %s on %s", amount, account)

    def balance(self, account):
        row = self._connection.execute(
            "SELECT sum(amount) FROM bookings WHERE account = ?", (account,)
        ).fetchone()
        return row[0]

    def accounts(self):
        return self._connection.execute("SELECT DISTINCT account FROM bookings").fetchall()


def backup(path, target):
    command = [BACKUP_TOOL, "--from", path, "--to", target]
    try:
        subprocess.run(command, check=True, timeout=60)
    except subprocess.CalledProcessError as error:
        logger.error("the backup failed: %s", error.returncode)
        raise
    return f"{target}.done"


def read_limit(path):
    try:
        with open(path, encoding="utf-8") as file:
            return int(file.read())
    except (OSError, ValueError):
        return int(os.environ.get("LEDGER_LIMIT", "100"))


def connect(open_ledger, path):
    for attempt in range(5):
        try:
            return open_ledger(path)
        except sqlite3.OperationalError:
            time.sleep(0.2)
    raise TimeoutError(path)
