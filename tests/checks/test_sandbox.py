"""The sandbox, with real processes: whatever a worker does, every file gets its report."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import subprocess
import sys
import textwrap
from collections.abc import AsyncIterator, Callable, Iterable
from pathlib import Path

import pytest

from checks.configuration import Layer
from checks.model import ChangedFile, Role, Settings, Threshold
from checks.sandbox import Limits, Pool, WorkerUnavailable

LINUX = sys.platform == "linux"
MODULE = "tests.checks.sandbox_worker"
ROOT = Path(__file__).parents[2]
LIMITS = Limits(file_cpu_seconds=0.1, file_seconds=20.0, batch_seconds=60.0)
SHORT = Limits(file_cpu_seconds=0.1, file_seconds=1.5, batch_seconds=60.0)


def files(*paths: str) -> list[ChangedFile]:
    return [ChangedFile(path, b"x = 1\n") for path in paths]


async def outcomes(pool: Pool, *paths: str) -> list[str | None]:
    """Why each file was not analysed; also proves that each has its report, in order."""
    reports = await pool.analyse(files(*paths), Settings())
    assert [report.path for report in reports] == list(paths)
    return [report.not_analysed for report in reports]


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not condition():  # noqa: ASYNC110 - other processes raise no event
            await asyncio.sleep(0.01)


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def pids(pool: Pool) -> set[int]:
    return {worker.pid for worker in pool._workers}


@pytest.fixture
async def pool() -> AsyncIterator[Pool]:
    async with Pool(1, LIMITS, module=MODULE) as pool:
        yield pool


@pytest.fixture
async def impatient() -> AsyncIterator[Pool]:
    async with Pool(1, SHORT, module=MODULE) as pool:
        yield pool


async def test_every_file_has_a_report_in_order(pool: Pool) -> None:
    assert await outcomes(pool, "b.py", "a.py", "c.py") == [None, None, None]
    assert await outcomes(pool) == []


async def test_the_same_path_twice_has_two_reports(pool: Pool) -> None:
    assert await outcomes(pool, "a.py", "a.py") == [None, None]


async def test_a_name_that_is_not_utf8_is_named_and_the_rest_goes_on(pool: Pool) -> None:
    assert await outcomes(pool, "a\udce9.py", "b.py") == ["its name is not UTF-8", None]


@pytest.mark.parametrize("kind", ["loop", "sleep"])
async def test_a_file_that_takes_for_ever_costs_its_deadline(impatient: Pool, kind: str) -> None:
    assert await outcomes(impatient, "a.py", f"{kind}/x.py", "b.py") == [None, "time limit", None]
    assert await outcomes(impatient, "a.py") == [None]


async def test_the_analysis_sees_its_own_deadline_first(pool: Pool) -> None:
    (report,) = await pool.analyse(files("until-deadline/x.py"), Settings())
    assert report.not_analysed is None
    assert report.limits == ("ran out of time",)


@pytest.mark.skipif(not LINUX, reason="other systems do not enforce RLIMIT_AS")
async def test_a_file_that_takes_all_memory_ends_alone() -> None:
    limits = Limits(memory=400 << 20, file_seconds=20.0)
    async with Pool(1, limits, module=MODULE) as pool:
        assert await outcomes(pool, "a.py", "allocate/x.py", "b.py") == [None, "memory limit", None]
        assert await outcomes(pool, "a.py") == [None]


@pytest.mark.parametrize(
    "kind",
    [
        "exit",
        "segfault",
        "raise",
        "recurse",
        "garbage",
        "bad-text",
        "flood",
        "half",
        "lie",
        "twice",
        "stop-early",
        "begin-again",
        "move-for-ever",
    ],
)
async def test_a_file_that_breaks_its_worker_is_the_only_one_lost(pool: Pool, kind: str) -> None:
    crashed = "the analysis crashed"
    verdicts = await outcomes(pool, "a.py", f"{kind}/x.py", "b.py")
    if kind == "twice":
        # The second report claims to be about the next file: that one is blamed, and then cleared.
        assert verdicts == [None, None, None]
    else:
        assert verdicts == [None, crashed, None]
    assert await outcomes(pool, "a.py") == [None]


@pytest.mark.parametrize("kind", ["loop", "exit"])
async def test_a_file_that_breaks_its_worker_while_it_is_read_is_the_one_blamed(
    impatient: Pool, kind: str
) -> None:
    verdicts = await outcomes(impatient, "a.py", "b.py", f"while-reading/{kind}/x.py", "c.py")
    reason = "time limit" if kind == "loop" else "the analysis crashed"
    assert verdicts == [None, None, reason, None]


async def test_many_bad_files_are_each_named(impatient: Pool) -> None:
    verdicts = await outcomes(
        impatient, "exit/1.py", "a.py", "loop/2.py", "raise/3.py", "b.py", "garbage/4.py"
    )
    crashed = "the analysis crashed"
    assert verdicts == [crashed, None, "time limit", crashed, None, crashed]


async def test_what_is_printed_does_not_reach_the_parent(
    pool: Pool, capfd: pytest.CaptureFixture[str]
) -> None:
    assert await outcomes(pool, "print/x.py", "b.py") == [None, None]
    assert capfd.readouterr() == ("", "")


async def test_an_exception_is_logged_without_its_text(
    pool: Pool, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING):
        await outcomes(pool, "raise/x.py")
    assert "ValueError in _act" in caplog.text
    assert "secret" not in caplog.text


async def test_a_report_on_a_file_not_analysed_has_role_and_language(pool: Pool) -> None:
    (report,) = await pool.analyse(files("exit/tests/test_x.py"), Settings())
    assert (report.role.role, report.language) == (Role.TEST, "python")


async def test_the_batch_deadline_leaves_a_report_on_the_rest() -> None:
    limits = Limits(file_seconds=20.0, batch_seconds=2.0)
    async with Pool(1, limits, module=MODULE) as pool:
        verdicts = await outcomes(pool, "a.py", "loop/x.py", "b.py", "loop/y.py")
        assert verdicts == [None, "time limit", "time limit", "time limit"]
        assert await outcomes(pool, "a.py") == [None]


async def test_a_large_batch_is_run_in_pieces() -> None:
    async with Pool(1, Limits(batch_bytes=1 << 20), module=MODULE) as pool:
        reports = await pool.analyse(
            [
                ChangedFile("a.py", b"x" * 700_000),
                ChangedFile("b.py", b"x" * 700_000, base=b"y" * 700_000),
                ChangedFile("c.py", b"x" * 700_000),
            ],
            Settings(),
        )
    assert [report.not_analysed for report in reports] == [None, "larger than 1 MB", None]


async def test_a_worker_killed_from_outside_loses_nothing(pool: Pool) -> None:
    await outcomes(pool, "a.py")
    for pid in pids(pool):
        os.kill(pid, signal.SIGKILL)
    assert await outcomes(pool, "a.py", "b.py") == [None, None]


async def test_a_worker_killed_in_the_middle_costs_no_file_its_report(impatient: Pool) -> None:
    running = asyncio.ensure_future(outcomes(impatient, "a.py", "sleep/x.py", "b.py"))
    await until(lambda: any(not worker.idle for worker in impatient._workers))
    (busy,) = (worker.pid for worker in impatient._workers if not worker.idle)
    os.kill(busy, signal.SIGKILL)
    # Whichever file it was at has a second chance; "sleep" does not use it.
    assert await running == [None, "time limit", None]
    assert busy not in pids(impatient)


async def test_signals_for_the_whole_group_are_the_parents_to_answer(pool: Pool) -> None:
    (report,) = await pool.analyse(files("pid/x"), Settings())
    for signal_number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        os.kill(int(report.limits[0]), signal_number)
    before = pids(pool)
    for _ in range(4):
        assert await outcomes(pool, "a.py") == [None]
    assert pids(pool) >= before


async def test_cancelling_kills_the_worker_and_frees_the_place(pool: Pool) -> None:
    running = asyncio.ensure_future(outcomes(pool, "sleep/x.py"))
    await until(lambda: any(not worker.idle for worker in pool._workers))
    (busy,) = (worker.pid for worker in pool._workers if not worker.idle)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    await until(lambda: not alive(busy))
    assert await outcomes(pool, "a.py") == [None]
    await until(lambda: len(pids(pool)) == 2)
    assert busy not in pids(pool)


async def test_batches_share_the_workers(pool: Pool) -> None:
    results = await asyncio.gather(*(outcomes(pool, f"{n}.py", "b.py") for n in range(20)))
    assert results == [[None, None]] * 20


async def test_a_bad_batch_does_not_touch_its_neighbour() -> None:
    async with Pool(2, SHORT, module=MODULE) as pool:
        bad, good = await asyncio.gather(
            outcomes(pool, "loop/x.py", "exit/y.py"), outcomes(pool, "a.py", "b.py")
        )
    assert bad == ["time limit", "the analysis crashed"]
    assert good == [None, None]


async def worker_pid(pool: Pool) -> str:
    (report,) = await pool.analyse(files("pid/x"), Settings())
    return report.limits[0]


async def test_a_worker_is_replaced_after_its_share_of_jobs() -> None:
    async with Pool(1, Limits(jobs_per_worker=1), module=MODULE) as pool:
        seen = [await worker_pid(pool) for _ in range(4)]
    assert len(set(seen)) == 4


async def test_a_worker_that_has_grown_is_replaced() -> None:
    async with Pool(1, Limits(resident=60 << 20), module=MODULE) as pool:
        reports = await pool.analyse(files("pid/x", "keep/x"), Settings())
        grown = reports[0].limits[0]
        assert grown not in [await worker_pid(pool) for _ in range(4)]
        small = {await worker_pid(pool) for _ in range(6)}
    assert len(small) <= 2, "workers that have not grown stay"


async def test_nothing_is_left_behind() -> None:
    descriptors = Path("/proc/self/fd") if LINUX else Path("/dev/fd")
    before = len(list(descriptors.iterdir()))
    async with Pool(2, SHORT, module=MODULE) as pool:
        await outcomes(pool, "exit/1.py", "loop/2.py", "a.py")
        running = asyncio.ensure_future(outcomes(pool, "loop/x.py"))
        await until(lambda: any(not worker.idle for worker in pool._workers))
        workers = pids(pool)
    assert not any(map(alive, workers)), "not even a zombie"
    assert len(await running) == 1
    assert len(list(descriptors.iterdir())) <= before


async def test_a_pool_can_be_closed_while_it_starts_workers() -> None:
    for _ in range(3):
        pool = Pool(3, LIMITS, module=MODULE)
        await pool.start()
        await pool.close()
        assert not pids(pool)
    (report,) = await pool.analyse(files("a.py"), Settings())
    assert report.not_analysed == "the analysis could not be started"


async def test_a_worker_that_cannot_start_is_said_at_once() -> None:
    with pytest.raises(WorkerUnavailable, match="exit status 1"):
        await Pool(1, LIMITS, module="tests.checks.no_such_module").start()
    with pytest.raises(ValueError, match="at least one"):
        Pool(0)


async def test_a_pool_without_workers_says_so_and_recovers(pool: Pool) -> None:
    await until(lambda: len(pids(pool)) == 2)
    pool._limits = Limits(start_seconds=0.3)
    pool._module = "tests.checks.no_such_module"
    for worker in list(pool._workers):
        os.kill(worker.pid, signal.SIGKILL)
    assert await outcomes(pool, "a.py") == ["the analysis could not be started"]
    pool._limits, pool._module = LIMITS, MODULE
    assert await outcomes(pool, "a.py") == [None]


async def test_a_worker_has_no_environment_and_says_what_holds_it(pool: Pool) -> None:
    (report,) = await pool.analyse(files("environment/x"), Settings())
    assert set(report.limits[0].split()) <= {"LC_ALL", "PATH", "LD_LIBRARY_PATH"}
    assert {"no core files", "no file writes", "few open files"} <= set(pool.confinement)


@pytest.mark.skipif(not LINUX, reason="Landlock and namespaces are of Linux")
async def test_a_worker_sees_nothing_of_the_machine(pool: Pool) -> None:
    (report,) = await pool.analyse(files("escape/x"), Settings())
    results = dict(line.split(": ") for line in report.limits)
    kept_out = {
        "no file system": ("read", "write", "program"),
        "no TCP": ("connect",),
        "no network": ("connect", "udp"),
    }
    held = [word for word in kept_out if word in pool.confinement]
    assert held, f"this machine offers no confinement at all: {pool.confinement}"
    for word in held:
        for attempt in kept_out[word]:
            assert results[attempt].startswith(("PermissionError", "OSError")), (word, results)


@pytest.mark.parametrize("path", ["pid/x", "loop/x"])
def test_the_death_of_the_parent_ends_its_workers(path: str) -> None:
    script = f"""
        import asyncio
        from checks.model import ChangedFile, Settings
        from checks.sandbox import Limits, Pool

        async def main():
            pool = Pool(1, Limits(), module={MODULE!r})
            await pool.start()
            running = asyncio.ensure_future(
                pool.analyse([ChangedFile({path!r}, b"")], Settings()))
            while len(pool._workers) < 2:
                await asyncio.sleep(0.01)
            print(*(worker.pid for worker in pool._workers), flush=True)
            await asyncio.sleep(3600)

        asyncio.run(main())
    """
    with subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(script)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    ) as parent:
        assert parent.stdout is not None
        workers = [int(pid) for pid in parent.stdout.readline().split()]
        parent.kill()
    assert len(workers) == 2
    asyncio.run(until(lambda: not any(_runs(workers))))


def _runs(workers: Iterable[int]) -> Iterable[bool]:
    """Whether each runs; one that nobody has reaped yet, after its parent's death, does not."""
    for pid in workers:
        stat = Path(f"/proc/{pid}/stat")
        if LINUX and stat.exists():
            try:
                yield stat.read_text().rpartition(")")[2].split()[0] not in ("Z", "X")
            except (FileNotFoundError, ProcessLookupError):
                yield False
        else:
            yield not LINUX and alive(pid)


async def test_a_configuration_is_read_in_a_worker(pool: Pool) -> None:
    configuration = await pool.read_configuration(
        Layer(b"max-comments: 9\nfail-on: low\n", inherited=True),
        Layer(b"max-comments: 3\nprofiel: quiet\n"),
    )
    assert configuration.settings.max_comments == 3
    assert configuration.settings.fail_on is Threshold.LOW
    assert [problem.line for problem in configuration.problems] == [2]
