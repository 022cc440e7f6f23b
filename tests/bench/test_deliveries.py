"""The benchmark of deliveries comes to its end and counts right; its times are not judged here."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from pathlib import Path
from statistics import median
from typing import Any

import pytest

from bench.figures import Figures, Latency, Machine, quantile, reviews_in, table
from tests.running import ROOT

LONGEST = 240


async def run(*arguments: str, folder: Path | None = None) -> tuple[int | None, str, str]:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "bench.deliveries",
        *arguments,
        cwd=ROOT,
        env={**os.environ, **({} if folder is None else {"TMPDIR": str(folder)})},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        async with asyncio.timeout(LONGEST):
            out, err = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    return process.returncode, out.decode(), err.decode()


def left_in(folder: Path) -> list[str]:
    return [one.name for one in folder.iterdir()]


async def test_every_pull_request_is_reviewed_and_counted(tmp_path: Path) -> None:
    arguments = ("--pulls", "5", "--installations", "2", "--json")
    status, out, err = await run(*arguments, folder=tmp_path)
    assert (status, err) == (0, "")
    assert left_in(tmp_path) == []
    found: dict[str, Any] = json.loads(out)
    assert found["complete"] is True
    assert found["problems"] == []
    assert (found["pulls"], found["installations"]) == (5, 2)
    assert found["acknowledged"] == found["reviewed"] == sum(found["conclusions"].values()) == 5
    assert found["comments"] >= 5
    # Every request belongs to a review, but for those with which the process proves itself.
    assert 3 * 5 < found["calls"] <= found["calls_max"] * 5 + 3
    assert 3 < found["calls_median"] <= found["calls_max"]
    assert found["ratio"]["p50"] > 0
    assert found["reviews_a_minute"] == pytest.approx(5 / found["seconds"] * 60)
    if sys.platform == "linux":
        assert found["bot_memory"] > found["worker_memory"] > 0
        assert found["workers"] >= 2


async def test_a_pull_request_that_is_not_reviewed_in_time_is_a_failure() -> None:
    status, out, _ = await run("--pulls", "1", "--seconds", "0")
    assert status == 1
    assert "reviewed              0 (none; 0 inline comments)" in out


async def test_what_cannot_be_is_refused() -> None:
    for wrong in (["--pulls", "0"], ["--pulls", "3", "--installations", "4"]):
        status, _, err = await run(*wrong)
        assert status == 2
        assert "must be from 1 to" in err


@pytest.mark.parametrize(
    ("values", "share", "expected"),
    [
        ([7.0], 0.5, 7.0),
        ([7.0], 0.99, 7.0),
        ([3.0, 1.0, 2.0, 4.0], 0.5, 2.0),
        ([float(number) for number in range(1, 101)], 0.99, 99.0),
        ([float(number) for number in range(1, 102)], 0.99, 100.0),
        ([1.0, 2.0], 1.0, 2.0),
    ],
)
def test_quantiles_are_values_that_were_measured(
    values: list[float], share: float, expected: float
) -> None:
    assert quantile(values, share) == expected


def test_the_log_tells_of_reviews() -> None:
    log = [
        "info bot.review.run: review of pull request 7 (opened): failure, 2.1 s, 8 requests job=1",
        "info bot.web.receiver: stored delivery=d",
        "info bot.review.run: review of pull request 9 (opened): superseded, 0.3 s, 4 requests",
    ]
    assert reviews_in(log) == [(2.1, 8), (0.3, 4)]


def figures(**changes: Any) -> Figures:
    values: dict[str, Any] = {
        "machine": Machine(2, 4 << 30, "Linux", "3.11.0", "embedded (SQLite)"),
        "pulls": 2,
        "installations": 1,
        "concurrency": 16,
        "acknowledged": 2,
        "acknowledgement": Latency(0.2, 0.4),
        "bare": Latency(0.1, 0.1),
        "reviewed": 2,
        "conclusions": {"failure": 2},
        "comments": 3,
        "seconds": 4.0,
        "review_seconds": median([2.0, 2.2]),
        "calls": 17,
        "calls_median": 8.0,
        "calls_max": 9,
        "bot_memory": 70 << 20,
        "worker_memory": 30 << 20,
        "workers": 3,
        "problems": [],
    }
    return Figures(**(values | changes))


def test_the_table() -> None:
    assert table(figures()).splitlines() == [
        "machine               2 processors, 4,096 MB, Linux, Python 3.11.0",
        "database              embedded (SQLite)",
        "delivered             2 pull requests at once, 1 installations, 16 jobs at a time",
        "acknowledged          2 with 202",
        "acknowledgement p50   200 ms, 2.0 × a bare handler's 100 ms",
        "acknowledgement p99   400 ms, 4.0 × a bare handler's 100 ms",
        "reviewed              2 (2 failure; 3 inline comments)",
        "reviews per minute    30 (all in 4.0 s; one takes 2.1 s)",
        "API calls per review  8 median, 9 at most, 8.5 on average",
        "peak memory           70 MB the bot, 30 MB its largest analysis worker (3 of them)",
    ]


@pytest.mark.parametrize("wrong", [{"reviewed": 1}, {"acknowledged": 1}, {"problems": ["x"]}])
def test_a_run_in_which_something_is_missing_is_not_complete(wrong: dict[str, Any]) -> None:
    assert figures().complete
    assert not figures(**wrong).complete
