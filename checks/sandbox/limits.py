"""How much a batch of files, a file and a worker may cost."""

from __future__ import annotations

from checks.light import dataclass

_MB = 1 << 20


@dataclass(frozen=True, slots=True)
class Limits:
    """The limits of a pool. Times are in seconds, sizes in bytes.

    A file has two deadlines. The first counts the worker's own processor time, so that a busy
    machine changes no result: the analysis sees it pass and says what it left out. The second
    counts wall time, and the worker is killed when it passes.
    """

    file_cpu_seconds: float = 2.0
    file_seconds: float = 8.0
    batch_seconds: float = 45.0
    """Wall time of all runs of a batch, from when a worker is free for it."""
    lookup_seconds: float = 12.0
    """Wall time until files of the repository must be there. Counts against the batch only."""
    start_seconds: float = 30.0
    """Wall time until a new worker is ready."""
    memory: int = 1 << 30
    """Address space of a worker (RLIMIT_AS)."""
    batch_bytes: int = 48 * _MB
    """Text that one worker is given at a time; a larger batch is run in pieces."""
    frame_bytes: int = 8 * _MB
    """Largest answer of a worker: the report on one file."""
    jobs_per_worker: int = 200
    resident: int = 300 * _MB
    """A worker that holds more than this after a job is replaced."""
