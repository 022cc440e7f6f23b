"""Diffs by git: hunks and lines agree with the texts, and lines are followed through edits."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.github import Person
from tests.github.clock import ManualClock
from tests.github.diff import Differ, diff_lines, find_line, hunk_text, map_line
from tests.github.git import ObjectStore

LINES = st.lists(st.sampled_from(["a", "b", "c", "d", ""]), min_size=1, max_size=30)
WHO = Person("octocat", "octocat@example.com")


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ObjectStore]:
    store = ObjectStore.create(Path(tmp_path_factory.mktemp("git")) / "store.git")
    yield store
    store.close()


def patch_between(store: ObjectStore, old: list[str], new: list[str]) -> str | None:
    when = ManualClock()()
    shas = [
        store.write_commit(
            "refs/heads/x",
            {"f": "".join(line + "\n" for line in lines)},
            message="m",
            author=WHO,
            when=when,
            parent=None,
        )
        for lines in (old, new)
    ]
    changes = Differ(store).changes(shas[0], shas[1])
    return changes[0].patch if changes else None


@settings(deadline=None, max_examples=40)
@given(old=LINES, new=LINES)
def test_lines_of_a_patch_are_lines_of_the_files(
    store: ObjectStore, old: list[str], new: list[str]
) -> None:
    patch = patch_between(store, old, new)
    if patch is None:
        assert old == new
        return
    for line in diff_lines(patch):
        if line.left is not None:
            assert old[line.left - 1] == line.text[1:]
            assert find_line(patch, "LEFT", line.left) == line
        if line.right is not None:
            assert new[line.right - 1] == line.text[1:]
            assert find_line(patch, "RIGHT", line.right) == line
        assert hunk_text(patch, line).endswith(line.text)


@settings(deadline=None, max_examples=40)
@given(old=LINES, new=LINES)
def test_a_line_is_followed_or_given_up(store: ObjectStore, old: list[str], new: list[str]) -> None:
    patch = patch_between(store, old, new)
    mapped = [map_line(patch, number) for number in range(1, len(old) + 1)]
    kept = [number for number in mapped if number is not None]
    assert kept == sorted(set(kept))
    for number, there in enumerate(mapped, start=1):
        if there is not None:
            assert new[there - 1] == old[number - 1]
    removed = [line for line in diff_lines(patch or "") if line.right is None]
    assert len(kept) == len(old) - len(removed)


def test_a_missing_last_line_break_is_no_line() -> None:
    patch = "@@ -1 +1 @@\n-a\n\\ No newline at end of file\n+b"
    assert [line.text for line in diff_lines(patch)] == ["-a", "+b"]
