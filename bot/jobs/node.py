"""The file lock that tells whether another worker lives on this machine.

Every worker holds a shared lock on a file in the state directory while it works; the kernel lets
go of it when the process dies, however it dies. A worker that gets the lock for itself alone at
its start knows that no other one lives, and that all leases taken under this lock are void.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
from pathlib import Path

FILE_NAME = "worker.lock"


class NodeLock:
    """The lock of one worker."""

    def __init__(self, state_dir: Path) -> None:
        """Open the lock's file.

        Raises:
            OSError: The state directory cannot be written.
        """
        state_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
        flags = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC
        self._descriptor = os.open(state_dir / FILE_NAME, flags, 0o600)
        self.node = _name(self._descriptor)

    def try_alone(self) -> bool:
        """Take the lock alone; False when another worker lives."""
        return self._try(fcntl.LOCK_EX)

    def try_shared(self) -> bool:
        """Take the lock, or turn the lone one, into a shared one.

        False while another worker has it alone, which is as long as it voids the leases.
        """
        return self._try(fcntl.LOCK_SH)

    def close(self) -> None:
        """Let go."""
        os.close(self._descriptor)

    def _try(self, mode: int) -> bool:
        try:
            fcntl.flock(self._descriptor, mode | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True


def _name(descriptor: int) -> str:
    """Name the lock's file, on this machine since it started.

    Images and snapshots copy the contents of files, so the name is made of what they cannot copy.
    """
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii")
    except OSError:  # not Linux: a name that no other worker has; leases run out instead
        boot = os.urandom(16).hex()
    status = os.fstat(descriptor)
    identity = f"{boot.strip()}:{status.st_dev}:{status.st_ino}"
    return hashlib.sha256(identity.encode()).hexdigest()[:16]
