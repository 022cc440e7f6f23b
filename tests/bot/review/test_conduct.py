"""Whether and how a pull request is reviewed: drafts, labels, branches, bots, and who asks."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.github.pulls import Branch, Label, PullRequest
from bot.review import conduct
from bot.review.conduct import Decision, Extent
from checks.configuration import PATH
from checks.policy import Drafts, Policy
from tests.bot.review.fake_api import FakeAPI, file
from tests.bot.review.reviewing import Reviews, bad_file


@pytest.fixture(params=[True, False], ids=["graphql", "rest"])
def reviews(request: pytest.FixtureRequest) -> Reviews:
    made = Reviews(FakeAPI(graphql_works=request.param))
    made.api.change("a.py", bad_file("one"))
    return made


def configure(reviews: Reviews, text: str, branch: str = "main") -> None:
    reviews.api.trees.setdefault(branch, {})[PATH] = file(text)


def said(reviews: Reviews) -> str:
    """The text of the newest check run."""
    run = reviews.api.runs[-1]
    return f"{run['output']['title']}\n{run['output']['summary']}"


def conclusions(reviews: Reviews) -> list[str]:
    return [run["conclusion"] for run in reviews.api.runs]


async def test_a_draft_gets_a_summary_and_its_comments_when_it_is_ready(reviews: Reviews) -> None:
    reviews.api.draft = True

    assert await reviews.run() == "failure"

    assert reviews.api.comments == []
    assert "This is a draft: comments on lines come when it is ready" in said(reviews)
    assert await reviews.run() == "already reviewed"

    reviews.api.draft = False
    assert await reviews.run() == "failure"

    assert len(reviews.api.comments) == 1
    assert "This is a draft" not in said(reviews)
    assert len(reviews.api.runs) == 2


async def test_a_draft_that_was_reviewed_in_full_is_not_reviewed_in_part(reviews: Reviews) -> None:
    await reviews.run()
    reviews.api.draft = True

    assert await reviews.run() == "already reviewed"
    assert len(reviews.api.runs) == 1


async def test_drafts_are_reviewed_in_full_where_the_repository_wishes(reviews: Reviews) -> None:
    configure(reviews, "drafts: review")
    reviews.api.draft = True

    await reviews.run()

    assert len(reviews.api.comments) == 1


async def test_drafts_are_skipped_where_the_repository_wishes(reviews: Reviews) -> None:
    configure(reviews, "drafts: skip")
    reviews.api.draft = True

    assert await reviews.run() == "skipped"
    assert await reviews.run() == "skipped"

    assert conclusions(reviews) == ["skipped"], "it is said once"
    assert "draft" in said(reviews)
    assert "/assay recheck" in said(reviews)

    reviews.api.draft = False
    assert await reviews.run() == "failure"
    assert conclusions(reviews) == ["skipped", "failure"]


@pytest.mark.parametrize(
    ("text", "changes", "words"),
    [
        ("labels: {skip: [WIP]}", {"labels": ["other", "wip"]}, "label `wip`"),
        ("base-branches: [release/*]", {}, "into `main`"),
        ("base-branches: ['**', '!main']", {}, "into `main`"),
        ("drafts: skip", {"draft": True}, "draft"),
    ],
)
async def test_what_is_not_wanted_is_skipped_with_its_reason_unless_somebody_asks(
    reviews: Reviews, text: str, changes: dict[str, Any], words: str
) -> None:
    configure(reviews, text)
    for name, value in changes.items():
        setattr(reviews.api, name, value)

    assert await reviews.run() == "skipped"
    assert words in said(reviews)
    assert reviews.api.comments == []

    assert await reviews.run(rerun=True, rerun_key="asked") == "failure"
    assert len(reviews.api.comments) == 1


@pytest.mark.parametrize(
    ("text", "changes"),
    [
        ("labels: {skip: [wip], force: [Security]}", {"labels": ["wip", "security"]}),
        ("base-branches: [release/*]\nlabels: {force: [security]}", {"labels": ["security"]}),
        ("drafts: skip\nlabels: {force: [security]}", {"labels": ["security"], "draft": True}),
        ("labels: {force: [security]}", {"labels": ["security"], "draft": True}),
    ],
)
async def test_a_label_that_forces_a_review_wins_over_everything(
    reviews: Reviews, text: str, changes: dict[str, Any]
) -> None:
    configure(reviews, text)
    for name, value in changes.items():
        setattr(reviews.api, name, value)

    assert await reviews.run() == "failure"
    assert len(reviews.api.comments) == 1


async def test_a_label_that_comes_or_goes_counts_at_once(reviews: Reviews) -> None:
    configure(reviews, "labels: {skip: [wip]}")
    reviews.api.labels = ["wip"]
    assert await reviews.run() == "skipped"

    reviews.api.labels = []
    assert await reviews.run(label="WIP") == "failure"
    reviews.api.labels = ["wip"]
    assert await reviews.run(label="wip") == "already reviewed"


async def test_a_label_that_matters_to_nobody_costs_one_look() -> None:
    reviews = Reviews(FakeAPI())
    reviews.api.change("a.py", bad_file("one"))
    configure(reviews, "labels: {skip: [wip]}")

    assert await reviews.run(label="documentation") == "no matter"
    assert reviews.ended[-1][1] == 1
    assert reviews.api.runs == []


async def test_another_base_branch_is_another_question(reviews: Reviews) -> None:
    for branch in ("main", "release/1"):
        configure(reviews, "base-branches: [release/*]", branch)
    assert await reviews.run() == "skipped"

    reviews.api.base_ref = "release/1"
    assert await reviews.run() == "failure"

    reviews.api.base_ref = "main"
    assert await reviews.run() == "skipped"
    assert conclusions(reviews) == ["skipped", "failure"]


@pytest.mark.parametrize(
    ("text", "profile"),
    [
        ("", "quiet"),
        ("profile: strict", "quiet"),
        ("bots: {profile: default}\nprofile: strict", "default"),
    ],
)
async def test_bots_have_a_profile_of_their_own(reviews: Reviews, text: str, profile: str) -> None:
    configure(reviews, text)
    reviews.api.by_bot = True

    await reviews.run()

    assert f"profile `{profile}`, because a bot opened this pull request" in said(reviews)


async def test_a_pull_request_that_skips_itself_by_its_own_file_is_reviewed(
    reviews: Reviews,
) -> None:
    reviews.api.change(PATH, "labels: {skip: [wip]}\nfail-on: never\n")
    reviews.api.labels = ["wip"]

    assert await reviews.run() == "failure"


async def test_a_skip_costs_three_requests() -> None:
    reviews = Reviews(FakeAPI())
    reviews.api.change("a.py", bad_file("one"))
    configure(reviews, "drafts: skip")
    reviews.api.draft = True

    await reviews.run()

    assert reviews.ended == [("skipped", 3)]


async def test_a_closed_pull_request_that_is_opened_again_is_reviewed(reviews: Reviews) -> None:
    reviews.api.state = "closed"
    assert await reviews.run() == "skipped"
    reviews.api.state = "open"
    assert await reviews.run() == "failure"


@pytest.mark.parametrize(
    "text", ["paths: {a.py: {checks: {sql-injection: off}}}", "checks: {sql-injection: off}"]
)
async def test_a_finding_that_the_configuration_silenced_is_not_called_fixed(
    reviews: Reviews, text: str
) -> None:
    await reviews.run()
    reviews.api.trees["d" * 40] = reviews.api.trees[reviews.api.head]
    reviews.api.head = "d" * 40
    reviews.api.change("a.py", "mended\n", bad_file("one"))
    configure(reviews, text)

    await reviews.run()

    body = reviews.api.comments[0]["body"]
    assert "no longer reported" in body.lower()
    assert "Fixed" not in body


def pull(**changes: Any) -> PullRequest:
    made: dict[str, Any] = {
        "number": 5,
        "title": "Add a thing",
        "state": "open",
        "head": Branch("topic", "a" * 40),
        "base": Branch("main", "b" * 40),
        "html_url": "https://github.com/octo/hello/pull/5",
        "changed_files": 1,
    }
    return PullRequest(**(made | changes))


NAMES = st.sampled_from(["wip", "WIP", "security", "Security", "straße", "main"])
POLICIES = st.builds(
    Policy,
    drafts=st.sampled_from(Drafts),
    base_branches=st.lists(st.sampled_from(["main", "!main", "release/**"]), max_size=2).map(tuple),
    skip_labels=st.frozensets(NAMES, max_size=2),
    force_labels=st.frozensets(NAMES, max_size=2),
)
PULLS = st.builds(
    lambda labels, draft, base: pull(
        labels=tuple(map(Label, labels)), draft=draft, base=Branch(base, "b" * 40)
    ),
    st.lists(NAMES, max_size=3),
    st.booleans(),
    st.sampled_from(["main", "release/1", "other"]),
)


@given(PULLS, POLICIES, st.booleans())
def test_a_decision_is_what_the_documentation_says(
    one: PullRequest, policy: Policy, asked: bool
) -> None:
    decision = conduct.decide(one, policy, asked=asked)
    labels = {label.name.casefold() for label in one.labels}
    forced = not labels.isdisjoint(name.casefold() for name in policy.force_labels)
    unwanted = not labels.isdisjoint(name.casefold() for name in policy.skip_labels)
    if forced:
        assert decision == Decision()
    elif asked:
        assert decision.extent is not Extent.SKIP
    elif unwanted:
        assert (decision.extent, decision.key) == (Extent.SKIP, "label")
    if decision.extent is Extent.SKIP:
        assert decision.reason
        assert decision.next_step
        assert all(conduct.concerns(policy, label) for label in policy.skip_labels)
    if decision.extent is Extent.SUMMARY:
        assert one.draft
        assert policy.drafts is Drafts.SUMMARY
    if not one.draft and policy == Policy():
        assert decision == Decision()


async def test_a_hostile_label_stays_text(reviews: Reviews) -> None:
    name = "`](http://x)<img src=x> @everyone"
    configure(reviews, f"labels: {{skip: ['{name}']}}")
    reviews.api.labels = [name]

    assert await reviews.run() == "skipped"

    text = reviews.api.runs[-1]["output"]["summary"]
    assert "`'](http://x)<img src=x> @everyone`" in text
