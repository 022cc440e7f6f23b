"""The check ``external-network-in-test`` in Go: the test needs the Internet."""

from __future__ import annotations

from checks.languages.go.blocks import Kind
from checks.languages.go.events import GoCall
from checks.registry import GO, also, calls
from checks.report import Report
from checks.secrets.hosts import host_of, is_reserved_host

_BY_URL = ("Get", "Head", "Post", "PostForm")
_BY_ADDRESS = {"net.Dial": 1, "net.DialTimeout": 1, "crypto/tls.Dial": 1, "net.LookupHost": 0}
_TAGS = ("integration", "network", "e2e", "live", "external", "internet", "acceptance")
_MOCKS = (
    "github.com/jarcoal/httpmock",
    "gopkg.in/h2non/gock",
    "github.com/h2non/gock",
    "github.com/dnaeon/go-vcr",
    "gopkg.in/dnaeon/go-vcr",
)


@also(
    "external-network-in-test",
    languages=GO,
    on=calls(
        "net/http.{Get,Head,Post,PostForm}",
        "net/http.DefaultClient.{Get,Head,Post,PostForm}",
        "net/http.Client.{Get,Head,Post,PostForm}",
        *_BY_ADDRESS,
    ),
)
def external_network_in_test(call: GoCall, report: Report) -> None:
    """A Go test asks a host on the Internet.

    Bad:
        // file: github/user_test.go
        package github

        import (
            "net/http"
            "testing"
        )

        func TestUser(t *testing.T) {
            answer, err := http.Get("https://api.github.com/users/anna")
            if err != nil || answer.StatusCode != 200 {
                t.Fatal("no user")
            }
        }
    Good:
        // file: github/user_test.go
        package github

        import (
            "net/http"
            "net/http/httptest"
            "testing"
        )

        func TestUser(t *testing.T) {
            server := httptest.NewServer(fake())
            defer server.Close()
            answer, err := http.Get(server.URL + "/users/anna")
            if err != nil || answer.StatusCode != 200 {
                t.Fatal("no user")
            }
        }
    """
    file = call.file
    block = file.block_at(call.node)
    if block is None or block.kind is Kind.BENCHMARK:
        return
    if any(one.startswith(_MOCKS) for one in file.imported_modules):
        return
    if any(word in file.build_tags for word in _TAGS):
        return
    host = _host(call)
    if not host or is_reserved_host(host) or _is_skipped(call):
        return
    report(
        at=call,
        message=f"The test needs `{host[:60]}` to be there and to answer as expected.",
        why="It fails when that host is down, slow or changed, and where there is no network.",
        fix="Answer from an `httptest.Server` of the test.",
    )


def _host(call: GoCall) -> str:
    position = _BY_ADDRESS.get(call.name or "", 0)
    node = call.argument(position)
    value = None if node is None else call.file.constant(node, call.names)
    if not isinstance(value, str):
        return ""
    if call.name in _BY_ADDRESS:
        return value.rpartition(":")[0].strip("[]") if ":" in value else value
    return host_of(value) or ""


def _is_skipped(call: GoCall) -> bool:
    """Whether the test is left out under a condition: short mode, no network."""
    block = call.file.block_at(call.node)
    return block is not None and any(
        one.method in ("Skip", "Skipf", "SkipNow") and one.node.start_byte < call.node.start_byte
        for one in block.calls()
    )
