"""Deliveries as GitHub sends them, and what an app may ask about them."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
from collections.abc import AsyncIterator

import pytest
from aiohttp import web

from tests.github.client import app_jwt
from tests.github.conftest import World


class Hook:
    """A webhook that keeps what it gets; it answers slowly or badly when told to."""

    def __init__(self) -> None:
        self.got: list[tuple[dict[str, str], bytes]] = []
        self.status = 202
        self.never = False
        self.url = ""

    async def receive(self, request: web.Request) -> web.Response:
        self.got.append((dict(request.headers), await request.read()))
        if self.never:
            await asyncio.Event().wait()
        return web.Response(status=self.status, text="thanks")


@pytest.fixture
async def hook(world: World) -> AsyncIterator[Hook]:
    hook = Hook()
    app = web.Application(client_max_size=26 * 1024 * 1024)
    app.router.add_post("/webhook", hook.receive)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    hook.url = f"http://127.0.0.1:{runner.addresses[0][1]}/webhook"
    world.app.webhook_url = hook.url
    yield hook
    await world.standin.settle()
    await runner.cleanup()


async def test_headers_and_signature(world: World, hook: Hook) -> None:
    await world.pull.comment("alice", "ünïcode")
    await world.standin.settle()
    headers, body = hook.got[0]
    digest = hmac.new(world.app.webhook_secret.encode(), body, hashlib.sha256).hexdigest()
    assert headers["X-Hub-Signature-256"] == f"sha256={digest}"
    assert headers["X-GitHub-Event"] == "issue_comment"
    assert headers["X-GitHub-Hook-Installation-Target-ID"] == str(world.app.id)
    assert headers["X-GitHub-Hook-Installation-Target-Type"] == "integration"
    assert headers["User-Agent"].startswith("GitHub-Hookshot/")
    payload = json.loads(body)
    assert payload["comment"]["body"] == "ünïcode"
    assert payload["installation"]["id"] == world.installation.id
    assert payload["issue"]["pull_request"]["url"].endswith("/pulls/1")


async def test_no_answer_within_the_time_limit_is_a_failure(world: World, hook: Hook) -> None:
    world.standin.courier.timeout = 0.2
    hook.never = True
    await world.pull.comment("alice", "slow")
    await world.standin.settle()
    attempt = world.standin.deliveries[-1].attempts[0]
    assert (attempt.status, attempt.error) == (None, "timed out")


async def test_a_hook_that_is_not_there(world: World) -> None:
    world.app.webhook_url = "http://127.0.0.1:9/webhook"
    await world.pull.comment("alice", "hello?")
    await world.standin.settle()
    delivery = world.standin.deliveries[-1]
    assert (delivery.status, len(delivery.attempts), delivery.delivered) == (None, 1, False)


async def test_the_list_of_deliveries_and_redelivery(world: World, hook: Hook) -> None:
    hook.status = 500
    for number in range(5):
        await world.pull.comment("alice", f"comment {number}")
    await world.standin.settle()
    world.client.credential = app_jwt(world.standin, world.app)
    first = await world.client.get("/app/hook/deliveries?per_page=3")
    assert [one["status_code"] for one in first.json] == [500] * 3
    following = first.headers["Link"].partition(">")[0].lstrip("<")
    second = await world.client.get(following)
    assert len(second.json) == 2
    assert "Link" not in second.headers
    failed = second.json[-1]
    hook.status = 202
    again = await world.client.post(f"/app/hook/deliveries/{failed['id']}/attempts")
    assert again.status == 202
    await world.standin.settle()
    newest = (await world.client.get("/app/hook/deliveries?per_page=1")).json[0]
    assert (newest["guid"], newest["redelivery"], newest["status"]) == (failed["guid"], True, "OK")
    missing = await world.client.post("/app/hook/deliveries/999/attempts")
    world.refused(missing, "not-found")
    world.refused(await world.client.get("/app/hook/deliveries?cursor=x"), "pagination")


async def test_the_hook_can_be_set_by_the_app(world: World, hook: Hook) -> None:
    world.client.credential = app_jwt(world.standin, world.app)
    reply = await world.client.patch("/app/hook/config", {"secret": "a new secret"})
    assert reply.json["url"] == hook.url
    world.standin.ping(world.app)
    await world.standin.settle()
    headers, body = hook.got[-1]
    digest = hmac.new(b"a new secret", body, hashlib.sha256).hexdigest()
    assert headers["X-Hub-Signature-256"] == f"sha256={digest}"
    assert headers["X-GitHub-Event"] == "ping"


async def test_events_go_only_to_those_who_may_see_them(world: World) -> None:
    quiet = world.standin.create_app("quiet", events=["pull_request"])
    blind = world.standin.create_app("blind", permissions={"contents": "read"})
    gone = world.standin.create_app("gone")
    for app in (quiet, blind, gone):
        installation = world.standin.install(app, [world.repository])
    world.standin.suspend(installation)
    before = len(world.standin.deliveries)
    await world.pull.push({"x": "1\n"})
    await world.pull.comment("alice", "hi")
    seen = [(one.app.slug, one.event) for one in world.standin.deliveries[before:]]
    assert seen == [
        ("assay", "check_suite"),
        ("assay", "pull_request"),
        ("quiet", "pull_request"),
        ("assay", "issue_comment"),
    ]


async def test_the_life_of_a_pull_request(world: World) -> None:
    before = len(world.standin.deliveries)
    old = world.pull.head_sha
    await world.pull.convert_to_draft()
    await world.pull.ready()
    await world.pull.force_push({"new.py": "other = 1\n"})
    world.repository.commit({"y": "1\n"}, branch="release")
    await world.pull.edit_base("release")
    await world.pull.edit_title("Better")
    await world.pull.close("bob")
    await world.pull.push({"z": "1\n"})
    await world.pull.reopen()
    await world.pull.merge("bob")
    seen = [one for one in world.standin.deliveries[before:] if one.event == "pull_request"]
    assert [one.action for one in seen] == [
        "converted_to_draft",
        "ready_for_review",
        "synchronize",
        "edited",
        "edited",
        "closed",
        "reopened",
        "closed",
    ]
    assert seen[2].payload["before"] == old
    assert seen[3].payload["changes"]["base"]["ref"] == {"from": "main"}
    assert seen[5].payload["sender"]["login"] == "bob"
    assert [one.payload["pull_request"]["merged"] for one in seen[-3:]] == [False, False, True]


async def test_a_push_moves_every_pull_request_of_its_branch(world: World) -> None:
    world.repository.commit({"y": "1\n"}, branch="release")
    second = await world.repository.open_pull("feature", base="release")
    third = await world.repository.open_pull("feature")
    await third.close()
    before = len(world.standin.deliveries)
    sha = await world.pull.push({"x": "1\n"})
    assert (world.pull.head_sha, second.head_sha) == (sha, sha)
    assert third.head_sha != sha
    seen = [
        one.payload["number"]
        for one in world.standin.deliveries[before:]
        if one.action == "synchronize"
    ]
    assert seen == [1, 2]
    await third.reopen()
    assert third.head_sha == sha
    world.repository.delete_branch("release")
    assert (await world.client.get(f"{world.repo}/pulls/2")).json["base"]["ref"] == "release"


async def test_own_comments_come_back(world: World) -> None:
    await world.client.post(f"{world.repo}/issues/1/comments", {"body": "from the bot"})
    sender = world.standin.deliveries[-1].payload["sender"]
    assert (sender["login"], sender["type"]) == ("assay[bot]", "Bot")


async def test_installations_tell_the_app(world: World) -> None:
    other = world.standin.create_repository("octo/other")
    world.standin.add_repositories(world.installation, [other])
    world.standin.remove_repositories(world.installation, [other])
    world.standin.accept_permissions(world.installation, {"contents": "write"})
    world.standin.uninstall(world.installation)
    assert [(one.event, one.action) for one in world.standin.deliveries[-4:]] == [
        ("installation_repositories", "added"),
        ("installation_repositories", "removed"),
        ("installation", "new_permissions_accepted"),
        ("installation", "deleted"),
    ]
