"""What GitHub refuses about check runs."""

from __future__ import annotations

from typing import Any

import pytest

from tests.github.conftest import World


def note(**more: object) -> dict[str, object]:
    """A good annotation, changed."""
    good = {"path": "new.py", "start_line": 1, "end_line": 1, "annotation_level": "notice"}
    return {**good, "message": "m", **more}


def output(*annotations: dict[str, object], **more: object) -> dict[str, object]:
    """A good output, changed."""
    return {"title": "t", "summary": "s", "annotations": list(annotations), **more}


@pytest.mark.parametrize(
    ("rule", "body", "words"),
    [
        (
            "annotations-50",
            {"output": output(*[note()] * 53)},
            "No more than 50 items are allowed; 53 were supplied.",
        ),
        ("conclusion", {"status": "completed"}, 'No subschema in "anyOf" matched'),
        ("conclusion", {"completed_at": "2026-01-01T00:00:00Z"}, "No subschema"),
        ("schema", {"status": "completed", "conclusion": "stale"}, "not a member"),
        ("schema", {"conclusion": "green"}, "not a member"),
        ("schema", {"started_at": "yesterday"}, "date-time"),
        (
            "output-max",
            {"output": output(summary="x" * 65_536)},
            "Only 65535 characters are allowed; 65536 were supplied.",
        ),
        ("output-max", {"output": output(text="x" * 70_000)}, "70000 were supplied"),
        (
            "output-max-bytes",
            {"output": output(summary="ä" * 40_000)},
            "summary exceeds a maximum bytesize of 65535",
        ),
        ("annotation-columns", {"output": output(note(start_column=1))}, "annotations"),
        (
            "annotation-columns",
            {"output": output(note(end_line=2, start_column=1, end_column=2))},
            "annotations",
        ),
        (
            "annotation-columns",
            {"output": output(note(start_column=3, end_column=2))},
            "annotations",
        ),
        (
            "annotation-columns",
            {"output": output(note(start_column=0, end_column=2))},
            "annotations",
        ),
        ("annotation-lines", {"output": output(note(start_line=0))}, "annotations"),
        ("annotation-lines", {"output": output(note(start_line=3, end_line=2))}, "annotations"),
        ("annotation-text", {"output": output(note(message="x" * 65_537))}, "annotations"),
        ("annotation-text", {"output": output(note(raw_details="ä" * 40_000))}, "annotations"),
        ("annotation-text", {"output": output(note(title="x" * 256))}, "annotations"),
        ("schema", {"output": {"title": "t"}}, '"summary" wasn\'t supplied'),
        ("schema", {"output": {"summary": "s"}}, '"title" wasn\'t supplied'),
        ("schema", {"name": 5}, "is not a string"),
        ("schema", {"output": output({"path": "a"})}, "wasn't supplied"),
        ("check-sha", {"head_sha": "a" * 40}, "No commit found for SHA"),
        ("check-sha", {"head_sha": "main"}, "No commit found for SHA"),
        ("actions", {"actions": [{"label": "a", "description": "b", "identifier": "c"}] * 4}, "3"),
        (
            "actions",
            {"actions": [{"label": "a" * 21, "description": "b", "identifier": "c"}]},
            "20",
        ),
        (
            "actions",
            {"actions": [{"label": "a", "description": "b" * 41, "identifier": "c"}]},
            "40",
        ),
        (
            "actions",
            {"actions": [{"label": "a", "description": "b", "identifier": "c" * 21}]},
            "20",
        ),
    ],
)
async def test_a_refused_check_run(
    world: World, rule: str, body: dict[str, Any], words: str
) -> None:
    reply = await world.check(**body)
    world.refused(reply, rule)
    assert words in reply.json["message"] + str(reply.json.get("errors"))
    assert world.repository.check_runs(world.pull.head_sha) == []


async def test_the_largest_that_fits(world: World) -> None:
    full = output(
        *[note(start_column=1, end_column=1, title="t" * 255, message="m" * 65_536)] * 50,
        summary="x" * 65_535,
        text="x" * 65_535,
    )
    action = {"label": "a" * 20, "description": "b" * 40, "identifier": "c" * 20}
    reply = await world.check(conclusion="failure", output=full, actions=[action] * 3)
    assert reply.status == 201
    assert reply.json["status"] == "completed"


async def test_the_same_name_twice_makes_two_runs(world: World) -> None:
    first, second = (await world.check()).json, (await world.check(conclusion="neutral")).json
    path = f"{world.repo}/commits/{world.pull.head_sha}/check-runs"
    latest = (await world.client.get(path)).json
    assert [run["id"] for run in latest["check_runs"]] == [second["id"]]
    every = (await world.client.get(f"{path}?filter=all")).json
    assert [run["id"] for run in every["check_runs"]] == [second["id"], first["id"]]


async def test_only_the_own_app_updates_a_run(world: World) -> None:
    run = (await world.check()).json
    other = world.standin.create_app("other")
    installation = world.standin.install(other, [world.repository])
    await world.client.authenticate(installation)
    reply = await world.client.patch(f"{world.repo}/check-runs/{run['id']}", {"name": "mine"})
    world.refused(reply, "check-owner")
    assert f"`{other.id}`" in reply.json["message"]


async def test_an_unknown_field_is_noted(world: World) -> None:
    assert (await world.check(titel="x")).status == 201
    assert world.standin.complaints == [f"POST {world.repo}/check-runs: unknown field titel"]


async def test_checks_of_forks_know_no_pull_requests(world: World) -> None:
    own = await world.check()
    assert [pull["number"] for pull in own.json["pull_requests"]] == [1]
    fork = world.repository.fork("mallory")
    sha = fork.commit({"x": "1\n"}, branch="patch")
    await world.repository.open_pull("mallory:patch", author="mallory")
    assert (await world.check(head_sha=sha)).json["pull_requests"] == []
    listed = await world.client.get(f"{world.repo}/commits/{sha}/pulls")
    assert listed.json == []


async def test_rerun_resets_the_suite_and_tells_the_app(world: World) -> None:
    action = {"label": "Try", "description": "d", "identifier": "try"}
    run = (await world.check(conclusion="neutral", actions=[action])).json
    await world.pull.rerequest_check_run(run["id"], "alice")
    await world.repository.rerequest_suite(world.pull.head_sha, "alice")
    await world.pull.request_action(run["id"], "try", "alice")
    last = [(one.event, one.action, one.payload) for one in world.standin.deliveries[-3:]]
    assert [one[:2] for one in last] == [
        ("check_run", "rerequested"),
        ("check_suite", "rerequested"),
        ("check_run", "requested_action"),
    ]
    assert last[2][2]["requested_action"] == {"identifier": "try"}
    assert last[0][2]["check_run"]["status"] == "completed"
    assert last[0][2]["check_run"]["check_suite"]["status"] == "queued"
    assert last[0][2]["sender"]["login"] == "alice"
    with pytest.raises(ValueError, match="no action"):
        await world.pull.request_action(run["id"], "other", "alice")


async def test_own_check_runs_come_back_as_events(world: World) -> None:
    await world.check(conclusion="success")
    echoed = [one for one in world.standin.deliveries if one.event == "check_run"]
    assert [one.action for one in echoed] == ["created", "completed"]
    assert {one.payload["sender"]["login"] for one in echoed} == {"assay[bot]"}
    assert world.standin.deliveries[-1].payload["check_suite"]["conclusion"] == "success"


async def test_check_suites(world: World) -> None:
    suites = f"{world.repo}/check-suites"
    made = await world.client.post(suites, {"head_sha": world.pull.head_sha})
    assert made.status == 200
    fresh = world.repository.commit({"z": "1\n"}, branch="z")
    assert (await world.client.post(suites, {"head_sha": fresh})).status == 201
    await world.check()
    listed = await world.client.get(f"{suites}/{made.json['id']}/check-runs")
    assert listed.json["total_count"] == 1
    assert (await world.client.post(f"{suites}/{made.json['id']}/rerequest")).status == 201
    world.refused(await world.client.post(suites, {"head_sha": "0" * 40}), "check-sha")
