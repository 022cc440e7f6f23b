"""Peak memory of a process and of those it started, from Linux's /proc; nothing elsewhere."""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import dataclass, field
from pathlib import Path

PROC = Path("/proc")
PAUSE = 0.5


@dataclass
class Peaks:
    """The highest resident set (``VmHWM``) of each process of a group, in bytes.

    Pages that two processes share count in both, so a sum is an upper bound.
    """

    leader: int
    """The process that leads the group: the bot itself."""
    by_process: dict[int, int] = field(default_factory=dict)

    def look(self) -> None:
        """Note the peaks of the processes that live now."""
        for status in PROC.glob("[0-9]*/status"):
            number = int(status.parent.name)
            # A process may end between two looks.
            with contextlib.suppress(OSError, ValueError):
                if _group(status.parent / "stat") == self.leader:
                    peak = _high_water(status)
                    self.by_process[number] = max(peak, self.by_process.get(number, 0))

    async def watch(self) -> None:
        """Look again and again, until cancelled."""
        while True:
            self.look()
            await asyncio.sleep(PAUSE)

    @property
    def bot(self) -> int | None:
        """The bot's own peak."""
        return self.by_process.get(self.leader)

    @property
    def workers(self) -> list[int]:
        """The peaks of its analysis workers, the highest first."""
        rest = (peak for number, peak in self.by_process.items() if number != self.leader)
        return sorted(rest, reverse=True)


def _group(stat: Path) -> int:
    # The name, in parentheses, may hold anything (proc(5)).
    return int(stat.read_text().rpartition(")")[2].split()[2])


def _high_water(status: Path) -> int:
    for line in status.read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) * 1024
    return 0
