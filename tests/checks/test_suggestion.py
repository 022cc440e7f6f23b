"""Edits as whole lines, offered only when they are proved."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checks import registry
from checks.engine import analyse
from checks.events import Call
from checks.model import ChangedFile, Edit, Lines, Settings, Span, Suggestion
from checks.report import Report
from checks.suggestion import as_lines, edited
from checks.text import SourceText
from tests.checks.making import look, make_check


def mended(head: str | bytes, text: str, old: str = "eval") -> Suggestion | None:
    """The suggestion of a check that replaces ``old`` in its call by a text."""

    def check(call: Call, report: Report) -> None:
        start = call.module.source.data.index(old.encode(), call.span.start)
        edit = Edit(Span(start, start + len(old.encode())), text)
        report(at=call, message="m", why="w", fix="f", edits=[edit])

    return look(head, checks=make_check(check)).findings[0].suggestion


def test_a_proved_edit_is_offered() -> None:
    assert mended("import ast\nx = eval(y)\n", "ast.literal_eval") == Suggestion(
        Lines(2, 2), "x = ast.literal_eval(y)"
    )


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("eval", id="the finding stays"),
        pytest.param("print((", id="no longer parses"),
        pytest.param("print(eval(1), eval(2)) or print", id="one more appears"),
    ],
)
def test_an_edit_that_mends_nothing_is_not_offered(text: str) -> None:
    assert mended("x = eval(y)\n", text) is None


def test_a_file_with_errors_elsewhere_can_be_mended() -> None:
    assert mended("y = = 2\neval(z)\n", "print") == Suggestion(Lines(2, 2), "print(z)")


def test_another_finding_may_stand_beside() -> None:
    assert mended("eval(y)\neval(z)\n", "print") == Suggestion(Lines(1, 1), "print(y)")


def test_the_newline_style_of_the_file_is_kept() -> None:
    found = mended(b"a = 1\r\neval(y)\r\nb = 2\r\n", "print(1)\nprint")
    assert found == Suggestion(Lines(2, 2), "print(1)\r\nprint(y)")


def test_the_edit_of_a_real_check() -> None:
    checks = {"assert-on-tuple": registry.load()["assert-on-tuple"]}
    head = "def test():\n    assert (a == 1, 'bad')  # note\n"
    (finding,) = look(head, path="tests/test_x.py", checks=checks).findings
    assert finding.suggestion == Suggestion(Lines(2, 2), "    assert a == 1, 'bad'  # note")
    (finding,) = look("assert (a,\n 'bad')\n", path="tests/test_x.py", checks=checks).findings
    assert finding.suggestion is None


TEXT = SourceText(b"one\ntwo\nthree\n")


@pytest.mark.parametrize(
    ("edits", "suggestion"),
    [
        ([Edit(Span(4, 7), "2")], Suggestion(Lines(2, 2), "2")),
        ([Edit(Span(4, 8), "")], Suggestion(Lines(2, 2), "", deletes=True)),
        ([Edit(Span(0, 14), "")], Suggestion(Lines(1, 3), "", deletes=True)),
        ([Edit(Span(4, 4), "new\n")], Suggestion(Lines(2, 2), "new\ntwo")),
        ([Edit(Span(4, 8), "2\n")], Suggestion(Lines(2, 2), "2")),
        ([Edit(Span(3, 4), " ")], Suggestion(Lines(1, 2), "one two")),
        ([Edit(Span(4, 7), "")], Suggestion(Lines(2, 2), "")),
        (
            [Edit(Span(8, 13), "3"), Edit(Span(0, 3), "1")],
            Suggestion(Lines(1, 3), "1\ntwo\n3"),
        ),
        ([Edit(Span(14, 14), "four\n")], Suggestion(Lines(3, 3), "three\nfour")),
        ([Edit(Span(0, 3), "1"), Edit(Span(2, 5), "x")], None),
        ([Edit(Span(10, 99), "x")], None),
        ([], None),
    ],
)
def test_whole_lines(edits: list[Edit], suggestion: Suggestion | None) -> None:
    assert as_lines(TEXT, edits) == suggestion


def test_a_last_line_without_newline() -> None:
    text = SourceText(b"one\ntwo")
    assert as_lines(text, [Edit(Span(4, 7), "2")]) == Suggestion(Lines(2, 2), "2")
    assert as_lines(text, [Edit(Span(3, 7), "")]) == Suggestion(Lines(1, 2), "one")


def test_lines_that_are_not_utf8_are_not_offered() -> None:
    assert as_lines(SourceText(b"a \xff\n"), [Edit(Span(0, 1), "b")]) is None


def test_too_many_lines_are_not_offered() -> None:
    text = SourceText(b"a\n" * 100)
    assert as_lines(text, [Edit(Span(0, 1), "b"), Edit(Span(198, 199), "b")]) is None


@given(
    st.lists(st.sampled_from(["a", "bc", "\n", "é"]), max_size=20),
    st.lists(st.tuples(st.integers(0, 20), st.integers(0, 20), st.sampled_from(["", "x", "y\n"]))),
)
def test_applying_the_lines_is_applying_the_edits(
    pieces: list[str], raw: list[tuple[int, int, str]]
) -> None:
    """What GitHub makes of the suggestion is the file with the edits, as they were proved."""
    text = SourceText("".join(pieces).encode())
    edits = [Edit(Span(min(a, b), max(a, b)), new) for a, b, new in raw]
    suggestion = as_lines(text, edits)
    if suggestion is None:
        return
    lines = text.data.split(b"\n")
    first, last = suggestion.lines
    middle = [] if suggestion.deletes else suggestion.text.encode().split(b"\n")
    applied = b"\n".join([*lines[: first - 1], *middle, *lines[last:]])
    after = edited(text, edits)
    assert after is not None
    # A suggestion cannot say whether the file ends with a newline.
    assert applied.removesuffix(b"\n") == after.removesuffix(b"\n")


def test_of_two_for_one_line_the_graver_is_offered() -> None:
    text = (
        "import flask\n\n\ndef f():\n    r = flask.make_response('x')\n"
        "    r.set_cookie('session', 's')\n"
    )
    (found,) = analyse([ChangedFile("app/views.py", text.encode())], Settings(), strict=True)
    offered = [one.suggestion.lines for one in found.findings if one.suggestion is not None]
    assert len(found.findings) > len(offered) == len(set(offered)) == 1
