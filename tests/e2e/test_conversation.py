"""The conversation with the real process: commands, buttons, threads, and a lost database."""

from __future__ import annotations

import shutil
from pathlib import Path

from tests.bot.waiting import eventually
from tests.e2e.scene import AFTER, Scene, repeated_comments, scene
from tests.github import CheckRun, PullRequest, ReviewComment


def comment_on(pull: PullRequest, path: str) -> ReviewComment:
    """Our comment on a file."""
    (found,) = [
        one.comments[0]
        for one in pull.threads
        if one.comments[0].path == path and one.comments[0].user.login == "assay[bot]"
    ]
    return found


def answers(comment: ReviewComment) -> list[str]:
    """What we said in the thread of a comment."""
    return [one.body for one in comment.thread.comments[1:] if one.user.login == "assay[bot]"]


async def reviewed(world: Scene, pull: PullRequest, runs: int) -> CheckRun:
    """The newest run of the head, when it has so many and all are completed."""
    found = await world.reviewed(pull, runs)
    assert len(found) == runs
    return found[-1]


async def test_ignored_with_a_reason_and_remembered_without_a_database(tmp_path: Path) -> None:
    async with scene(tmp_path) as world:
        world.github.accept_permissions(world.installation, {"contents": "write"})
        bot = await world.serve()
        pull = await world.open()
        first = await reviewed(world, pull, 1)
        assert first.conclusion == "failure"
        finding = comment_on(pull, "library/formula.py")

        stranger = await pull.reply(finding, "bob", "/assay ignore it is mine")
        await eventually(lambda: [one.content for one in stranger.reactions] == ["confused"])
        hasty = await pull.reply(finding, "alice", "/assay ignore")
        await eventually(lambda: len(answers(finding)) == 1)
        assert "Why should it be ignored?" in answers(finding)[0]
        assert [one.content for one in hasty.reactions] == ["confused"]

        asked = await pull.reply(finding, "alice", "/assay ignore formulas are our own")
        second = await reviewed(world, pull, 2)
        assert [one.content for one in asked.reactions] == ["+1"]
        assert finding.body.startswith("Ignored, as `alice` asked on ")
        assert "formulas are our own" in finding.body
        assert finding.thread.resolved_by is world.app.bot
        assert len(answers(finding)) == 1
        assert "Ignored in this pull request" in (second.summary or "")
        assert "ignored by `alice`" in (second.summary or "")
        assert second.conclusion == "failure", "the others count still"

        # The database is lost, and the file is called otherwise.
        await bot.kill()
        shutil.rmtree(bot.folder / "state")
        await bot.start()
        text = AFTER["library/formula.py"]
        mended = dict.fromkeys(("library/books.py", "tests/test_books.py"), "x = 1\n")
        await pull.push({"library/formula.py": None, "library/sums.py": text, **mended})
        third = await reviewed(world, pull, 1)
        assert third.conclusion == "success"
        assert "ignored by `alice`" in (third.summary or "")
        assert repeated_comments(pull) == []
        books = comment_on(pull, "library/books.py")
        assert books.body.startswith("Fixed in `")
        assert books.thread.resolved_by is world.app.bot

        await pull.reply(finding, "alice", "/assay unignore")
        fourth = await reviewed(world, pull, 2)
        assert fourth.conclusion == "failure"
        assert not finding.thread.is_resolved
        assert "eval" in finding.body.splitlines()[0]


async def test_explained_paused_and_resumed(tmp_path: Path) -> None:
    async with scene(tmp_path) as world:
        await world.serve()
        pull = await world.open()
        await reviewed(world, pull, 1)
        finding = comment_on(pull, "library/formula.py")

        await pull.reply(finding, "alice", "/assay explain")
        await eventually(lambda: len(answers(finding)) == 1)
        assert "How it was decided" in answers(finding)[0]
        await pull.comment("alice", "/assay config")
        await eventually(lambda: "`fail-on`" in _last_answer(pull))
        await pull.comment("alice", "/assay expain")
        await eventually(lambda: "Did you mean `/assay explain`?" in _last_answer(pull))
        await pull.comment("carol", "> /assay pause")
        await pull.comment("alice", "```\n/assay pause\n```")

        await pull.comment("alice", "/assay pause")
        await eventually(lambda: "assay:1 memory=" in "".join(one.body for one in pull.reviews))
        said = len(pull.review_comments)
        await pull.push({"library/more.py": "def more(text):\n    return eval(text)\n"})
        run = await reviewed(world, pull, 1)
        assert (run.conclusion, run.title) == ("neutral", "Paused by @alice")
        assert len(pull.review_comments) == said
        assert [one["identifier"] for one in run.actions] == ["resume", "recheck"]

        await pull.request_action(run.id, "resume", "bob")
        await pull.request_action(run.id, "resume", "alice")
        run = await reviewed(world, pull, 2)
        assert run.conclusion == "failure"
        assert len(pull.review_comments) == said + 1

        await pull.request_action(run.id, "ignore-tests", "alice")
        run = await reviewed(world, pull, 3)
        assert "Ignored in tests" in (run.summary or "")
        assert "count-tests" in [one["identifier"] for one in run.actions]


def _last_answer(pull: PullRequest) -> str:
    ours = [one.body for one in pull.issue_comments if one.user.login == "assay[bot]"]
    return ours[-1] if ours else ""
