"""The check ``unused-port-race`` in Go: a free port is looked up, and bound only later."""

from __future__ import annotations

from checks.languages.go.events import GoFileEvent
from checks.registry import GO, MODULE, also
from checks.report import Report

_FREE = frozenset(
    {
        "FreePort",
        "GetFreePort",
        "GetFreePorts",
        "GetUnusedPort",
        "PickUnusedPort",
        "RandomUnprivilegedPort",
        "UnusedPort",
    }
)


@also("unused-port-race", languages=GO, on=MODULE)
def unused_port_race(event: GoFileEvent, report: Report) -> None:
    """A Go test asks for a free port, and something else binds it afterwards.

    Bad:
        // file: web/web_test.go
        package web

        import (
            "testing"

            "github.com/phayes/freeport"
        )

        func TestServe(t *testing.T) {
            port, err := freeport.GetFreePort()
            if err != nil {
                t.Fatal(err)
            }
            Serve(t, port)
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
            Serve(t, listener)
        }
    """
    file = event.file
    found = (call for word in sorted(_FREE) for call in file.calls_named(word))
    call = min(found, key=lambda one: one.node.start_byte, default=None)
    if call is not None:  # the same helper, all over the file: one comment is enough
        report(
            at=call,
            message=f"The port from `{call.short}` is free now, and bound only later.",
            why="Another process, or a test that runs beside it, can take it in between.",
            fix='Listen on `"127.0.0.1:0"`, and hand the listener on.',
        )
