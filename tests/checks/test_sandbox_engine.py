"""The real analysis in the sandbox says what it says outside."""

from __future__ import annotations

from checks import engine, registry
from checks.model import ChangedFile, Settings, Threshold
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
        result = await pool.read_configuration(b"\xef\xbb\xbffail-on: low\nchecks:\n  x: off\n")
    assert result.settings.fail_on is Threshold.LOW
    assert [problem.key for problem in result.problems] == ["checks.x"]
