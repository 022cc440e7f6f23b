"""What each aspect looked at in a Go test, findings or not."""

from __future__ import annotations

from checks import engine
from checks.model import Aspect, ChangedFile, Evidence, Settings, State

TEXT = """\
package shop

import (
\t"context"
\t"log"
\t"net/http/httptest"
\t"os"
\t"os/exec"
\t"testing"
\t"time"

\t"github.com/stretchr/testify/mock"
\t"github.com/stretchr/testify/require"
)

type bank struct{ mock.Mock }

var table = []row{
\t{"a", "https://a.example.com/"},
\t{"b", "https://b.example.com/"},
}

const password = "letmein"

func TestPay(t *testing.T) {
\tserver := httptest.NewServer(nil)
\tdefer server.Close()
\tt.Setenv("HOME", os.Getenv("TMP"))
\tctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
\tdefer cancel()
\tfor i := 0; i < 10; i++ {
\t\ttime.Sleep(10 * time.Millisecond)
\t}
\tout, err := exec.Command("ls", "-"+flags).Output()
\trequire.NoError(t, err)
\tif len(out) == 0 {
\t\tt.Fatal("nothing")
\t}
\tdb.Query("SELECT a FROM b WHERE c = " + name)
\tlog.Printf("paid %s", token)
\t_ = Pay(ctx)
}
"""


def gathered() -> tuple[Evidence, ...]:
    file = ChangedFile("shop/pay_test.go", TEXT.encode())
    (report,) = engine.analyse([file], Settings(), strict=True)
    return report.evidence


def lines_of(aspect: Aspect) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for one in gathered():
        if one.aspect is aspect:
            found.setdefault(f"{one.noun} {one.fate}".strip(), []).append(one.lines.start)
    return found


def at(part: str) -> int:
    return TEXT[: TEXT.index(part)].count("\n") + 1


def test_doubles() -> None:
    assert lines_of(Aspect.MOCKS) == {
        "library of mocks `testify`": [at('"github.com/stretchr/testify/mock"')],
        "server of the test": [at("server :=")],
    }


def test_credentials() -> None:
    found = lines_of(Aspect.CREDENTIALS)
    assert [at("const password")] in found.values()
    assert found["read of the environment"] == [at("t.Setenv")]


def test_built_strings_are_notes_because_nothing_follows_their_parts() -> None:
    fate = "of parts that are not followed to their source"
    assert lines_of(Aspect.INPUT) == {
        f"built string that reaches SQL {fate}": [at("db.Query")],
        f"built string that reaches a program {fate}": [at("exec.Command")],
    }
    states = {one.state for one in gathered() if one.aspect is Aspect.INPUT}
    assert states == {State.NOTE}


def test_assertions_and_dropped_results() -> None:
    assert lines_of(Aspect.ERRORS) == {
        "assertion": [at("require.NoError(")],
        "dropped result": [at("_ = Pay")],
        "explicit failure": [at("t.Fatal")],
    }


def test_data() -> None:
    assert lines_of(Aspect.TEST_DATA) == {
        "table of literals with addresses of reserved hosts": [at("var table")]
    }


def test_what_is_released() -> None:
    assert lines_of(Aspect.CLEANUP) == {
        "release by `defer`": [at("defer server"), at("defer cancel")],
        "change that undoes itself": [at("t.Setenv")],
    }


def test_logs() -> None:
    assert lines_of(Aspect.LOGGING) == {"log call of `token`": [at("log.Printf")]}


def test_waits() -> None:
    assert lines_of(Aspect.TIME) == {
        "limit of time of 2 s": [at("ctx, cancel")],
        "sleep in a loop of 0.01 s": [at("time.Sleep")],
    }
