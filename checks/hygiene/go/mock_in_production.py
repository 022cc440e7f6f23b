"""The check ``mock-in-production`` in Go: a test library that production code imports."""

from __future__ import annotations

from checks.hygiene.shared.texts import words
from checks.languages.go.events import GoFileEvent
from checks.registry import GO, MODULE, also
from checks.report import Report

_LIBRARIES = (
    "github.com/stretchr/testify",
    "github.com/golang/mock/gomock",
    "go.uber.org/mock/gomock",
    "net/http/httptest",
    "testing",
    "testing/iotest",
    "testing/quick",
    "github.com/DATA-DOG/go-sqlmock",
    "github.com/jarcoal/httpmock",
    "github.com/onsi/gomega",
    "github.com/onsi/ginkgo",
    "gotest.tools/v3/assert",
)
_WORDS = frozenset(
    {"bench", "benchmark", "benchmarks", "fake", "fakes", "faked", "fixture", "fixtures", "mock",
     "mocks", "mocked", "stub", "stubs", "test", "tests", "testing", "testkit", "testutil",
     "testutils", "testhelper", "testhelpers", "testlib", "suite", "harness", "e2e",
     "conformance", "integration", "internal", "tools", "tool", "assert", "require", "check",
     "golden", "difftest", "servertest", "dbtest", "simulator", "sim", "examples"}
)  # fmt: skip
"""Words of a path or a package under which code that helps tests is kept."""


@also("mock-in-production", languages=GO, on=MODULE)
def mock_in_production(event: GoFileEvent, report: Report) -> None:
    """A Go package imports a test library outside its tests.

    Bad:
        // file: payments/client.go
        package payments

        import (
            "net/http/httptest"
        )

        func NewClient(offline bool) *Client {
            if offline {
                return &Client{url: httptest.NewServer(fake()).URL}
            }
            return &Client{url: "https://api.stripe.com"}
        }
    Good:
        // file: payments/client.go
        package payments

        func NewClient(url string) *Client {
            return &Client{url: url}
        }
    Good:
        // file: payments/paymentstest/server.go
        package paymentstest

        import "net/http/httptest"

        func NewServer() *httptest.Server {
            return httptest.NewServer(fake())
        }
    """
    file = event.file
    if file.build_tags or _helps_tests(event):
        return
    for one in file.nodes("import_spec"):
        path_node = one.child("path")
        path = None if path_node is None else file.string(path_node)
        if path is None or not any(path == each or path.startswith(f"{each}/")
                                   for each in _LIBRARIES):  # fmt: skip
            continue
        report(
            at=one,
            message=f"Production code imports `{path}`, which is made for tests.",
            why="What it fakes can be reached in production, and the program carries it along.",
            fix="Move this into a `_test.go` file or a package for tests, and pass the real thing.",
        )
        return


def _helps_tests(event: GoFileEvent) -> bool:
    """Whether the file is for tests by its path, its package or what it hands to them."""
    path = event.path.removesuffix(".go").replace("-", "_")
    parts = {word for part in path.split("/") for word in words(part)}
    if parts & (_WORDS - {"internal"}) or any(
        part.endswith(("test", "tests", "testing", "mock", "mocks", "fake"))
        for part in path.split("/")
    ):
        return True
    # A helper takes the test as a parameter: `func Open(t testing.TB) *DB`.
    data = event.file.source.data
    return any(mark in data for mark in (b"testing.TB", b"*testing.T", b"*testing.B",
                                         b"testing.Testing(", b"gomock.Controller"))  # fmt: skip
