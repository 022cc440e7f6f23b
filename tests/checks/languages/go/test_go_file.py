"""Reading Go: names through imports and types, constants, tests."""

from __future__ import annotations

import textwrap

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checks import engine
from checks.languages.go.blocks import Kind
from checks.languages.go.file import GoFile, read
from checks.model import ChangedFile, Role, Settings
from checks.text import SourceText

HEAD = """\
package shop

import (
    "net/http"
    "testing"
    "time"
    clock "time"
    "github.com/go-chi/chi/v5"
    "github.com/stretchr/testify/require"
)

"""


def go(text: str, path: str = "shop/cart_test.go") -> GoFile:
    return read(SourceText((HEAD + textwrap.dedent(text)).encode()), path, "go")


def names(text: str) -> list[str | None]:
    return [call.name for call in go(text).calls()]


@pytest.mark.parametrize(
    ("statement", "name"),
    [
        ("time.Sleep(1)", "time.Sleep"),
        ("clock.Sleep(1)", "time.Sleep"),
        ("http.Get(url)", "net/http.Get"),
        ("chi.NewRouter()", "github.com/go-chi/chi/v5.NewRouter"),
        ("t.Fatal(1)", "testing.T.Fatal"),
        ("helper()", ":helper"),
        ("make(chan int)", "make"),
        ("var s http.Server; s.Close()", "net/http.Server.Close"),
        ("s := &http.Server{}; s.Close()", "net/http.Server.Close"),
        ("time := fake(); time.Sleep(1)", "fake().Sleep"),
    ],
)
def test_a_call_is_named_by_imports_and_types(statement: str, name: str) -> None:
    lines = "\n".join(f"    {one.strip()}" for one in statement.split(";"))
    found = names(f"func helper() {{}}\nfunc TestA(t *testing.T) {{\n{lines}\n}}\n")
    assert found[-1] == name


def test_a_method_of_what_a_call_returns() -> None:
    text = "func TestA(t *testing.T) {\n    r, err := http.Get(u)\n    r.Body.Close()\n}\n"
    assert names(text) == ["net/http.Get", "net/http.Get().Body.Close"]


def test_a_variable_with_the_name_of_its_own_type_or_package() -> None:
    text = """
        type tree struct{}

        func TestA(t *testing.T) {
            tree := tree{}
            tree.Add()
            http := http.Client{}
            http.Get("a")
        }
        """
    assert names(text) == [":tree.Add", "net/http.Client.Get"]


@pytest.mark.parametrize(
    ("expression", "nanoseconds"),
    [
        ("10 * time.Millisecond", 10_000_000),
        ("time.Second / 4", 250_000_000),
        ("WAIT", 3_000_000_000),
        ("time.Duration(2) * clock.Second", 2_000_000_000),
        ("1_000", 1_000),
        ("0x10", 16),
        ("-5", -5),
    ],
)
def test_durations_are_constants(expression: str, nanoseconds: int) -> None:
    file = go(f"const WAIT = 3 * time.Second\nfunc f() {{ g({expression}) }}\n")
    call = next(one for one in file.calls() if one.method == "g")
    assert file.constant(call.arguments[0], call.names) == nanoseconds


def test_tests_subtests_hooks_and_what_is_none() -> None:
    file = go(
        """
        func TestMain(m *testing.M) {}
        func TestA(t *testing.T) {
            t.Run("one", func(t *testing.T) { t.Parallel() })
        }
        func Testify(t *testing.T) {}
        func TestHelper(name string) {}
        func BenchmarkA(b *testing.B) {}
        func FuzzA(f *testing.F) {}
        func (s *CartSuite) SetupTest() {}
        func (s *CartSuite) TestB() {}
        """
    )
    assert [(one.kind, one.name) for one in file.blocks] == [
        (Kind.MAIN, "TestMain"),
        (Kind.TEST, "TestA"),
        (Kind.SUBTEST, "one"),
        (Kind.BENCHMARK, "BenchmarkA"),
        (Kind.FUZZ, "FuzzA"),
        (Kind.HOOK, "SetupTest"),
        (Kind.TEST, "TestB"),
    ]
    inner = next(one for one in file.calls() if one.method == "Parallel")
    assert file.scope_at(inner.node.start_byte) == "TestA > one"
    found = file.block_at(inner.node)
    assert found is not None
    assert found.name == "one"


def test_a_broken_file_is_read_up_to_the_break_and_beyond() -> None:
    text = HEAD + "func TestA(t *testing.T) {\n    t.Fatal(\n}\n\nfunc TestB(t *testing.T) {}\n"
    (report,) = engine.analyse([ChangedFile("shop/cart_test.go", text.encode())], Settings())
    assert report.language == "go"
    assert report.role.role is Role.TEST
    assert any("could not be parsed" in one for one in report.limits)


@given(st.binary(max_size=300))
def test_any_bytes_are_read(data: bytes) -> None:
    file = read(SourceText(HEAD.encode() + data), "a.go", "go")
    for call in file.calls():
        assert call.name != ""
        for one in call.arguments:
            file.constant(one, call.names)
    assert all(one.span.start <= one.body.start_byte for one in file.blocks)
