"""Programs of the benchmark in processes of their own: what they do costs the others no turn.

A child is a module of this folder. It writes one line of JSON when it is ready and one for each
line that it reads, and it ends when its standard input does, so that none outlives its parent.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
LONGEST_LINE = 256 * 1024 * 1024
READY_SECONDS = 300.0
ANSWER_SECONDS = 60.0
END_SECONDS = 10.0


class ChildFailed(Exception):
    """A child ended, or did not answer in time."""


@dataclass(frozen=True, slots=True)
class Child:
    """A running child, and what it said when it was ready."""

    process: asyncio.subprocess.Process
    ready: Any

    async def ask(self) -> Any:
        """One more line from it."""
        assert self.process.stdin is not None
        self.process.stdin.write(b"\n")
        return await _line(self.process, ANSWER_SECONDS)


@asynccontextmanager
async def child(module: str, *arguments: str) -> AsyncIterator[Child]:
    """Run ``python -m module`` beside the block.

    Raises:
        ChildFailed: it did not become ready.
    """
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        module,
        *arguments,
        cwd=ROOT,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        limit=LONGEST_LINE,
    )
    try:
        yield Child(process, await _line(process, READY_SECONDS))
    finally:
        await _end(process)


async def _end(process: asyncio.subprocess.Process) -> None:
    """End its input, so that it tidies up; kill it when it does not end by that."""
    assert process.stdin is not None
    process.stdin.close()
    try:
        async with asyncio.timeout(END_SECONDS):
            await process.wait()
    except TimeoutError:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()


async def _line(process: asyncio.subprocess.Process, seconds: float) -> Any:
    assert process.stdout is not None
    try:
        async with asyncio.timeout(seconds):
            line = await process.stdout.readline()
    except TimeoutError:
        raise ChildFailed(f"a child said nothing for {seconds:.0f} s") from None
    if not line:
        raise ChildFailed(f"a child ended with status {await process.wait()}")
    return json.loads(line)


async def serve(ready: Any, answer: Callable[[], Any]) -> None:
    """The child's side: say ``ready``, then an answer for each line, until the input ends."""
    reader = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(reader), sys.stdin
    )
    print(json.dumps(ready), flush=True)
    while await reader.readline():
        print(json.dumps(answer()), flush=True)
