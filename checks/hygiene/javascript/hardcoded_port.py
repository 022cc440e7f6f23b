"""The check ``hardcoded-port`` in JavaScript: a server on a fixed port."""

from __future__ import annotations

from collections.abc import Iterator

import re2
import tree_sitter

from checks.languages.javascript.blocks import Block
from checks.languages.javascript.calls import JsCall
from checks.languages.javascript.events import JsFileEvent
from checks.languages.javascript.file import JavaScriptFile
from checks.model import Confidence
from checks.registry import JAVASCRIPT, MODULE, also
from checks.report import Report

_FIRST = 1024
_LAST = 65535
_LOCAL = re2.compile(r"(?:http|ws)s?://(?:localhost|127\.0\.0\.1|\[::1\]):(\d{4,5})(?:/|$)")
_SERVERS = ("listen",)
_WITH_PORT = frozenset({"ws.WebSocketServer", "ws.Server", "ws", "socket.io.Server"})


@also("hardcoded-port", languages=JAVASCRIPT, on=MODULE)
def hardcoded_port(event: JsFileEvent, report: Report) -> None:
    """A test listens on a port that is written down.

    Bad:
        // file: test/server.test.js
        it('answers', async () => {
          const server = app.listen(3456);
          expect((await get('http://localhost:3456/')).status).toBe(200);
          server.close();
        });
    Good:
        // file: test/server.test.js
        it('answers', async () => {
          const server = app.listen(0);
          expect((await get(`http://localhost:${server.address().port}/`)).status).toBe(200);
          server.close();
        });
    """
    file = event.file
    seen: set[float] = set()
    words = ("listen", "WebSocketServer", "Server")
    for call in (one for word in words for one in file.calls_named(word)):
        if file.block_at(call.node) is None:
            continue
        port = _port(file, call)
        if port is None or not _FIRST <= port <= _LAST or port in seen:
            continue
        seen.add(port)
        report(
            at=call,
            message=f"The server of the test takes the port {port:g}.",
            why="Where another process has it, or tests run side by side, the test fails.",
            fix="Listen on port 0, and ask the server for the port that it got.",
        )
    for call, closed in _closed(file):
        if closed not in seen:
            seen.add(closed)
            report(
                at=call,
                message=f"The test counts on it that nothing listens on the port {closed:g}.",
                why="Where another process has the port, the connection is not refused.",
                fix="Listen on port 0, close the server, and connect to the port that it had.",
                confidence=Confidence.MEDIUM,
            )


def _closed(file: JavaScriptFile) -> Iterator[tuple[JsCall, float]]:
    """Connections of tests to a port that has to refuse them."""
    if b"ECONNREFUSED" not in file.source.data:
        return
    for block in file.blocks:
        if not block.is_test or block.callback is None:
            continue
        if "ECONNREFUSED" not in file.text_of(block.callback):
            continue
        for call in block.calls():
            first = call.argument(0)
            known = None if first is None else file.constant(first, call.names)
            match = _LOCAL.match(known) if isinstance(known, str) else None
            if match is not None and _FIRST <= (port := int(match.group(1))) <= _LAST:
                if not any(_holds(block, one.span.start) for one in file.calls_named("listen")):
                    yield call, float(port)
                break


def _holds(block: Block, at: int) -> bool:
    return block.span.start <= at < block.span.end


def _port(file: JavaScriptFile, call: JsCall) -> float | None:
    made = call.is_new and call.method in ("Server", "WebSocketServer")
    if call.method not in _SERVERS and call.name not in _WITH_PORT and not made:
        return None
    first = call.argument(0)
    if first is None or (call.method in _SERVERS and call.receiver is None):
        return None
    value: tree_sitter.Node | None = first
    if first.type == "object":
        value = member(file, first, "port")
    known = None if value is None else file.constant(value, call.names)
    return known if isinstance(known, (int, float)) and not isinstance(known, bool) else None


def member(file: JavaScriptFile, node: tree_sitter.Node, name: str) -> tree_sitter.Node | None:
    """The value of a member of an object that is written out."""
    for pair in node.named_children:
        key = pair.child_by_field_name("key")
        if key is not None and file.text_of(key).strip("'\"") == name:
            return pair.child_by_field_name("value")
    return None
