"""The review handler: every way through it completes the check run or leaves it to a next try."""

from __future__ import annotations

import logging

import pytest

from bot.github.faults import GiveUp, OurBug, RetryNow
from tests.bot.review.fake_api import FakeAPI, fail_on
from tests.bot.review.reviewing import Reviews, WordAnalysis, bad_file

NEXT = "d" * 40
OLD = "e" * 40
ONE_LINE = "@@ -1,2 +1,2 @@\n 1\n-old\n+BAD new"


@pytest.fixture
def reviews() -> Reviews:
    reviews = Reviews(FakeAPI())
    reviews.api.change("a.py", bad_file("one"))
    return reviews


def push(api: FakeAPI, sha: str = NEXT) -> None:
    """The head moves to a commit with the same files."""
    api.trees[sha] = api.trees[api.head]
    api.head = sha


async def test_a_review_of_thirty_files_takes_at_most_eight_requests(
    caplog: pytest.LogCaptureFixture,
) -> None:
    reviews = Reviews(FakeAPI())
    for index in range(30):
        reviews.api.change(
            f"f{index:02}.py",
            f"1\nBAD new\n{index}\n",
            f"1\nold\n{index}\n",
            patch=f"@@ -1,3 +1,3 @@\n 1\n-old\n+BAD new\n {index}",
        )

    with caplog.at_level(logging.INFO, "bot.review.run"):
        await reviews.run()

    assert [one.split("/")[0] for one in reviews.api.log] == [
        "GRAPHQL Opening",
        "GET commits",
        "POST check-runs",
        "GET pulls",
        "GRAPHQL Texts",
        "GRAPHQL Conversation",
        "POST pulls",
        "PATCH check-runs",
    ]
    assert reviews.ended == [("failure", 8)]
    assert "failure" in caplog.text
    assert "8 requests" in caplog.text


async def test_the_check_run_is_there_before_the_files_are_read(reviews: Reviews) -> None:
    api = reviews.api
    seen: list[str] = []

    def during() -> None:
        seen.append(api.runs[0]["status"])

    reviews.analysis = WordAnalysis(during=during)
    await reviews.run()

    assert seen == ["in_progress"]
    assert api.log.index("POST check-runs") < api.log.index("GET pulls/5/files")
    begun = api.writes[0][1]
    assert begun["output"]["title"]
    assert "conclusion" not in begun


async def test_a_head_that_moves_during_the_review_supersedes_it(reviews: Reviews) -> None:
    api = reviews.api
    reviews.analysis = WordAnalysis(during=lambda: push(api))

    assert await reviews.run() == "superseded"

    (run,) = api.runs
    assert (run["status"], run["conclusion"]) == ("completed", "cancelled")
    assert "Superseded" in run["output"]["title"]
    assert NEXT[:7] in run["output"]["summary"]
    assert api.comments == []

    reviews.analysis = WordAnalysis()
    assert await reviews.run() == "failure"
    assert [one["conclusion"] for one in api.runs] == ["cancelled", "failure"]


async def test_a_branch_that_comes_back_to_a_superseded_commit_is_reviewed(
    reviews: Reviews,
) -> None:
    api = reviews.api
    first = api.head
    reviews.analysis = WordAnalysis(during=lambda: push(api))
    await reviews.run()
    api.head = first
    reviews.analysis = WordAnalysis()

    assert await reviews.run() == "failure"


async def test_a_job_that_is_not_current_writes_nothing(reviews: Reviews) -> None:
    api = reviews.api
    fail_on(api, "GET pulls/5/files", RetryNow("502", status=502))
    with pytest.raises(RetryNow):
        await reviews.run(rerun=True, rerun_key="of another worker")
    api.writes.clear()
    reviews.engine.current = False

    assert await reviews.run() == "superseded"

    assert api.writes == []


async def test_a_job_that_loses_its_lease_leaves_the_run_to_the_next(reviews: Reviews) -> None:
    api = reviews.api

    def during() -> None:
        reviews.engine.current = False

    reviews.analysis = WordAnalysis(during=during)

    assert await reviews.run() == "superseded"

    # The head is still the same: the run is left to whoever works on it now.
    (run,) = api.runs
    assert run["status"] == "in_progress"
    assert api.comments == []

    reviews.engine.current = True
    reviews.analysis = WordAnalysis()
    assert await reviews.run() == "failure"
    assert len(api.runs) == 1


async def test_a_job_superseded_by_a_push_during_the_analysis_says_so(reviews: Reviews) -> None:
    api = reviews.api

    def during() -> None:
        push(api)
        reviews.engine.current = False

    reviews.analysis = WordAnalysis(during=during)

    assert await reviews.run() == "superseded"
    assert api.runs[0]["conclusion"] == "cancelled"


async def test_a_run_that_a_dead_request_left_is_completed(reviews: Reviews) -> None:
    api = reviews.api
    fail_on(api, "GET pulls/5/files", RetryNow("502", status=502))
    with pytest.raises(RetryNow):
        await reviews.run(rerun=True, rerun_key="dead")

    assert await reviews.run() == "failure"

    assert [(one["status"], one["conclusion"]) for one in api.runs] == [
        ("completed", "cancelled"),
        ("completed", "failure"),
    ]


async def test_runs_of_another_pull_request_on_the_same_commit_are_left_alone(
    reviews: Reviews,
) -> None:
    api = reviews.api
    other = {
        "id": 1,
        "name": "Assay",
        "head_sha": api.head,
        "app": {"id": api.app_id},
        "status": "in_progress",
        "conclusion": None,
        "external_id": "pull:55:x",
        "output": {},
    }
    api.runs.append(other)

    await reviews.run()

    assert other["status"] == "in_progress"


async def test_a_run_of_another_app_is_not_ours_whatever_it_is_called(
    reviews: Reviews, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Even if the list were not narrowed to our app."""
    api = reviews.api
    await reviews.run()
    theirs = {**api.runs[0], "app": {"id": 1}}
    api.runs[:] = [theirs]
    monkeypatch.setattr(
        api, "_find_runs", lambda sha, query: {"total_count": 1, "check_runs": list(api.runs)}
    )

    assert await reviews.run() == "failure"

    assert len(api.runs) == 2


@pytest.mark.parametrize("state", ["closed", "merged"])
async def test_a_closed_pull_request_is_not_reviewed_and_says_so(
    reviews: Reviews, state: str
) -> None:
    api = reviews.api
    api.state = state

    assert await reviews.run() == "skipped"

    (run,) = api.runs
    assert (run["status"], run["conclusion"]) == ("completed", "skipped")
    assert "closed" in run["output"]["title"]
    await reviews.run()
    assert len(api.runs) == 1
    api.state = "open"
    assert await reviews.run() == "failure"


async def test_a_run_in_progress_is_completed_when_the_pull_request_was_closed(
    reviews: Reviews,
) -> None:
    api = reviews.api
    fail_on(api, "GET pulls/5/files", RetryNow("502", status=502))
    with pytest.raises(RetryNow):
        await reviews.run()
    api.state = "closed"

    assert await reviews.run() == "skipped"
    assert [one["conclusion"] for one in api.runs] == ["skipped"]


async def test_an_empty_change_is_completed_with_the_reason() -> None:
    reviews = Reviews(FakeAPI())

    assert await reviews.run() == "skipped"

    (run,) = reviews.api.runs
    assert "no files" in run["output"]["summary"]


async def test_a_job_that_gave_up_completes_its_run_with_the_reason(reviews: Reviews) -> None:
    api = reviews.api
    fail_on(api, "GET pulls/5/files", RetryNow("502", status=502), times=9)
    with pytest.raises(RetryNow):
        await reviews.run()

    assert await reviews.run(ending="failed 5 times: GitHub answered 502") == "gave up"

    (run,) = api.runs
    assert run["status"] == "completed"
    assert "failed 5 times: GitHub answered 502" in run["output"]["summary"]
    assert "/assay recheck" in run["output"]["summary"]

    api.hooks.clear()
    assert await reviews.run() == "failure", "the same request may be tried again"


async def test_an_ending_finds_the_run_of_an_older_head(reviews: Reviews) -> None:
    api = reviews.api
    fail_on(api, "GET pulls/5/files", RetryNow("502", status=502))
    old = api.head
    with pytest.raises(RetryNow):
        await reviews.run()
    push(api)

    assert await reviews.run(ending="superseded", head_hint=old) == "superseded"

    (run,) = api.runs
    assert (run["head_sha"], run["conclusion"]) == (old, "cancelled")
    assert "Superseded" in run["output"]["title"]


async def test_a_superseded_job_leaves_the_run_of_the_head_that_is_reviewed_now(
    reviews: Reviews,
) -> None:
    api = reviews.api
    fail_on(api, "GET pulls/5/files", RetryNow("502", status=502))
    with pytest.raises(RetryNow):
        await reviews.run()

    await reviews.run(ending="superseded", head_hint=OLD)
    assert api.runs[0]["status"] == "in_progress"

    assert await reviews.run() == "failure"
    assert len(api.runs) == 1


async def test_a_later_try_completes_the_run_of_a_head_that_was_pushed_away(
    reviews: Reviews,
) -> None:
    """The push's own delivery got lost: no job supersedes this one."""
    api = reviews.api
    fail_on(api, "GET pulls/5/files", RetryNow("502", status=502))
    old = api.head
    with pytest.raises(RetryNow):
        await reviews.run(head_hint=old, attempt=1)
    push(api)

    assert await reviews.run(head_hint=old, attempt=2) == "failure"

    assert {one["head_sha"]: one["conclusion"] for one in api.runs} == {
        old: "cancelled",
        NEXT: "failure",
    }


async def test_an_ending_goes_on_when_a_head_is_gone_for_good(reviews: Reviews) -> None:
    api = reviews.api
    fail_on(api, "GET pulls/5/files", RetryNow("502", status=502))
    old = api.head
    with pytest.raises(RetryNow):
        await reviews.run()
    push(api)
    fail_on(api, f"GET commits/{OLD}", OurBug("No commit found", status=422))

    await reviews.run(ending="superseded", head_hint=OLD, before_hint=old)

    assert [one["conclusion"] for one in api.runs] == ["cancelled"]


async def test_an_ending_writes_nothing_twice(reviews: Reviews) -> None:
    await reviews.run()
    reviews.api.writes.clear()

    await reviews.run(ending="superseded", head_hint=reviews.api.head)
    await reviews.run(ending="failed 5 times: x", head_hint=reviews.api.head)

    assert reviews.api.writes == []


async def test_an_ending_of_a_pull_request_that_is_gone_is_github_s_fault(
    reviews: Reviews,
) -> None:
    reviews.api.number = 6

    with pytest.raises(GiveUp):
        await reviews.run(ending="superseded")


@pytest.mark.parametrize("start", ["GET commits", "POST check-runs", "GET pulls/5/files"])
async def test_faults_come_through_as_they_are(reviews: Reviews, start: str) -> None:
    fault = OurBug("wrong", status=400)
    fail_on(reviews.api, start, fault)

    with pytest.raises(OurBug) as caught:
        await reviews.run()

    assert caught.value is fault
    assert reviews.ended == []


async def test_an_older_head_is_waited_out_only_the_first_time(reviews: Reviews) -> None:
    await reviews.run(before_hint=reviews.api.head, attempt=1)
    assert len(reviews.api.asked("GRAPHQL Opening")) == 4

    reviews.api.log.clear()
    await reviews.run(before_hint=reviews.api.head, attempt=2)
    assert len(reviews.api.asked("GRAPHQL Opening")) == 1
