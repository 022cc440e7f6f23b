"""The command ``assay``, as real processes beside a stand-in GitHub."""

from __future__ import annotations

import asyncio
import json
import os
import socket
import sqlite3
import subprocess
import sys
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import aiohttp
import pytest

from bot import __version__
from bot.cli import main
from bot.jobs import NewJob, Permanent
from bot.jobs.open import open_engine
from bot.jobs.port import Job
from tests.bot.events.payloads import pull_request
from tests.bot.test_settings import pem
from tests.bot.waiting import eventually
from tests.bot.web.serving import headers, signed
from tests.github import App, StandIn
from tests.running import ROOT, BotProcess, NotReady

SECRET = "x" * 32


def assay(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "bot", *arguments],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], **environment},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@pytest.fixture
async def github() -> AsyncIterator[StandIn]:
    async with await StandIn.start() as standin:
        yield standin


def environment(github: StandIn, app: App, **changes: str) -> dict[str, str]:
    return {
        "ASSAY_APP_ID": str(app.id),
        "ASSAY_PRIVATE_KEY": app.private_key_pem,
        "ASSAY_WEBHOOK_SECRET": app.webhook_secret,
        "ASSAY_GITHUB_API_URL": github.api_url,
        **changes,
    }


@pytest.fixture
async def app(github: StandIn) -> App:
    return github.create_app(webhook_secret=SECRET)


def test_version_and_help() -> None:
    assert assay("--version").stdout.strip() == f"assay {__version__}"
    shown = assay("--help").stdout
    for command in ("serve", "worker", "jobs", "scan", "rules", "config"):
        assert command in shown
    assert "ASSAY_WEBHOOK_SECRET" in assay("serve", "--help").stdout


def test_no_command_is_an_error_with_the_usage() -> None:
    done = assay()
    assert done.returncode == 2
    assert done.stderr.startswith("usage: assay")


def test_a_wrong_environment_is_one_line_each_and_exit_2() -> None:
    done = assay("serve", ASSAY_APP_ID="assay", ASSAY_PRIVATE_KEY=pem())
    assert done.returncode == 2
    lines = done.stderr.splitlines()
    assert [line.split()[1] for line in lines] == ["ASSAY_APP_ID", "ASSAY_WEBHOOK_SECRET"]
    assert done.stdout == ""


@pytest.mark.parametrize(
    "arguments",
    [["serve", "--port", "70000"], ["serve", "--concurrency", "0"], ["worker", "--port", "1"]],
)
def test_a_wrong_argument_is_exit_2(arguments: list[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main(arguments)
    assert caught.value.code == 2


async def test_a_receiver_stores_stops_and_exits_0(
    github: StandIn, app: App, tmp_path: Path
) -> None:
    bot = BotProcess(environment(github, app), tmp_path, command=("serve", "--no-worker"))
    await bot.start()
    body = json.dumps(pull_request("opened")).encode()
    sent = headers(body, X_GitHub_Event="pull_request")
    sent["X-Hub-Signature-256"] = signed(body, SECRET.encode())
    async with aiohttp.ClientSession() as http:
        async with http.post(f"{bot.url}/webhook", data=body, headers=sent) as answer:
            assert answer.status == 202
        async with http.get(f"{bot.url}/metrics") as answer:
            assert 'assay_jobs{state="waiting"} 1.0' in await answer.text()
    assert await bot.stop() == 0
    log = bot.read_log()
    assert f"listening on {bot.url}" in log
    assert "delivery=72d3162e-cc78-11e3-81ab-4c9367dc0958" in log
    assert log.splitlines()[-1].endswith("stopped")
    shown = await asyncio.to_thread(assay, "jobs", ASSAY_STATE_DIR=str(tmp_path / "state"))
    assert shown.returncode == 0
    assert "waiting  1" in shown.stdout


async def test_github_that_does_not_know_the_key_is_said_before_the_port_is_bound(
    github: StandIn, app: App, tmp_path: Path
) -> None:
    bot = BotProcess(environment(github, app, ASSAY_PRIVATE_KEY=pem()), tmp_path)
    with pytest.raises(NotReady):
        await bot.start()
    assert await bot.stop() == 2
    log = bot.read_log()
    assert "ASSAY_APP_ID" in log
    assert "listening" not in log
    assert "Traceback" not in log


async def test_github_that_is_away_does_not_keep_deliveries_out(
    github: StandIn, app: App, tmp_path: Path
) -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))  # Bound and not listening: connections are refused.
        away = f"http://127.0.0.1:{nobody.getsockname()[1]}"
        bot = BotProcess(
            environment(github, app, ASSAY_GITHUB_API_URL=away),
            tmp_path,
            command=("serve", "--no-worker"),
        )
        await bot.start(wait=False)
        await eventually(lambda: "listening" in bot.read_log())
        async with aiohttp.ClientSession() as http:
            async with http.get(f"{bot.url}/readyz") as answer:
                assert answer.status == 503
                assert (await answer.json())["database"] == "ok"
            body = json.dumps(pull_request("opened")).encode()
            sent = headers(body, X_GitHub_Event="pull_request")
            sent["X-Hub-Signature-256"] = signed(body, SECRET.encode())
            async with http.post(f"{bot.url}/webhook", data=body, headers=sent) as answer:
                assert answer.status == 202
        assert await bot.stop() == 0


async def test_a_port_that_is_taken_is_one_line(github: StandIn, app: App, tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # Not listening, so that waiting for the bot ends at once.
        bot = BotProcess(
            environment(github, app),
            tmp_path,
            command=("serve", "--no-worker"),
            port=taken.getsockname()[1],
        )
        with pytest.raises(NotReady):
            await bot.start()
        assert await bot.stop() == 1
    assert "cannot listen on 127.0.0.1" in bot.read_log()
    assert "Traceback" not in bot.read_log()


async def test_a_database_that_cannot_be_opened_is_one_line(
    github: StandIn, app: App, tmp_path: Path
) -> None:
    state = tmp_path / "state"
    state.mkdir()
    (state / "jobs.sqlite3").write_bytes(b"this is no database, " * 100)
    bot = BotProcess(environment(github, app), tmp_path, command=("serve", "--no-worker"))
    with pytest.raises(NotReady):
        await bot.start()
    assert await bot.stop() == 1
    assert "the database is not available" in bot.read_log()
    assert "Traceback" not in bot.read_log()


async def test_a_database_that_goes_away_is_503_until_it_is_back(
    github: StandIn, app: App, tmp_path: Path
) -> None:
    bot = BotProcess(environment(github, app), tmp_path, command=("serve", "--no-worker"))
    await bot.start()
    body = json.dumps(pull_request("opened")).encode()
    sent = headers(body, X_GitHub_Event="pull_request")
    sent["X-Hub-Signature-256"] = signed(body, SECRET.encode())
    async with aiohttp.ClientSession() as http:
        other = sqlite3.connect(tmp_path / "state" / "jobs.sqlite3", isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        async with http.post(f"{bot.url}/webhook", data=body, headers=sent) as answer:
            assert answer.status == 503
        async with http.get(f"{bot.url}/readyz") as answer:
            assert answer.status == 503
        other.execute("ROLLBACK")
        other.close()
        await bot._ready()
        async with http.post(f"{bot.url}/webhook", data=body, headers=sent) as answer:
            assert answer.status == 202
            assert (await answer.json())["result"] == "stored"
    assert await bot.stop() == 0


async def test_a_worker_shows_its_health_and_stops(
    github: StandIn, app: App, tmp_path: Path
) -> None:
    bot = BotProcess(environment(github, app), tmp_path)
    bot.command = ("worker", "--health-port", str(bot.port))
    await bot.start(wait=False)
    await eventually(lambda: "listening" in bot.read_log())
    async with aiohttp.ClientSession() as http:
        async with http.get(f"{bot.url}/readyz") as answer:
            assert answer.status == 200
        async with http.post(f"{bot.url}/webhook", data=b"{}") as answer:
            assert answer.status == 404
    assert await bot.stop() == 0


async def test_json_lines_and_warnings(github: StandIn, app: App, tmp_path: Path) -> None:
    bot = BotProcess(
        environment(github, app, ASSAY_LOG_FORMAT="json", ASSAY_PORT="1"),
        tmp_path,
        command=("serve", "--no-worker"),
    )
    await bot.start()
    assert await bot.stop() == 0
    lines = [json.loads(line) for line in bot.read_log().splitlines()]
    assert "ASSAY_PORT" in lines[0]["message"]
    assert lines[0]["level"] == "warning"


async def test_jobs_shows_what_failed_and_why(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = open_engine(None, tmp_path)
    await engine.open()
    payload = {"repository": {"owner": "octo", "name": "repo"}, "pull": 7}
    await engine.enqueue(NewJob(kind="review", payload=payload))
    stop = asyncio.Event()

    async def fail(job: Job) -> None:
        if job.ending is not None:
            stop.set()
            return
        raise Permanent("the repository is gone")

    await asyncio.wait_for(
        engine.run({"review": fail}, concurrency=1, stop=stop, grace=timedelta(seconds=10)), 60
    )
    await engine.close()
    monkeypatch.setenv("ASSAY_STATE_DIR", str(tmp_path))
    assert await asyncio.to_thread(main, ["jobs"]) == 0
    shown = capsys.readouterr().out
    assert "failed   1" in shown
    assert "review octo/repo#7: the repository is gone" in shown
    assert await asyncio.to_thread(main, ["jobs", "--failed", "0"]) == 0
    assert "octo/repo" not in capsys.readouterr().out


def test_jobs_makes_no_queue_where_none_is(tmp_path: Path) -> None:
    done = assay("jobs", ASSAY_STATE_DIR=str(tmp_path / "nowhere"))
    assert done.returncode == 2
    assert "ASSAY_STATE_DIR" in done.stderr
    assert not (tmp_path / "nowhere").exists()
