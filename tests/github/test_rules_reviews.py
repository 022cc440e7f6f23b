"""Where comments may stand and what they may say: reviews, comments, reactions."""

from __future__ import annotations

from typing import Any

import pytest

from tests.github.conftest import World


@pytest.mark.parametrize(
    ("rule", "comment", "words"),
    [
        ("line-in-diff", {"path": "numbers.txt", "line": 20}, "diff hunk can't be blank"),
        ("line-in-diff", {"path": "new.py", "line": 4}, "line must be part of the diff"),
        ("line-in-diff", {"path": "new.py", "line": 0}, "line must be part of the diff"),
        ("line-in-diff", {"path": "new.py", "line": 1, "side": "LEFT"}, "must be part of the diff"),
        ("line-in-diff", {"path": "old.py", "line": 1}, "must be part of the diff"),
        ("line-in-diff", {"path": "new.py"}, "line must be part of the diff"),
        ("line-in-diff", {"path": "new.py", "position": 99}, "position"),
        (
            "line-in-diff",
            {"path": "numbers.txt", "start_line": 1, "line": 10},
            "start_line must be part of the diff",
        ),
        (
            "start-before-line",
            {"path": "new.py", "start_line": 3, "line": 1},
            "start line must precede",
        ),
        (
            "start-before-line",
            {"path": "new.py", "start_line": 2, "line": 2},
            "start line must precede",
        ),
        (
            "start-before-line",
            {"path": "new.py", "start_line": 99, "line": 1},
            "start line must precede",
        ),
        (
            "start-before-line",
            {"path": "numbers.txt", "start_line": 10, "line": 10, "side": "LEFT"}
            | {"start_side": "RIGHT"},
            "start line must precede",
        ),
        (
            "same-hunk",
            {"path": "numbers.txt", "start_line": 10, "line": 40},
            "must be part of the same hunk",
        ),
        ("path-in-diff", {"path": "kept.py", "line": 1}, "path is invalid"),
        ("path-in-diff", {"path": "no/such.py", "line": 1}, "path is invalid"),
    ],
)
async def test_a_comment_stands_in_the_diff(
    world: World, rule: str, comment: dict[str, Any], words: str
) -> None:
    good = {"path": "new.py", "line": 1, "body": "fine"}
    reply = await world.review(good, {**comment, "body": "misplaced"})
    assert words in str(world.refused(reply, rule))
    # All or nothing: the good one is not there either.
    assert world.pull.reviews == []
    assert world.pull.review_comments == []


async def test_nothing_stands_in_a_file_without_a_patch(world: World) -> None:
    await world.pull.push({"pixel.png": b"\x00\x01"})
    reply = await world.review({"path": "pixel.png", "line": 1, "body": "where?"})
    world.refused(reply, "line-in-diff")


@pytest.mark.parametrize(
    ("comment", "hunk"),
    [
        ({"path": "numbers.txt", "line": 13}, "+ten"),
        ({"path": "numbers.txt", "line": 7}, "@@ -7"),
        ({"path": "old.py", "line": 1, "side": "LEFT"}, "-gone = 1"),
        ({"path": "numbers.txt", "start_line": 10, "start_side": "LEFT", "line": 10}, "+ten"),
        ({"path": "new.py", "position": 2}, "+b = 2"),
    ],
)
async def test_places_that_are_in_the_diff(
    world: World, comment: dict[str, Any], hunk: str
) -> None:
    assert (await world.review({**comment, "body": "placed"})).status == 200
    assert hunk in world.pull.review_comments[0].diff_hunk


async def test_a_review_says_something(world: World) -> None:
    world.refused(await world.review(body=""), "review-body")
    world.refused(await world.review(body=" ", event="REQUEST_CHANGES"), "review-body")
    placed = {"path": "new.py", "line": 1}
    world.refused(await world.review({**placed, "body": " "}), "review-comment-body")
    assert (await world.review({**placed, "body": "said"}, body="")).status == 200
    assert any("only assumed" in one for one in world.standin.complaints)


async def test_the_commit_belongs_to_the_pull_request(world: World) -> None:
    for sha in ("a" * 40, world.repository.branches["main"], world.pull.head_sha[:7]):
        world.refused(await world.review(commit_id=sha), "commit-in-pull")


async def test_nobody_judges_their_own_pull_request(world: World) -> None:
    world.repository.commit({"bot.py": "1\n"}, branch="bot")
    pull = await world.repository.open_pull("bot", author="assay[bot]")
    path = f"{world.repo}/pulls/{pull.number}/reviews"
    for event in ("APPROVE", "REQUEST_CHANGES"):
        body = {"event": event, "body": "well"}
        assert "your own" in world.refused(await world.client.post(path, body), "own-pull")[0]
    assert (await world.client.post(path, {"event": "COMMENT", "body": "well"})).status == 200


async def test_one_pending_review_blocks_all_others(world: World) -> None:
    pending = await world.client.post(f"{world.repo}/pulls/1/reviews", {"body": "later"})
    assert pending.json["state"] == "PENDING"
    world.refused(await world.review(), "one-pending")
    body = {"body": "x", "commit_id": world.pull.head_sha, "path": "new.py", "line": 1}
    world.refused(await world.client.post(f"{world.repo}/pulls/1/comments", body), "one-pending")
    path = f"{world.repo}/pulls/1/reviews/{pending.json['id']}"
    submitted = await world.client.post(f"{path}/events", {"event": "COMMENT"})
    assert submitted.json["state"] == "COMMENTED"
    world.refused(await world.client.call("DELETE", path), "review-body")


async def test_bodies_have_a_limit(world: World) -> None:
    fits, long = "x" * 65_536, "x" * 65_537
    path = f"{world.repo}/issues/1/comments"
    assert (await world.client.post(path, {"body": fits})).status == 201
    errors = world.refused(await world.client.post(path, {"body": long}), "body-max")
    assert errors[0]["message"] == "Body is too long (maximum is 65536 characters)"
    world.refused(await world.review(body=long), "body-max")
    world.refused(await world.review({"path": "new.py", "line": 1, "body": long}), "body-max")


async def test_comments_are_edited_by_their_author_only(world: World) -> None:
    path = f"{world.repo}/issues/1/comments"
    mine = (await world.client.post(path, {"body": "mine"})).json
    edited = await world.client.patch(f"{world.repo}/issues/comments/{mine['id']}", {"body": "new"})
    assert edited.json["body"] == "new"
    theirs = await world.pull.comment("alice", "theirs")
    path = f"{world.repo}/issues/comments/{theirs.id}"
    world.refused(await world.client.patch(path, {"body": "taken"}), "comment-owner")
    world.refused(await world.client.patch(path, {"body": " "}), "comment-body")
    world.refused(await world.client.call("DELETE", path), "comment-owner")


async def test_reviews_are_edited_by_their_author_only(world: World) -> None:
    await world.review({"path": "new.py", "line": 1, "body": "mine"})
    review = f"{world.repo}/pulls/1/reviews/{world.pull.reviews[0].id}"
    comment = f"{world.repo}/pulls/comments/{world.pull.review_comments[0].id}"
    assert (await world.client.call("PUT", review, {"body": "new"})).json["body"] == "new"
    assert (await world.client.patch(comment, {"body": "new"})).json["body"] == "new"
    assert (await world.client.get(comment)).json["body"] == "new"
    listed = await world.client.get(f"{review}/comments")
    assert [one["body"] for one in listed.json] == ["new"]
    other = world.standin.install(world.standin.create_app("other"), [world.repository])
    await world.client.authenticate(other)
    world.refused(await world.client.call("PUT", review, {"body": "taken"}), "comment-owner")
    world.refused(await world.client.patch(comment, {"body": "taken"}), "comment-owner")
    world.refused(await world.client.call("DELETE", comment), "comment-owner")
    await world.client.authenticate(world.installation)
    assert (await world.client.call("DELETE", comment)).status == 204
    assert world.pull.threads == []
    for path in (comment, f"{world.repo}/pulls/1/reviews/999"):
        world.refused(await world.client.get(path), "not-found")


async def test_what_can_be_done_with_a_review_depends_on_its_state(world: World) -> None:
    commented = (await world.review()).json
    path = f"{world.repo}/pulls/1/reviews"
    again = await world.client.post(f"{path}/{commented['id']}/events", {"event": "COMMENT"})
    world.refused(again, "review-body")
    dismissal = {"message": "no longer"}
    reply = await world.client.call("PUT", f"{path}/{commented['id']}/dismissals", dismissal)
    world.refused(reply, "review-body")
    asked = (await world.review(event="REQUEST_CHANGES")).json
    reply = await world.client.call("PUT", f"{path}/{asked['id']}/dismissals", dismissal)
    assert reply.json["state"] == "DISMISSED"


async def test_a_pending_review_is_seen_by_its_author_only(world: World) -> None:
    place = {"path": "new.py", "line": 1, "body": "draft"}
    path = f"{world.repo}/pulls/1/reviews"
    pending = (await world.client.post(path, {"body": "later", "comments": [place]})).json
    assert [one["state"] for one in (await world.client.get(path)).json] == ["PENDING"]
    assert (await world.client.get(f"{world.repo}/pulls/1/comments")).json == []
    other = world.standin.install(world.standin.create_app("other"), [world.repository])
    await world.client.authenticate(other)
    assert (await world.client.get(path)).json == []
    world.refused(await world.client.get(f"{path}/{pending['id']}"), "not-found")
    await world.client.authenticate(world.installation)
    deleted = await world.client.call("DELETE", f"{path}/{pending['id']}")
    assert deleted.status == 200
    assert (world.pull.reviews, world.pull.threads) == ([], [])


async def test_a_comment_on_a_file_and_replies(world: World) -> None:
    path = f"{world.repo}/pulls/1/comments"
    body = {"body": "whole file", "commit_id": world.pull.head_sha, "path": "numbers.txt"}
    root = (await world.client.post(path, {**body, "subject_type": "file"})).json
    assert (root["subject_type"], root["line"]) == ("file", None)
    reply = (await world.client.post(f"{path}/{root['id']}/replies", {"body": "a reply"})).json
    assert reply["in_reply_to_id"] == root["id"]
    again = await world.client.post(f"{path}/{reply['id']}/replies", {"body": "deeper"})
    world.refused(again, "reply-to-reply")
    assert [len(thread.comments) for thread in world.pull.threads] == [2]


async def test_comments_that_are_not_there(world: World) -> None:
    pulls, issues = f"{world.repo}/pulls", f"{world.repo}/issues"
    world.refused(await world.client.get(f"{issues}/comments/999"), "not-found")
    reply = await world.client.post(f"{pulls}/1/comments/999/replies", {"body": "to whom?"})
    world.refused(reply, "not-found")
    reply = await world.client.call("DELETE", f"{issues}/comments/999/reactions/1")
    world.refused(reply, "not-found")


async def test_reviews_know_no_subject_type(world: World) -> None:
    await world.review({"path": "new.py", "line": 1, "body": "b", "subject_type": "file"})
    assert any("comments.0.subject_type" in one for one in world.standin.complaints)


async def test_a_reaction_twice_is_not_an_error(world: World) -> None:
    comment = await world.pull.comment("alice", "/assay recheck")
    path = f"{world.repo}/issues/comments/{comment.id}/reactions"
    first = await world.client.post(path, {"content": "eyes"})
    second = await world.client.post(path, {"content": "eyes"})
    assert (first.status, second.status) == (201, 200)
    assert first.json["id"] == second.json["id"]
    world.refused(await world.client.post(path, {"content": "tada"}), "reaction-content")
    assert [one["content"] for one in (await world.client.get(path)).json] == ["eyes"]


async def test_an_outdated_comment_has_no_line(world: World) -> None:
    await world.review({"path": "new.py", "line": 2, "body": "here"})
    await world.pull.push({"new.py": None})
    comment = (await world.client.get(f"{world.repo}/pulls/1/comments")).json[0]
    assert (comment["line"], comment["position"], comment["original_line"]) == (None, None, 2)
    assert comment["commit_id"] == comment["original_commit_id"] != world.pull.head_sha


async def test_the_head_of_a_deleted_fork_is_null(world: World) -> None:
    fork = world.repository.fork("mallory")
    fork.commit({"x": "1\n"}, branch="patch")
    pull = await world.repository.open_pull("mallory:patch", author="mallory")
    world.standin.delete_repository(fork)
    head = (await world.client.get(f"{world.repo}/pulls/{pull.number}")).json["head"]
    assert (head["repo"], head["user"], head["label"]) == (None, None, None)
    assert head["sha"] == pull.head_sha
