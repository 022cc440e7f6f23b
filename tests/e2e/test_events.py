"""Every kind of pull request and event, through webhooks: each ends in a verdict, or has a reason.

The repository's wishes are in its configuration; what a person or GitHub does goes out as a signed
delivery, whose form is held against GitHub's schemas; what stands on the head afterwards counts.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.bot.waiting import eventually
from tests.e2e.scene import AFTER, BEFORE, Scene, scene
from tests.github import CheckRun, PullRequest, Repository, contract
from tests.github.git import Submodule
from tests.github.merge_group import enqueue

PATH = ".github/assay.yml"


def configure(world: Scene, text: str) -> None:
    world.repository.commit({PATH: text}, branch="main", message="Configure")


async def verdict(world: Scene, pull: PullRequest, runs: int = 1) -> CheckRun:
    """The newest check run of the head, when so many stand there and all are completed."""
    return (await world.reviewed(pull, runs))[-1]


async def asked_nothing_more(world: Scene) -> None:
    """Nothing that was delivered before has work left: a later pull request had its turn."""
    await world.github.settle()
    other = await world.open({"README.md": "# Later\n"}, branch="later")
    await world.reviewed(other)


def deliveries_are_true(world: Scene) -> None:
    for one in world.github.deliveries:
        if one.event in ("pull_request", "merge_group", "installation"):
            found = contract.complaints_about_delivery(one.event, one.payload)
            assert [each for each in found if "null is not of type" not in each] == []


async def test_a_draft_has_a_summary_and_its_comments_when_it_is_ready(tmp_path: Path) -> None:
    async with scene(tmp_path) as world:
        await world.serve()
        world.repository.commit(AFTER, branch="change", message="Change", parent="main")
        pull = await world.repository.open_pull(head="change", author="alice", draft=True)
        run = await verdict(world, pull)
        assert run.conclusion == "failure"
        assert "This is a draft" in (run.summary or "")
        assert pull.review_comments == []

        await pull.ready()
        run = await verdict(world, pull, 2)
        assert "This is a draft" not in (run.summary or "")
        assert len(pull.review_comments) >= 2


async def test_a_draft_is_skipped_and_reviewed_when_it_is_ready(tmp_path: Path) -> None:
    async with scene(tmp_path) as world:
        configure(world, "drafts: skip\n")
        await world.serve()
        world.repository.commit(AFTER, branch="change", message="Change", parent="main")
        pull = await world.repository.open_pull(head="change", author="alice", draft=True)
        run = await verdict(world, pull)
        assert (run.conclusion, run.title) == ("skipped", "Not reviewed")
        assert "draft" in (run.summary or "")
        await pull.ready()
        assert (await verdict(world, pull, 2)).conclusion == "failure"


async def test_a_pull_request_into_another_branch_and_its_new_base(tmp_path: Path) -> None:
    async with scene(tmp_path) as world:
        configure(world, "base-branches: [main, release/**]\n")
        world.repository.commit(BEFORE, branch="topic", message="Topic")
        await world.serve()
        world.repository.commit(AFTER, branch="change", message="Change", parent="topic")
        pull = await world.repository.open_pull(head="change", author="alice", base="topic")
        run = await verdict(world, pull)
        assert run.conclusion == "skipped"
        assert "Pull requests into `topic` are not reviewed here" in (run.summary or "")

        await pull.edit_base("main")
        assert (await verdict(world, pull, 2)).conclusion == "failure"
        deliveries_are_true(world)


async def test_labels_that_come_and_go(tmp_path: Path) -> None:
    async with scene(tmp_path) as world:
        configure(world, "labels:\n  skip: [no-review]\n  force: [security]\n")
        await world.serve()
        world.repository.commit(AFTER, branch="change", message="Change", parent="main")
        pull = world.repository.add_pull("change", "main", "Change", "alice", False, None)
        pull.labels.append("no-review")
        world.repository.announce_push(pull, None)
        await pull.reopen()
        run = await verdict(world, pull)
        assert run.conclusion == "skipped"
        assert "`no-review`" in (run.summary or "")

        await pull.label("documentation")
        await pull.label("Security")
        assert (await verdict(world, pull, 2)).conclusion == "failure"
        await pull.unlabel("Security")
        await asked_nothing_more(world)
        assert len(world.runs(pull)) == 2
        deliveries_are_true(world)


async def test_a_label_that_nobody_named_costs_one_request(tmp_path: Path) -> None:
    async with scene(tmp_path) as world:
        bot = await world.serve()
        pull = await world.open()
        await world.reviewed(pull)
        before = len(world.github.exchanges)
        await pull.label("documentation")
        await eventually(lambda: "no matter" in bot.read_log())
        assert len(world.github.exchanges) - before == 1


async def test_closed_and_opened_again(tmp_path: Path) -> None:
    async with scene(tmp_path) as world:
        await world.serve()
        world.github.faults.hold_deliveries()
        pull = await world.open()
        await pull.close()
        world.github.faults.release_deliveries()
        run = await verdict(world, pull)
        assert (run.conclusion, run.title) == ("skipped", "Pull request closed")

        await pull.reopen()
        assert (await verdict(world, pull, 2)).conclusion == "failure"
        await pull.close()
        await pull.reopen()
        await asked_nothing_more(world)
        assert len(world.runs(pull)) == 2, "the same head is not reviewed again"


async def test_a_bots_pull_request_is_reviewed_quietly(tmp_path: Path) -> None:
    async with scene(tmp_path) as world:
        world.github.create_user("dependabot[bot]", "Bot")
        await world.serve()
        world.repository.commit(AFTER, branch="bump", message="Bump", parent="main")
        pull = await world.repository.open_pull(head="bump", author="dependabot[bot]")
        run = await verdict(world, pull)
        assert run.conclusion == "failure"
        assert "profile `quiet`, because a bot opened" in (run.summary or "")


async def test_a_revert_brings_back_what_it_brings_back(tmp_path: Path) -> None:
    async with scene(tmp_path) as world:
        world.repository.commit(AFTER, branch="main", message="Before")
        world.repository.commit({**BEFORE, "library/formula.py": None}, branch="main")
        await world.serve()
        world.repository.commit(AFTER, branch="revert-1", message='Revert "Mend"', parent="main")
        pull = await world.repository.open_pull(
            head="revert-1", author="alice", title='Revert "Mend"'
        )
        assert (await verdict(world, pull)).conclusion == "failure"
        assert {one.path for one in pull.review_comments} >= {"library/formula.py"}


async def test_a_fork(tmp_path: Path) -> None:
    async with scene(tmp_path) as world:
        await world.serve()
        fork = world.repository.fork("mallory")
        fork.commit({**AFTER, PATH: "fail-on: never\n"}, branch="change", parent="main")
        pull = await world.repository.open_pull(head="mallory:change", author="mallory")
        assert (await verdict(world, pull)).conclusion == "failure"


async def test_an_empty_pull_request(tmp_path: Path) -> None:
    async with scene(tmp_path) as world:
        await world.serve()
        world.repository.commit({}, branch="empty", message="Nothing", parent="main")
        pull = await world.repository.open_pull(head="empty", author="alice")
        run = await verdict(world, pull)
        assert (run.conclusion, run.title) == ("skipped", "Nothing to review")


async def test_a_pull_request_of_submodules_only(tmp_path: Path) -> None:
    async with scene(tmp_path) as world:
        await world.serve()
        pull = await world.open({"vendor/lib": Submodule("1" * 40)})
        run = await verdict(world, pull)
        assert run.conclusion == "neutral"
        assert "vendor/lib" in (run.summary or "")


async def test_a_huge_pull_request_says_what_it_left_out(tmp_path: Path) -> None:
    async with scene(tmp_path) as world:
        await world.serve()
        files = {f"data/{number}.txt": f"{number}\n" for number in range(350)}
        run = await verdict(world, await world.open({**files, **AFTER}))
        assert run.conclusion == "failure", "code comes first"
        assert "past the 300 files that one review reads" in (run.summary or "")


async def test_the_owners_configuration_is_the_default(tmp_path: Path) -> None:
    async with scene(tmp_path) as world:
        shared = world.github.create_repository("octo/.github")
        shared.commit({PATH: "fail-on: never\nmax-comments: 1\n"})
        configure(world, "max-comments: 0\n")
        await world.serve()
        pull = await world.open()
        run = await verdict(world, pull)
        assert run.conclusion == "neutral", "the owner's fail-on"
        assert pull.review_comments == [], "the repository's max-comments"
        assert "`octo/.github`" in (run.summary or "")


async def test_a_change_of_the_configuration_is_told_and_reviews_nothing_again(
    tmp_path: Path,
) -> None:
    async with scene(tmp_path) as world:
        configure(world, "fail-on: high\n")
        await world.serve()
        first = await world.open()
        await world.reviewed(first)
        changing = await world.open({PATH: "fail-on: never\n"}, branch="configure")
        run = await verdict(world, changing)
        assert "- `fail-on` is `never` instead of `high`" in (run.summary or "")
        await changing.merge()
        await asked_nothing_more(world)
        (run,) = world.runs(first)
        assert run.conclusion == "failure"


# ── the merge queue ──────────────────────────────────────────────────────────────────────────────


def on_group(repository: Repository, sha: str) -> list[tuple[str, str | None]]:
    return [(run.status, run.conclusion) for run in repository.check_runs(sha)]


async def test_a_merge_group_has_the_verdict_of_its_pull_request(tmp_path: Path) -> None:
    async with scene(tmp_path) as world:
        await world.serve()
        pull = await world.open()
        await world.reviewed(pull)
        before = len(world.github.exchanges)
        group = await enqueue(pull)
        await eventually(
            lambda: on_group(world.repository, group.head_sha) == [("completed", "failure")]
        )
        assert len(world.github.exchanges) - before == 4
        await group.destroy("merged")
        await asked_nothing_more(world)
        assert on_group(world.repository, group.head_sha) == [("completed", "failure")]
        deliveries_are_true(world)


async def test_a_merge_group_of_a_pull_request_without_a_review(tmp_path: Path) -> None:
    async with scene(tmp_path) as world:
        world.github.faults.hold_deliveries()
        pull = await world.open()
        await world.serve()
        held = world.github.deliveries[-1]
        group = await enqueue(pull)
        world.github.faults.release_deliveries(reverse=True)
        assert held.event == "pull_request"
        await eventually(
            lambda: on_group(world.repository, group.head_sha) == [("completed", "failure")]
        )
        assert [run.conclusion for run in world.runs(pull)] == ["failure"]


@pytest.mark.parametrize(
    ("request_number", "late"), [(0, True), (1, True), (2, True), (3, False), (3, True)]
)
async def test_a_merge_groups_check_survives_the_death_of_its_worker(
    tmp_path: Path, request_number: int, late: bool
) -> None:
    """The worker dies at each of the four requests; at the last, before or after it had effect."""
    async with scene(tmp_path) as world:
        bot = await world.serve()
        pull = await world.open()
        await world.reviewed(pull)
        fault = world.github.faults.add(
            ("*", "*"), skip=request_number, drop_connection=True, after_effect=late
        )
        group = await enqueue(pull)
        await eventually(lambda: fault.hits > 0)
        await bot.kill()
        world.github.faults.clear()
        await world.serve()
        await eventually(
            lambda: on_group(world.repository, group.head_sha) == [("completed", "failure")]
        )
        await asked_nothing_more(world)
        assert on_group(world.repository, group.head_sha) == [("completed", "failure")]


async def test_a_merge_group_that_is_taken_apart(tmp_path: Path) -> None:
    async with scene(tmp_path) as world:
        await world.serve()
        world.github.faults.add(("GET", "*/files*"), drop_connection=True, times=None)
        pull = await world.open()
        await eventually(lambda: bool(world.runs(pull)))
        group = await enqueue(pull)
        await eventually(
            lambda: on_group(world.repository, group.head_sha) == [("in_progress", None)]
        )
        await group.destroy("dequeued")
        await eventually(
            lambda: on_group(world.repository, group.head_sha) == [("completed", "cancelled")]
        )


# ── the app, its installations and its repositories ──────────────────────────────────────────────


@pytest.mark.parametrize("end", ["uninstalled", "suspended", "removed", "deleted"])
async def test_an_app_that_is_taken_away_while_it_works_gives_up_at_once(
    tmp_path: Path, end: str
) -> None:
    async with scene(tmp_path) as world:
        bot = await world.serve()
        world.github.faults.add(("GET", "*/files*"), delay=1.0)
        pull = await world.open()
        await eventually(lambda: bool(world.runs(pull)))
        match end:
            case "uninstalled":
                world.github.uninstall(world.installation)
            case "suspended":
                world.github.suspend(world.installation)
            case "removed":
                world.github.remove_repositories(world.installation, [world.repository])
            case _:
                world.github.delete_repository(world.repository)
        before = len(world.github.exchanges)
        await eventually(lambda: "gave up" in bot.read_log())
        await world.github.settle()
        other = world.github.create_repository("other/place")
        other.commit({"a.py": "a = 1\n"})
        world.github.install(world.app, [other])
        other.commit({"a.py": "a = 2\n"}, branch="change")
        second = await other.open_pull("change", author="alice")
        await eventually(
            lambda: any(run.status == "completed" for run in other.check_runs(second.head_sha))
        )
        asked = world.github.exchanges.of("*", "*/octo/library*")
        assert len([one for one in asked if (one.status or 0) >= 400]) <= 6
        assert len(world.github.exchanges) - before <= 40


async def test_an_app_that_comes_back_reviews_what_comes_next(tmp_path: Path) -> None:
    async with scene(tmp_path) as world:
        bot = await world.serve()
        world.github.suspend(world.installation)
        await world.open()
        world.github.unsuspend(world.installation)
        await eventually(lambda: "unsuspend; pull requests are reviewed" in bot.read_log())
        assert (await verdict(world, await world.open(branch="next"))).conclusion == "failure"


async def test_an_installation_is_no_reason_to_review_everything(tmp_path: Path) -> None:
    async with scene(tmp_path) as world:
        bot = await world.serve()
        other = world.github.create_repository("octo/other")
        other.commit({"a.py": "a = 1\n"})
        other.commit(AFTER, branch="change")
        pull = await other.open_pull("change", author="alice")
        before = len(world.github.exchanges)
        world.github.add_repositories(world.installation, [other])
        await eventually(lambda: "reviewed from their next push on" in bot.read_log())
        assert len(world.github.exchanges) == before
        await pull.push({"README.md": "# Other\n"})
        await eventually(
            lambda: any(run.status == "completed" for run in other.check_runs(pull.head_sha))
        )


async def test_a_repository_that_gets_another_name_while_it_is_reviewed(tmp_path: Path) -> None:
    async with scene(tmp_path) as world:
        await world.serve()
        world.github.faults.hold_deliveries()
        pull = await world.open()
        world.github.rename_repository(world.repository, "bookshelf")
        world.github.faults.release_deliveries()
        assert (await verdict(world, pull)).conclusion == "failure"
        group = await enqueue(pull)
        await eventually(
            lambda: on_group(world.repository, group.head_sha) == [("completed", "failure")]
        )


async def test_a_repository_that_gets_another_name_between_reading_and_writing(
    tmp_path: Path,
) -> None:
    async with scene(tmp_path) as world:
        await world.serve()
        world.github.faults.add(("GET", "*/files*"), delay=1.0)
        pull = await world.open()
        await eventually(lambda: bool(world.runs(pull)))
        world.github.rename_repository(world.repository, "bookshelf")
        run = await verdict(world, pull)
        assert run.conclusion == "failure"
        assert len(world.runs(pull)) == 1
        assert len(pull.review_comments) >= 2


async def test_a_repository_that_is_transferred_while_a_delivery_waits(tmp_path: Path) -> None:
    async with scene(tmp_path) as world:
        bot = await world.serve()
        world.github.faults.hold_deliveries()
        pull = await world.open()
        # To an owner who has not installed the app: nothing may be said there any more.
        world.github.remove_repositories(world.installation, [world.repository])
        world.repository.owner = world.github.create_user("other-org", "Organization")
        world.github.faults.release_deliveries()
        await eventually(lambda: "gave up" in bot.read_log())
        assert world.runs(pull) == []

        # To one who has: the next push is that installation's.
        world.github.install(world.app, [world.repository])
        await pull.push({"README.md": "# Library\n"})
        assert (await verdict(world, pull)).conclusion == "failure"
