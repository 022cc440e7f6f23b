"""The check ``hardcoded-port`` in JavaScript: a server on a fixed port."""

from __future__ import annotations

import tree_sitter

from checks.languages.javascript.calls import JsCall
from checks.languages.javascript.events import JsFileEvent
from checks.languages.javascript.file import JavaScriptFile
from checks.registry import JAVASCRIPT, MODULE, also
from checks.report import Report

_FIRST = 1024
_LAST = 65535
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


def _port(file: JavaScriptFile, call: JsCall) -> float | None:
    made = call.is_new and call.method == "Server"
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
