"""Workers that ask for files of the repository: real processes, honest ones and others."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
from collections.abc import AsyncIterator, Mapping, Sequence

import pytest

from checks.model import ChangedFile, Settings
from checks.repository import Bounds
from checks.sandbox import Limits, Pool
from tests.checks.test_sandbox import MODULE, files, pids, until

LIMITS = Limits(file_cpu_seconds=0.1, file_seconds=1.5, batch_seconds=60.0, lookup_seconds=20.0)
CRASHED = "the analysis crashed"


class Shelf:
    """A lookup in a dict, that remembers what it was asked."""

    def __init__(self, texts: Mapping[str, bytes] | None = None) -> None:
        self.texts = {"lib/a.py": b"a", "lib/c.py": b"c"} if texts is None else texts
        self.asked: list[list[str]] = []

    async def __call__(self, paths: Sequence[str]) -> Mapping[str, bytes | None]:
        self.asked.append(list(paths))
        return {path: self.texts.get(path) for path in paths}


@pytest.fixture
async def pool() -> AsyncIterator[Pool]:
    async with Pool(1, LIMITS, module=MODULE) as pool:
        yield pool


async def outcomes(pool: Pool, shelf: Shelf, *paths: str) -> list[str | None]:
    reports = await pool.analyse(files(*paths), Settings(), shelf)
    assert [report.path for report in reports] == list(paths)
    return [report.not_analysed for report in reports]


async def test_a_worker_gets_what_it_asks_for_and_a_path_is_looked_up_once(pool: Pool) -> None:
    shelf = Shelf()
    (report,) = await pool.analyse(files("ask/twice/x.py"), Settings(), shelf)
    assert report.limits == (
        "[('lib/a.py', b'a'), ('lib/b.py', None)]",
        "[('lib/a.py', b'a'), ('lib/c.py', b'c')]",
    )
    assert shelf.asked == [["lib/a.py", "lib/b.py"], ["lib/c.py"]]


async def test_without_a_lookup_there_is_nobody_to_ask(pool: Pool) -> None:
    (report,) = await pool.analyse(files("ask/twice/x.py"), Settings())
    assert report.limits == ("nobody to ask",)


async def test_nothing_is_looked_up_for_a_worker_that_asks_nothing(pool: Pool) -> None:
    shelf = Shelf()
    assert await outcomes(pool, shelf, "a.py", "b.py") == [None, None]
    assert shelf.asked == []


@pytest.mark.parametrize(
    "kind", ["outside", "absolute", "empty", "git", "long", "many", "often", "no-text", "late"]
)
async def test_a_worker_that_asks_for_what_it_may_not_have_is_the_only_one_lost(
    pool: Pool, kind: str
) -> None:
    shelf = Shelf()
    verdicts = await outcomes(pool, shelf, "a.py", f"ask/{kind}/x.py", "b.py")
    # What a worker says too late is no fault of the file that it had reported on.
    assert verdicts == [None, None if kind == "late" else CRASHED, None]
    assert {path for paths in shelf.asked for path in paths} <= {"lib/a.py"}
    assert await outcomes(pool, shelf, "a.py") == [None]


@pytest.mark.parametrize("kind", ["and-die", "and-talk"])
async def test_a_worker_that_does_not_wait_for_its_answer_is_the_only_one_lost(
    pool: Pool, kind: str
) -> None:
    verdicts = await outcomes(pool, Shelf(), "a.py", f"ask/{kind}/x.py", "b.py")
    assert verdicts == [None, CRASHED, None]


@pytest.mark.parametrize("trick", ["exit", "segfault", "loop", "raise", "garbage"])
async def test_a_file_of_the_repository_that_breaks_workers_is_done_without(
    pool: Pool, trick: str
) -> None:
    shelf = Shelf({"lib/bad.py": f"{trick}/".encode()})
    verdicts = await outcomes(pool, shelf, "a.py", "ask/take/x.py", "b.py")
    assert verdicts == [None, None, None]
    assert shelf.asked == [["lib/bad.py"]], "asked for once, however many workers it took"


async def test_what_a_lookup_raises_is_logged_without_its_text(
    pool: Pool, caplog: pytest.LogCaptureFixture
) -> None:
    calls = []

    async def broken(paths: Sequence[str]) -> Mapping[str, bytes | None]:
        calls.append(paths)
        raise RuntimeError("secret")

    with caplog.at_level(logging.WARNING):
        (report,) = await pool.analyse(files("ask/twice/x.py"), Settings(), broken)
    assert report.limits == ("[]", "[]")
    assert len(calls) == 1, "no use in asking again"
    assert "RuntimeError" in caplog.text
    assert "secret" not in caplog.text


async def test_texts_that_are_too_large_are_not_passed_on(pool: Pool) -> None:
    shelf = Shelf({"lib/a.py": b"a" * 11, "lib/b.py": b"b" * 10, "lib/c.py": b"c" * 10})
    (report,) = await pool.analyse(
        files("ask/twice/x.py"), Settings(), shelf, bounds=Bounds(bytes=5, file_bytes=10)
    )
    assert report.limits == ("[('lib/b.py', b'bbbbbbbbbb')]", "[]")


async def test_the_wait_for_a_lookup_is_not_the_file_s() -> None:
    """The lookup answers after the time that a file has."""
    limits = Limits(file_cpu_seconds=0.1, file_seconds=0.4, batch_seconds=60.0)
    shelf = Shelf()

    async def slow(paths: Sequence[str]) -> Mapping[str, bytes | None]:
        await asyncio.sleep(1.0)
        return await shelf(paths)

    async with Pool(1, limits, module=MODULE) as pool:
        (report,) = await pool.analyse(files("ask/twice/x.py"), Settings(), slow)
    assert report.not_analysed is None
    assert "b'c'" in report.limits[1]


@pytest.mark.parametrize(("lookup", "batch"), [(0.2, 60.0), (60.0, 1.0)])
async def test_a_lookup_that_takes_for_ever_is_done_without(lookup: float, batch: float) -> None:
    cancelled = asyncio.Event()

    async def stuck(_paths: Sequence[str]) -> Mapping[str, bytes | None]:
        try:
            await asyncio.Event().wait()
        finally:
            cancelled.set()
        raise AssertionError

    limits = Limits(batch_seconds=batch, lookup_seconds=lookup)
    async with Pool(1, limits, module=MODULE) as pool:
        (report,) = await pool.analyse(files("ask/twice/x.py"), Settings(), stuck)
        assert cancelled.is_set()
        if batch > lookup:
            assert report.limits == ("[]", "[]")
        else:
            assert report.not_analysed == "time limit", "the batch's own deadline counts"
        (report,) = await pool.analyse(files("a.py"), Settings())
        assert report.not_analysed is None


async def test_a_caller_that_is_cancelled_while_a_worker_waits(pool: Pool) -> None:
    waiting = asyncio.Event()

    async def stuck(_paths: Sequence[str]) -> Mapping[str, bytes | None]:
        waiting.set()
        await asyncio.Event().wait()
        raise AssertionError

    before = pids(pool)
    running = asyncio.ensure_future(pool.analyse(files("ask/twice/x.py"), Settings(), stuck))
    await waiting.wait()
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    await until(lambda: not before <= pids(pool))
    assert await outcomes(pool, Shelf(), "a.py") == [None], "the one that waited is replaced"


async def test_a_worker_killed_while_it_waits_loses_nothing(pool: Pool) -> None:
    shelf = Shelf()

    async def killing(paths: Sequence[str]) -> Mapping[str, bytes | None]:
        if not shelf.asked:
            (busy,) = (worker for worker in pool._workers if not worker.idle)
            os.kill(busy.pid, signal.SIGKILL)
            await busy.closed()
        return await shelf(paths)

    reports = await pool.analyse(files("a.py", "ask/twice/x.py"), Settings(), killing)
    assert [report.not_analysed for report in reports] == [None, None]
    assert "b'c'" in reports[1].limits[1], "with what it had asked for"


async def test_pieces_of_a_batch_share_the_lookups() -> None:
    shelf = Shelf()
    async with Pool(1, Limits(batch_bytes=1 << 20), module=MODULE) as pool:
        batch = [ChangedFile(f"ask/twice/{name}.py", b"x" * 700_000) for name in "abc"]
        reports = await pool.analyse(batch, Settings(), shelf)
    assert len({report.limits for report in reports}) == 1
    assert len(shelf.asked) == 2
