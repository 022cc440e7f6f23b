"""The bot as a process of its own, as a person would start it (tests, demo, bench)."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import socket
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import aiohttp

ROOT = Path(__file__).resolve().parent.parent
READY_TRIES = 600
READY_PAUSE = 0.05
READY_ANSWER = aiohttp.ClientTimeout(total=5)


class NotReady(Exception):
    """The bot ended, or never said that it is ready; the message holds its log."""


def free_port() -> int:
    """A port that is free now; the bot binds it a moment later."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class BotProcess:
    """`assay serve` (or `assay worker`) in a process of its own, with its log in a file."""

    def __init__(
        self,
        environment: Mapping[str, str],
        folder: Path,
        *,
        command: Sequence[str] = ("serve",),
        port: int | None = None,
    ) -> None:
        self.folder = folder
        self.port = port or free_port()
        self.command = tuple(command)
        self.log = folder / "bot.log"
        self.process: asyncio.subprocess.Process | None = None
        self._environment = {
            "PATH": os.environ.get("PATH", os.defpath),
            "HOME": str(folder),
            "ASSAY_STATE_DIR": str(folder / "state"),
            "ASSAY_HOST": "127.0.0.1",
            "PORT": str(self.port),
            # Tests count the bot's requests; those of the sweep turn it on.
            "ASSAY_SWEEP_MINUTES": "0",
            **environment,
        }

    @property
    def url(self) -> str:
        """Where the receiver listens."""
        return f"http://127.0.0.1:{self.port}"

    async def start(self, *, wait: bool = True) -> None:
        """Start the process; with ``wait``, return when ``/readyz`` says 200.

        Raises:
            NotReady: it ended or did not become ready.
        """
        with self.log.open("ab") as log:
            self.process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                "bot",
                *self.command,
                cwd=ROOT,
                env=self._environment,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        if wait and "worker" not in self.command:
            await self._ready()

    async def _ready(self) -> None:
        async with aiohttp.ClientSession(timeout=READY_ANSWER) as session:
            for _ in range(READY_TRIES):
                if self.process is None or self.process.returncode is not None:
                    break
                with contextlib.suppress(aiohttp.ClientError, TimeoutError):
                    async with session.get(f"{self.url}/readyz") as answer:
                        if answer.status == 200:
                            return
                await asyncio.sleep(READY_PAUSE)
        raise NotReady(self.read_log())

    def read_log(self) -> str:
        """What the bot has logged so far."""
        return self.log.read_text(errors="replace") if self.log.exists() else ""

    async def kill(self) -> None:
        """Kill -9 the bot and its analysis workers: no time for a last word."""
        if self.process is not None and self.process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)
        await self._gone()

    async def stop(self) -> int | None:
        """Ask the bot to stop (SIGTERM) and wait for it; its exit status."""
        if self.process is not None and self.process.returncode is None:
            self.process.terminate()
        return await self._gone()

    async def _gone(self) -> int | None:
        return None if self.process is None else await self.process.wait()
