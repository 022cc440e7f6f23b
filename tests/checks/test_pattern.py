"""Patterns that are compiled late do what RE2's do."""

from __future__ import annotations

import pytest
import re2

from checks.pattern import Pattern


def test_it_answers_as_the_compiled_pattern() -> None:
    late, early = Pattern(r"(\w+)=(\d+)"), re2.compile(r"(\w+)=(\d+)")
    text = "a=1, b=22, c"
    assert late.search(text).groups() == early.search(text).groups()
    assert [one.span() for one in late.finditer(text)] == [
        one.span() for one in early.finditer(text)
    ]
    assert late.fullmatch("c") is None
    assert Pattern(rb"^a").match(b"abc") is not None


def test_it_is_compiled_once() -> None:
    late = Pattern("a")
    assert late.search.__self__ is late.match.__self__


def test_a_wrong_expression_is_told_of_when_it_is_used() -> None:
    late = Pattern("(")
    with pytest.raises(re2.error):
        late.search("a")
