"""Comments of texts that are not read as code: found where they are, and at little cost."""

from __future__ import annotations

import pytest
import re2
from hypothesis import given
from hypothesis import strategies as st

from checks.comments import MAX_COMMENTS, CommentedText, as_comment
from checks.languages.paths import language_of
from checks.text import SourceText

WORDS = re2.compile(rb"mark")


def comments(text: str | bytes, language: str = "text") -> list[str]:
    data = text.encode() if isinstance(text, str) else text
    source = SourceText(data)
    found = list(CommentedText(source, language, WORDS).comments())
    for span, words in found:
        assert source.slice(span).decode("utf-8", "replace") == words
    return [words for _, words in found]


def test_what_stands_in_quotes_or_within_a_word_is_none() -> None:
    assert comments("a # mark\n") == ["# mark"]
    assert comments("# mark and mark\n") == ["# mark and mark"]
    assert comments("'a # mark'\n") == []
    assert comments("'it is' # mark\n") == ["# mark"]
    assert comments("don't # mark\n") == ["# mark"]
    assert comments('"a \\" # mark"\n') == []
    assert comments("a#mark\n") == []
    assert comments("mark # then\n") == []
    assert comments("http://mark\n") == []


def test_each_language_has_its_own_marks() -> None:
    assert comments("# mark\n", "yaml") == ["# mark"]
    assert comments("// mark\n", "yaml") == []
    assert comments("# mark\n", "go") == []
    assert comments("-- mark\n", "sql") == ["-- mark"]
    assert comments("// mark\n", "json") == []


def test_many_comments_are_bounded() -> None:
    assert len(comments("# mark\n" * 10 * MAX_COMMENTS)) == MAX_COMMENTS
    assert comments(b"x" * 1_000_000 + b" # mark " * 100_000) == []


@given(st.binary(max_size=300) | st.text("'\"`\\#/-;<! mark\n").map(str.encode))
def test_any_text_is_read(text: bytes) -> None:
    assert len(comments(text)) <= text.count(b"mark")


@pytest.mark.parametrize("name", ["py", "ts", "go", "html", "css", "sql", "ini", "tf", "env"])
def test_a_comment_that_is_made_is_found(name: str) -> None:
    path = f"a.{name}"
    assert comments(f"x {as_comment('mark', path)}\n", language_of(path, b"")) != []
    assert as_comment("mark", "a.json") == ""
