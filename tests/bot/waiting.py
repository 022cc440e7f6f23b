"""Waiting for what another task or process does: polled, with a bound, never slept through."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

TRIES = 3000
PAUSE = 0.01


async def eventually(condition: Callable[[], bool]) -> None:
    """Return once the condition holds; fail after half a minute."""
    for _ in range(TRIES):
        if condition():
            return
        await asyncio.sleep(PAUSE)
    raise AssertionError("it did not come true")
