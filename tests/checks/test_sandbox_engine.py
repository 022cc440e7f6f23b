"""The real analysis in the sandbox says what it says outside."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pytest

from checks import engine, registry
from checks.configuration import Layer
from checks.model import ChangedFile, Settings, Threshold
from checks.repository import Beside, Bounds
from checks.sandbox import Pool


async def test_the_sandbox_changes_no_result() -> None:
    files = [
        ChangedFile(example.path, example.code.encode())
        for check in registry.load().values()
        for example in check.documentation.examples
    ]
    # One path, one file: examples share names, and a change holds each path once.
    files = list({file.path: file for file in files}.values())
    files += [
        ChangedFile("app/latin.py", "# coding: latin-1\nname = 'é'\n".encode("latin-1")),
        ChangedFile("app/mark.py", b"\xef\xbb\xbfx = 1\n", base=b"x = 2\n"),
        ChangedFile("app/broken.py", b"def f(:\n    \xff\x00\n"),
        ChangedFile("docs/page.md", b"# words\n"),
        ChangedFile("static/app.min.js", b"x" * 9000),
    ]
    async with Pool(1) as pool:
        assert await pool.analyse(files, Settings()) == engine.analyse(files, Settings())
        result = await pool.read_configuration(
            Layer(b"\xef\xbb\xbffail-on: low\nchecks:\n  x: off\n")
        )
    assert result.settings.fail_on is Threshold.LOW
    assert [problem.key for problem in result.problems] == ["checks.x"]


TREE = {
    "app/tests/base.py": b"from app import test\nclass Base(test.TestCase): pass\n",
    "app/test.py": b"import unittest\nclass TestCase(unittest.TestCase): pass\n",
    "app/tests/conftest.py": b"import pytest\n@pytest.fixture\ndef client(): pass\n",
    "app/helpers.py": b"def wait(x): pass\n" + b"# " + b"x" * 400 + b"\n",
    "app/broken.py": b"def f(:\n\xff\0",
}


@pytest.mark.parametrize("bounds", [Bounds(), Bounds(files=2), Bounds(bytes=300), Bounds(paths=3)])
async def test_the_sandbox_changes_no_result_that_takes_other_files(bounds: Bounds) -> None:
    text = b"""
import time
from app import broken, helpers
from app.tests.base import Base
class Tests(Base):
    def test_a(self):
        helpers.wait(broken.f())
        time.sleep(3)
def test_b(client):
    assert (client, "b")
"""
    files = [ChangedFile("app/tests/test_x.py", text), ChangedFile("app/tests/test_y.py", text)]
    asked: list[list[str]] = []

    def lookup(paths: Sequence[str], /) -> Mapping[str, bytes | None]:
        asked.append(list(paths))
        return {path: TREE.get(path) for path in paths}

    async def awaited(paths: Sequence[str], /) -> Mapping[str, bytes | None]:
        # In another order, which must not matter.
        return dict(reversed(list(lookup(paths).items())))

    outside = engine.analyse(files, Settings(), repository=lookup, bounds=bounds)
    once = list(asked)
    async with Pool(1) as pool:
        assert await pool.analyse(files, Settings(), awaited, bounds=bounds) == outside
    assert asked == once * 2
    assert once


VIEW = b"""
import flask
from app.store import run
@flask.Flask("x").route("/")
def index():
    return run(flask.request.args["q"])
"""
STORE = b"import os\ndef run(text):\n    os.system(text)\n    return 'done'\n"


async def test_a_part_of_a_change_with_the_rest_beside_it() -> None:
    view, store = ChangedFile("app/views.py", VIEW), ChangedFile("app/store.py", STORE)
    more = [ChangedFile(f"lib/m{number}.py", b"x = 1\n") for number in range(9)]
    beside = Beside((store, *more), tuple(one.path for one in (view, store, *more)))
    async with Pool(1) as pool:
        (alone,) = await pool.analyse([view], Settings())
        (seen,) = await pool.analyse([view], Settings(), beside=beside)
    assert "command-injection" not in [one.check for one in alone.findings]
    assert "command-injection" in [one.check for one in seen.findings]
    assert (seen,) == engine.analyse([view, store, *more], Settings())[:1]
