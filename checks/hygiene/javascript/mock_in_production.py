"""The check ``mock-in-production`` in JavaScript: a test library that production code loads."""

from __future__ import annotations

from collections.abc import Iterator

from checks.hygiene.javascript.shared.imports import imports
from checks.hygiene.shared.texts import words
from checks.languages.javascript.events import JsFileEvent
from checks.languages.javascript.file import JavaScriptFile
from checks.languages.syntax.located import Located
from checks.registry import JAVASCRIPT, MODULE, also
from checks.report import Report

_LIBRARIES = frozenset(
    {
        "@jest/globals",
        "@sinonjs/fake-timers",
        "aws-sdk-client-mock",
        "axios-mock-adapter",
        "fetch-mock",
        "jest-mock",
        "jest-mock-extended",
        "mock-fs",
        "mockdate",
        "nock",
        "proxyquire",
        "sinon",
        "testdouble",
        "ts-mockito",
        "vitest",
        "vitest-mock-extended",
    }
)
_WORDS = frozenset(
    {
        "bench",
        "benchmark",
        "benchmarks",
        "config",
        "fake",
        "fakes",
        "fixture",
        "fixtures",
        "jest",
        "karma",
        "mock",
        "mocks",
        "mocking",
        "script",
        "scripts",
        "setup",
        "sandbox",
        "spec",
        "stories",
        "story",
        "storybook",
        "stub",
        "stubs",
        "test",
        "tests",
        "tester",
        "testing",
        "testkit",
        "testutils",
        "tools",
        "vitest",
        "playground",
        "e2e",
        "dev",
        "matchers",
        "harness",
        "unit",
    }
)
"""Words of a path under which code that helps tests, or builds, is kept."""

_CALLS = ("jest.fn", "jest.mock", "jest.spyOn", "vi.fn", "vi.mock", "vi.spyOn")


@also("mock-in-production", languages=JAVASCRIPT, on=MODULE)
def mock_in_production(event: JsFileEvent, report: Report) -> None:
    """Production code loads a library of mocks.

    Bad:
        // file: src/payments.ts
        import sinon from 'sinon';
        import { Stripe } from './stripe';

        export const client = settings.offline ? sinon.createStubInstance(Stripe) : new Stripe();
    Bad:
        // file: src/payments.js
        export function makeClient(settings) {
          return settings.offline ? { pay: jest.fn() } : new Stripe(settings.key);
        }
    Good:
        // file: src/payments.ts
        import { Stripe } from './stripe';

        export const client = new Stripe();
    Good:
        // file: src/lines.ts
        if (import.meta.vitest) {
          const { it, expect } = import.meta.vitest;
          it('adds', () => expect(add(1, 1)).toBe(2));
        }
    """
    file = event.file
    if _helps_tests(file):
        return
    for one in imports(file):
        if one.is_for_types or one.module not in _LIBRARIES:
            continue
        report(
            at=one.at,
            message=f"`{one.module}` is loaded in production code.",
            why="A mock accepts every call and checks nothing, so that failures go unseen.",
            fix="Make the double in the tests, or write a small real class for this case.",
        )
    for call in _mocks(file):
        report(
            at=call,
            message=f"`{call.text[:60].splitlines()[0]}` stands in production code.",
            why="Outside a test run there is no such object, or it answers with nothing.",
            fix="Pass the object in from outside, so that only tests make the fake one.",
        )


def _mocks(file: JavaScriptFile) -> Iterator[Located]:
    """Calls of the runner's global mocks, in a file that holds no tests of its own."""
    if file.blocks:
        return
    for name in _CALLS:
        for call in file.calls_named(name.rpartition(".")[2]):
            if call.name == name:
                yield call


def _helps_tests(file: JavaScriptFile) -> bool:
    """Whether the path or the imports say that the file is there for tests."""
    if b"import.meta.vitest" in file.source.data:
        return True
    if any(not _WORDS.isdisjoint(words(part)) for part in file.path.replace(".", "/").split("/")):
        return True
    runners = ("mocha", "chai", "jest", "ava", "tape", "@playwright/test", "cypress")
    return any(module in runners for module in file.imported_modules)
