"""Globs mean what git says they mean, whatever the path."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from checks import globs


@pytest.mark.parametrize(
    ("glob", "path", "expected"),
    [
        ("*.sql", "db/schema.sql", True),
        ("/*.sql", "db/schema.sql", False),
        ("docs/", "docs/conf.py", True),
        ("docs/", "app/docs/conf.py", True),
        ("/docs/", "app/docs/conf.py", False),
        ("docs/", "docs", False),
        ("docs", "docs", True),
        ("app/*.py", "app/deep/x.py", False),
        ("app/**/x.py", "app/x.py", True),
        ("app/**/x.py", "app/a/b/x.py", True),
        ("app/**", "app/a/b.py", True),
        ("app/**", "app", False),
        ("**/fakes", "a/b/fakes/c.py", True),
        ("f?o", "foo", True),
        ("f?o", "f/o", False),
        ("f?o", "föo", True),
        ("[a-c].py", "b.py", True),
        ("[!a-c].py", "b.py", False),
        ("[]-a].py", "].py", True),
        ("[\\]].py", "].py", True),
        ("[.-0]", "a/b", False),
        ("a\\*b", "a*b", True),
        ("a\\*b", "axb", False),
        ("x.(py|js)", "x.py", False),
        ("new*line", "new\nline", True),
    ],
)
def test_a_glob_matches_as_git_has_it(glob: str, path: str, expected: bool) -> None:
    assert globs.matches(glob, path) is expected


@pytest.mark.parametrize("glob", ["", "/", "  ", "[", "a[b", "a\\", "[[:alpha:]]", "x" * 301])
def test_a_glob_that_can_match_nothing_is_not_valid(glob: str) -> None:
    assert not globs.is_valid(glob)
    assert not globs.matches(glob, glob)


def test_the_last_glob_that_matches_decides() -> None:
    rules = ["vendor/", "!vendor/ours/", "*.sql"]
    assert globs.any_match(rules, "vendor/a.py")
    assert not globs.any_match(rules, "vendor/ours/a.py")
    assert globs.any_match(rules, "vendor/ours/a.sql")
    assert globs.last_match([("a/", 1), ("a/b/", 2)], "a/b/c") == 2
    assert globs.last_match([("a/", 1), ("a/b/", 2)], "a/c") == 1
    assert globs.last_match([("a/", 1)], "b") is None


_GLOBS = st.text("ab/*?[]!-\\.", min_size=1, max_size=12)
_PATHS = st.lists(st.text("ab.-]", min_size=1, max_size=3), min_size=1, max_size=4).map("/".join)


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("repository")
    subprocess.run(["git", "init", "-q", path], check=True)
    return path


@settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.filter_too_much],
)
@given(data=st.data())
def test_git_gives_the_same_answer(repository: Path, data: st.DataObject) -> None:
    glob = data.draw(
        _GLOBS.filter(lambda text: not text.startswith("!") and not text.endswith("\\/")), "glob"
    )
    paths = data.draw(
        st.lists(
            _PATHS.filter(lambda path: not {".", "..", ".git"} & set(path.split("/"))),
            min_size=1,
            max_size=20,
            unique=True,
        ),
        "paths",
    )
    (repository / ".git" / "info" / "exclude").write_text(glob + "\n")
    answer = subprocess.run(
        ["git", "check-ignore", "--no-index", "--stdin", "-z"],
        cwd=repository,
        input="\0".join(paths).encode(),
        capture_output=True,
        check=False,
    )
    assert answer.returncode in (0, 1), answer.stderr
    assert [path for path in paths if globs.matches(glob, path)] == [
        path for path in answer.stdout.decode().split("\0") if path
    ]


@given(glob=st.text(max_size=40), path=st.text(st.characters(), max_size=60))
def test_any_glob_and_any_path_get_an_answer(glob: str, path: str) -> None:
    if globs.matches(glob, path):
        assert globs.is_valid(glob)


@given(path=st.text("ab\udcff/\n", min_size=1, max_size=30))
def test_two_stars_match_every_path(path: str) -> None:
    assert globs.matches("*", path)


def test_a_hostile_pair_is_matched_in_one_pass() -> None:
    # Exponential or cubic work would not end here: a backtracking engine needs 2^100 steps.
    assert not globs.matches("*a" * 100 + "b", "a" * 4096)
    assert not globs.matches("**/a/" * 50 + "b", "a/" * 2000 + "c")
