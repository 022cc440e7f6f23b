"""The commands of scripts."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checks.workflows import shell


def _words(script: str) -> list[list[str]]:
    return [[one.text for one in command.words] for command in shell.commands(script)]


@pytest.mark.parametrize(
    ("script", "words"),
    [
        ("a b; c && d || e | f & g", [["a", "b"], ["c"], ["d"], ["e"], ["f"], ["g"]]),
        ("a 'b ; c' \"d ; e\" f\\;g", [["a", "'b ; c'", '"d ; e"', "f\\;g"]]),
        ("a # b\nc#d", [["a"], ["c#d"]]),
        ("a \\\n b", [["a", "\\\n", "b"]]),
        ("x=$(b c) d", [["x=$(b c)", "d"], ["b", "c"]]),
        ('a "$(b "c d")"', [["a", '"$(b "c d")"'], ["b", '"c d"']]),
        ("a `b c`", [["a", "`b c`"], ["b", "c"]]),
        ("if a; then b; else c; fi", [["a"], ["b"], ["c"], ["fi"]]),
        ("a ${{ x && y }} b", [["a", "${{ x && y }}", "b"]]),
        ("a > b 2>&1 < c d", [["a", "c", "d"]]),
    ],
)
def test_words(script: str, words: list[list[str]]) -> None:
    assert _words(script) == words


def test_where_output_goes() -> None:
    first, second, third = shell.commands('a >> "$X"\n{ b; } > $Y')
    assert [one.text for one in first.writes_to] == ['"$X"']
    assert [one.text for one in second.writes_to] == ["$Y"]
    assert third.words[0].text == "}"


@pytest.mark.parametrize(("mark", "quoted"), [("EOF", False), ("'EOF'", True), ('"EOF"', True)])
def test_here_documents(mark: str, quoted: bool) -> None:
    script = f"cat <<{mark} > f\nx $Y ; z\nEOF\nb"
    first, second = shell.commands(script)
    assert first.document is not None
    start, end = first.document
    assert script[start:end] == "x $Y ; z\n"
    assert first.document_is_quoted is quoted
    assert second.program == "b"


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ('"$A" $B ${C}', ["A", "B", "C"]),
        ("'$A' \\$B", []),
        ('"it\'s $A"', ["A"]),
        ("${A//x/y} ${B%.*} ${#C} ${D@Q} ${E:-x}", ["E"]),
        ("${{ env.A }} $B", ["B"]),
        ("$1 $? $$", ["1"]),
    ],
)
def test_variables(text: str, names: list[str]) -> None:
    assert list(shell.variables(text)) == names


@given(st.text(alphabet="ab$(){}`'\"\\\n;|&<>#=! E", max_size=80))
def test_any_script_has_its_words_in_it(script: str) -> None:
    for command in shell.commands(script):
        for word in (*command.words, *command.writes_to):
            assert script[word.start : word.end] == word.text
        if command.document is not None:
            start, end = command.document
            assert 0 <= start <= end <= len(script)


@pytest.mark.parametrize("piece", ["$(", "`", "(", "{ ", "<<E\n", '"$(', "if a\n", "a|"])
def test_a_long_script_is_read_in_one_go(piece: str) -> None:
    assert shell.commands("first\n" + piece * 20_000)[0].program == "first"
