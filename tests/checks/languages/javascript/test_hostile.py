"""Inputs made to exhaust, crash or deceive the analysis of JavaScript: a report comes out.

Sizes are those at which a quadratic step, a recursion or a blow-up shows at once.
"""

from __future__ import annotations

import random

import pytest

from checks.engine import analyse
from checks.languages.javascript.file import read
from checks.languages.python.parse import Expired
from checks.model import ChangedFile, Settings
from checks.text import SourceText


def _lines(lines: list[str]) -> bytes:
    return "\n".join([*lines, ""]).encode()


def _wrapped(text: str, width: int = 1_000) -> bytes:
    pieces = [text[start : start + width] for start in range(0, len(text), width)]
    return _lines(["f(", *pieces, ")"])


HOSTILE = {
    "open parentheses": b"\n".join([b"(" * 1_000] * 60),
    "nested arrays": _wrapped("[" * 8_000 + "]" * 8_000),
    "nested objects": _wrapped("{a:" * 4_000 + "1" + "}" * 4_000, 900),
    "nested functions": _wrapped("()=>{" * 4_000 + "}" * 4_000),
    "nested tests": _lines([f"it('{n}', () => {{" for n in range(800)] + ["})"] * 800),
    "nested suites": _lines([f"describe('{n}', () => {{" for n in range(1_000)]),
    "many tests": _lines([f"it('a', () => {{ expect({n}) }})" for n in range(3_000)]),
    "one test of many calls": _lines(["it('a', () => {"] + ["f(g)"] * 9_000 + ["})"]),
    "many tests in one suite with hooks": _lines(
        ["describe('a', () => {"] + ["beforeEach(() => { f() })"] * 1_000
        + ["it('b', () => { g() })"] * 4_000 + ["})"]
    ),
    "a chain of members": _wrapped("x" + ".aa" * 40_000, 999),
    "a chain of calls": _wrapped("x" + ".a()" * 5_000),
    "a chain of expectations": _wrapped("expect(x)" + ".not.toBe(1)" * 5_000, 960),
    "a chain of thens": _wrapped("p" + ".then(() => expect(1))" * 3_000, 990),
    "a long sum": _wrapped("1" + "+1" * 30_000),
    "nested templates": _wrapped("`${" * 2_000 + "1" + "}`" * 2_000),
    "nested elements": _wrapped("<a>" * 4_000 + "</a>" * 4_000, 900),
    "nested conditions": _wrapped("a ? b : " * 6_000 + "c", 800),
    "names in a circle": _lines(
        [f"const a{n} = a{(n + 1) % 3_000}" for n in range(3_000)] + ["a0()"]
    ),
    "names that fan out": _lines(
        [f"const a{n} = a{n + 1} + a{n + 1}" for n in range(60)] + ["f(a0)"]
    ),
    "one name assigned often": _lines(["let a"] + ["a = f"] * 9_000 + ["a()"] * 500),
    "helpers that call each other": _lines(
        [f"function f{n}() {{ f{(n + 1) % 900}(); f{(n + 7) % 900}() }}" for n in range(900)]
        + ["it('a', () => { f0() })"] * 900
    ),
    "many changes of the environment": _lines(
        ["it('a', () => {"] + [f"process.env.A{n % 9} = 1" for n in range(1_500)] + ["})"]
    ),
    "many sleeps": _lines(
        ["it('a', async () => {"] + ["await new Promise(r => setTimeout(r, 9))"] * 3_000 + ["})"]
    ),
    "many comments": b"// assay: ignore[a, b]\n" * 9_000,
    "an open comment": b"/*" + b"a\n" * 9_000,
    "an open template": b"`" + b"a\n" * 9_000,
    "random bytes": random.Random(1).randbytes(60_000),
    "every byte": bytes(range(256)) * 60,
    "a long number": _wrapped("9" * 4_900, 4_900),
    "imports": b"import {a as b} from 'c'\n" * 9_000,
    "patterns": _wrapped("const [" + "[" * 2_000 + "]" * 2_000 + "] = a"),
    "focused tests": b"it.only('a', () => {})\n" * 1_500,
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.parametrize("ending", ["js", "tsx"])
def test_a_report_comes_out(name: str, ending: str) -> None:
    file = ChangedFile(f"test/a.test.{ending}", HOSTILE[name])
    (report,) = analyse([file], Settings(), strict=True)
    assert report.path == file.path


def test_the_time_limit_ends_the_work() -> None:
    asked = 0

    def passed() -> bool:
        nonlocal asked
        asked += 1
        return asked > 3

    with pytest.raises(Expired):
        read(SourceText(HOSTILE["many tests"]), "a.js", "javascript", passed)
    asked = 0
    (report,) = analyse(
        [ChangedFile("test/a.test.js", HOSTILE["many tests"])], Settings(), deadline=passed
    )
    assert report.not_analysed == "time limit"


@pytest.mark.parametrize(
    "text", [b"", b"\n", b"\xef\xbb\xbfit('a', () => {})\n", b"#!/usr/bin/env node\n"]
)
def test_small_files(text: bytes) -> None:
    (report,) = analyse([ChangedFile("test/a.test.js", text)], Settings(), strict=True)
    assert report.not_analysed is None


def test_a_long_line_is_not_read_as_code() -> None:
    (report,) = analyse([ChangedFile("src/a.js", b"x" * 6_000)], Settings(), strict=True)
    assert report.not_analysed == "a line of more than 5,000 characters"
