"""The check ``unused-port-race`` in Go: a free port is looked up, and bound only later."""

from __future__ import annotations

from checks.languages.go.events import GoCall
from checks.registry import GO, also, calls
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


@also("unused-port-race", languages=GO, on=calls(), once_a_file=True)
def unused_port_race(call: GoCall, report: Report) -> None:
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
    if call.method not in _FREE:
        return
    report(
        at=call,
        message=f"The port from `{call.short}` is free now, and bound only later.",
        why="Another process, or a test that runs beside it, can take it in between.",
        fix='Listen on `"127.0.0.1:0"`, and hand the listener on.',
    )
