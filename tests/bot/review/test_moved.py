"""A review tells of what a pull request introduces: what it only carries elsewhere is old."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import pytest

from bot.review import diff, moved
from checks import engine
from checks.model import ChangedFile, FileReport, Settings
from checks.repository import Beside
from checks.sandbox import AsyncLookup

WISHES = Settings()
LEAK = "    password = 'Xk29vLq8Rt41mZpW'\n"
CONNECT = f"def connect(host):\n{LEAK}    return host, password\n"
OTHER = "def other(a, b):\n    total = a + b\n    return total\n"


class Engine:
    """The real analysis; counts how often it is asked."""

    def __init__(self) -> None:
        self.asked: list[list[str]] = []

    async def analyse(
        self,
        files: Sequence[ChangedFile],
        settings: Settings,
        lookup: AsyncLookup | None = None,
        *,
        beside: Beside | None = None,
    ) -> tuple[FileReport, ...]:
        self.asked.append([one.path for one in files])
        return engine.analyse(files, settings, strict=True)


def changed(path: str, base: str | None, head: str, *, old_path: str | None = None) -> ChangedFile:
    if base is None:
        return ChangedFile(path, head.encode())
    added = diff.changed_lines(base.encode(), head.encode())
    return ChangedFile(path, head.encode(), base.encode(), old_path, added)


async def review(*files: ChangedFile, wishes: Settings = WISHES) -> tuple[list[str], int, int]:
    """Where there are new findings, how many older ones, and how many analyses that took."""
    analysis = Engine()
    reports = await analysis.analyse(files, wishes)
    settled = await moved.settle(analysis, files, reports, wishes)
    found = [
        f"{one.path}:{finding.region.start_line}" for one in settled for finding in one.findings
    ]
    return found, sum(one.preexisting for one in settled), len(analysis.asked)


async def test_what_is_new_is_told_of() -> None:
    assert await review(changed("app/a.py", OTHER, OTHER + CONNECT)) == (["app/a.py:5"], 0, 1)
    assert await review(changed("app/a.py", None, CONNECT)) == (["app/a.py:2"], 0, 1)


async def test_a_function_that_moves_within_its_file() -> None:
    file = changed("app/a.py", CONNECT + "\n\n" + OTHER, OTHER + "\n\n" + CONNECT)
    assert await review(file) == ([], 1, 1)


async def test_a_file_that_is_renamed() -> None:
    head = OTHER + CONNECT
    assert await review(changed("lib/b.py", head, head, old_path="app/a.py")) == ([], 1, 1)
    more = changed("lib/b.py", head, "x = 1\n" + head, old_path="app/a.py")
    assert await review(more) == ([], 1, 1)


async def test_a_file_that_is_split() -> None:
    files = (changed("app/a.py", CONNECT + OTHER, OTHER), changed("app/b.py", None, CONNECT))
    assert await review(*files) == ([], 1, 2)
    assert await review(*reversed(files)) == ([], 1, 2)


async def test_a_file_that_is_split_and_renamed_at_once() -> None:
    old = changed("lib/new.py", CONNECT + OTHER, OTHER, old_path="app/a.py")
    assert await review(old, changed("lib/part.py", None, CONNECT)) == ([], 1, 2)


async def test_a_deleted_file_whose_code_stands_elsewhere() -> None:
    gone = ChangedFile("tests/test_a.py", b"", CONNECT.encode(), added=(), deleted=True)
    (found, _, _) = await review(gone, changed("tests/test_b.py", None, CONNECT))
    assert found == []


async def test_a_copy_is_new() -> None:
    files = (changed("app/a.py", CONNECT, CONNECT + OTHER), changed("app/b.py", None, CONNECT))
    assert await review(*files) == (["app/b.py:2"], 1, 1)


async def test_of_two_copies_one_is_new() -> None:
    files = (
        changed("app/a.py", CONNECT + OTHER, OTHER),
        changed("app/b.py", None, CONNECT),
        changed("app/c.py", None, CONNECT),
    )
    assert await review(*files) == (["app/c.py:2"], 1, 2)


async def test_another_function_or_another_text_is_new() -> None:
    gone = changed("app/a.py", CONNECT + OTHER, OTHER)
    renamed = CONNECT.replace("connect", "connect_to")
    assert await review(gone, changed("app/b.py", None, renamed)) == (["app/b.py:2"], 0, 2)
    another = CONNECT.replace("Xk29", "Yj83")
    assert await review(gone, changed("app/b.py", None, another)) == (["app/b.py:2"], 0, 1)


async def test_what_was_silenced_where_it_came_from_is_new_where_it_is_not() -> None:
    silenced = CONNECT.replace("W'\n", "W'  # assay: ignore[hard-coded-secret] a test server\n")
    files = (changed("app/a.py", silenced + OTHER, OTHER), changed("app/b.py", None, CONNECT))
    (found, _, _) = await review(*files)
    assert found == ["app/b.py:2"]


async def test_two_equal_lines() -> None:
    twice = f"def connect(host):\n{LEAK}{LEAK}    return host, password\n"
    once = f"def connect(host):\n{LEAK}    return host, password\n"
    (found, older, _) = await review(changed("app/a.py", once, twice))
    assert (len(found), older) == (1, 1)
    assert await review(changed("app/a.py", twice, once)) == ([], 1, 1)
    assert await review(changed("app/a.py", twice, "x = 1\n" + twice)) == ([], 2, 1)


async def test_without_a_baseline_all_is_told_of() -> None:
    every = dataclasses.replace(WISHES, baseline=False)
    files = (
        changed("app/a.py", CONNECT + OTHER, OTHER),
        changed("app/b.py", None, CONNECT),
        changed("app/c.py", CONNECT, CONNECT + OTHER),
    )
    assert await review(*files, wishes=every) == (["app/b.py:2", "app/c.py:2"], 0, 1)


@pytest.mark.parametrize("size", [moved.MAX_FILES + 5])
async def test_only_so_many_texts_are_looked_at_once_more(size: int) -> None:
    files = [changed(f"app/m{number:02}.py", CONNECT + OTHER, OTHER) for number in range(size)]
    chosen = moved.sources(
        [*files, changed("app/b.py", None, CONNECT)],
        engine.analyse([changed("app/b.py", None, CONNECT)], WISHES),
    )
    assert len(chosen) == moved.MAX_FILES
