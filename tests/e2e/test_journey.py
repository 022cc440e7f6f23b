"""The main job, end to end: a delivery goes in, a reviewed pull request comes out."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.bot.waiting import eventually
from tests.e2e.scene import AFTER, Scene, repeated_comments, scene
from tests.github import PullRequest


async def _reviewed(world: Scene, pull: PullRequest) -> None:
    """Assert that the head has one completed run, and comments that say each thing once."""
    (run,) = await world.reviewed(pull)
    assert (run.name, run.conclusion) == ("Assay", "failure")
    assert run.summary is not None
    assert "| 8 | Time-based logic |" in run.summary
    assert {one.path for one in pull.review_comments} >= {
        "library/formula.py",
        "tests/test_books.py",
    }
    assert repeated_comments(pull) == []


async def test_one_process_does_all(tmp_path: Path, database: dict[str, str]) -> None:
    async with scene(tmp_path, **database) as world:
        await world.serve()
        await _reviewed(world, await world.open())


async def test_receiver_and_worker_apart(tmp_path: Path, database: dict[str, str]) -> None:
    async with scene(tmp_path, **database) as world:
        await world.serve(("serve", "--no-worker"))
        await world.bot(("worker",)).start()
        await _reviewed(world, await world.open())


async def test_two_workers_review_once(tmp_path: Path, database: dict[str, str]) -> None:
    async with scene(tmp_path, **database) as world:
        await world.serve(("serve", "--no-worker"))
        await world.bot(("worker",)).start()
        await world.bot(("worker",)).start()
        pulls = [
            await world.open({**AFTER, "README.md": f"# {number}\n"}, branch=f"change-{number}")
            for number in range(4)
        ]
        for pull in pulls:
            await _reviewed(world, pull)


async def test_every_delivery_twice(tmp_path: Path) -> None:
    async with scene(tmp_path) as world:
        await world.serve()
        world.github.faults.send_deliveries_twice()
        pull = await world.open()
        await _reviewed(world, pull)
        await world.github.settle()
        for delivery in list(world.github.deliveries):
            await world.github.redeliver(delivery.guid)
        await world.github.settle()
        # One more pull request, so that anything wrongly queued would have had its turn.
        other = {**AFTER, "README.md": "# Another\n"}
        await _reviewed(world, await world.open(other, branch="another"))
        await _reviewed(world, pull)


async def test_a_burst_of_pushes_leaves_one_verdict_on_the_last(tmp_path: Path) -> None:
    async with scene(tmp_path) as world:
        await world.serve()
        world.github.faults.add(("POST", "/graphql"), delay=0.3, times=None)
        pull = await world.open()
        heads = [pull.head_sha]
        for number in range(3):
            await eventually(lambda: bool(world.repository.all_check_runs))
            heads.append(await pull.push({"README.md": f"# Library {number}\n"}))
        await _reviewed(world, pull)
        for head in heads[:-1]:
            runs = world.repository.check_runs(head)
            await eventually(lambda runs=runs: all(run.status == "completed" for run in runs))  # type: ignore[misc]
            assert all(run.conclusion in ("cancelled", "failure") for run in runs)
        assert repeated_comments(pull) == []


async def test_deliveries_in_the_wrong_order(tmp_path: Path) -> None:
    """An old delivery that comes last must not bring an old head back."""
    async with scene(tmp_path) as world:
        await world.serve()
        world.github.faults.hold_deliveries()
        pull = await world.open()
        await pull.push({"README.md": "# The library\n"})
        world.github.faults.release_deliveries(reverse=True)
        await _reviewed(world, pull)
        await world.github.settle()
        assert all(run.status == "completed" for run in world.repository.all_check_runs)


@pytest.mark.parametrize(
    "trouble",
    [
        {"status": 502, "html": True, "times": 2},
        {"drop_connection": True, "times": 2},
        {"rate_limit": "secondary", "retry_after": 1},
        {"rate_limit": "abuse", "retry_after": 1},
        {"truncate": True, "status": 200, "after_effect": True},
    ],
    ids=["bad-gateway", "dropped", "secondary-limit", "abuse", "truncated"],
)
@pytest.mark.parametrize("where", ["/repos/*/check-runs", "/repos/*/reviews"])
async def test_trouble_at_github_is_waited_out(
    tmp_path: Path, where: str, trouble: dict[str, object]
) -> None:
    async with scene(tmp_path) as world:
        await world.serve()
        world.github.faults.add(("POST", where), **trouble)  # type: ignore[arg-type]
        await _reviewed(world, await world.open())


async def test_configuration_is_read_from_the_base_and_never_from_the_head(tmp_path: Path) -> None:
    async with scene(tmp_path) as world:
        await world.serve()
        world.repository.commit({".github/assay.yml": "fail-on: never\nmax-comments: 1\n"})
        silenced = {**AFTER, ".github/assay.yml": "checks:\n  code-injection: off\nbaseline: off\n"}
        pull = await world.open(silenced)
        (run,) = await world.reviewed(pull)
        assert run.conclusion == "neutral"
        assert len(pull.review_comments) == 1
        assert "code-injection" in (run.summary or "") + (run.text or "") + "".join(
            one.body for one in pull.review_comments
        )


async def test_a_broken_configuration_breaks_no_review(tmp_path: Path) -> None:
    async with scene(tmp_path) as world:
        await world.serve()
        world.repository.commit({".github/assay.yml": "profile: default\nfail-onn: high\n"})
        pull = await world.open()
        await _reviewed(world, pull)
        summary = world.runs(pull)[0].summary or ""
        assert "line 2" in summary
        assert "fail-onn" in summary


async def test_a_pull_request_without_a_defect_gets_no_comment(tmp_path: Path) -> None:
    async with scene(tmp_path) as world:
        await world.serve()
        pull = await world.open({"README.md": "# Library\n\nOpen on mondays.\n"})
        (run,) = await world.reviewed(pull)
        assert run.conclusion == "success"
        assert "No security defects were found in the changed code." in (run.summary or "")
        assert pull.reviews == []
        assert pull.issue_comments == []


async def test_a_repository_that_may_not_be_read_starts_no_storm(tmp_path: Path) -> None:
    async with scene(tmp_path) as world:
        bot = await world.serve()
        world.github.faults.hold_deliveries()
        await world.open()
        world.github.remove_repositories(world.installation, [world.repository])
        before = len(world.github.exchanges)
        world.github.faults.release_deliveries()
        await world.github.settle()
        await eventually(lambda: len(world.github.exchanges) > before)
        await eventually(lambda: "gave up" in bot.read_log())
        asked = len(world.github.exchanges)
        other = world.github.create_repository("octo/other")
        other.commit({"a.py": "a = 1\n"})
        world.github.add_repositories(world.installation, [other])
        other.commit({"a.py": "a = 2\n"}, branch="change")
        second = await other.open_pull("change", author="alice")
        await eventually(
            lambda: any(run.status == "completed" for run in other.check_runs(second.head_sha))
        )
        assert len(world.github.exchanges.of("*", "*/octo/library*")) <= asked
        assert asked - before <= 6
