"""Finding the pull request and its settings, whatever the delivery said, GraphQL or not."""

from __future__ import annotations

from typing import Any

import pytest

from bot.github.faults import GiveUp, RetryNow
from bot.review import settings
from bot.review.cache import TextCache
from bot.review.snapshot import take
from checks.configuration import PATH as CONFIGURATION
from checks.model import Profile, Settings
from tests.bot.review.fake_api import HEAD, LINK, FakeAPI, file
from tests.bot.review.fake_graphql import BASE
from tests.bot.review.snapping import Reader, opened, snap, waited


@pytest.fixture(autouse=True)
def _forget() -> None:
    waited.clear()


@pytest.fixture(params=[True, False], ids=["graphql", "rest"])
def api(request: pytest.FixtureRequest) -> FakeAPI:
    return FakeAPI(graphql_works=request.param)


async def test_the_pull_request_is_as_github_has_it(api: FakeAPI) -> None:
    api.from_fork = True
    api.change("a.py", "x\n")

    snapshot = await snap(api)

    pull = snapshot.pull
    assert (pull.number, pull.author, pull.head_sha, pull.base_sha) == (5, "octocat", HEAD, BASE)
    assert (pull.open, pull.draft, pull.from_fork) == (True, False, True)
    assert pull.base_ref == "main"
    assert snapshot.settings_source == "defaults"
    assert snapshot.problems == ()
    (one,) = snapshot.files
    assert (one.path, one.head, one.base, one.added) == ("a.py", b"x\n", None, None)


@pytest.mark.parametrize(
    ("trees", "profile", "source"),
    [
        ({"release": {CONFIGURATION: file("profile: quiet")}}, Profile.QUIET, "release"),
        ({"main": {CONFIGURATION: file("profile: quiet")}}, Profile.QUIET, "main"),
        (
            {
                "main": {CONFIGURATION: file("profile: strict")},
                "release": {CONFIGURATION: file("profile: quiet")},
            },
            Profile.QUIET,
            "release",
        ),
        ({HEAD: {CONFIGURATION: file("profile: quiet")}}, Profile.DEFAULT, None),
    ],
    ids=["base", "default branch", "base before default", "never the head"],
)
async def test_where_the_settings_come_from(
    api: FakeAPI, trees: dict[str, Any], profile: Profile, source: str | None
) -> None:
    api.base_ref = "release"
    api.trees |= trees
    api.change("a.py", "x\n")

    snapshot = await snap(api)

    assert snapshot.settings.profile is profile
    if source is None:
        assert snapshot.settings_source == "defaults"
    elif source == "main" and not api.graphql_works:
        assert snapshot.settings_source == f"`{CONFIGURATION}` on the default branch"
    else:
        assert snapshot.settings_source == f"`{CONFIGURATION}` on `{source}`"


async def test_a_broken_configuration_is_a_problem_and_the_review_goes_on(api: FakeAPI) -> None:
    api.trees["main"] = {CONFIGURATION: file("nonsense: 1")}
    api.change("a.py", "x\n")

    snapshot = await snap(api)

    assert [(one.line, one.key) for one in snapshot.problems] == [(1, "nonsense")]
    assert len(snapshot.files) == 1


@pytest.mark.parametrize("content", [b"x" * 100_001, b"\xff\xfe"])
async def test_a_configuration_that_is_no_small_text_is_a_problem(content: bytes) -> None:
    api = FakeAPI()
    api.trees["main"] = {CONFIGURATION: file(content)}

    snapshot = await snap(api)

    (problem,) = snapshot.problems
    assert "defaults are used" in problem.message
    assert snapshot.settings == Settings()


async def test_a_link_as_configuration_is_a_problem() -> None:
    api = FakeAPI()
    api.trees["main"] = {CONFIGURATION: file("../secret", LINK)}

    assert "plain file" in (await snap(api)).problems[0].message


async def test_generated_files_are_those_that_the_base_branch_marks(api: FakeAPI) -> None:
    marks = (
        "*.pb.py linguist-generated\n# no\n"
        "vendor/ linguist-vendored=true\nvendor/own.py -linguist-vendored\n"
    )
    api.trees["main"] = {".gitattributes": file(marks)}
    api.trees[HEAD] = {".gitattributes": file("* linguist-generated\n")}
    for name in ("a.pb.py", "vendor/x.py", "vendor/own.py", "a.py"):
        api.change(name, "x\n")

    snapshot = await snap(api)

    assert [one.path for one in snapshot.files if one.generated] == ["a.pb.py", "vendor/x.py"]


async def test_a_renamed_repository_is_found_by_its_id(api: FakeAPI) -> None:
    api.full_name = "octo/renamed"
    api.change("a.py", "x\n")

    found = await opened(api)

    assert found.repository == "octo/renamed"
    assert (await take(api, found, await settings.read(found, Reader()), TextCache())).files


async def test_data_that_lags_behind_its_delivery_is_waited_for(api: FakeAPI) -> None:
    new, api.head = api.head, "9" * 40

    def arrive(asked: str) -> None:
        if len(waited) == 2:
            api.head = new

    api.hooks.append(arrive)

    found = await opened(api, stale_head="9" * 40)

    assert found.head == new
    assert waited == [1.0, 3.0]


async def test_a_pull_request_that_is_gone_is_looked_for_three_times_more(api: FakeAPI) -> None:
    with pytest.raises(GiveUp) as caught:
        await opened(api, number=6) if not api.graphql_works else await opened(api, repository_id=9)

    assert caught.value.status == 404
    assert waited == [1.0, 3.0, 10.0]


async def test_a_name_that_belongs_to_another_repository_now_is_not_read(api: FakeAPI) -> None:
    with pytest.raises(GiveUp) as caught:
        await opened(api, repository_id=9)

    assert caught.value.status == 404


async def test_an_answer_of_an_unexpected_shape_is_passing_trouble(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    api = FakeAPI(graphql_works=False)
    monkeypatch.setattr(api, "_pull", lambda: {"message": "Unicorn!"})

    with pytest.raises(RetryNow):
        await opened(api)
