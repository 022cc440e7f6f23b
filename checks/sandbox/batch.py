"""One batch of files, from the first worker that takes it to a report on every file.

Bookkeeping over values, with no process in sight: which files go to a worker next, which file a
worker was at when it ended, and what is said about those that could not be analysed.
"""

from __future__ import annotations

from collections.abc import Sequence

from checks.languages.paths import language_of
from checks.languages.roles import decide
from checks.model import ChangedFile, FileReport, Settings

TIME_LIMIT = "time limit"
MEMORY_LIMIT = "memory limit"
CRASHED = "the analysis crashed"
NOT_UNICODE = "its name is not UTF-8"
NOT_STARTED = "the analysis could not be started"

_MOVES_PER_FILE = 2
"""How often a worker may begin with a file, which winds the file's clock: to read and to check."""
_GATHERINGS = 2
"""How many workers may end over files of the repository, until the batch is run without them."""
_LOST_WORKERS = 3
"""How many workers may end before they began, until the batch is given up."""


class Batch:
    """The files of a batch and what became of them.

    The files that fit into one piece go to a worker together, because the analysis follows data
    from file to file. When a worker ends early, the piece is run again without the file that it was
    at. A file at which a worker ran out of memory or crashed is run once more at the end, alone:
    others may have filled the memory, or somebody else killed the worker. No file is blamed for a
    worker that ends over other files of the repository; the second time they are done without.
    """

    def __init__(self, files: Sequence[ChangedFile], settings: Settings, piece_bytes: int) -> None:
        self._files = tuple(files)
        self._settings = settings
        self._reports: dict[int, FileReport] = {}
        self._pieces: list[list[int]] = []
        self._second_chance: set[int] = set()
        self._running: list[int] = []
        self._current: int | None = None
        self._moves = 0
        self._lost = 0
        self._gathers = False
        self._failed_gatherings = 0
        room = 0
        for index, file in enumerate(self._files):
            size = len(file.head) + len(file.base or b"")
            if not (_is_unicode(file.path) and _is_unicode(file.old_path or "")):
                self._give_up(index, NOT_UNICODE)
            elif size > piece_bytes:
                self._give_up(index, f"larger than {piece_bytes >> 20} MB")
            elif self._pieces and size <= room:
                self._pieces[-1].append(index)
                room -= size
            else:
                self._pieces.append([index])
                room = piece_bytes - size

    def next_run(self) -> tuple[ChangedFile, ...]:
        """The files to give to a worker now; empty when all is done."""
        self._pieces = [piece for piece in self._pieces if piece]
        self._running = list(self._pieces[0]) if self._pieces else []
        self._current = None
        self._gathers = False
        self._moves = _MOVES_PER_FILE * len(self._running)
        return tuple(self._files[index] for index in self._running)

    def move(self, path: str) -> bool:
        """The worker begins with another file; False when it may not."""
        self._moves -= 1
        self._gathers = False
        self._current = next((i for i in self._running if self._files[i].path == path), None)
        return self._current is not None and self._moves >= 0

    def gather(self) -> bool:
        """The worker asks for other files of the repository; False when it is too late for that."""
        self._gathers = True
        return bool(self._running) and len(self._running) == len(self._pieces[0])

    @property
    def alone(self) -> bool:
        """Whether workers ended over other files of the repository too often to go on with them."""
        return self._failed_gatherings >= _GATHERINGS

    def accept(self, report: FileReport) -> bool:
        """Take the report on the next file of the run; False when it is not about that file."""
        if not self._running:
            return False
        path = self._files[self._running[0]].path
        if report.path != path or any(finding.path != path for finding in report.findings):
            return False
        self._reports[self._running.pop(0)] = report
        self._current = None
        return True

    def finish_run(self) -> bool:
        """The worker says that it is done; False when reports are missing."""
        if self._running:
            return False
        self._pieces.pop(0)
        return True

    def blame_current(self, reason: str) -> None:
        """The worker ended, or was killed: blame the file that it was at, or had to report next."""
        if not self._running:
            # It had reported on every file already: nothing is lost.
            self._pieces.pop(0)
            return
        if self._gathers and not self.alone:
            self._failed_gatherings += _GATHERINGS if reason == TIME_LIMIT else 1
            return
        index = self._running[0] if self._current is None else self._current
        self._pieces[0].remove(index)
        if reason == TIME_LIMIT or index in self._second_chance:
            self._give_up(index, reason)
        else:
            self._second_chance.add(index)
            self._pieces.append([index])

    def worker_lost(self) -> None:
        """The worker ended before it began: no file's fault, unless it goes on like that."""
        self._lost += 1
        if self._lost >= _LOST_WORKERS:
            self.give_up_rest(CRASHED)

    def give_up_rest(self, reason: str) -> None:
        """Report every file that has no report yet as not analysed."""
        for index in range(len(self._files)):
            if index not in self._reports:
                self._give_up(index, reason)
        self._pieces.clear()

    def reports(self) -> tuple[FileReport, ...]:
        """The report on every file, in the order of the batch."""
        return tuple(self._reports[index] for index in range(len(self._files)))

    def _give_up(self, index: int, reason: str) -> None:
        file = self._files[index]
        self._reports[index] = FileReport(
            path=file.path,
            role=decide(file.path, None, self._settings, file.generated),
            language=language_of(file.path, file.head),
            not_analysed=reason,
            deleted=file.deleted,
        )


def _is_unicode(path: str) -> bool:
    """Whether a path can be sent: one read from a disk may hold bytes that are no UTF-8."""
    try:
        path.encode()
    except UnicodeEncodeError:
        return False
    return True
