"""The tree of a workflow: places, aliases, and texts that try to break it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checks.text import SourceText
from checks.workflows import tree
from checks.workflows.tree import Mapping, NotReadable, Scalar, Sequence
from tests.checks.workflows.making import node


def _value(root: tree.Node, name: str) -> tree.Node:
    assert isinstance(root, Mapping)
    found = root.get(name)
    assert found is not None
    return found


def _scalar(root: tree.Node, name: str) -> Scalar:
    found = _value(root, name)
    assert isinstance(found, Scalar)
    return found


def test_words_stay_what_was_written() -> None:
    _, root = node("on: push\na: off\nb: 010\nc: ~\nd: !!int 3\n")
    assert [_scalar(root, name).text for name in ("on", "a", "b", "c", "d")] == [
        "push", "off", "010", "~", "3",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "part", "at"),
    [
        ("a: x ${{ y }} z\n", "${{ y }}", "${{ y }}"),
        ("a: 'x ${{ y }} z'\n", "${{ y }}", "${{ y }}"),
        ('a: "x ${{ y }} z"\n', "${{ y }}", "${{ y }}"),
        ("a: |\n  é\n  b ${{ y }}\n", "${{ y }}", "${{ y }}"),
        ("a: |-\n    b\n\n      ${{ y }}\n", "${{ y }}", "${{ y }}"),
        ("\ufeffa: ü ${{ y }}\n", "${{ y }}", "${{ y }}"),
        ("a: |\r\n  b\r\n  ${{ y }}\r\n", "${{ y }}", "${{ y }}"),
        ("a: |2\n   b ${{ y }}\n", "${{ y }}", "${{ y }}"),
    ],
)
def test_a_part_of_a_text_has_its_place(text: str, part: str, at: str) -> None:
    source, root = node(text)
    scalar = _scalar(root, "a")
    start = scalar.text.index(part)
    span = scalar.span_of(start, start + len(part))
    assert source.slice(span).decode() == at


@pytest.mark.parametrize(
    "text",
    [
        "a: >\n  b\n  ${{ y }}\n",
        "a: 'it''s ${{ y }}'\n",
        'a: "\\x41 ${{ y }}"\n',
        "a: b\n  ${{ y }}\n",
    ],
)
def test_a_part_without_a_sure_place_stands_for_the_whole(text: str) -> None:
    source, root = node(text)
    scalar = _scalar(root, "a")
    start = scalar.text.index("${{")
    span = scalar.span_of(start, start + 3)
    assert span == scalar.span
    assert b"${{ y }}" in source.slice(span)


def test_a_block_ends_with_its_text() -> None:
    source, root = node("a: |\n  b\n\n\n# a comment\nc: d\n")
    assert source.slice(_scalar(root, "a").span) == b"|\n  b"


def test_an_alias_is_what_it_names() -> None:
    _, root = node("a: &x\n  b: c\nd: *x\ne: [*x, *x]\n")
    assert _value(root, "d") is _value(root, "a")
    listed = _value(root, "e")
    assert isinstance(listed, Sequence)
    assert len(listed.items) == 2


def test_only_the_first_document_counts() -> None:
    _, root = node("a: b\n---\nc: d\n")
    assert isinstance(root, Mapping)
    assert root.get("c") is None


def test_an_empty_text_has_no_tree() -> None:
    assert tree.read(SourceText(b"# nothing\n")) is None


def _laughs() -> str:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 10)}]" for i in range(1, 12)]
    return "\n".join(lines)


@pytest.mark.parametrize(
    "text",
    [
        _laughs(),
        "a: &a [*a]",
        "a: *nothing",
        "[" * 4_000,
        "a: [\n",
        "a: b: c",
        "\ta: b",
        "a: " + "x" * 6_000,
        "a: \x00",
        "\n".join("  " * i + "a:" for i in range(60)),
        f"a: &a {'[' * 30}{']' * 30}\nb: {'[' * 15}*a{']' * 15}",
        "- [x, x]\n" * 15_000,
    ],
    ids=["laughs", "itself", "no anchor", "deep", "open", "colons", "tab", "long line", "nul",
         "deep blocks", "deep alias", "many"],
)  # fmt: skip
def test_what_is_no_yaml_of_ours_is_refused(text: str) -> None:
    with pytest.raises(NotReadable) as error:
        tree.read(SourceText(text.encode()))
    assert error.value.line >= 1
    assert error.value.sentence.endswith(".")


def test_bytes_that_are_no_text_are_refused() -> None:
    with pytest.raises(NotReadable):
        tree.read(SourceText(b"a: \xff\xfe\n"))


def _spans(found: tree.Node) -> list[tree.Node]:
    if isinstance(found, Scalar):
        return [found]
    if isinstance(found, Sequence):
        return [found, *(one for item in found.items for one in _spans(item))]
    return [found, *(one for pair in found.pairs for half in pair for one in _spans(half))]


@given(st.text(alphabet="a:-[]{}|>'\"#&*! \n\té\r", max_size=60))
def test_any_text_is_read_or_refused_and_spans_stay_inside(text: str) -> None:
    source = SourceText(text.encode())
    try:
        root = tree.read(source)
    except NotReadable:
        return
    for one in [] if root is None else _spans(root):
        assert 0 <= one.span.start <= one.span.end <= len(source.data)
        if isinstance(one, Scalar):
            part = one.span_of(0, len(one.text))
            assert one.span.start <= part.start <= part.end <= one.span.end
