"""Which findings a change introduces."""

from __future__ import annotations

import difflib

from hypothesis import given
from hypothesis import strategies as st

from checks.baseline import line_map
from checks.model import Lines
from checks.text import SourceText
from tests.checks.making import look


def added_lines(base: str, head: str) -> tuple[Lines, ...]:
    """The head lines that a diff marks with a plus."""
    matcher = difflib.SequenceMatcher(None, base.split("\n"), head.split("\n"), autojunk=False)
    return tuple(
        Lines(start + 1, end)
        for tag, _, _, start, end in matcher.get_opcodes()
        if tag in ("insert", "replace")
    )


def new_lines(head: str, base: str, *, old_path: str | None = None) -> list[int]:
    report = look(head, base, added=added_lines(base, head), old_path=old_path)
    return [finding.region.start_line for finding in report.findings]


def test_a_line_added_above_makes_nothing_new() -> None:
    assert new_lines("import os\n\n\neval(x)\n", "eval(x)\n") == []


def test_a_second_one_of_the_same_text_is_new() -> None:
    assert new_lines("eval(x)\nb = 1\neval(x)\n", "eval(x)\nb = 1\n") == [3]
    assert new_lines("eval(x)\nb = 1\neval(x)\n", "b = 1\neval(x)\n") == [1]


def test_reindenting_makes_nothing_new() -> None:
    base = "def f(x):\n    eval(x,\n         y)\n"
    head = "def f(x):\n    if x:\n        eval(x,\n             y)\n"
    assert new_lines(head, base) == []


def test_a_function_that_moved_brings_nothing_new() -> None:
    one = "def f(x):\n    eval(x)\n\n"
    two = "def g(x):\n    return x\n\n"
    assert new_lines(two + one, one + two) == []


def test_a_function_that_was_renamed_brings_nothing_new() -> None:
    assert new_lines("def g(x):\n    eval(x)\n", "def f(x):\n    eval(x)\n") == []


def test_a_file_that_was_renamed_brings_nothing_new() -> None:
    assert new_lines("eval(x)\n", "eval(x)\n", old_path="app/old.py") == []


def test_a_changed_argument_is_new() -> None:
    assert new_lines("eval(x + y)\n", "eval(x)\n") == [1]


def test_the_same_text_in_two_functions_is_told_apart_by_its_line() -> None:
    base = "def f(x):\n    eval(x)\n"
    head = "def e(x):\n    eval(x)\n\ndef f(x):\n    eval(x)\n"
    assert new_lines(head, base) == [2]


def test_a_suppression_that_goes_makes_its_finding_new() -> None:
    base = "eval(x)  # assay: ignore[a-check] trusted\n"
    assert new_lines("eval(x)\n", base) == [1]


def test_a_function_that_moved_and_was_renamed_brings_nothing_new() -> None:
    base = "def f(x):\n    eval(x)\n\ndef h():\n    pass\n"
    head = "def h():\n    pass\n\nclass A:\n    def g(x):\n        eval(x)\n"
    assert new_lines(head, base) == []


def test_without_a_diff_the_scope_decides() -> None:
    base = "a = 1\ndef f(x):\n    eval(x)\nb = 1\n"
    head = "a = 2\ndef e(x):\n    eval(x)\n\ndef f(x):\n    eval(x)\nb = 2\n"
    report = look(head, base, added=None)
    assert [finding.scope for finding in report.findings] == ["e"]


_TEXTS = st.lists(st.sampled_from(["a", "b", "eval(x)", "eval(y)", ""]), max_size=12)


@given(_TEXTS, _TEXTS)
def test_lines_map_to_equal_lines_in_order(base: list[str], head: list[str]) -> None:
    old, new = "\n".join(base), "\n".join(head)
    added = added_lines(old, new)
    mapped = line_map(SourceText(old.encode()), SourceText(new.encode()), added)
    lines, texts = old.split("\n"), new.split("\n")
    fresh = {line for start, end in added for line in range(start, end + 1)}
    assert set(mapped) == set(range(1, len(texts) + 1)) - fresh
    assert all(texts[line - 1] == lines[was - 1] for line, was in mapped.items())
    assert list(mapped.values()) == sorted(set(mapped.values()))


@given(_TEXTS, _TEXTS)
def test_never_more_new_findings_than_there_are_more(base: list[str], head: list[str]) -> None:
    old, new = "\n".join(base) + "\n", "\n".join(head) + "\n"
    report = look(new, old, added=added_lines(old, new))
    for text in ("eval(x)", "eval(y)"):
        found = sum(finding.message.startswith(f"`{text}`") for finding in report.findings)
        assert found == max(0, head.count(text) - base.count(text))


@given(_TEXTS, st.lists(st.tuples(st.integers(-2, 20), st.integers(-2, 20)), max_size=3))
def test_a_diff_of_other_texts_harms_nothing(head: list[str], spans: list[tuple[int, int]]) -> None:
    added = tuple(Lines(*span) for span in spans)
    report = look("\n".join(head), "eval(x)\nb\n", added=added)
    assert report.preexisting + len(report.findings) == sum("eval" in line for line in head)
