"""Health and metrics: which part does not work, said without secrets."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.github.faults import GiveUp, RetryNow
from bot.jobs import QueueStats
from tests.bot.web.serving import Served, serving


async def ready(served: Served) -> tuple[int, dict[str, str]]:
    async with served.http.get(f"{served.url}/readyz") as answer:
        found: dict[str, str] = await answer.json()
        return answer.status, found


async def test_all_is_well() -> None:
    async with serving() as served:
        assert await ready(served) == (
            200,
            {"status": "ready", "database": "ok", "github": "ok"},
        )


async def test_a_database_that_is_down() -> None:
    async with serving() as served:
        served.engine.down = True
        status, said = await ready(served)
        assert status == 503
        assert (said["status"], said["github"]) == ("not ready", "ok")
        assert "not reachable" in said["database"]
        assert "db.internal" not in said["database"]
        async with served.http.get(f"{served.url}/healthz") as answer:
            assert answer.status == 200


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        (GiveUp("GitHub does not accept the key", status=401), "GitHub does not accept the key"),
        (RetryNow("GitHub is not reachable"), "GitHub is not reachable"),
        (TimeoutError(), "GitHub does not answer"),
    ],
)
async def test_github_that_does_not_know_us(fault: Exception, words: str) -> None:
    async def verify() -> None:
        raise fault

    async with serving(verify) as served:
        status, said = await ready(served)
        assert (status, said["github"], said["database"]) == (503, words, "ok")


async def test_metrics_hold_the_queue() -> None:
    async with serving() as served:
        served.engine.counts = QueueStats(3, 2, 1, 40, timedelta(seconds=9))
        async with served.http.get(f"{served.url}/metrics") as answer:
            assert answer.headers["Content-Type"].startswith("text/plain; version=0.0.4")
            text = await answer.text()
        assert 'assay_jobs{state="waiting"} 3.0' in text
        assert 'assay_jobs{state="failed"} 1.0' in text
        assert "assay_oldest_waiting_job_seconds 9.0" in text


async def test_metrics_without_a_database() -> None:
    async with serving() as served:
        served.engine.down = True
        async with served.http.get(f"{served.url}/metrics") as answer:
            assert answer.status == 200


async def test_a_page_that_says_what_this_is() -> None:
    async with serving() as served, served.http.get(served.url) as answer:
        assert answer.status == 200
        assert "Assay" in await answer.text()
        assert answer.headers["Server"] == "assay"


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", "/webhook", 405), ("GET", "/.env", 404), ("POST", "/healthz", 405)],
)
async def test_other_addresses(method: str, path: str, status: int) -> None:
    async with serving() as served, served.http.request(method, served.url + path) as answer:
        assert answer.status == status
        assert (await answer.json())["result"]
