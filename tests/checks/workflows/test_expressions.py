"""Expressions: found in texts, read, and what may come out of them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checks.workflows import expressions
from checks.workflows.expressions import Literal, NotAnExpression


def _results(text: str) -> list[str]:
    return [one.path for one in expressions.results(expressions.parse(text))]


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("github.event.issue.title", "github.event.issue.title"),
        ("GitHub.Event['Issue'].title", "github.event.issue.title"),
        ("github.event.commits[0].message", "github.event.commits.*.message"),
        ("github.event.commits.*.message", "github.event.commits.*.message"),
        ("github.event.commits[*].message", "github.event.commits.*.message"),
        ("a[github.x].b", "a.*.b"),
        ("steps.a-b_c.outputs.d", "steps.a-b_c.outputs.d"),
        ("(github.ref)", "github.ref"),
        ("a && b", None),
        ("f(a)", None),
        ("'a'", None),
    ],
)
def test_paths(text: str, path: str | None) -> None:
    assert expressions.path_of(expressions.parse(text)) == path


@pytest.mark.parametrize(
    ("text", "results"),
    [
        ("a.b", ["a.b"]),
        ("a.b == c.d", []),
        ("!a.b", []),
        ("a.b && c.d", ["c.d"]),
        ("a.b || c.d", ["a.b", "c.d"]),
        ("a.b && c.d || e.f", ["c.d", "e.f"]),
        ("contains(a.b, c.d)", []),
        ("startsWith(a.b, 'x') && e.f", ["e.f"]),
        ("format('{0}', a.b)", ["a.b"]),
        ("join(a.*.b, ',')", ["a.*.b"]),
        ("fromJSON(a.b).c", ["a.b"]),
        ("toJSON(a)", ["a"]),
        ("'text'", []),
        ("a.b < 3 || 'x'", []),
    ],
)
def test_what_may_come_out(text: str, results: list[str]) -> None:
    assert _results(text) == results


def test_json_is_remembered() -> None:
    (one,) = expressions.results(expressions.parse("toJSON(format('{0}', a.b))"))
    assert one.as_json


def test_every_path_that_is_read() -> None:
    read = expressions.paths_in(expressions.parse("a.b == c[d.e] && f(!g.h)[i.j]"))
    assert set(read) == {"a.b", "c.*", "d.e", "g.h", "i.j"}


@pytest.mark.parametrize(
    ("text", "value"),
    [("'it''s'", "it's"), ("0x1F", 31.0), ("-1.5e2", -150.0), ("true", True), ("NULL", None)],
)
def test_literals(text: str, value: object) -> None:
    assert expressions.parse(text) == Literal(value)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "text", ["", "a.", "a b", "'a", "a[", "f(", "f(a,)", "a ==", "&& a", "a.b)", '"a"', "a @ b"]
)
def test_what_is_none(text: str) -> None:
    with pytest.raises(NotAnExpression):
        expressions.parse(text)


def test_braces_within_quotes_end_nothing() -> None:
    text = "x ${{ format('}}{0}', a.b) }} y ${{ c.d }} ${{ open"
    found = expressions.find(text)
    assert [text[one.start : one.end] for one in found] == [
        "${{ format('}}{0}', a.b) }}", "${{ c.d }}",
    ]  # fmt: skip


def test_what_cannot_be_read_is_found_all_the_same() -> None:
    (one,) = expressions.find("${{ a b }}")
    assert one.expression is None


@pytest.mark.parametrize(
    "text",
    ["(" * 5_000 + "a" + ")" * 5_000, "!" * 5_000 + "a", "a" + ".b" * 5_000, "a" + "||a" * 5_000,
     "f(" * 5_000, "a[" * 5_000, "x" * 30_000],
)  # fmt: skip
def test_deep_and_long_ones_are_refused(text: str) -> None:
    with pytest.raises(NotAnExpression):
        expressions.parse(text)


@given(st.text(alphabet="ab.[]()'!&|=<>,* 01x-{}$", max_size=80))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        read = expressions.parse(text)
    except NotAnExpression:
        return
    assert {one.path for one in expressions.results(read)} <= set(expressions.paths_in(read))
