"""One worker process, as its parent sees it: start, ask, hear, end.

Only this module touches the process. It decides nothing about jobs: it turns bytes into typed
answers, and everything that is not one (a frame too long, a kind not known, a field of the wrong
type, an answer that nobody asked for) into the worker's end.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
from collections import deque
from pathlib import Path
from typing import cast

from checks.sandbox import frames
from checks.sandbox.limits import Limits

PRODUCTION = "checks.worker"
"""The module whose ``main`` a worker runs. Tests name their own."""

_ROOT = str(Path(__file__).resolve().parents[2])
"""Where the package ``checks`` lies: site-packages, or a checkout."""

# Signals for the whole group (Ctrl-C, a platform that stops its container) reach the workers too;
# they are the parent's to answer, and a worker ends when its parent closes the pipe.
# What is imported stays, so the collector need not look at it: the worker says when it may run.
_BOOTSTRAP = """\
import gc, signal, sys
gc.disable()
for name in ("SIGINT", "SIGTERM", "SIGHUP"):
    signal.signal(getattr(signal, name), signal.SIG_IGN)
if sys.argv[2] not in sys.path:
    sys.path.insert(0, sys.argv[2])
import importlib
importlib.import_module(sys.argv[1]).main()
"""

_KEPT_ENVIRONMENT = ("LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH")
"""What an interpreter outside the system's folders may need to start; nothing else is passed on."""

_UNREAD_ANSWERS = 100_000
_LAST_BREATH_SECONDS = 1.0
"""How long a new worker that stopped speaking may take to end, so that its status is known."""


class WorkerUnavailable(Exception):
    """A worker could not be started. The text says why, in one line."""


class WorkerEnded(Exception):
    """The worker is gone, or broke the rules of the conversation and was killed."""


class Worker(asyncio.SubprocessProtocol):
    """A running worker. Made by :meth:`start`, ended by :meth:`kill` and then :meth:`closed`."""

    def __init__(self, frame_bytes: int) -> None:
        self.confinement: tuple[str, ...] = ()
        self.jobs = 0
        self.resident = 0
        self._frame_bytes = frame_bytes
        self._buffer = bytearray()
        self._answers: deque[frames.Answer] = deque()
        self._ended = False
        self._busy = False
        self._heard: asyncio.Future[None] | None = None
        self._closed = asyncio.get_running_loop().create_future()
        self._transport: asyncio.SubprocessTransport | None = None

    @classmethod
    async def start(cls, limits: Limits, module: str = PRODUCTION) -> Worker:
        """Start a worker and wait until it has imported everything and locked itself in.

        Raises:
            WorkerUnavailable: it ended, or was not ready within ``limits.start_seconds``.
        """
        loop = asyncio.get_running_loop()
        worker = cls(limits.frame_bytes)
        environment = {"LC_ALL": "C.UTF-8", "PATH": os.defpath}
        environment |= {name: os.environ[name] for name in _KEPT_ENVIRONMENT if name in os.environ}
        spawning = loop.create_task(
            loop.subprocess_exec(
                lambda: worker,
                sys.executable,
                "-I",
                "-c",
                _BOOTSTRAP,
                module,
                _ROOT,
                str(limits.memory),
                str(os.getpid()),
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.DEVNULL,
                env=environment,
                cwd="/",
            )
        )
        try:
            # Not cut off in the middle: asyncio would lose the pipes that it has half opened.
            await asyncio.shield(spawning)
        except asyncio.CancelledError:
            await asyncio.wait([spawning])
            if worker._transport is not None:
                await worker.end()
            raise
        except OSError as error:
            raise WorkerUnavailable(f"a worker process cannot be started: {error}") from error
        try:
            async with asyncio.timeout(limits.start_seconds):
                answer = await worker.receive()
        except (TimeoutError, WorkerEnded) as error:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_LAST_BREATH_SECONDS):
                    await worker.closed()
            code = worker.exit_code
            await worker.end()
            how = "was not ready in time" if code is None else f"ended with exit status {code}"
            raise WorkerUnavailable(f"a new worker process {how}") from error
        except BaseException:
            await worker.end()
            raise
        match answer:
            case frames.Ready(confinement):
                worker.confinement = confinement
                return worker
            case frames.Crashed(reason):
                why = reason
            case _:
                why = "it did not say that it is ready"
        await worker.end()
        raise WorkerUnavailable(f"a new worker process failed: {why}")

    @property
    def pid(self) -> int:
        """The process id."""
        return 0 if self._transport is None else self._transport.get_pid()

    @property
    def idle(self) -> bool:
        """Whether the worker can be given a job."""
        return not (self._ended or self._busy)

    @property
    def exit_code(self) -> int | None:
        """The exit status, negative for a signal; None while the process runs."""
        return None if self._transport is None else self._transport.get_returncode()

    def send(self, request: frames.Request) -> None:
        """Give the worker a job.

        Raises:
            WorkerEnded: it is gone.
        """
        pipe = None if self._transport is None else self._transport.get_pipe_transport(0)
        if not self.idle or self._answers or not isinstance(pipe, asyncio.WriteTransport):
            # An answer before the question is a lie.
            self.kill()
            raise WorkerEnded("it was gone, or spoke unasked")
        self.jobs += 1
        self._busy = True
        pipe.write(frames.encode(request))

    def answer(self, files: frames.Files) -> None:
        """Give the worker what it asked for in the middle of a job.

        Raises:
            WorkerEnded: it is gone, or did not wait.
        """
        pipe = None if self._transport is None else self._transport.get_pipe_transport(0)
        ended = self._ended or not self._busy
        if ended or self._answers or not isinstance(pipe, asyncio.WriteTransport):
            self.kill()
            raise WorkerEnded("it was gone, or did not wait for what it asked for")
        pipe.write(frames.encode(files))

    async def receive(self) -> frames.Answer:
        """The next answer. May be cancelled without losing one.

        Raises:
            WorkerEnded: there will be none.
        """
        while not self._answers:
            if self._ended:
                raise WorkerEnded("it ended without a word")
            self._heard = asyncio.get_running_loop().create_future()
            await self._heard
        answer = self._answers.popleft()
        if isinstance(answer, frames.Done):
            self.resident = answer.resident
            self._busy = False
        return answer

    @property
    def has_answer(self) -> bool:
        """Whether an answer is there already."""
        return bool(self._answers)

    def kill(self) -> None:
        """Kill the process and close the pipes."""
        self._end_of_answers()
        transport = self._transport
        if transport is None or transport.get_returncode() is not None:
            return
        # Not transport.kill() or close(): both poll the process first, and so may reap it before
        # asyncio's own watcher does, which then complains of a process it does not know.
        with contextlib.suppress(ProcessLookupError):
            os.kill(transport.get_pid(), signal.SIGKILL)
        incoming, outgoing = transport.get_pipe_transport(0), transport.get_pipe_transport(1)
        if isinstance(incoming, asyncio.WriteTransport) and not incoming.is_closing():
            incoming.abort()
        if outgoing is not None:
            outgoing.close()

    async def closed(self) -> None:
        """Wait until the process is reaped and its pipes are closed."""
        await asyncio.shield(self._closed)

    async def end(self) -> None:
        """Kill the process and see it off."""
        self.kill()
        await self.closed()

    # asyncio calls what follows.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """The process runs."""
        self._transport = cast("asyncio.SubprocessTransport", transport)

    def pipe_data_received(self, _fd: int, data: bytes) -> None:
        """Cut what came into answers."""
        if self._ended:
            return
        self._buffer += data
        try:
            self._cut()
        except (frames.NotAnAnswer, _Oversized):
            self.kill()
        self._wake()

    def pipe_connection_lost(self, fd: int, _exc: Exception | None) -> None:
        """The worker closed an end; only the end of its output ends the answers."""
        if fd == 1:
            self._end_of_answers()

    def process_exited(self) -> None:
        """The process is reaped."""
        if self._ended and self._transport is not None:
            self._transport.close()

    def connection_lost(self, _exc: Exception | None) -> None:
        """The process is reaped and the pipes are closed."""
        self._end_of_answers()
        if self._transport is not None:
            self._transport.close()
        if not self._closed.done():
            self._closed.set_result(None)

    def _cut(self) -> None:
        position = 0
        while len(self._buffer) - position >= frames.LENGTH_BYTES:
            start = position + frames.LENGTH_BYTES
            length = int.from_bytes(self._buffer[position:start], "big")
            if length > self._frame_bytes or len(self._answers) >= _UNREAD_ANSWERS:
                raise _Oversized
            if len(self._buffer) - start < length:
                break
            self._answers.append(frames.decode_answer(self._buffer[start : start + length]))
            position = start + length
        del self._buffer[:position]

    def _end_of_answers(self) -> None:
        self._ended = True
        self._wake()

    def _wake(self) -> None:
        if self._heard is not None and not self._heard.done():
            self._heard.set_result(None)


class _Oversized(Exception):
    """A frame longer than is allowed, or more answers than a batch has files."""
