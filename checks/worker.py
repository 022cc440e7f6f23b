"""A worker process of the sandbox: reads jobs from its input, writes reports to its output.

Started by :mod:`checks.sandbox.process`, never by people. It imports all it needs, locks itself
in, and then sees nothing of the world but the bytes it is sent. On anything it cannot survive it
ends itself: the parent starts another.
"""

from __future__ import annotations

import codecs
import gc
import importlib
import os
import resource
import sys
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TypeAlias

from checks import configuration
from checks.model import ChangedFile, FileReport, Settings
from checks.repository import Beside, Bounds, Lookup
from checks.sandbox import confinement, frames

Deadline: TypeAlias = Callable[[], bool]
"""Whether the file that is being analysed has had its processor time."""
Begins: TypeAlias = Callable[[str], None]
"""Told the path of a file before work on it begins, so that the right one is blamed; ``""`` before
work on files that are not of the batch."""
Repository: TypeAlias = "tuple[Lookup, Bounds] | None"
"""Reads other files of the repository, and how much of it; ``None`` when nobody can."""
Analysis: TypeAlias = Callable[
    [Sequence[ChangedFile], Settings, Deadline, Begins, Repository, Beside], Iterable[FileReport]
]
"""Yields the report on each file, in order, as soon as it is made. Must let MemoryError through,
which ends the worker."""

_CPU_SECONDS_PER_JOB = 120.0
_CODECS = ("ascii", "cp1252", "idna", "latin-1", "utf-8-sig", "utf-16", "utf-32", "unicode-escape")
_IMPORTED_LATE = ("checks.flow.escaping", "checks.flow.guards", "checks.flow.patterns",
                  "checks.secrets.matching")  # fmt: skip
"""Modules that are imported inside functions: they import each other, or are large."""
_READS_CONFIGURATIONS = "yaml"
"""Imported by :mod:`checks.yaml_tree` at its first reading."""


class Meter:
    """Measures the processor time of one file, so that a busy machine changes no result.

    A worker has one thread, so its processor time is never more than the time that went by: until
    that has passed, the processor's clock, which takes a call into the kernel, is not asked.
    """

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._end = 0.0
        self._earliest = 0.0
        self.restart()

    def restart(self) -> None:
        """Count for the next file."""
        self._end = time.process_time() + self._seconds
        self._earliest = time.monotonic() + self._seconds

    def passed(self) -> bool:
        """Whether the file's time is over."""
        if time.monotonic() < self._earliest:
            return False
        left = self._end - time.process_time()
        self._earliest = time.monotonic() + left
        return left < 0


class Pipe:
    """The two ends of the conversation with the parent, in blocking frames."""

    def __init__(self, incoming: int, outgoing: int) -> None:
        self._incoming = incoming
        self._outgoing = outgoing

    @classmethod
    def from_standard_streams(cls) -> Pipe:
        """Take over input and output, and point the standard ones at nothing.

        A stray ``print`` or a native library's message must not end up among the frames.
        """
        incoming, outgoing = os.dup(0), os.dup(1)
        nothing = os.open(os.devnull, os.O_RDWR)
        for standard in (0, 1, 2):
            os.dup2(nothing, standard)
        os.close(nothing)
        return cls(incoming, outgoing)

    def receive(self) -> frames.Request | None:
        """The next request; None when the parent has closed its end."""
        length = self._read(frames.LENGTH_BYTES)
        if length is None:
            return None
        body = self._read(int.from_bytes(length, "big"))
        return None if body is None else frames.decode_request(body)

    def send(self, answer: frames.Answer) -> None:
        """Write one answer."""
        rest = memoryview(frames.encode(answer))
        while rest:
            rest = rest[os.write(self._outgoing, rest) :]

    def _read(self, size: int) -> bytearray | None:
        buffer = bytearray(size)
        rest = memoryview(buffer)
        while rest:
            count = os.readv(self._incoming, [rest])
            if count == 0:
                return None
            rest = rest[count:]
        return buffer


def main() -> None:
    """Serve the analysis of this package."""
    # Imported here, so that a worker of the tests does not pay for it.
    from checks import engine

    prepare()

    def analysis(
        files: Sequence[ChangedFile],
        settings: Settings,
        deadline: Deadline,
        begins: Begins,
        repository: Repository,
        beside: Beside,
    ) -> Iterable[FileReport]:
        lookup, bounds = repository or (None, Bounds())
        return engine.iterate(
            files,
            settings,
            deadline=deadline,
            begins=begins,
            repository=lookup,
            bounds=bounds,
            beside=beside,
        )

    serve(analysis)


def prepare() -> None:
    """Import all that an analysis may ever ask for: a process without a file system cannot.

    Python itself imports modules at first use, codecs above all. Caches are left to be filled by
    the first job that needs them.
    """
    from checks import registry
    from checks.evidence import registry as gatherers
    from checks.models import facts

    registry.load()
    gatherers.load()
    facts.tables()
    for name in _IMPORTED_LATE:
        importlib.import_module(name)
    for name in _CODECS:
        codecs.lookup(name)


def serve(analysis: Analysis) -> None:
    """Answer requests until the parent goes away.

    The command line holds the largest address space in bytes and the parent's process id.
    """
    memory, parent = (int(argument) for argument in sys.argv[-2:])
    pipe = Pipe.from_standard_streams()
    resident = _Resident()
    importlib.import_module(_READS_CONFIGURATIONS)
    words = confinement.confine(memory)
    if confinement.end_with_parent(parent):
        words += ("ends with its parent",)
    # What is imported stays: the collector need not look at it after every job.
    gc.freeze()
    gc.disable()
    pipe.send(frames.Ready(words))
    while True:
        try:
            request = pipe.receive()
            if request is None:
                return
            confinement.limit_cpu(_CPU_SECONDS_PER_JOB)
            _answer(request, analysis, pipe)
            del request
            gc.collect()
            pipe.send(frames.Done(resident.bytes()))
        except MemoryError:
            _end(pipe, frames.OutOfMemory())
        except BrokenPipeError:
            return
        except Exception as error:
            _end(pipe, frames.Crashed(_describe(error)))


def _answer(request: frames.Request, analysis: Analysis, pipe: Pipe) -> None:
    pipe.send(frames.Began())
    match request:
        case frames.Analyse(files, settings, seconds, bounds, beside):
            meter = Meter(seconds)
            along = iter(beside.files)

            def begins(path: str) -> None:
                if path:
                    pipe.send(frames.At(path))
                elif next(along, None) is not None:
                    pipe.send(frames.Along())
                # What the last file left behind goes before the next one has its time.
                gc.collect(0)
                meter.restart()

            def lookup(paths: Sequence[str]) -> Mapping[str, bytes | None]:
                texts = _ask(pipe, paths)
                meter.restart()
                return texts

            repository = None if bounds is None else (lookup, bounds)
            for report in analysis(files, settings, meter.passed, begins, repository, beside):
                pipe.send(frames.Report(report))
        case frames.ReadConfiguration(layers):
            pipe.send(frames.ConfigurationRead(configuration.read(layers)))


def _ask(pipe: Pipe, paths: Sequence[str]) -> Mapping[str, bytes | None]:
    """Ask the parent for files of the repository, and wait for them."""
    pipe.send(frames.Wanted(tuple(paths)))
    match pipe.receive():
        case frames.Files(texts):
            return texts
        case _:
            raise BrokenPipeError


def _end(pipe: Pipe, last_word: frames.Answer) -> None:
    """End at once: after such an error nothing in this process can be relied on."""
    try:
        pipe.send(last_word)
    finally:
        os._exit(1)


def _describe(error: Exception) -> str:
    """The kind of an exception and the place in our own code; never its text.

    The text may quote what the repository holds, a secret for instance, and this goes to a log.
    """
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    if trace is None:
        return type(error).__name__
    code = trace.tb_frame.f_code
    return f"{type(error).__name__} in {code.co_qualname}, line {trace.tb_lineno}"


class _Resident:
    """The memory that this process holds now.

    Linux tells in a file, which is opened while the file system can still be seen: the peak that
    getrusage(2) knows starts with the size of the parent (it outlives exec), so that a large parent
    would have every worker replaced after each job. Elsewhere the peak must do.
    """

    def __init__(self) -> None:
        self._page = os.sysconf("SC_PAGE_SIZE")
        try:
            self._statm: int | None = os.open("/proc/self/statm", os.O_RDONLY | os.O_CLOEXEC)
        except OSError:
            self._statm = None

    def bytes(self) -> int:
        """Resident memory in bytes."""
        if self._statm is not None:
            return int(os.pread(self._statm, 256, 0).split()[1]) * self._page
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return peak if sys.platform == "darwin" else peak * 1024
