"""A real browser for pages: Debian's Chromium, headless, without a word to the outside."""

from __future__ import annotations

import asyncio
import os
import shutil
import tempfile
from pathlib import Path

import pytest

SECONDS = 60
_NAMES = ("chromium", "chromium-browser", "google-chrome")
_FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-sync",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-dev-shm-usage",
    "--hide-scrollbars",
)


def find() -> str:
    """The browser's path; without one the test is skipped, and fails under CI."""
    for name in _NAMES:
        if path := shutil.which(name):
            return path
    message = "no Chromium on this machine: install it, for example apt-get install chromium"
    if os.environ.get("CI"):
        pytest.fail(message)
    pytest.skip(message)


async def _run(*arguments: str) -> bytes:
    with tempfile.TemporaryDirectory(prefix="assay-browser-", ignore_cleanup_errors=True) as home:
        process = await asyncio.create_subprocess_exec(
            find(),
            *_FLAGS,
            f"--user-data-dir={home}",
            *arguments,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
        )
        try:
            output, _ = await asyncio.wait_for(process.communicate(), SECONDS)
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
        return output


async def page_source(url: str) -> str:
    """The page's document after the browser has loaded it."""
    return (await _run("--dump-dom", url)).decode("utf-8", "replace")


async def screenshot(url: str, target: Path, *, width: int = 1200, height: int = 1600) -> None:
    """Write a PNG of the page as the browser shows it."""
    await _run(f"--screenshot={target}", f"--window-size={width},{height}", url)
