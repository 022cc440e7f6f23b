"""The pool: it lends workers to batches, holds the deadlines, and replaces what died.

There are as many workers as may work at once and, if not told otherwise, one more, warm, so that a
batch whose worker was killed goes on without waiting for imports.
"""

from __future__ import annotations

import asyncio
import itertools
import logging
from collections.abc import AsyncIterator, Coroutine, Sequence
from contextlib import asynccontextmanager
from typing import Any, Protocol, Self

from checks.configuration import Configuration, Layer
from checks.model import ChangedFile, FileReport, Problem, Settings
from checks.repository import Beside, Bounds
from checks.sandbox import frames
from checks.sandbox.batch import CRASHED, MEMORY_LIMIT, NOT_STARTED, TIME_LIMIT, Batch
from checks.sandbox.fetching import AsyncLookup, Fetching
from checks.sandbox.limits import Limits
from checks.sandbox.process import PRODUCTION, Worker, WorkerEnded, WorkerUnavailable

_log = logging.getLogger(__name__)

_BOUNDS = Bounds()
_ALONE = Beside()
_SPARES = 1
_RESTART_SECONDS = (0.1, 0.5, 2.0)
"""Waits after a worker that could not be started; then the last again and again."""


class Auditor(Protocol):
    """Another program that looks at some files before the analysis does."""

    async def audit(self, files: Sequence[ChangedFile]) -> list[ChangedFile]:
        """The files, some of them with what the program says. Never raises."""


_UNREADABLE = Configuration(
    Settings(),
    problems=(
        Problem(
            line=1,
            key="",
            message="The file could not be read within the limits of time and memory. "
            "Make it smaller; until then the defaults are used.",
        ),
    ),
)


class Pool:
    """Worker processes that analyse hostile files.

    ``async with Pool(2) as pool: reports = await pool.analyse(files, settings)``
    """

    def __init__(
        self,
        workers: int,
        limits: Limits | None = None,
        *,
        spares: int = _SPARES,
        module: str = PRODUCTION,
        auditor: Auditor | None = None,
    ) -> None:
        """Prepare a pool; nothing runs before :meth:`start`.

        Args:
            workers: how many batches are analysed at once, at least 1.
            limits: what a batch, a file and a worker may cost.
            spares: how many more workers are kept ready. With none, a batch whose worker was
                killed waits until another has started.
            module: the module whose ``main`` the workers run; only tests name another.
            auditor: looks at the files of a batch before a worker does.
        """
        if workers < 1:
            raise ValueError("a pool needs at least one worker")
        self._limits = limits or Limits()
        self._module = module
        self._auditor = auditor
        self._size = workers + spares
        self._slots = asyncio.Semaphore(workers)
        self._ready: asyncio.Queue[Worker] = asyncio.Queue()
        self._workers: set[Worker] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._failure = "no worker process was ready in time"
        self._closed = True
        self.confinement: tuple[str, ...] = ()
        """What holds the workers, in words: "no file system", "no network", …"""

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def start(self) -> None:
        """Start the workers; returns when the first is ready.

        Raises:
            WorkerUnavailable: it cannot be started.
        """
        first = await Worker.start(self._limits, self._module)
        self._closed = False
        self.confinement = first.confinement
        _log.info("analysis workers are confined: %s", ", ".join(self.confinement) or "not at all")
        self._add(first)
        for _ in range(self._size - 1):
            self._in_background(self._start_worker())

    async def close(self) -> None:
        """End all workers and wait until they are gone. Batches that still run are cut short."""
        self._closed = True
        for task in self._tasks:
            task.cancel()
        for worker in self._workers:
            worker.kill()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await asyncio.gather(*(worker.closed() for worker in self._workers))
        self._workers.clear()
        self._ready = asyncio.Queue()

    async def analyse(
        self,
        files: Sequence[ChangedFile],
        settings: Settings,
        lookup: AsyncLookup | None = None,
        *,
        bounds: Bounds = _BOUNDS,
        beside: Beside = _ALONE,
    ) -> tuple[FileReport, ...]:
        """Analyse a batch of files: one report for each, in order, whatever happens.

        A file that could not be analysed says why in ``not_analysed``. When the caller is
        cancelled, the worker that was at work is killed and replaced.

        Args:
            files: the files of the change.
            settings: the repository's wishes.
            lookup: reads other files of the repository, which the analysis asks for when the
                change uses what is in them; called at most ``bounds.rounds`` times, and not at all
                when nothing is missing. What it raises is logged, and a limit in the reports.
            bounds: how much may be asked for.
            beside: what the change holds more: it is looked into, and not reported on. Sent with
                each piece of the batch, and trusted to have been read before without harm.
        """
        if self._auditor is not None:
            files = await self._auditor.audit(files)
        batch = Batch(files, settings, self._limits.batch_bytes)
        fetching = Fetching(lookup, bounds, self._limits.lookup_seconds)
        async with self._slots:
            seconds = self._limits.batch_seconds
            while run := batch.next_run():
                request = frames.Analyse(
                    run, settings, self._limits.file_cpu_seconds, fetching.bounds, beside
                )
                fetching.begin()
                if batch.alone:
                    fetching.stop()
                try:
                    async with self._lend() as worker:
                        seconds = await self._run(worker, request, batch, fetching, seconds)
                except WorkerUnavailable as error:
                    _log.error("a batch was not analysed: %s", error)
                    batch.give_up_rest(NOT_STARTED)
        return batch.reports()

    async def read_configuration(self, *layers: Layer) -> Configuration:
        """Read configuration files that stand on each other, the lowest first.

        Files that break their worker have one problem, and all defaults.
        """
        if sum(len(layer.text) for layer in layers) > self._limits.batch_bytes:
            return _UNREADABLE
        async with self._slots:
            try:
                async with self._lend() as worker, asyncio.timeout(self._limits.file_seconds):
                    worker.send(frames.ReadConfiguration(layers))
                    return await self._configuration(worker)
            except (TimeoutError, WorkerEnded, WorkerUnavailable) as error:
                _log.warning("a configuration file was not read: %s", str(error) or TIME_LIMIT)
                return _UNREADABLE

    async def _configuration(self, worker: Worker) -> Configuration:
        configuration: Configuration | None = None
        while True:
            match await worker.receive():
                case frames.Began():
                    pass
                case frames.ConfigurationRead(read) if configuration is None:
                    configuration = read
                case frames.Done() if configuration is not None:
                    return configuration
                case frames.Crashed(error):
                    raise WorkerEnded(error)
                case _:
                    raise WorkerEnded("it did not answer with a configuration")

    async def _run(
        self,
        worker: Worker,
        request: frames.Analyse,
        batch: Batch,
        fetching: Fetching,
        seconds: float,
    ) -> float:
        """Let a worker run a piece of a batch for at most ``seconds``; returns what is left."""
        loop = asyncio.get_running_loop()
        start = loop.time()
        batch_end = start + seconds
        began = False
        along = len(request.beside.files)
        try:
            worker.send(request)
            while True:
                file_end = loop.time() + self._limits.file_seconds
                match await self._hear(worker, min(file_end, batch_end)):
                    case frames.Began() if not began:
                        began = True
                    case frames.At(path) if began and batch.move(path):
                        pass
                    case frames.Along() if began and along > 0:
                        along -= 1
                    case frames.Wanted(paths) if began and batch.gather():
                        worker.answer(frames.Files(await fetching.answer(paths, batch_end)))
                    case frames.Report(report) if began and batch.accept(report):
                        pass
                    case frames.Done() if began and batch.finish_run():
                        break
                    case frames.OutOfMemory() if began:
                        batch.blame_current(MEMORY_LIMIT)
                        break
                    case frames.Crashed(error):
                        raise WorkerEnded(error)
                    case _:
                        raise WorkerEnded("it broke the rules of the conversation")
        except TimeoutError:
            worker.kill()
            if loop.time() >= batch_end:
                batch.give_up_rest(TIME_LIMIT)
            elif began:
                batch.blame_current(TIME_LIMIT)
            else:
                batch.worker_lost()
        except WorkerEnded as error:
            worker.kill()
            _log.warning("an analysis worker ended early: %s", error)
            if began:
                batch.blame_current(CRASHED)
            else:
                batch.worker_lost()
        return batch_end - loop.time()

    async def _hear(self, worker: Worker, end: float) -> frames.Answer:
        """The next answer; a loop that was busy elsewhere does not count as the worker's delay.

        Raises:
            TimeoutError: there was none until ``end``.
            WorkerEnded: there will be none.
        """
        while True:
            try:
                async with asyncio.timeout_at(end):
                    return await worker.receive()
            except TimeoutError:
                if not worker.has_answer:
                    raise

    @asynccontextmanager
    async def _lend(self) -> AsyncIterator[Worker]:
        worker = await self._take()
        try:
            yield worker
        finally:
            if worker.idle and not self._worn(worker) and not self._closed:
                self._ready.put_nowait(worker)
            else:
                self._replace(worker)

    async def _take(self) -> Worker:
        try:
            async with asyncio.timeout(self._limits.start_seconds):
                while not self._closed:
                    worker = await self._ready.get()
                    if worker.idle:
                        return worker
                    self._replace(worker)  # it died while nobody looked
        except TimeoutError:
            raise WorkerUnavailable(self._failure) from None
        raise WorkerUnavailable("the pool is closed")

    def _worn(self, worker: Worker) -> bool:
        return (
            worker.jobs >= self._limits.jobs_per_worker or worker.resident > self._limits.resident
        )

    def _replace(self, worker: Worker) -> None:
        worker.kill()
        self._in_background(self._see_off(worker))
        if not self._closed:
            self._in_background(self._start_worker())

    async def _see_off(self, worker: Worker) -> None:
        await worker.closed()
        self._workers.discard(worker)

    async def _start_worker(self) -> None:
        for wait in itertools.chain(_RESTART_SECONDS, itertools.repeat(_RESTART_SECONDS[-1])):
            try:
                self._add(await Worker.start(self._limits, self._module))
            except WorkerUnavailable as error:
                self._failure = str(error)
                _log.error("%s; trying again", error)
                await asyncio.sleep(wait)
            else:
                return

    def _add(self, worker: Worker) -> None:
        self._workers.add(worker)
        self._ready.put_nowait(worker)

    def _in_background(self, coroutine: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(coroutine)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
