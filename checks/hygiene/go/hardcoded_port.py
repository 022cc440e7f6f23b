"""The check ``hardcoded-port`` in Go: a server of a test on a fixed port."""

from __future__ import annotations

from checks.languages.go.events import GoCall, GoFileEvent
from checks.languages.go.file import GoFile
from checks.registry import GO, MODULE, also
from checks.report import Report

_FIRST = 1024
_LAST = 65_535
_LISTENING = {
    "crypto/tls.Listen": 1,
    "net.Listen": 1,
    "net.ListenPacket": 1,
    "net.ListenConfig.Listen": 2,
    "net/http.ListenAndServe": 0,
    "net/http.ListenAndServeTLS": 0,
}
"""Functions of the standard library that listen, and which argument is the address."""
_ROUTERS = ("gin-gonic/gin", "labstack/echo", "gofiber/fiber", "kataras/iris")
_RUNNING = frozenset({"Listen", "ListenAndServe", "Run", "RunTLS", "Start", "StartTLS"})
_MOST = 10


@also("hardcoded-port", languages=GO, on=MODULE)
def hardcoded_port(event: GoFileEvent, report: Report) -> None:
    """A Go test listens on a port that is written down.

    Bad:
        // file: web/web_test.go
        package web

        import (
            "net"
            "testing"
        )

        func TestServe(t *testing.T) {
            listener, err := net.Listen("tcp", ":8081")
            if err != nil {
                t.Fatal(err)
            }
            defer listener.Close()
        }
    Good:
        // file: web/web_test.go
        package web

        import (
            "net"
            "testing"
        )

        func TestServe(t *testing.T) {
            listener, err := net.Listen("tcp", "127.0.0.1:0")
            if err != nil {
                t.Fatal(err)
            }
            defer listener.Close()
        }
    """
    file = event.file
    seen: set[int] = set()
    for call in _listening(file):
        port = _port(call)
        if not _FIRST <= port <= _LAST or port in seen or len(seen) >= _MOST:
            continue
        seen.add(port)
        report(
            at=call,
            message=f"`{call.short}` takes the port {port}.",
            why="Where another process has it, or packages are tested side by side, it fails.",
            fix="Listen on port 0 and ask `Addr()` for the port, or use `httptest.NewServer`.",
        )


def _listening(file: GoFile) -> list[GoCall]:
    found = []
    for name in _LISTENING:
        found += [one for one in file.calls_named(name.rpartition(".")[2]) if one.name == name]
    if any(word in path for path in file.imported_modules for word in _ROUTERS):
        for word in sorted(_RUNNING):
            found += [
                one
                for one in file.calls_named(word)
                if one.is_method and any(part in (one.name or "") for part in _ROUTERS)
            ]
    return sorted(dict.fromkeys(found), key=lambda one: one.span.start)


def _port(call: GoCall) -> int:
    """The port that is written in the address; 0 when there is none."""
    node = call.argument(_LISTENING.get(call.name or "", 0))
    address = None if node is None else call.file.constant(node, call.names)
    if not isinstance(address, str) or not address.isascii():
        return 0
    _, colon, port = address.rpartition(":")
    return int(port) if colon and port.isdigit() and len(port) <= 5 else 0
