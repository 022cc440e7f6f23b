"""Patches against git itself: which lines are new, what was before, where comments may stand."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.review.diff import base_text, changed_lines, commentable, parse
from bot.review.model import FileDiff, FileStatus, Hunk
from checks.model import Lines

# Few different lines, so that they repeat and git has choices; every odd end of line.
LINES = st.sampled_from(
    ["a", "b", "c", "", " ", "x = 1", "-- sql", "++i", "\\ odd", "@@ -1 +1 @@", "é", "tab\t", "r\r"]
)


@st.composite
def texts(draw: st.DrawFn) -> bytes:
    lines: list[str] = draw(st.lists(LINES, max_size=40))
    ends: bool = draw(st.booleans())
    text = "\n".join(lines) + ("\n" if lines and ends else "")
    return text.encode()


def git_patch(folder: Path, base: bytes, head: bytes, context: int = 3) -> str:
    """The patch as GitHub gives it: the hunks of git's diff, without the file's header."""
    (folder / "base").write_bytes(base)
    (folder / "head").write_bytes(head)
    done = subprocess.run(
        ["git", "diff", "--no-index", "--no-color", f"-U{context}", "base", "head"],
        cwd=folder,
        capture_output=True,
        check=False,
    )
    assert done.returncode in (0, 1), done.stderr
    text = done.stdout.decode()
    start = text.find("\n@@ ")
    return text[start + 1 :].removesuffix("\n") if start >= 0 else ""


def lines_of(text: bytes) -> list[bytes]:
    parts = text.split(b"\n")
    return [part + b"\n" for part in parts[:-1]] + ([parts[-1]] if parts[-1] else [])


def numbers(ranges: tuple[Lines, ...]) -> list[int]:
    return [number for one in ranges for number in range(one.start, one.end + 1)]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("diff")


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(base=texts(), head=texts(), context=st.integers(0, 3))
def test_undoing_gits_patch_gives_the_base_and_adds_what_git_adds(
    folder: Path, base: bytes, head: bytes, context: int
) -> None:
    patch = parse(git_patch(folder, base, head, context))

    if base == head:
        assert not patch.changes
        return
    assert patch.whole
    assert base_text(head, patch) == base
    # What is not added, in order, is what is common: taking the added lines away from the head
    # and the removed ones away from the base leaves the same.
    added = set(numbers(patch.added))
    kept = [line for number, line in enumerate(lines_of(head), 1) if number not in added]
    removed = patch.counts[1]
    assert len(lines_of(base)) - removed == len(kept)
    assert patch.counts[0] == len(added)
    covered = {
        number
        for hunk in patch.hunks
        if hunk.head is not None
        for number in range(hunk.head.start, hunk.head.end + 1)
    }
    assert added <= covered
    assert all(1 <= number <= len(lines_of(head)) for number in covered)


@settings(max_examples=200)
@given(base=texts(), head=texts())
def test_changed_lines_of_texts_are_one_range_outside_of_which_nothing_changed(
    base: bytes, head: bytes
) -> None:
    changed = changed_lines(base, head)

    before, after = lines_of(base), lines_of(head)
    if not changed:
        # Nothing, or only removals: the head is a beginning and an end of the base.
        assert any(
            after[:cut] + after[cut:] == before[:cut] + before[len(before) - len(after) + cut :]
            for cut in range(len(after) + 1)
        )
        return
    (span,) = changed
    assert 1 <= span.start <= span.end <= len(after)
    ahead, behind = after[: span.start - 1], after[span.end :]
    assert before[: len(ahead)] == ahead
    assert not behind or before[-len(behind) :] == behind


@settings(max_examples=300)
@given(st.text(alphabet="@ -+,0123456789\\\nab", max_size=200))
def test_any_text_is_read_without_an_error(text: str) -> None:
    patch = parse(text)

    base_text(b"a\nb\n", patch)
    assert patch.added is not None


@pytest.mark.parametrize(
    ("patch", "hunks", "added"),
    [
        ("@@ -0,0 +1,2 @@\n+a\n+b", (Hunk(Lines(1, 2), None),), (Lines(1, 2),)),
        ("@@ -1,2 +0,0 @@\n-a\n-b", (Hunk(None, Lines(1, 2)),), ()),
        (
            "@@ -1 +1 @@ def f():\n-a\n\\ No newline at end of file\n+a",
            (Hunk(Lines(1, 1), Lines(1, 1)),),
            (Lines(1, 1),),
        ),
        (
            "@@ -1,3 +1,3 @@\n a\r\n-b\r\n+c\r\n d\r",
            (Hunk(Lines(1, 3), Lines(1, 3)),),
            (Lines(2, 2),),
        ),
        # Some tools cut the space off an empty context line.
        ("@@ -1,2 +1,3 @@\n a\n\n+b", (Hunk(Lines(1, 3), Lines(1, 2)),), (Lines(3, 3),)),
        (
            "@@ -1,1 +1,2 @@\n a\n+b\n@@ -9,1 +10,2 @@\n i\n+j",
            (Hunk(Lines(1, 2), Lines(1, 1)), Hunk(Lines(10, 11), Lines(9, 9))),
            (Lines(2, 2), Lines(11, 11)),
        ),
    ],
)
def test_a_patch_is_read(patch: str, hunks: tuple[Hunk, ...], added: tuple[Lines, ...]) -> None:
    read = parse(patch)

    assert read.whole
    assert read.hunks == hunks
    assert read.added == added


@pytest.mark.parametrize(
    "patch",
    [
        "",
        "@@ -1,3 +1,4 @@\n a\n+b",
        "@@ -1 +1 @@\n-a\n+b\n+c",
        "@@ nonsense",
        "@@ -1 +1 @@\n\\ No newline at end of file\n-a\n+b",
        "Binary files a/x and b/x differ",
        "@@ -1,99999999999 +1 @@\n-a\n+b",
    ],
)
def test_what_is_no_whole_patch_is_not_undone(patch: str) -> None:
    read = parse(patch)

    assert not read.whole
    assert base_text(b"b\n", read) is None


def test_a_patch_that_does_not_fit_the_text_is_not_undone() -> None:
    patch = parse("@@ -1,2 +1,2 @@\n a\n-b\n+c")

    assert base_text(b"a\nc\n", patch) == b"a\nb\n"
    assert base_text(b"a\nx\n", patch) is None
    assert base_text(b"a\nc", patch) is None
    assert base_text(b"", patch) is None


def test_a_removed_line_that_could_not_be_decoded_is_not_made_up() -> None:
    patch = parse("@@ -1,2 +1,1 @@\n a\n-caf\N{REPLACEMENT CHARACTER}")

    assert base_text(b"a\n", patch) is None


def test_only_real_submodule_lines_make_a_submodule() -> None:
    moved = parse(f"@@ -1 +1 @@\n-Subproject commit {'a' * 40}\n+Subproject commit {'b' * 40}")
    text = parse("@@ -0,0 +1 @@\n+Subproject commit eval(input())")

    assert moved.is_submodule
    assert not text.is_submodule


def file_diff(*hunks: Lines | None) -> FileDiff:
    return FileDiff(
        "a.py", None, FileStatus.MODIFIED, tuple(Hunk(lines, lines) for lines in hunks), ()
    )


@pytest.mark.parametrize(
    ("wanted", "placed"),
    [
        (Lines(10, 12), Lines(10, 12)),
        (Lines(5, 10), Lines(10, 10)),
        (Lines(18, 25), Lines(18, 20)),
        (Lines(19, 45), Lines(40, 45)),
        (Lines(20, 40), Lines(20, 20)),
        (Lines(21, 39), None),
        (Lines(1, 99), Lines(10, 20)),
    ],
)
def test_a_comment_is_clipped_to_one_hunk(wanted: Lines, placed: Lines | None) -> None:
    diff = file_diff(Lines(10, 20), None, Lines(40, 50))

    assert commentable(diff, wanted) == placed


def test_nothing_is_commentable_without_hunks() -> None:
    assert commentable(file_diff(), Lines(1, 1)) is None
    assert commentable(file_diff(None), Lines(1, 1)) is None
