"""What a scan reads: real folders, real git, links, and files that cannot be read."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from bot.review.model import Unread
from bot.scan import files


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder that is the working directory."""
    inside = tmp_path / "project"
    inside.mkdir()
    monkeypatch.chdir(inside)
    return inside


def put(folder: Path, *names: str, text: bytes = b"x = 1\n") -> None:
    for name in names:
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(text)


def git(folder: Path, *arguments: str) -> None:
    subprocess.run(["git", *arguments], cwd=folder, check=True, capture_output=True)


def test_without_git_the_usual_junk_is_skipped(folder: Path) -> None:
    put(folder, "app.py", "pkg/mod.py", "node_modules/x.js", ".tox/x.py", "__pycache__/x.py")
    put(folder, "env/pyvenv.cfg", "env/lib/x.py")
    root, found = files.find([Path()])
    assert root == folder
    assert sorted(found.texts) == ["app.py", "pkg/mod.py"]


def test_with_git_what_git_ignores_is_skipped_and_what_is_new_is_not(folder: Path) -> None:
    put(folder, "tracked.py", "new.py", "build/out.py", "deleted.py", "sub/dir/deep.py")
    put(folder, ".gitignore", text=b"build/\n")
    git(folder, "init", "-q")
    git(folder, "add", "tracked.py", "deleted.py")
    (folder / "deleted.py").unlink()
    _, found = files.find([Path()])
    assert sorted(found.texts) == [".gitignore", "new.py", "sub/dir/deep.py", "tracked.py"]
    _, found = files.find([Path("sub")])
    assert sorted(found.texts) == ["sub/dir/deep.py"]


def test_a_named_file_is_read_even_if_git_ignores_it(folder: Path) -> None:
    put(folder, "build/out.py")
    put(folder, ".gitignore", text=b"build/\n")
    git(folder, "init", "-q")
    _, found = files.find([Path("build/out.py")])
    assert sorted(found.texts) == ["build/out.py"]


def test_git_configuration_of_the_folder_runs_nothing(folder: Path) -> None:
    put(folder, "a.py")
    git(folder, "init", "-q")
    git(folder, "config", "core.fsmonitor", "touch ../ran; false")
    _, found = files.find([Path()])
    assert sorted(found.texts) == ["a.py"]
    assert not (folder.parent / "ran").exists()


def test_links_that_are_found_are_not_followed(folder: Path) -> None:
    put(folder.parent, "secret.py")
    put(folder, "a.py")
    (folder / "link.py").symlink_to(folder.parent / "secret.py")
    (folder / "loop").symlink_to(folder)
    _, found = files.find([Path()])
    assert sorted(found.texts) == ["a.py"]


def test_a_pipe_does_not_hang_the_scan(folder: Path) -> None:
    os.mkfifo(folder / "pipe.py")
    _, found = files.find([Path(), Path("pipe.py")])
    assert found.texts == {}
    _, found = files.find([Path("pipe.py")])
    assert found.unread == [Unread("pipe.py", "not a regular file")]


def test_binary_files_are_counted_in_folders_and_named_when_asked_for(folder: Path) -> None:
    put(folder, "logo.png", text=b"\x89PNG\0\0")
    _, found = files.find([Path()])
    assert (found.texts, found.unread, found.binary) == ({}, [], 1)
    _, found = files.find([Path("logo.png")])
    assert found.unread == [Unread("logo.png", "binary")]


def test_a_file_that_is_too_large_is_named(folder: Path) -> None:
    with (folder / "big.py").open("wb") as file:
        file.truncate(files.LARGEST + 1)
    _, found = files.find([Path()])
    assert found.unread == [Unread("big.py", "larger than 10 MB")]


def test_a_file_that_cannot_be_read_is_named(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(folder, "locked.py")

    def refuse(path: Path) -> bytes:
        # The tests may run as root, whom no permission stops.
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(Path, "read_bytes", refuse)
    _, found = files.find([Path()])
    assert found.unread == [Unread("locked.py", "cannot be read: permission denied")]


def test_a_path_that_is_not_there_is_an_error(folder: Path) -> None:
    with pytest.raises(files.NotThere, match=r"nothing\.py: there is no such file"):
        files.find([Path("nothing.py")])


def test_paths_outside_the_working_directory_are_relative_to_their_folder(folder: Path) -> None:
    put(folder.parent, "other/tests/test_a.py", "third/b.py")
    other, third = folder.parent / "other", folder.parent / "third/b.py"
    root, found = files.find([other])
    assert (root, sorted(found.texts)) == (other, ["tests/test_a.py"])
    root, found = files.find([third])
    assert (root, sorted(found.texts)) == (third.parent, ["b.py"])
    root, found = files.find([other, third, third])
    assert (root, sorted(found.texts)) == (folder.parent, ["other/tests/test_a.py", "third/b.py"])


def test_in_a_repository_paths_are_relative_to_its_root(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(folder, "tests/helpers.py")
    git(folder, "init", "-q")
    monkeypatch.chdir(folder / "tests")
    root, found = files.find([Path("helpers.py")])
    assert (root, sorted(found.texts)) == (folder, ["tests/helpers.py"])
    monkeypatch.chdir("/")
    root, found = files.find([folder / "tests"])
    assert (root, sorted(found.texts)) == (folder, ["tests/helpers.py"])


def test_names_in_no_known_encoding_are_read(folder: Path) -> None:
    raw = os.fsencode(folder) + b"/bad\xff.py"
    with open(raw, "wb") as file:  # noqa: PTH123 - pathlib takes no bytes
        file.write(b"x = 1\n")
    _, found = files.find([Path()])
    assert [os.fsencode(name) for name in found.texts] == [b"bad\xff.py"]
