"""The check ``unclosed-resource-in-test`` in Go: servers, files and answers that stay open."""

from __future__ import annotations

from checks.hygiene.go.shared.places import own_helper, own_test
from checks.hygiene.go.shared.releases import assigned_to, is_released
from checks.hygiene.go.shared.temporary import MAKERS, is_left_behind
from checks.languages.go.blocks import Block, Kind
from checks.languages.go.events import GoCall
from checks.languages.go.grammar import FUNCTIONS
from checks.model import Confidence
from checks.registry import GO, also, calls
from checks.report import Report

_MAKERS = {
    "net/http/httptest.NewServer": "Close",
    "net/http/httptest.NewTLSServer": "Close",
    "net/http/httptest.NewUnstartedServer": "Close",
    "net.Listen": "Close",
    "net.Dial": "Close",
    "net.DialTimeout": "Close",
    "os.Open": "Close",
    "os.Create": "Close",
    "os.CreateTemp": "Close",
    "os.OpenFile": "Close",
    "database/sql.Open": "Close",
    "net/http.Client.Do": "Body.Close",
    "net/http.DefaultClient.Do": "Body.Close",
    "net/http.Get": "Body.Close",
    "net/http.Post": "Body.Close",
    "net/http.Head": "Body.Close",
    "net/http.PostForm": "Body.Close",
    "time.NewTicker": "Stop",
}
"""What has to be given back, and by which method."""


@also(
    "unclosed-resource-in-test",
    languages=GO,
    on=calls(*_MAKERS, *MAKERS),
    once_a_file=True,
)
def unclosed_resource_in_test(call: GoCall, report: Report) -> None:
    """A Go test opens something and nothing in it closes it.

    Bad:
        // file: api/client_test.go
        package api

        import (
            "net/http/httptest"
            "testing"
        )

        func TestGet(t *testing.T) {
            server := httptest.NewServer(handler())
            if _, err := New(server.URL).Get("a"); err != nil {
                t.Fatal(err)
            }
        }
    Good:
        // file: api/client_test.go
        package api

        import (
            "net/http/httptest"
            "testing"
        )

        func TestGet(t *testing.T) {
            server := httptest.NewServer(handler())
            defer server.Close()
            if _, err := New(server.URL).Get("a"); err != nil {
                t.Fatal(err)
            }
        }
    Good:
        // file: api/client_test.go
        package api

        import (
            "net/http/httptest"
            "testing"
        )

        func TestGet(t *testing.T) {
            server := httptest.NewServer(handler())
            t.Cleanup(server.Close)
            if _, err := New(server.URL).Get("a"); err != nil {
                t.Fatal(err)
            }
        }
    """
    name = assigned_to(call)
    if call.name in MAKERS:
        if name and is_left_behind(call, name):
            report(
                at=call,
                message=f"The folder `{name}` from `{call.short}` is never removed.",
                why="Every run leaves one more behind, until the disk is full.",
                fix="Use `t.TempDir()`, which is removed when the test is done.",
                confidence=Confidence.MEDIUM,
            )
        return
    method = _MAKERS[call.name or ""]
    block = own_test(call.file, call) or own_helper(call.file, call)
    within = block is None and method == "Body.Close"
    if within:
        block = _function(call)
    if block is None or not (block.is_test or block.kind is Kind.HOOK) or not name:
        return
    if is_released(call, block, name, (method,)):
        return
    report(
        at=call,
        message=f"`{name}` from `{call.short}` is never closed in this test.",
        why="It stays open until all tests of the package are done, and takes a port or a file.",
        fix=f"Write `defer {name}.{method}()` after it, or `t.Cleanup`.",
        confidence=Confidence.LOW if within else Confidence.MEDIUM,
    )


def _function(call: GoCall) -> Block | None:
    """A function of a test file around it, which asks a server and reads the answer itself."""
    function = call.names.function.node
    body = function.child_by_field_name("body")
    if not call.file.path.endswith("_test.go") or body is None or function.type not in FUNCTIONS:
        return None
    return Block(call.file, Kind.HOOK, "", function, body, None, "")
