"""A PostgreSQL server for the tests: Debian's, on a Unix socket in a directory of its own.

Import ``postgres_server`` into a conftest to use it. Without an installed PostgreSQL its tests are
skipped; where the environment says CI, they fail.
"""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

import pytest

ACCOUNT = "postgres"
MISSING = "PostgreSQL is not installed (Debian: apt-get install postgresql)"


@dataclass
class PostgresServer:
    """A server that can be stopped and started again."""

    programs: Path
    home: Path
    process: subprocess.Popen[bytes] | None = field(default=None)

    def url(self, database: str = "postgres") -> str:
        """The connection URL of a database of this server."""
        return f"postgresql:///{database}?host={self.home}&user={ACCOUNT}"

    def create(self) -> None:
        """Make the data directory."""
        subprocess.run(
            [
                *_as_account(),
                str(self.programs / "initdb"),
                f"--pgdata={self.home / 'data'}",
                f"--username={ACCOUNT}",
                "--auth=trust",
                "--encoding=UTF8",
                "--no-locale",
                "--no-sync",
            ],
            check=True,
            stdout=subprocess.DEVNULL,
            cwd="/",
        )

    def start(self) -> None:
        """Start, and wait until it answers."""
        with (self.home / "log").open("ab") as log:
            self.process = self._launch(log)
        give_up = time.monotonic() + 60
        ready = [str(self.programs / "pg_isready"), "-q", "-h", str(self.home), "-U", ACCOUNT]
        while subprocess.run(ready, check=False).returncode != 0:
            if self.process.poll() is not None or time.monotonic() > give_up:
                pytest.fail("PostgreSQL did not start:\n" + (self.home / "log").read_text())
            time.sleep(0.05)

    def _launch(self, log: IO[bytes]) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [
                *_as_account(),
                str(self.programs / "postgres"),
                "-D",
                str(self.home / "data"),
                "-k",
                str(self.home),
                "-c",
                "listen_addresses=",
                "-c",
                "max_connections=60",
            ],
            stdout=subprocess.DEVNULL,
            stderr=log,
            cwd="/",
        )

    def stop(self) -> None:
        """Shut down at once, as a crash does: connections break, the log is replayed later."""
        if self.process is not None:
            self.process.send_signal(signal.SIGQUIT)
            self.process.wait(60)
            self.process = None


def _as_account() -> list[str]:
    """Root may not run PostgreSQL. The server dies with the test process in any case."""
    quit_with_us = ["setpriv", "--pdeathsig", "QUIT"]
    if os.geteuid() == 0:
        quit_with_us += [f"--reuid={ACCOUNT}", f"--regid={ACCOUNT}", "--init-groups"]
    return [*quit_with_us, "--"]


def _programs() -> Path | None:
    found = sorted(
        Path("/usr/lib/postgresql").glob("*/bin/postgres"),
        key=lambda program: int(program.parts[-3].split(".")[0]),
    )
    return found[-1].parent if found else None


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    """A running server, for the whole session."""
    programs = _programs()
    if programs is None:
        if os.environ.get("CI"):
            pytest.fail(MISSING)
        pytest.skip(MISSING)
    # Not pytest's own directory: other accounts cannot enter that, and the path of a Unix socket
    # has at most 107 bytes.
    home = Path(tempfile.mkdtemp(prefix="assay-pg-", dir="/tmp"))
    if os.geteuid() == 0:
        account = pwd.getpwnam(ACCOUNT)
        os.chown(home, account.pw_uid, account.pw_gid)
    server = PostgresServer(programs, home)
    try:
        server.create()
        server.start()
        yield server
    finally:
        server.stop()
        shutil.rmtree(home, ignore_errors=True)
