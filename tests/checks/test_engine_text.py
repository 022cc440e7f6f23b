"""Lines, columns and spans of a text, as git and GitHub count them."""

from hypothesis import given
from hypothesis import strategies as st

from checks.model import Region, Span
from checks.text import SourceText


def test_only_newlines_end_lines() -> None:
    text = SourceText("a\x0cb\u2028c\x85d\re\nf".encode())
    assert text.line_count == 2
    assert text.line_text(2) == b"f"


def test_windows_lines() -> None:
    text = SourceText(b"a\r\nb\r\nc\n")
    assert text.newline == "\r\n"
    assert text.line_text(1) == b"a"
    assert text.line_count == 3
    assert text.code == text.data


def test_columns_count_code_points() -> None:
    text = SourceText("é = '😀'; x\n".encode())
    start = text.data.index(b"x")
    assert text.column_of(start) == 10
    assert text.region(Span(start, start + 1)) == Region(1, 10, 1, 11)


def test_a_newline_at_the_end_of_a_span_is_not_its_last_line() -> None:
    text = SourceText(b"ab\ncd\n")
    assert text.region(Span(0, 3)) == Region(1, 1, 1, 3)
    assert text.lines(Span(0, 3)) == (1, 1)


def test_an_empty_text() -> None:
    text = SourceText(b"")
    assert text.line_count == 0
    assert text.region(Span(0, 0)) == Region(1, 1, 1, 1)
    assert text.too_large is None


def test_coding_cookies_that_hide_nothing() -> None:
    for cookie in (b"utf-8", b"latin-1", b"UTF8", b"iso-8859-1", b"ascii", b"utf_8"):
        assert SourceText(b"#!/x\n# -*- coding: " + cookie + b" -*-\n").notes == ()
    assert SourceText(b"\n\n# coding: utf-7\n").notes == (), "the third line is no cookie"


@given(st.binary(max_size=200))
def test_offsets_survive_the_reading_of_carriage_returns(data: bytes) -> None:
    text = SourceText(data)
    assert len(text.code) == len(data)
    assert all(a == b or (a, b) == (13, 10) for a, b in zip(data, text.code, strict=True))
    assert b"\r" not in text.code.replace(b"\r\n", b"")


@given(st.lists(st.sampled_from([b"a", b"\n", b"\r", "é".encode(), b"\xff", b"\x0c"])), st.data())
def test_line_spans_cover_the_text(pieces: list[bytes], data: st.DataObject) -> None:
    text = SourceText(b"".join(pieces))
    lines = text.data.split(b"\n")
    spans = [text.line_span(line) for line in range(1, len(lines) + 1)]
    for line, span in zip(lines, spans, strict=True):
        assert text.slice(span) in (line, line.removesuffix(b"\r"))
    offset = data.draw(st.integers(0, len(text.data)))
    assert text.line_of(offset) == text.data.count(b"\n", 0, offset) + 1
