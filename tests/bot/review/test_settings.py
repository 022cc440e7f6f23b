"""The configuration in force: the owner's below the repository's, and what a change would do."""

from __future__ import annotations

import dataclasses

import pytest

from bot.review import settings
from bot.review.settings import InForce
from bot.review.words import conduct as words
from bot.review.words.document import compose
from checks.configuration import PATH
from checks.model import Profile, Threshold
from tests.bot.review.fake_api import HEAD, LINK, FakeAPI, file
from tests.bot.review.reviewing import Reviews, bad_file
from tests.bot.review.snapping import Reader, opened, snap


async def in_force(api: FakeAPI) -> InForce:
    return await settings.read(await opened(api), Reader())


async def test_the_owners_file_stands_below_the_repositorys_and_costs_no_request() -> None:
    api = FakeAPI()
    api.shared = {PATH: file("profile: quiet\nfail-on: low\nchecks: {sleep-in-test: off}\n")}
    api.trees["main"] = {PATH: file("fail-on: critical\nchecks: {sleep-in-test: on}\n")}

    found = await in_force(api)

    assert found.settings.profile is Profile.QUIET
    assert found.settings.fail_on is Threshold.CRITICAL
    assert found.settings.disabled == frozenset()
    assert api.calls == 1
    assert found.source == f"`{PATH}` on `main` over `{PATH}` of `octo/.github`"
    origins = found.configuration.origins
    assert origins["profile"].source == f"`{PATH}` of `octo/.github`"
    assert (origins["fail-on"].source, origins["fail-on"].line) == (f"`{PATH}` on `main`", 1)


async def test_the_owners_file_holds_where_the_repository_has_none() -> None:
    api = FakeAPI()
    api.shared = {PATH: file("profile: quiet")}

    found = await in_force(api)

    assert found.settings.profile is Profile.QUIET
    assert found.source == f"`{PATH}` of `octo/.github`"


@pytest.mark.parametrize("shared", [None, {}, {"README.md": file("x")}])
async def test_an_owner_without_a_file_changes_nothing(shared: dict[str, object] | None) -> None:
    api = FakeAPI()
    api.shared = shared  # type: ignore[assignment]

    assert await in_force(api) == InForce.defaults()


async def test_a_mistake_in_the_owners_file_is_told_with_the_file_it_is_in() -> None:
    reviews = Reviews(FakeAPI())
    reviews.api.change("a.py", bad_file("one"))
    reviews.api.shared = {PATH: file("fail-on: hihg")}
    reviews.api.trees["main"] = {PATH: file("profile: quite")}

    await reviews.run()

    summary = reviews.api.runs[-1]["output"]["summary"]
    assert f"- line 1 of `{PATH}` of `octo/.github`, `fail-on`:" in summary
    assert "- line 1, `profile`:" in summary


async def test_a_link_in_the_owners_repository_is_not_followed() -> None:
    api = FakeAPI()
    api.shared = {PATH: file("../secret", LINK)}

    found = await in_force(api)

    (problem,) = found.problems
    assert "plain file" in problem.message
    assert "octo/.github" in problem.source


async def test_the_owners_own_repository_stands_on_nothing() -> None:
    api = FakeAPI(full_name="octo/.github")
    api.shared = {PATH: file("profile: quiet")}

    await opened(api, repository="octo/.github")

    assert api.calls == 1


# ── a change of the file ─────────────────────────────────────────────────────────────────────────


async def told(api: FakeAPI) -> str:
    """What a summary would say of the pull request's change of the configuration."""
    found = await opened(api)
    wishes = await settings.read(found, Reader())
    snapshot = await snap(api)
    proposal = await settings.proposal(found, wishes, snapshot, Reader())
    snapshot = dataclasses.replace(snapshot, proposal=proposal)
    return compose(list(words.blocks(snapshot)), 60_000)


async def test_a_change_of_the_file_is_told_and_does_not_count() -> None:
    api = FakeAPI()
    before = "fail-on: high\nchecks: {sleep-in-test: low}\nignore: [docs/]\n"
    api.trees["main"] = {PATH: file(before)}
    api.change(PATH, "fail-on: never\nchecks: {sleep-in-test: off}\nroles: {qa/: test}\n", before)

    said = await told(api)

    assert said.splitlines() == [
        "**This pull request changes the configuration. Once it is merged:**",
        "",
        "- `fail-on` is `never` instead of `high`",
        "- `checks.sleep-in-test` is `off` instead of `low`",
        "- `ignore` is empty instead of `docs/`",
        "- `roles.qa/` is `test`",
    ]
    assert (await in_force(api)).settings.fail_on is Threshold.HIGH


async def test_a_new_file_and_a_deleted_one() -> None:
    api = FakeAPI()
    api.change(PATH, "profile: quiet\n")
    assert "- `profile` is `quiet` instead of `default`" in await told(api)

    api = FakeAPI()
    api.trees["main"] = {PATH: file("profile: quiet\n")}
    api.remove(PATH, "profile: quiet\n")
    assert "- `profile` is `default` instead of `quiet`" in await told(api)


async def test_a_deleted_file_leaves_the_owners() -> None:
    api = FakeAPI()
    api.shared = {PATH: file("profile: strict\n")}
    api.trees["main"] = {PATH: file("profile: quiet\n")}
    api.remove(PATH, "profile: quiet\n")

    assert "- `profile` is `strict` instead of `quiet`" in await told(api)


async def test_a_file_that_moves_away_is_one_that_is_gone() -> None:
    api = FakeAPI()
    api.trees["main"] = {PATH: file("profile: quiet\n")}
    api.change("docs/assay.yml", "profile: quiet\n", "profile: quiet\n", patch="", status="renamed",
               old_path=PATH)  # fmt: skip

    assert "- `profile` is `default` instead of `quiet`" in await told(api)


async def test_an_edit_that_changes_nothing_in_force() -> None:
    api = FakeAPI()
    api.trees["main"] = {PATH: file("profile: quiet\n")}
    api.change(PATH, "# quietly\nprofile: quiet\n", "profile: quiet\n")

    assert "what is in force stays the same" in await told(api)


async def test_another_order_of_globs_is_a_change() -> None:
    api = FakeAPI()
    before = "roles:\n  qa/: test\n  qa/x/: production\n"
    api.trees["main"] = {PATH: file(before)}
    api.change(PATH, "roles:\n  qa/x/: production\n  qa/: test\n", before)

    assert "- `roles` is `qa/x/, qa/` instead of `qa/, qa/x/`" in await told(api)


async def test_new_mistakes_are_told_and_old_ones_are_not() -> None:
    api = FakeAPI()
    api.trees["main"] = {PATH: file("nonsense: 1\n")}
    api.change(PATH, "nonsense: 1\nprofile: quite\n", "nonsense: 1\n")

    said = await told(api)

    assert "The changed configuration has mistakes" in said
    assert "line 2, `profile`" in said
    assert "nonsense" not in said


async def test_a_changed_file_that_cannot_be_read_is_told() -> None:
    api = FakeAPI()
    api.change(PATH, b"\xff\xfe\0", "profile: quiet\n", patch="")

    assert "its file could not be read" in await told(api)


async def test_hostile_text_in_a_changed_file_stays_text() -> None:
    api = FakeAPI()
    api.change(PATH, "ignore: ['`](http://x)<img src=x> @everyone']\n")

    said = await told(api)

    assert "``" in said
    assert "<img" not in said.replace("`` `](http://x)<img src=x> @everyone ``", "")


async def test_a_change_of_other_files_says_nothing() -> None:
    api = FakeAPI()
    api.change("a.py", "x = 1\n")

    assert await told(api) == ""


async def test_the_summary_holds_it_and_the_review_costs_no_more() -> None:
    plain, changing = Reviews(FakeAPI()), Reviews(FakeAPI())
    plain.api.change("a.py", bad_file("one"))
    changing.api.change("a.py", bad_file("one"))
    changing.api.change(PATH, "profile: quiet\n")

    await plain.run()
    await changing.run()

    assert "- `profile` is `quiet`" in changing.api.runs[-1]["output"]["summary"]
    assert changing.api.calls == plain.api.calls
    assert changing.api.head == HEAD
