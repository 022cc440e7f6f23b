"""GitHub's faults, said to the job engine in its own words."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot import sweep
from bot.github.faults import GiveUp, OurBug, RetryLater, RetryNow
from bot.handlers import guarded, make_handlers
from bot.jobs import Job, Permanent, RetryAt, kinds
from bot.jobs.names import names

WHEN = datetime(2026, 1, 2, 3, 4, tzinfo=UTC)
PAYLOAD: Mapping[str, Any] = kinds.encode(
    kinds.ReviewPull(
        installation=1,
        repository=kinds.Repository(id=2, owner="octo", name="repo"),
        pull=7,
        trigger="opened",
        delivery="d-1",
    )
)


def job(ending: str | None = None, payload: Any = PAYLOAD, attempt: int = 1) -> Job:
    return Job(3, kinds.REVIEW, payload, attempt, "", "", WHEN, ending)


async def outcome(
    error: Exception, ending: str | None = None, attempt: int = 1
) -> BaseException | None:
    async def work(one: Job) -> None:
        raise error

    try:
        await guarded(work)(job(ending, attempt=attempt))
    except Exception as raised:
        return raised
    return None


async def test_a_rate_limit_is_waited_out() -> None:
    raised = await outcome(RetryLater("rate limit", when=WHEN))
    assert isinstance(raised, RetryAt)
    assert raised.when == WHEN


async def test_an_outage_of_github_is_waited_out_and_is_no_failure() -> None:
    before = datetime.now(UTC)
    for attempt in (1, 5, 50):
        raised = await outcome(RetryNow("502"), attempt=attempt)
        assert isinstance(raised, RetryAt)
        assert before <= raised.when <= datetime.now(UTC) + timedelta(minutes=10)


async def test_a_repository_that_may_not_be_read_is_one_line_and_no_retry(
    caplog: pytest.LogCaptureFixture,
) -> None:
    raised = await outcome(GiveUp("not found", status=404, detail="Not Found"))
    assert isinstance(raised, Permanent)
    assert "not found (Not Found)" in raised.reason
    assert [record.levelno for record in caplog.records] == [logging.WARNING]


async def test_where_we_may_not_go_nothing_is_tidied_up() -> None:
    assert await outcome(GiveUp("not found", status=404), ending="failed") is None


@pytest.mark.parametrize(
    "error", [OurBug("422"), ZeroDivisionError(), Permanent("x"), TimeoutError()]
)
async def test_the_rest_is_for_the_engine(
    error: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    assert await outcome(error) is error
    assert len(caplog.records) == 1


async def test_a_payload_that_cannot_be_read_is_given_up() -> None:
    async def work(one: Job) -> None:
        kinds.decode(one.payload, kinds.ReviewPull)

    with pytest.raises(Permanent, match="cannot be read"):
        await guarded(work)(job(payload={"pull": "x"}))
    await guarded(work)(job("failed", payload={"pull": "x"}))


def test_a_jobs_lines_bear_its_names() -> None:
    assert names(job()) == {
        "job": 3,
        "kind": "review",
        "attempt": 1,
        "delivery": "d-1",
        "repository": "octo/repo",
        "pull": 7,
    }
    assert names(job(payload={"pull": [], "repository": 5}))["pull"] is None


async def test_each_kind_has_its_handler() -> None:
    seen: list[str] = []

    async def review(one: Job) -> None:
        seen.append("review")

    async def comment(one: Job) -> None:
        seen.append("comment")

    async def rerun(one: Job) -> None:
        seen.append("rerun")

    async def missed(one: Job) -> None:
        seen.append("missed")

    async def button(one: Job) -> None:
        seen.append("button")

    async def decision(one: Job) -> None:
        seen.append("decision")

    async def merge_group(one: Job) -> None:
        seen.append("merge group")

    handlers = make_handlers(
        review=review,
        comment=comment,
        button=button,
        decision=decision,
        rerun=rerun,
        merge_group=merge_group,
        missed=missed,
    )
    asked = (kinds.RERUN_HEAD, kinds.REVIEW, kinds.COMMENT_COMMAND, sweep.KIND)
    for kind in (*asked, kinds.BUTTON, kinds.CHANGE_MEMORY, kinds.MERGE_GROUP):
        await handlers[kind](job())
    assert seen == ["rerun", "review", "comment", "missed", "button", "decision", "merge group"]
