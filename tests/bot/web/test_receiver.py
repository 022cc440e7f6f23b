"""``POST /webhook``: what is taken, what is refused, and that nothing is acknowledged unstored."""

from __future__ import annotations

import asyncio
import gzip
import json
from collections.abc import AsyncIterator
from urllib.parse import urlencode

import aiohttp
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.web.receiver import Receiver
from tests.bot.events.payloads import pull_request
from tests.bot.fakes import MemoryEngine
from tests.bot.waiting import eventually
from tests.bot.web.serving import OLD_SECRET, Served, headers, serving, signed

PING = b'{"zen": "Speak like a human."}'
MEGABYTE = 1024 * 1024


@pytest.fixture
async def served() -> AsyncIterator[Served]:
    async with serving() as found:
        yield found


async def test_a_delivery_is_stored_and_acknowledged(served: Served) -> None:
    body = json.dumps(pull_request("opened")).encode()
    assert await served.deliver(body, X_GitHub_Event="pull_request") == (202, "stored")
    (job,) = served.engine.jobs
    assert (job.kind, job.dedupe) == ("review", "72d3162e-cc78-11e3-81ab-4c9367dc0958")


async def test_a_redelivery_is_a_duplicate(served: Served) -> None:
    body = json.dumps(pull_request("opened")).encode()
    await served.deliver(body, X_GitHub_Event="pull_request")
    status, said = await served.deliver(body, X_GitHub_Event="pull_request")
    assert (status, said.split(":")[0]) == (202, "duplicate")
    assert len(served.engine.jobs) == 1


async def test_both_secrets_are_valid_while_rotating(served: Served) -> None:
    assert await served.deliver(PING) == (202, "ignored: pong")
    assert await served.deliver(PING, X_Hub_Signature_256=signed(PING, OLD_SECRET)) == (
        202,
        "ignored: pong",
    )


@pytest.mark.parametrize(
    "signature",
    [
        None,
        "",
        "sha256=",
        signed(PING, b"somebody-elses-secret"),
        signed(PING, b""),
        signed(PING + b" "),
        signed(PING)[:-1],
        signed(PING) + "0",
        signed(PING).upper(),
        "sha1=" + "0" * 40,
        "sha256=" + "é" * 64,
        "sha256=" + "٣" * 64,
        "sha256=" + "\udcff" * 64,
    ],
)
async def test_a_bad_signature_is_401(served: Served, signature: str | None) -> None:
    status, _ = await served.deliver(PING, X_Hub_Signature_256=signature)
    assert status == 401


async def test_a_sha1_signature_alone_is_401(served: Served) -> None:
    status, _ = await served.deliver(PING, X_Hub_Signature_256=None, X_Hub_Signature="sha1=00")
    assert status == 401


async def test_an_unsigned_request_learns_nothing_else(served: Served) -> None:
    status, _ = await served.deliver(
        b"[" * 1000, X_Hub_Signature_256=signed(PING), X_GitHub_Event=None
    )
    assert status == 401


@pytest.mark.parametrize(
    ("body", "changes"),
    [
        (PING, {"X_GitHub_Event": None}),
        (PING, {"X_GitHub_Event": "pull request"}),
        (PING, {"X_GitHub_Event": "x" * 65}),
        (PING, {"X_GitHub_Delivery": None}),
        (PING, {"X_GitHub_Delivery": "../../etc"}),
        (PING, {"X_GitHub_Delivery": "x" * 101}),
        (PING, {"X_GitHub_Delivery": "é"}),
        (PING, {"Content_Type": None}),
        (PING, {"Content_Type": "text/plain"}),
        (PING, {"Content_Type": "application/x-www-form-urlencoded"}),
        (b"", {}),
        (b"{", {}),
        (b"[]", {}),
        (b'"text"', {}),
        (b"null", {}),
        (b'{"a": 1} x', {}),
        (b"\xff\xfe", {}),
        (b"[" * 100_000, {}),
        (b'{"a":' * 100_000, {}),
    ],
)
async def test_a_malformed_request_is_400(
    served: Served, body: bytes, changes: dict[str, str | None]
) -> None:
    status, said = await served.deliver(body, **changes)
    assert status == 400
    assert said


async def test_deep_json_inside_a_known_event_is_no_crash(served: Served) -> None:
    deep = b'{"action": "opened", "pull_request": ' + b'{"a":' * 600 + b"1" + b"}" * 601
    status, _ = await served.deliver(deep, X_GitHub_Event="pull_request")
    assert status in {202, 400}
    assert served.engine.jobs == []


async def test_a_form_is_taken(served: Served) -> None:
    payload = json.dumps(pull_request("opened", title="a+b & ü"))
    body = urlencode({"payload": payload}).encode()
    assert await served.deliver(
        body, X_GitHub_Event="pull_request", Content_Type="application/x-www-form-urlencoded"
    ) == (202, "stored")


async def test_a_charset_does_no_harm(served: Served) -> None:
    status, _ = await served.deliver(PING, Content_Type="application/JSON; charset=utf-8")
    assert status == 202


async def test_an_unknown_event_is_202(served: Served) -> None:
    status, said = await served.deliver(PING, X_GitHub_Event="invented_tomorrow")
    assert (status, said.split(":")[0]) == (202, "ignored")


async def test_twenty_four_megabytes_are_read(served: Served) -> None:
    body = b'{"pad": "' + b"x" * (24 * MEGABYTE) + b'"}'
    assert await served.deliver(body) == (202, "ignored: pong")


async def test_more_than_twenty_five_are_refused_unread(served: Served) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", served.port)
    lines = [f"{name}: {value}" for name, value in headers(PING).items()]
    head = ["POST /webhook HTTP/1.1", "Host: x", f"Content-Length: {26 * MEGABYTE}", *lines]
    writer.write("\r\n".join([*head, "", ""]).encode())
    assert b" 413 " in await asyncio.wait_for(reader.readline(), 30)
    writer.close()


async def test_a_chunked_body_is_measured_too(served: Served) -> None:
    async def chunks() -> AsyncIterator[bytes]:
        for _ in range(27):
            yield b"x" * MEGABYTE

    try:
        async with served.http.post(
            f"{served.url}/webhook", data=chunks(), headers=headers(PING)
        ) as answer:
            assert answer.status == 413
    except aiohttp.ClientConnectionError:
        # The server may close before it has read what it does not want; it must not have died.
        pass
    assert await served.deliver(PING) == (202, "ignored: pong")
    assert b'outcome="refused 413"} 1.0' in served.metrics.render()


async def test_a_compressed_body_is_refused(served: Served) -> None:
    body = gzip.compress(PING)
    status, _ = await served.deliver(body, Content_Encoding="gzip")
    assert status == 415


@pytest.mark.parametrize("tail", ["zz\r\nnonsense\r\n", "5\r\nabc", "5\r\nabcdefg\r\n0\r\n\r\n"])
async def test_a_broken_chunk_is_no_defect(
    served: Served, tail: str, caplog: pytest.LogCaptureFixture
) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", served.port)
    lines = [f"{name}: {value}" for name, value in headers(PING).items()]
    head = ["POST /webhook HTTP/1.1", "Host: x", "Transfer-Encoding: chunked", *lines]
    writer.write("\r\n".join([*head, "", tail]).encode())
    writer.write_eof()
    line = await asyncio.wait_for(reader.readline(), 30)
    assert b" 500 " not in line
    writer.close()
    assert await served.deliver(PING) == (202, "ignored: pong")
    assert "Traceback" not in caplog.text


async def test_a_sender_that_goes_away_is_no_defect(
    served: Served, caplog: pytest.LogCaptureFixture
) -> None:
    _, writer = await asyncio.open_connection("127.0.0.1", served.port)
    lines = [f"{name}: {value}" for name, value in headers(PING).items()]
    head = ["POST /webhook HTTP/1.1", "Host: x", "Content-Length: 1000", *lines]
    writer.write("\r\n".join([*head, "", "{"]).encode())
    await writer.drain()
    writer.close()
    await eventually(lambda: b'outcome="refused 400"} 1.0' in served.metrics.render())
    assert "Traceback" not in caplog.text


async def test_a_sender_that_dawdles_is_cut_off() -> None:
    async with serving(read_seconds=0.05) as served:
        reader, writer = await asyncio.open_connection("127.0.0.1", served.port)
        lines = [f"{name}: {value}" for name, value in headers(PING).items()]
        head = ["POST /webhook HTTP/1.1", "Host: x", "Content-Length: 1000", *lines]
        writer.write("\r\n".join([*head, "", "{"]).encode())
        assert b" 408 " in await asyncio.wait_for(reader.readline(), 30)
        writer.close()


async def test_a_database_that_is_down_is_503(served: Served) -> None:
    served.engine.down = True
    body = json.dumps(pull_request("opened")).encode()
    status, said = await served.deliver(body, X_GitHub_Event="pull_request")
    assert status == 503
    assert "db.internal" not in said
    served.engine.down = False
    assert await served.deliver(body, X_GitHub_Event="pull_request") == (202, "stored")


async def test_a_defect_is_503_and_nothing_is_lost(served: Served) -> None:
    served.engine.broken = ZeroDivisionError("a defect")
    body = json.dumps(pull_request("opened")).encode()
    status, said = await served.deliver(body, X_GitHub_Event="pull_request")
    assert status == 503
    assert "a defect" not in said


async def test_deliveries_are_counted(served: Served) -> None:
    body = json.dumps(pull_request("opened")).encode()
    await served.deliver(body, X_GitHub_Event="pull_request")
    await served.deliver(PING, X_GitHub_Event="invented_tomorrow")
    await served.deliver(PING, X_Hub_Signature_256=None)
    text = served.metrics.render().decode()
    assert 'assay_deliveries_total{event="pull_request",outcome="stored"} 1.0' in text
    assert 'assay_deliveries_total{event="other",outcome="ignored"} 1.0' in text
    assert 'outcome="refused 401"} 1.0' in text
    assert "assay_acknowledge_seconds_count 3.0" in text


def test_a_receiver_without_a_secret_cannot_be_made() -> None:
    from bot.metrics import Metrics

    for secrets in ((), (b"",)):
        with pytest.raises(ValueError, match="secret"):
            Receiver(secrets=secrets, translators={}, engine=MemoryEngine(), metrics=Metrics())


HEADER_VALUES = st.text(
    st.characters(min_codepoint=0x20, max_codepoint=0xFF, exclude_characters="\x7f"), max_size=80
)
JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)
EVENTS = st.sampled_from(
    ["pull_request", "issue_comment", "check_run", "check_suite", "installation", "merge_group"]
)


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_any_request_is_answered_without_a_500(data: st.DataObject) -> None:
    body = data.draw(
        st.binary(max_size=300) | JSON_VALUES.map(lambda value: json.dumps(value).encode())
    )
    changes = data.draw(
        st.dictionaries(
            st.sampled_from(
                [
                    "X_GitHub_Event",
                    "X_GitHub_Delivery",
                    "Content_Type",
                    "Content_Encoding",
                    "X_Hub_Signature_256",
                ]
            ),
            st.none() | HEADER_VALUES | EVENTS,
            max_size=3,
        )
    )

    async def send() -> int:
        async with serving() as served:
            reader, writer = await asyncio.open_connection("127.0.0.1", served.port)
            lines = ["POST /webhook HTTP/1.1", "Host: x", "Connection: close"]
            lines += [f"{name}: {value}" for name, value in headers(body, **changes).items()]
            lines += [f"Content-Length: {len(body)}", "", ""]
            writer.write("\r\n".join(lines).encode("latin-1") + body)
            line = await asyncio.wait_for(reader.readline(), 30)
            writer.close()
            return int(line.split()[1])

    assert asyncio.run(send()) in {202, 400, 401, 413, 415, 503}
