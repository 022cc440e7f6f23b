"""What goes wrong below HTTP, and where a token may go."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from bot.github import transport
from bot.github.app import GitHubApp
from bot.github.faults import GiveUp, RetryNow
from tests.bot.github.servers import Hands, Say, Script, Seen, World, page, settings

PULL = "/repositories/34/pulls/2"
JSON = {"Content-Type": "application/json"}


@asynccontextmanager
async def bytes_server(
    talk: Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]],
) -> AsyncIterator[str]:
    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        await talk(reader, writer)
        writer.close()

    server = await asyncio.start_server(handle, "127.0.0.1", 0)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 50\r\n\r\n{",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{",
        b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 4\r\n\r\nnope",
        b"SSH-2.0-OpenSSH_9.2\r\n\r\n",
        b"HTTP/1.1 abc OK\r\n\r\n",
    ],
)
async def test_broken_answers_are_passing_trouble(hands: Hands, answer: bytes) -> None:
    async def talk(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(answer)
        await writer.drain()

    async with (
        bytes_server(talk) as url,
        GitHubApp(settings(url), clock=hands.clock()) as app,
    ):
        with pytest.raises(RetryNow) as raised:
            await app.verify()

    assert raised.value.sent
    assert raised.value.__cause__ is None
    assert raised.value.__context__ is None
    assert len(hands.slept) == 2


async def test_a_slow_answer_is_passing_trouble(
    hands: Hands, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transport, "TIMEOUT", aiohttp.ClientTimeout(total=30, sock_read=0.05))
    done = asyncio.Event()

    async def talk(_: asyncio.StreamReader, __: asyncio.StreamWriter) -> None:
        await done.wait()

    async with (
        bytes_server(talk) as url,
        GitHubApp(settings(url), clock=hands.clock()) as app,
    ):
        with pytest.raises(RetryNow) as raised:
            await app.verify()
        done.set()

    assert "SocketTimeoutError" in str(raised.value)


def test_the_time_outs_are_bounded() -> None:
    assert transport.TIMEOUT.total == 30
    assert transport.TIMEOUT.connect == 5
    assert transport.TIMEOUT.sock_read == 20


async def test_a_write_that_was_never_sent_may_be_repeated(world: World) -> None:
    client = world.repository()
    world.github.on("POST", PULL, Say(201, json={}))
    await client.post(PULL, {})
    tried = client.calls
    await world.github.stop()

    with pytest.raises(RetryNow) as raised:
        await client.post(PULL, {})

    assert not raised.value.sent
    assert client.calls - tried == 3


@pytest.mark.parametrize("status", [301, 302, 307, 308])
async def test_a_read_follows_redirects_on_the_same_host(world: World, status: int) -> None:
    world.github.on("GET", "/old", Say(status, headers={"Location": PULL + "?a=b%20c"}))
    world.github.on("GET", PULL, Say(json={"found": True}))

    assert await world.repository().get("/old") == {"found": True}
    assert world.github.requests(PULL)[0].query == "a=b%20c"
    assert world.github.requests(PULL)[0].proof.startswith("ghs_")


async def test_redirects_end(world: World) -> None:
    world.github.on("GET", "/round", Say(302, headers={"Location": "/round"}))

    with pytest.raises(GiveUp):
        await world.repository().get("/round")

    assert len(world.github.requests("/round")) == 4


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_a_write_is_never_redirected(world: World, status: int) -> None:
    world.github.on("POST", "/old", Say(status, headers={"Location": "/repositories/34/issues"}))

    with pytest.raises(GiveUp) as raised:
        await world.repository().post("/old", {"body": "x"})

    assert "/repositories/{}/issues" in str(raised.value)
    assert world.github.requests("/repositories/34/issues") == []


async def test_the_token_leaves_for_no_other_host(world: World, hands: Hands) -> None:
    async with Script(hands) as other:
        world.github.on("GET", "/redirect", Say(302, headers={"Location": other.url + "/x"}))
        world.github.on("POST", "/redirect", Say(307, headers={"Location": other.url + "/x"}))
        world.github.on("GET", "/list", Say(json=[1], headers={"Link": page(other.url + "/x", 2)}))
        client = world.repository()

        with pytest.raises(GiveUp):
            await client.get("/redirect")
        with pytest.raises(GiveUp):
            await client.post("/redirect", {})
        with pytest.raises(GiveUp):
            _ = [item async for item in client.pages("/list")]

        assert other.seen == []


async def test_an_answer_that_is_too_large_is_given_up(hands: Hands) -> None:
    async def endless(_: Seen, request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers=JSON)
        await response.prepare(request)
        for _chunk in range(100):
            await response.write(b" " * 65_536)
        return response

    async with (
        Script(hands) as github,
        GitHubApp(settings(github.url), clock=hands.clock(), largest_answer=1 << 20) as app,
    ):
        github.on("GET", PULL, endless)
        with pytest.raises(GiveUp, match="larger than 1 MB"):
            await app.repository(1, 2).get(PULL)

    assert transport.LARGEST_ANSWER == 64 * 1024 * 1024


@pytest.mark.parametrize(
    "answer",
    [
        Say(200, raw=b"{", headers=JSON),
        Say(200, raw=b"\xff\xfe", headers=JSON),
        Say(200, raw=b"[" * 200_000, headers=JSON),
        Say(200, raw=b"9" * 10_000, headers=JSON),
        Say(200, text="<html>maintenance</html>"),
        Say(206, json={}),
    ],
)
async def test_successes_that_are_none_are_passing_trouble(world: World, answer: Say) -> None:
    world.github.on("GET", PULL, answer)
    world.github.on("POST", "/graphql", answer)

    with pytest.raises(RetryNow):
        await world.repository().get(PULL)
    with pytest.raises(RetryNow):
        await world.repository().graphql("{a}")


@pytest.mark.parametrize(
    "headers",
    [
        {"Content-Type": "application/json; charset=klingon"},
        {"Content-Type": "Application/JSON"},
        {"X-RateLimit-Limit": "x", "X-RateLimit-Remaining": "y", "X-RateLimit-Reset": "z"},
        {"X-RateLimit-Limit": "1", "X-RateLimit-Remaining": "1", "X-RateLimit-Reset": "9" * 400},
        {"Link": "<<>>; rel=next"},
    ],
)
async def test_odd_headers_do_no_harm(world: World, headers: dict[str, str]) -> None:
    world.github.on("GET", PULL, Say(json={"é": 1}, headers=headers))

    assert await world.repository().get(PULL) == {"é": 1}


async def test_github_enterprise_server(hands: Hands) -> None:
    async with Script(hands, prefix="/api/v3") as github:
        github.on("GET", PULL, Say(json={"number": 2}))
        seen: list[Any] = []

        async def graphql(request: Seen, _: web.Request) -> web.StreamResponse:
            seen.append(request.path)
            return Say(json={"data": {"a": 1}}).response()

        github.prefix = ""
        github.on("POST", "/api/graphql", graphql)
        github.prefix = "/api/v3"
        async with GitHubApp(settings(github.url), clock=hands.clock()) as app:
            client = app.repository(12, 34)
            assert await client.get(PULL) == {"number": 2}
            assert await client.graphql("{a}") == {"a": 1}

        assert seen == ["/api/graphql"]


async def test_cancelling_a_request_frees_its_place(world: World) -> None:
    began = asyncio.Event()

    async def hang(_: Seen, __: web.Request) -> web.StreamResponse:
        began.set()
        await asyncio.Event().wait()
        return web.Response()

    world.github.on("POST", PULL, hang)
    client = world.repository()
    async with asyncio.TaskGroup() as group:
        task = group.create_task(client.post(PULL, {}))
        await began.wait()
        task.cancel()
    world.github.on("POST", PULL, Say(201, json={"id": 1}))

    assert await client.post(PULL, {}) == {"id": 1}
