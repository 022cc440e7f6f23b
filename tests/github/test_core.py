"""The stand-in from end to end: what a bot does in one review, over real HTTP and real git."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import AsyncIterator

import pytest
from aiohttp import web

from tests.github import StandIn
from tests.github.client import Client
from tests.github.conftest import World


class Hook:
    """A webhook that keeps what it gets and answers what it is told to."""

    def __init__(self) -> None:
        self.got: list[tuple[dict[str, str], bytes]] = []
        self.status = 202
        self.url = ""

    async def receive(self, request: web.Request) -> web.Response:
        self.got.append((dict(request.headers), await request.read()))
        return web.Response(status=self.status)


@pytest.fixture
async def hook() -> AsyncIterator[Hook]:
    hook = Hook()
    app = web.Application(client_max_size=26 * 1024 * 1024)
    app.router.add_post("/webhook", hook.receive)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    hook.url = f"http://127.0.0.1:{runner.addresses[0][1]}/webhook"
    yield hook
    await runner.cleanup()


async def test_files_come_with_status_and_patch(world: World) -> None:
    files = (await world.client.get(f"{world.repo}/pulls/1/files")).json
    assert [(one["filename"], one["status"]) for one in files] == [
        ("new.py", "added"),
        ("numbers.txt", "modified"),
        ("old.py", "removed"),
    ]
    assert files[0]["patch"] == "@@ -0,0 +1,3 @@\n+a = 1\n+b = 2\n+c = 3"
    assert files[1]["additions"] == 3
    assert files[1]["deletions"] == 2


async def test_rename_binary_mode_and_odd_names(world: World) -> None:
    moved = "".join(f"def f{n}(): return {n}\n" for n in range(30))
    world.repository.commit({"a.py": moved})
    await world.pull.edit_base("main")
    await world.pull.force_push(
        {
            "a.py": None,
            "b.py": moved.replace("return 3\n", "return 33\n"),
            "pixel.png": b"\x89PNG\x00\x01",
            "päth with 'quotes'\t.py": "x\n",
        },
        parent="main",
    )
    files = (await world.client.get(f"{world.repo}/pulls/1/files")).json
    found = {one["filename"]: one for one in files}
    assert found["b.py"]["status"] == "renamed"
    assert found["b.py"]["previous_filename"] == "a.py"
    assert "patch" not in found["pixel.png"]
    assert found["päth with 'quotes'\t.py"]["patch"] == "@@ -0,0 +1 @@\n+x"


async def test_blob_and_contents(world: World) -> None:
    sha = world.pull.changes[0].oid
    blob = (await world.client.get(f"{world.repo}/git/blobs/{sha}")).json
    assert base64.b64decode(blob["content"]) == b"a = 1\nb = 2\nc = 3\n"
    file = (await world.client.get(f"{world.repo}/contents/new.py?ref=feature")).json
    assert (file["sha"], file["encoding"]) == (sha, "base64")
    assert (await world.client.get(f"{world.repo}/contents/new.py")).status == 404


async def test_a_review_with_comments(world: World) -> None:
    reply = await world.review(
        {"path": "numbers.txt", "line": 10, "body": "on the right"},
        {"path": "numbers.txt", "line": 10, "side": "LEFT", "body": "on the left"},
        {"path": "new.py", "start_line": 1, "line": 3, "body": "a range"},
    )
    assert reply.status == 200, reply.text
    comments = (await world.client.get(f"{world.repo}/pulls/1/comments")).json
    assert [(one["line"], one["side"], one["start_line"]) for one in comments] == [
        (10, "RIGHT", None),
        (10, "LEFT", None),
        (3, "RIGHT", 1),
    ]
    assert comments[0]["diff_hunk"].endswith("\n+ten")
    assert comments[0]["user"]["login"] == "assay[bot]"
    assert [review.state for review in world.pull.reviews] == ["COMMENTED"]


async def test_comments_follow_their_line_or_become_outdated(world: World) -> None:
    await world.review(
        {"path": "new.py", "line": 2, "body": "moves"},
        {"path": "new.py", "line": 3, "body": "changes"},
    )
    await world.pull.push({"new.py": "# one more line\na = 1\nb = 2\nc = 4\n"})
    comments = (await world.client.get(f"{world.repo}/pulls/1/comments")).json
    assert [(one["line"], one["original_line"]) for one in comments] == [(3, 2), (None, 3)]
    assert comments[0]["commit_id"] == world.pull.head_sha


async def test_check_run_life(world: World) -> None:
    run = (await world.check(status="in_progress")).json
    assert (run["status"], run["conclusion"]) == ("in_progress", None)
    note = {
        "path": "new.py",
        "start_line": 1,
        "end_line": 1,
        "annotation_level": "warning",
        "message": "hm",
    }
    output = {"title": "t", "summary": "s", "annotations": [note]}
    path = f"{world.repo}/check-runs/{run['id']}"
    for _ in range(2):
        reply = await world.client.patch(path, {"conclusion": "neutral", "output": output})
    assert (reply.json["status"], reply.json["output"]["annotations_count"]) == ("completed", 2)
    listed = await world.client.get(f"{world.repo}/commits/{world.pull.head_sha}/check-runs")
    assert [one["id"] for one in listed.json["check_runs"]] == [run["id"]]


async def test_paths_by_id_mean_the_same(world: World) -> None:
    by_id = await world.client.get(f"/repositories/{world.repository.id}/pulls/1")
    assert by_id.json == (await world.client.get(f"{world.repo}/pulls/1")).json


async def test_a_fork_shares_objects_but_not_checks(world: World) -> None:
    fork = world.repository.fork("mallory")
    fork.commit({"evil.py": "eval(x)\n"}, branch="patch")
    pull = await world.repository.open_pull("mallory:patch", author="mallory")
    body = (await world.client.get(f"{world.repo}/pulls/{pull.number}")).json
    assert body["head"]["repo"]["full_name"] == "mallory/demo"
    blob = await world.client.get(f"{world.repo}/git/blobs/{pull.changes[0].oid}")
    assert blob.status == 200
    run = await world.check(head_sha=pull.head_sha)
    assert run.json["pull_requests"] == []


async def test_deliveries_are_signed_and_recorded(hook: Hook) -> None:
    async with await StandIn.start() as standin:
        app = standin.create_app(webhook_url=hook.url)
        repository = standin.create_repository("octo/demo")
        standin.install(app, [repository])
        repository.commit({"a": "1\n"})
        repository.commit({"a": "2\n"}, branch="feature")
        pull = await repository.open_pull("feature")
        await standin.settle()
        assert [(one.event, one.action) for one in standin.deliveries] == [
            ("installation", "created"),
            ("check_suite", "requested"),
            ("pull_request", "opened"),
        ]
        assert all(one.status == 202 for one in standin.deliveries)
        for headers, body in hook.got:
            digest = hmac.new(app.webhook_secret.encode(), body, hashlib.sha256).hexdigest()
            assert headers["X-Hub-Signature-256"] == f"sha256={digest}"
        hook.status = 503
        await pull.comment("alice", "hello")
        await standin.settle()
        failed = standin.deliveries[-1]
        assert (failed.status, failed.delivered) == (503, False)
        hook.status = 202
        await standin.redeliver(failed.guid)
        assert failed.delivered
        assert hook.got[-1][0]["X-GitHub-Delivery"] == failed.guid


async def test_held_deliveries_come_late_reversed_and_twice(hook: Hook) -> None:
    async with await StandIn.start() as standin:
        standin.create_app(webhook_url=hook.url)
        repository = standin.create_repository("octo/demo")
        standin.faults.hold_deliveries()
        standin.faults.send_deliveries_twice()
        installation = standin.install(standin.apps[0], [repository])
        standin.suspend(installation)
        await standin.settle()
        assert hook.got == []
        standin.faults.release_deliveries(reverse=True)
        await standin.settle()
        guids = [headers["X-GitHub-Delivery"] for headers, _ in hook.got]
        assert len(guids) == 4
        assert len(set(guids)) == 2


async def test_an_existing_repository_is_only_read(world: World) -> None:
    source = world.repository.store.directory
    before = world.repository.store.git("for-each-ref")
    made = world.standin.create_repository("octo/copy", path=source)
    assert made.branches["feature"] == world.pull.head_sha
    made.commit({"more": "1\n"})
    assert world.repository.store.git("for-each-ref") == before


async def test_the_log_hides_the_token(world: World) -> None:
    await world.client.get(f"{world.repo}/pulls/1")
    assert world.client.credential is not None
    assert all(world.client.credential not in repr(one.headers) for one in world.standin.exchanges)
    assert world.standin.exchanges.of("GET", "/repos/*/pulls/1")[0].status == 200


async def test_the_context_manager_starts_by_itself() -> None:
    async with StandIn() as standin, Client(standin) as client:
        assert (await client.get("/app")).status == 401
