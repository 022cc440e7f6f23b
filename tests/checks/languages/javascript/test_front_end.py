"""How a JavaScript or TypeScript file is read: names, tests, assertions, roles, errors."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from checks.engine import analyse
from checks.languages.javascript.file import JavaScriptFile, read
from checks.languages.syntax.constants import UNKNOWN
from checks.model import ChangedFile, Role, Settings
from checks.text import SourceText


def js(text: str, path: str = "test/a.test.ts", language: str = "typescript") -> JavaScriptFile:
    return read(SourceText(text.encode()), path, language)


def called(text: str) -> list[str | None]:
    return [call.name for call in js(text).calls()]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("setTimeout(f)", "setTimeout"),
        ("import fs from 'node:fs'; fs.readFileSync('a')", "fs.readFileSync"),
        ("import * as fs from 'fs'; fs.promises.open('a')", "fs.promises.open"),
        ("import { readFileSync as r } from 'fs'; r('a')", "fs.readFileSync"),
        ("const { open: o } = require('fs/promises'); o('a')", "fs/promises.open"),
        ("const { promises: { open } } = require('fs'); open('a')", "fs.promises.open"),
        ("const cp = await import('child_process'); cp.exec('a')", "child_process.exec"),
        ("import cp = require('child_process'); cp.exec('a')", "child_process.exec"),
        ("const only = it.only; only('a', f)", "it.only"),
        ("let fn; fn = jest.fn; fn()", "jest.fn"),
        ("import { vi } from 'vitest'; vi.fn()", "vi.fn"),
        ("import test from 'node:test'; test('a', f)", "test"),
        ("import { it } from 'node:test'; it('a', f)", "it"),
        ("import test from 'ava'; test.serial('a', f)", "test.serial"),
        ("import { test } from './fixtures'; test('a', f)", "test"),
        ("const t = base.extend({}); import { test as base } from '@playwright/test'; t('a', f)",
         "test"),
        ("import { expect } from 'chai'; expect(1)", "chai.expect"),
        ("window['alert'](1)", "window.alert"),
        ("(foo as any).bar!(1)", "foo.bar"),
        ("new Foo()", "Foo"),
        ("function f() {} f()", ":f"),
        ("const f = () => 1; f()", ":f"),
        ("function g(f) { f() }", None),
        ("let f = a; f = b; f()", None),
        ("[a][0]()", None),
    ],
)  # fmt: skip
def test_what_a_call_calls(text: str, name: str | None) -> None:
    assert called(text)[-1] == name


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("2 * 1000", 2000), ("1_000 + 5", 1005), ("-3", -3), ("0x10", 16), ("1e3", 1000.0),
        ("'a\\nb'", "a\nb"), ("`abc`", "abc"), ("true", True), ("null", None), ("10 / 4", 2.5),
        ("(3 as number)", 3),
    ],
)  # fmt: skip
def test_constants(text: str, value: object) -> None:
    file = js(f"const a = {text}; f(a)")
    call = file.calls()[-1]
    assert file.constant(call.arguments[0], call.names) == value


@pytest.mark.parametrize(
    "text", ["x", "`a${b}`", "1 / 0", "f()", "9e999 * 9e999", "{}", "a ? 1 : 2"]
)
def test_what_is_no_constant(text: str) -> None:
    file = js(f"f({text})")
    call = file.calls()[0]
    assert (
        file.constant(call.arguments[0], call.names) in (UNKNOWN, None) or text == "9e999 * 9e999"
    )


def blocks(text: str, path: str = "test/a.test.ts") -> list[tuple[str, str, str]]:
    return [
        (block.word, block.title, " ".join(sorted(block.marks))) for block in js(text, path).blocks
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("it('a', () => {})", ("it", "a", "")),
        ("describe.skip('a', function () {})", ("describe", "a", "skip")),
        ("it.each([1])('a', (n) => {})", ("it", "a", "each")),
        ("it.only.each`a|b\n${1}|${2}`('a', () => {})", ("it", "a", "each only")),
        ("test.describe.parallel.only('a', () => {})", ("describe", "a", "only parallel")),
        ("test.concurrent('a', async () => {})", ("test", "a", "concurrent")),
        ("test('a', { timeout: 3 }, () => {})", ("test", "a", "")),
        ("it('a', wrap(async () => {}))", ("it", "a", "")),
        ("const f = () => {}; it('a', f)", ("it", "a", "")),
        ("beforeEach(async () => {})", ("beforeEach", "", "")),
        ("test.beforeAll(() => {})", ("beforeAll", "", "")),
        ("it.todo('a')", ("it", "a", "todo")),
        ("QUnit.test('a', (assert) => {})", ("test", "a", "")),
        ("const test = require('tape'); test('a', (t) => {})", ("test", "a", "")),
        ("describe(Cart, () => {})", ("describe", "", "")),
    ],
)
def test_blocks(text: str, expected: tuple[str, str, str]) -> None:
    assert blocks(text) == [expected]


@pytest.mark.parametrize(
    "text",
    [
        "test.use({ locale: 'de' })",
        "test.skip(isMobile, 'no mouse')",
        "await test.step('a', async () => {})",
        "function run(it) { it('a', () => {}) }",
        "expect(1).toBe(1)",
        "runner.it('a', () => {})",
        "context.save()",
        "suite.add('a', () => {})",
    ],
)
def test_what_is_no_block(text: str) -> None:
    assert blocks(text) == []


def test_tests_of_types_are_not_run() -> None:
    assert blocks("it('a', () => {})", "src/a.test-d.ts") == []


def test_blocks_know_what_is_around_them() -> None:
    file = js(
        "describe('a', () => { beforeEach(() => {}); it('b', () => { f() }) })\nit('c', () => {})"
    )
    suite, hook, test, other = file.blocks
    assert (suite.parent, hook.parent, test.parent, other.parent) == (None, suite, suite, None)
    assert suite.children == [hook, test]
    assert list(test.hooks()) == [hook]
    (call,) = [call for call in file.calls() if call.name == "f"]
    assert file.block_at(call.node) is test
    assert call.scope == "a > b"


def test_expectations() -> None:
    file = js(
        "it('a', async () => { await expect(p).resolves.not.toBe(1); expect.soft(x).toBeNull() })"
    )
    first, second = file.expects
    assert (first.words, first.name, first.is_async, first.is_negated) == (
        ("resolves", "not", "toBe"), "toBe", True, True
    )  # fmt: skip
    assert second.matcher is not None
    assert second.name == "toBeNull"


@pytest.mark.parametrize(
    ("path", "text", "role"),
    [
        ("src/cart.test.ts", "", Role.TEST),
        ("src/cart.spec.jsx", "", Role.TEST),
        ("src/__tests__/cart.js", "", Role.TEST),
        ("cypress/e2e/cart.cy.js", "", Role.TEST),
        ("e2e/cart.ts", "", Role.TEST),
        ("src/add/test.ts", "", Role.TEST),
        ("src/__mocks__/cart.js", "", Role.TEST_SUPPORT),
        ("jest.setup.js", "", Role.TEST_SUPPORT),
        ("src/test-kit/make.ts", "import { vi } from 'vitest'", Role.TEST_SUPPORT),
        ("src/cart.ts", "import { vi } from 'vitest'", Role.PRODUCTION),
        ("src/latest.ts", "", Role.PRODUCTION),
    ],
)
def test_roles(path: str, text: str, role: Role) -> None:
    (report,) = analyse([ChangedFile(path, text.encode() + b"\n")], Settings(), checks={})
    assert report.role.role is role


def test_types_in_a_javascript_file_are_read() -> None:
    file = js("// @flow\nfunction f(a: number): string { return g(a) }", "src/a.js", "javascript")
    assert file.errors() == []
    assert [call.name for call in file.calls()] == ["g"]


def test_what_cannot_be_parsed_is_told_and_the_rest_is_read() -> None:
    (report,) = analyse(
        [ChangedFile("test/a.test.js", b"it.only('a', () => {});\nfoo(]]\nit('b', () => {});\n")],
        Settings(),
    )
    assert report.limits == ("lines 2-3 could not be parsed",)
    assert [one.check for one in report.findings] == ["focused-test"]


def test_a_comment_silences_a_finding() -> None:
    text = b"// assay: ignore[focused-test] the runner's own test\nit.only('a', () => { f(); });\n"
    (report,) = analyse([ChangedFile("test/a.test.js", text)], Settings())
    assert "focused-test" not in {one.check for one in report.findings}
    assert [(one.check, one.reason) for one in report.suppressed] == [
        ("focused-test", "the runner's own test")
    ]


def test_the_baseline_knows_a_moved_finding() -> None:
    base = b"it.only('a', () => { f(); });\n"
    (report,) = analyse([ChangedFile("test/a.test.js", b"\n\n" + base, base)], Settings())
    assert "focused-test" not in {one.check for one in report.findings}
    assert report.preexisting >= 1


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("it.only('a', () => {\n  expect(f()).toBe(1);\n});\n", "it('a', () => {"),
        ("fit('a', () => {\n  expect(f()).toBe(1);\n});\n", "it('a', () => {"),
        ("it('a', async () => {\n  expect(f()).resolves.toBe(1);\n});\n",
         "  await expect(f()).resolves.toBe(1);"),
        ("it('a', () => {\n  expect(f() === 1).toBe(true);\n});\n", "  expect(f()).toBe(1);"),
    ],
)  # fmt: skip
def test_suggestions_are_proved(text: str, line: str) -> None:
    (report,) = analyse([ChangedFile("test/a.test.js", text.encode())], Settings())
    (suggestion,) = [one.suggestion for one in report.findings if one.suggestion is not None]
    assert suggestion.text == line


def test_a_suggestion_that_deletes() -> None:
    text = b"it('a', () => {\n  debugger;\n  expect(f()).toBe(1);\n});\n"
    (report,) = analyse([ChangedFile("test/a.test.js", text)], Settings())
    (finding,) = report.findings
    assert finding.suggestion is not None
    assert finding.suggestion.deletes
    assert finding.suggestion.lines == (2, 2)


_PIECES = st.sampled_from(
    ["it('a', () => {", "});", "(", ")", "{", "}", "`", "${", "'", "expect(x)", ".toBe(1)",
     "await ", "const a = ", "=>", "<div>", "</div>", "//", "/*", "*/", "\n", "import {a} from 'b'",
     "new Promise(", "setTimeout(r, 3)", "process.env.A = 1", "try {", "} catch (e) {", "\\", "é",
     "\0"]
)  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(st.lists(_PIECES, max_size=40).map("".join), st.sampled_from(["js", "ts", "tsx"]))
def test_nothing_is_raised_for_any_text(text: str, ending: str) -> None:
    data = text.encode("utf-8", "surrogatepass")
    file = ChangedFile(f"test/a.test.{ending}", data, base=data[: len(data) // 2])
    (report,) = analyse([file], Settings(), strict=True)
    assert report.not_analysed is None
