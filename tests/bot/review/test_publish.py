"""Publication: what is missing is written once, whatever GitHub does meanwhile."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from bot.github.faults import GiveUp, OurBug, RetryNow
from bot.review import runs
from bot.review.model import OwnCheckRun
from checks.model import Settings
from tests.bot.review.fake_api import HEAD, FakeAPI, fail_on, lose_answer
from tests.bot.review.reviewing import SIGNER, Reviews, WordAnalysis, bad_file

PLENTY = Settings(max_comments=100)


@pytest.fixture(params=[True, False], ids=["graphql", "rest"])
def reviews(request: pytest.FixtureRequest) -> Reviews:
    return Reviews(FakeAPI(graphql_works=request.param))


def plenty(reviews: Reviews) -> None:
    """Room for a hundred comments."""
    reviews.analysis = WordAnalysis(settings=PLENTY)
    reviews.api.trees["main"] = {".github/assay.yml": (0o100644, b"any")}


def fingerprints(api: FakeAPI) -> list[str]:
    from bot.review.markers import Place

    found = []
    for one in api.comments:
        marker = SIGNER.read(one["body"], Place(7, 5))
        if marker is not None and marker.genuine:
            found.append(marker.fingerprint)
    return found


def posted(api: FakeAPI) -> list[dict[str, Any]]:
    return [body for asked, body in api.writes if asked == "POST pulls/5/reviews"]


async def test_one_review_carries_the_comments_and_the_run_is_completed(reviews: Reviews) -> None:
    api = reviews.api
    api.change("a.py", bad_file("one", "two", lines=3))

    assert await reviews.run() == "failure"

    (review,) = posted(api)
    assert (review["event"], review["commit_id"]) == ("COMMENT", HEAD)
    assert review["body"]
    assert [(one["path"], one["line"], one["side"]) for one in review["comments"]] == [
        ("a.py", 4, "RIGHT"),
        ("a.py", 5, "RIGHT"),
    ]
    (run,) = api.runs
    assert (run["status"], run["conclusion"]) == ("completed", "failure")
    assert len(api.annotations[run["id"]]) == 2
    assert [asked for asked, _ in api.writes] == [
        "POST check-runs",
        "POST pulls/5/reviews",
        f"PATCH check-runs/{run['id']}",
    ]


async def test_a_clean_change_gets_no_review(reviews: Reviews) -> None:
    reviews.api.change("a.py", "fine\n")

    assert await reviews.run() == "success"

    assert posted(reviews.api) == []


async def test_doing_it_again_writes_nothing(reviews: Reviews) -> None:
    reviews.api.change("a.py", bad_file("one"))
    await reviews.run()
    reviews.api.writes.clear()

    assert await reviews.run() == "already reviewed"

    assert reviews.api.writes == []


async def test_asking_again_makes_a_new_run_of_the_same_name_and_no_comment_twice(
    reviews: Reviews,
) -> None:
    api = reviews.api
    api.change("a.py", bad_file("one"))
    await reviews.run()

    for _ in range(2):
        await reviews.run(rerun=True, rerun_key="delivery-1")
    await reviews.run(rerun=True, rerun_key="delivery-2")

    assert [run["name"] for run in api.runs] == ["Assay"] * 3
    assert {run["status"] for run in api.runs} == {"completed"}
    assert len({run["external_id"] for run in api.runs}) == 3
    assert len(api.comments) == 1


async def test_a_new_base_branch_is_a_new_request(reviews: Reviews) -> None:
    reviews.api.change("a.py", "x\n")
    await reviews.run()
    reviews.api.base_ref = "release"
    await reviews.run()

    assert len(reviews.api.runs) == 2


async def test_comments_of_others_count_for_nothing(reviews: Reviews) -> None:
    api = reviews.api
    api.change("a.py", bad_file("one"))
    await reviews.run()
    (own,) = api.comments
    own["user"] = {"login": "assay-test", "type": "User"}  # a person of the bot's name
    api.add_comment("a.py", 1, own["body"].replace("-->", "-- >"))
    before = [dict(one) for one in api.comments]

    await reviews.run(rerun=True, rerun_key="x")

    # What the review once posted is not there any more, for all we can tell, and stays away.
    assert api.comments == before


async def test_our_comments_are_found_among_many(reviews: Reviews) -> None:
    api = reviews.api
    for number in range(130):
        api.add_comment("a.py", 1, f"a person says {number}", login="octocat")
    api.change("a.py", bad_file("one"))
    await reviews.run()

    await reviews.run(rerun=True, rerun_key="x")

    assert fingerprints(api) == ["a.py:one"]


async def test_comments_of_a_pending_review_do_not_stand_yet() -> None:
    reviews = Reviews(FakeAPI())
    api = reviews.api
    api.change("a.py", bad_file("one"))
    await reviews.run()
    api.comments[0]["state"] = "PENDING"
    api.reviews.clear()

    await reviews.run(rerun=True, rerun_key="x")

    assert len(api.comments) == 2


async def test_a_mended_finding_s_comment_is_edited_and_left_alone_then(reviews: Reviews) -> None:
    api = reviews.api
    api.change("a.py", bad_file("one"))
    await reviews.run()
    was = api.comments[0]["body"]
    api.files.clear()
    api.change("a.py", "fine\n")

    await reviews.run(rerun=True, rerun_key="x")
    edited = api.comments[0]["body"]
    await reviews.run(rerun=True, rerun_key="y")

    assert edited != was
    assert api.comments[0]["body"] == edited
    assert sum(asked.startswith("PATCH pulls/comments") for asked, _ in api.writes) == 1


async def test_a_comment_that_was_deleted_meanwhile_does_not_stop_the_review(
    reviews: Reviews,
) -> None:
    api = reviews.api
    api.change("a.py", bad_file("one"))
    await reviews.run()
    api.files.clear()
    api.change("a.py", "fine\n")
    fail_on(api, "PATCH pulls/comments", GiveUp("Not Found", status=404))

    assert await reviews.run(rerun=True, rerun_key="x") == "success"


async def test_more_comments_than_one_review_takes_go_into_several(reviews: Reviews) -> None:
    plenty(reviews)
    reviews.api.change("a.py", bad_file(*(f"w{number}" for number in range(70))))

    await reviews.run()

    assert [len(one["comments"]) for one in posted(reviews.api)] == [30, 30, 10]
    assert len(set(fingerprints(reviews.api))) == 70


async def test_annotations_go_in_portions_of_fifty(reviews: Reviews) -> None:
    api = reviews.api
    api.change("a.py", bad_file(*(f"w{number}" for number in range(120))))

    await reviews.run()

    (run,) = api.runs
    patches = [body for asked, body in api.writes if asked.startswith("PATCH check-runs")]
    assert [len(one["output"]["annotations"]) for one in patches] == [50, 50, 20]
    assert ["conclusion" in one for one in patches] == [False, False, True]
    assert len(api.annotations[run["id"]]) == 120


@pytest.mark.parametrize("bad", [(0,), (13,), (0, 13, 28), tuple(range(29))])
async def test_a_refused_comment_loses_no_other_and_goes_into_the_summary(
    reviews: Reviews, bad: tuple[int, ...]
) -> None:
    """GitHub has another diff than its list showed: which comment it dislikes, it does not say."""
    plenty(reviews)
    api = reviews.api
    for number in range(29):
        api.change(f"f{number:02}.py", bad_file(f"w{number}"))
    shown = [dict(one) for one in api.files]

    def hide(asked: str) -> None:
        hidden = asked == "POST pulls/5/reviews"
        for number in bad:
            api.files[number] = shown[number] | ({"patch": ""} if hidden else {})

    api.hooks.append(hide)

    assert await reviews.run() == "failure"

    found = Counter(fingerprints(api))
    assert set(found.values()) <= {1}
    # Halving is bounded: with very many refused, good ones may end up in the summary too.
    if len(bad) == 1:
        assert len(found) == 28
    assert not {f"f{number:02}.py:w{number}" for number in bad} & set(found)
    assert len(posted(api)) <= 24
    (run,) = api.runs
    assert run["conclusion"] == "failure"
    assert len(api.annotations[run["id"]]) == 29
    for number in bad:
        assert f"f{number:02}.py" in run["output"]["summary"] + run["output"].get("text", "")


async def test_an_orphan_of_a_refused_review_is_not_posted_again(reviews: Reviews) -> None:
    """GitHub sometimes stores the review and answers 422 all the same."""
    api = reviews.api
    api.change("a.py", bad_file("one", "two"))
    lose_answer(api, "POST pulls/5/reviews", OurBug("refused", status=422))

    assert await reviews.run() == "failure"

    assert sorted(fingerprints(api)) == ["a.py:one", "a.py:two"]
    assert len(posted(api)) == 1


async def test_a_pending_review_of_ours_is_submitted_before_the_next(reviews: Reviews) -> None:
    api = reviews.api
    api.change("a.py", bad_file("one"))
    api.reviews.append({"id": 1, "state": "PENDING", "user": {"login": "assay-test[bot]"}})

    assert await reviews.run() == "failure"

    assert api.reviews[0]["state"] == "COMMENTED"
    assert fingerprints(api) == ["a.py:one"]


async def test_a_locked_conversation_leaves_all_to_the_check_run(reviews: Reviews) -> None:
    api = reviews.api
    api.change("a.py", bad_file("one"))
    api.locked = True

    assert await reviews.run() == "failure"

    assert api.comments == []
    assert len(api.annotations[api.runs[0]["id"]]) == 1
    assert len(posted(api)) <= 2


async def test_an_annotation_is_not_posted_twice_when_an_answer_is_lost(reviews: Reviews) -> None:
    api = reviews.api
    api.change("a.py", bad_file(*(f"w{number}" for number in range(120))))
    lose_answer(api, "PATCH check-runs", RetryNow("connection lost"))

    with pytest.raises(RetryNow):
        await reviews.run()
    (run,) = api.runs
    assert run["output"]["annotations_count"] == 50
    await reviews.run()

    messages = [(one["start_line"], one["message"]) for one in api.annotations[run["id"]]]
    assert len(messages) == len(set(messages)) == 120


@pytest.mark.parametrize("portion", [1, 2])
async def test_an_annotation_that_github_dislikes_does_not_cost_the_verdict(
    reviews: Reviews, portion: int
) -> None:
    api = reviews.api
    api.change("a.py", bad_file(*(f"w{number}" for number in range(60))))
    left = [portion]

    def refuse(asked: str) -> None:
        if asked.startswith("PATCH check-runs"):
            left[0] -= 1
            if left[0] == 0:
                raise OurBug("refused", status=422, detail="annotations: invalid")

    api.hooks.append(refuse)

    assert await reviews.run() == "failure"

    (run,) = api.runs
    assert (run["status"], run["conclusion"]) == ("completed", "failure")
    assert len(api.annotations[run["id"]]) == (portion - 1) * 50


class Killed(BaseException):
    """Ends everything, as kill -9 does: nothing catches it, nothing runs after it."""


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("graphql_works", [True, False])
async def test_a_review_killed_at_any_request_is_finished_by_the_next_try(
    when: str, graphql_works: bool
) -> None:
    def prepared() -> Reviews:
        reviews = Reviews(FakeAPI(graphql_works=graphql_works))
        words = [f"w{number}" for number in range(60)]
        reviews.api.change("a.py", bad_file(*words[:30]))
        reviews.api.change("b.py", bad_file(*words[30:]))
        return reviews

    untouched = prepared()
    await untouched.run()
    asked = len(untouched.api.log)
    assert asked >= 8

    for victim in range(1, asked + 1):
        reviews = prepared()
        api = reviews.api

        def kill(_: str, api: FakeAPI = api, victim: int = victim) -> None:
            if len(api.log) == victim:
                api.log.extend(["killed"])
                raise Killed

        (api.hooks if when == "before" else api.after).append(kill)
        try:
            await reviews.run()
        except (Killed, BaseExceptionGroup):
            await reviews.run()

        (run,) = api.runs
        assert (run["status"], run["conclusion"]) == ("completed", "failure"), victim
        assert len(api.annotations[run["id"]]) == 60, victim
        found = fingerprints(api)
        assert len(found) == len(set(found)) == 10, victim
        assert len(api.reviews) == 1, victim


def own(number: int, status: str, external_id: str) -> OwnCheckRun:
    return OwnCheckRun(number, status, None, external_id, 0)


def test_which_run_a_request_uses() -> None:
    fresh = runs.choose((), "pull:5:x")
    assert (fresh.done, fresh.run, fresh.strays) == (False, None, ())

    mine, twin = own(1, "in_progress", "pull:5:x"), own(2, "queued", "pull:5:x")
    other = own(3, "in_progress", "pull:5:y")
    begun = runs.choose((other, twin, mine), "pull:5:x")
    assert (begun.done, begun.run, begun.strays) == (False, mine, (twin, other))

    answered = runs.choose((own(4, "completed", "pull:5:x"), mine, other), "pull:5:x")
    assert (answered.done, answered.run, answered.strays) == (True, None, (mine, other))

    unanswered = runs.choose((own(4, "completed", "pull:5:x:cancelled"),), "pull:5:x")
    assert (unanswered.done, unanswered.run) == (False, None)


def test_requests_are_told_apart() -> None:
    ids = {
        runs.request_id(5, "main", ""),
        runs.request_id(6, "main", ""),
        runs.request_id(5, "release", ""),
        runs.request_id(5, "main", "key"),
    }
    assert len(ids) == 4
    assert runs.request_id(5, "main", "key") == runs.request_id(5, "release", "key")
