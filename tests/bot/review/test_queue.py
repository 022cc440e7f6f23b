"""A merge group's check run: from its pull request's review, quickly, and once."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.github.faults import GiveUp, RetryNow
from bot.github.port import RepositoryAPI
from bot.jobs import SUPERSEDED, Job, RetryAt, kinds
from bot.review.queue import LONGEST_PAUSE, MergeGroups, pause
from tests.bot.review import values
from tests.bot.review.fake_api import FakeAPI, fail_on
from tests.bot.review.reviewing import Engine, Reviews, bad_file

GROUP = "9" * 40
BEGAN = datetime(2026, 11, 24, tzinfo=UTC)


@dataclass
class Queue:
    """A merge queue's wishes, carried out."""

    api: FakeAPI
    engine: Engine = field(default_factory=Engine)
    now: datetime = BEGAN
    attempt: int = 1

    async def check(self, *, ending: str | None = None, **changes: Any) -> None:
        async def repository(installation: int, number: int) -> RepositoryAPI:
            assert (installation, number) == (3, 7)
            return self.api

        async def wait(seconds: float) -> None:
            pass

        asked = kinds.MergeGroup(
            **{
                "installation": 3,
                "repository": kinds.Repository(id=7, owner="octo", name="hello"),
                "head_sha": GROUP,
                "pull": 5,
                "delivery": "d-1",
                **changes,
            }
        )
        groups = MergeGroups(
            repository, self.engine, values.VOICE, clock=lambda: self.now, wait=wait
        )
        await groups.check(
            Job(
                id=1,
                kind=kinds.MERGE_GROUP,
                payload=kinds.encode(asked),
                attempt=self.attempt,
                lane="",
                group="",
                created_at=BEGAN,
                ending=ending,
            )
        )

    @property
    def runs(self) -> list[tuple[str, str | None]]:
        """Status and conclusion of the check runs on the group's commit."""
        found = [run for run in self.api.runs if run["head_sha"] == GROUP]
        return [(run["status"], run.get("conclusion")) for run in found]

    @property
    def summary(self) -> str:
        text: str = self.api.runs[-1]["output"]["summary"]
        return text


@pytest.fixture
def queue() -> Queue:
    return Queue(FakeAPI())


async def reviewed(queue: Queue, **job: Any) -> None:
    queue.api.change("a.py", bad_file("one"))
    await Reviews(queue.api).run(**job)


async def test_it_gets_the_verdict_of_its_pull_request_in_four_requests(queue: Queue) -> None:
    await reviewed(queue)
    before = queue.api.calls

    await queue.check()

    assert queue.runs == [("completed", "failure")]
    assert "pull request `#5`, whose commit `aaaaaaa` was reviewed: 1" in queue.summary
    assert queue.api.calls - before == 4
    assert queue.engine.jobs == []


async def test_it_is_done_once(queue: Queue) -> None:
    await reviewed(queue)
    await queue.check()
    await queue.check()
    assert queue.runs == [("completed", "failure")]

    await queue.check(rerun=True, delivery="d-2")
    await queue.check(rerun=True, delivery="d-2")
    assert queue.runs == [("completed", "failure")] * 2


async def test_an_answer_that_got_lost_makes_no_second_run(queue: Queue) -> None:
    await reviewed(queue)
    lost = [True]

    def lose(asked: str) -> None:
        if asked == "POST check-runs" and lost:
            lost.clear()
            raise RetryNow("the answer got lost")

    queue.api.after.append(lose)
    with pytest.raises(RetryNow):
        await queue.check()
    await queue.check()

    assert queue.runs == [("completed", "failure")]


async def test_a_review_that_is_under_way_is_waited_for(queue: Queue) -> None:
    queue.api.change("a.py", bad_file("one"))
    with pytest.raises(RetryAt) as caught:
        await queue.check()

    assert BEGAN < caught.value.when <= BEGAN + LONGEST_PAUSE
    assert queue.runs == [("in_progress", None)]
    (job,) = queue.engine.jobs
    assert (job.kind, job.supersede) == (kinds.REVIEW, False)
    assert kinds.decode(job.payload, kinds.ReviewPull).rerun is False

    with pytest.raises(RetryAt):
        await queue.check()
    assert queue.runs == [("in_progress", None)]
    assert len(queue.engine.jobs) == 1, "it is asked for once"

    await Reviews(queue.api).run()
    await queue.check()
    assert queue.runs == [("completed", "failure")]


async def test_a_newer_review_under_way_is_waited_for(queue: Queue) -> None:
    await reviewed(queue)
    queue.api.runs.append({**queue.api.runs[-1], "id": 9_999, "status": "in_progress",
                           "conclusion": None, "external_id": "pull:5:asked"})  # fmt: skip

    with pytest.raises(RetryAt):
        await queue.check()

    assert queue.engine.jobs == []


async def test_a_review_that_never_comes_is_not_waited_for_for_ever(queue: Queue) -> None:
    with pytest.raises(RetryAt):
        await queue.check()
    queue.now = BEGAN + timedelta(hours=1)

    await queue.check()

    assert queue.runs == [("completed", "cancelled")], "nobody looked at it: that is no pass"
    assert "not reviewed within 20 minutes" in queue.summary


async def test_a_skipped_pull_request_is_skipped_in_the_queue(queue: Queue) -> None:
    queue.api.trees["main"] = {".github/assay.yml": (0o100644, b"labels: {skip: [wip]}")}
    queue.api.labels = ["wip"]
    await reviewed(queue)

    await queue.check()

    assert queue.runs == [("completed", "skipped")]


async def test_a_cancelled_review_is_no_verdict(queue: Queue) -> None:
    await reviewed(queue)
    queue.api.runs[-1]["conclusion"] = "cancelled"

    with pytest.raises(RetryAt):
        await queue.check()


async def test_a_group_that_names_no_pull_request_has_a_reason(queue: Queue) -> None:
    await queue.check(pull=0)
    await queue.check(pull=0)

    assert queue.runs == [("completed", "neutral")]
    assert "does not say which pull request" in queue.summary


async def test_a_group_that_is_taken_apart_ends_its_check(queue: Queue) -> None:
    with pytest.raises(RetryAt):
        await queue.check()

    await queue.check(ending=SUPERSEDED)
    with pytest.raises(RetryAt):
        await queue.check(rerun=True, delivery="d-2")
    assert queue.runs == [("in_progress", None)] * 2, "the job that comes now completes them"
    await queue.check(destroyed=True)

    assert queue.runs == [("completed", "cancelled")] * 2
    assert "taken apart" in queue.summary


async def test_the_end_of_a_group_without_a_check_makes_none(queue: Queue) -> None:
    await queue.check(destroyed=True)
    assert queue.runs == []


async def test_a_job_that_gave_up_completes_its_run(queue: Queue) -> None:
    with pytest.raises(RetryAt):
        await queue.check()
    await queue.check(ending="failed 5 times: boom")

    assert queue.runs == [("completed", "cancelled")]
    assert "failed 5 times" in queue.summary


async def test_a_worker_that_is_no_longer_current_writes_nothing(queue: Queue) -> None:
    await reviewed(queue)
    queue.engine.current = False
    await queue.check()
    assert queue.runs == []


async def test_a_repository_that_may_not_be_read_is_left_alone(queue: Queue) -> None:
    fail_on(queue.api, "GRAPHQL Opening", GiveUp("hidden", status=404), times=99)
    fail_on(queue.api, "GET pulls/5", GiveUp("hidden", status=404), times=99)
    with pytest.raises(GiveUp):
        await queue.check()
    assert queue.runs == []


async def test_a_renamed_repository_is_found(queue: Queue) -> None:
    queue.api.full_name = "octo/renamed"
    await reviewed(queue)
    await queue.check()
    assert queue.runs == [("completed", "failure")]


def test_pauses_grow_to_a_bound() -> None:
    pauses = [pause(attempt) for attempt in range(1, 400)]
    assert pauses == sorted(pauses)
    assert pauses[0] < pauses[3] < pauses[-1] == LONGEST_PAUSE
