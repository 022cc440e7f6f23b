"""What is an assertion in a Go test."""

from __future__ import annotations

from checks.languages.go.calls import GoCall

FAILING = frozenset({"Error", "Errorf", "Fail", "FailNow", "Fatal", "Fatalf"})
"""The methods of ``testing.T`` by which a test fails."""
STOPPING = frozenset({"FailNow", "Fatal", "Fatalf", "Skip", "Skipf", "SkipNow"})
"""Those that end the goroutine they are called in."""
_PACKAGES = (
    "github.com/stretchr/testify/assert",
    "github.com/stretchr/testify/require",
    "gotest.tools/assert",
    "gotest.tools/v3/assert",
    "github.com/frankban/quicktest",
    "github.com/matryer/is",
    "github.com/onsi/gomega",
    "github.com/google/go-cmp/cmp",
    "go.uber.org/goleak",
    "gopkg.in/check.v1",
    "github.com/shoenig/test",
    "github.com/alecthomas/assert",
)
TESTIFY = ("github.com/stretchr/testify/assert.", "github.com/stretchr/testify/require.")
_WORDS = ("assert", "check", "compare", "ensure", "equal", "expect", "must", "require", "should",
          "verify", "want", "diff", "wait", "eventually")  # fmt: skip


def fails(call: GoCall) -> bool:
    """Whether the call makes a test fail by ``testing.T``."""
    name = call.name or ""
    return name.startswith("testing.") and call.method in FAILING


def is_assertion(call: GoCall) -> bool:
    """Whether a call proves something: of ``testing``, of a known library, or by its name."""
    if fails(call):
        return True
    name = call.name or ""
    if name.startswith(_PACKAGES) or "require.Assertions" in name or "assert.Assertions" in name:
        return True
    word = call.method.lower()
    return word.startswith(_WORDS)
