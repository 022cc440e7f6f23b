"""What a scan reads beside the files it was asked for: real folders, links, pipes."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from bot.scan import beside
from bot.scan.beside import Beside
from bot.scan.files import find
from bot.scan.run import Wishes, scan
from checks.repository import Bounds

CHILD = "from lib.base import Base\nclass Child(Base):\n    pass\n"


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A tree with a file, and a secret outside of it."""
    (tmp_path / "secret.py").write_text("secret = 1\n")
    inside = tmp_path / "project"
    (inside / "lib").mkdir(parents=True)
    (inside / "lib" / "base.py").write_text("class Base: pass\n")
    monkeypatch.chdir(inside)
    return inside


async def test_files_below_the_root_are_read(root: Path) -> None:
    found = await Beside(root, {"lib/known.py": b"known"})(
        ["lib/base.py", "lib/known.py", "lib/none.py", "none/x.py", "lib/base.py/x.py", "lib"]
    )
    assert found == {
        "lib/base.py": b"class Base: pass\n",
        "lib/known.py": b"known",
        "lib/none.py": None,
        "none/x.py": None,
        "lib/base.py/x.py": None,
        "lib": None,
    }


async def test_nothing_leads_out_of_the_root(root: Path) -> None:
    (root / "lib" / "link.py").symlink_to(root.parent / "secret.py")
    (root / "lib" / "inner.py").symlink_to("base.py")
    (root / "up").symlink_to(root.parent)
    found = await Beside(root, {})(
        [
            "lib/link.py",
            "lib/inner.py",
            "up/secret.py",
            "../secret.py",
            str(root.parent / "secret.py"),
        ]
    )
    assert found == {"lib/link.py": None, "lib/inner.py": None, "up/secret.py": None}


async def test_pipes_are_not_waited_for(root: Path) -> None:
    os.mkfifo(root / "lib" / "pipe.py")
    assert await Beside(root, {})(["lib/pipe.py"]) == {"lib/pipe.py": None}


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")
async def test_a_file_that_may_not_be_read_is_left_out(root: Path) -> None:
    (root / "lib" / "base.py").chmod(0)
    assert await Beside(root, {})(["lib/base.py"]) == {}


async def test_a_huge_file_is_left_out(root: Path) -> None:
    (root / "lib" / "base.py").write_bytes(b"#" * (Bounds().file_bytes + 1))
    assert await Beside(root, {})(["lib/base.py"]) == {}


async def test_the_root_may_be_a_link_that_the_user_named(root: Path) -> None:
    (root.parent / "shortcut").symlink_to(root)
    assert beside.read(root.parent / "shortcut", "lib/base.py") == b"class Base: pass\n"


def test_a_scan_of_one_file_reads_what_it_imports(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    read = beside.read

    def watched(folder: Path, path: str) -> bytes | None:
        asked.append(path)
        return read(folder, path)

    monkeypatch.setattr(beside, "read", watched)
    (root / "lib" / "child.py").write_text(CHILD)
    where, found = find([Path("lib/child.py")])
    result = scan(found, where, Wishes())
    assert asked == ["lib/base.py", "lib/base/__init__.py"]
    (report,) = result.report.files
    assert report.limits == ()
    assert report.path == "lib/child.py"


def test_a_scan_of_everything_reads_nothing_twice(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (root / "lib" / "child.py").write_text(CHILD)
    monkeypatch.setattr(beside, "read", lambda *_: pytest.fail("it was there"))
    where, found = find([Path()])
    assert len(scan(found, where, Wishes()).report.files) == 2
