"""What the eight aspects look at in JavaScript and TypeScript."""

from __future__ import annotations

import pytest

from checks.engine import analyse
from checks.model import Aspect, ChangedFile, Settings


def said(text: str, aspect: Aspect, path: str = "test/a.test.js") -> list[tuple[str, str]]:
    (report,) = analyse([ChangedFile(path, text.encode())], Settings(), strict=True, checks={})
    return [(one.noun, one.fate) for one in report.evidence if one.aspect is aspect]


@pytest.mark.parametrize(
    ("text", "noun", "fate"),
    [
        ("const f = jest.fn();", "mock function", ""),
        ("vi.spyOn(a, 'b');\nafterEach(() => vi.restoreAllMocks());", "spy",
         "undone by `restoreAllMocks` in `afterEach`"),
        ("const spy = jest.spyOn(a, 'b');\nspy.mockRestore();", "spy", "undone by `mockRestore`"),
        ("jest.spyOn(a, 'b');", "spy", "not seen to be undone"),
        ("jest.mock('./a');", "mocked module", "for the whole file"),
        ("import nock from 'nock';", "import of a mock library", ""),
    ],
)  # fmt: skip
def test_mocks(text: str, noun: str, fate: str) -> None:
    assert said(text, Aspect.MOCKS) == [(noun, fate)]


@pytest.mark.parametrize(
    ("text", "noun", "fate"),
    [
        ("await new Promise((r) => setTimeout(r, 1500));", "sleep", "of 1.5 s"),
        ("await new Promise((r) => setTimeout(r, 0));", "yield to other tasks", "by a timer of 0"),
        ("for (const a of b) { await new Promise((r) => setTimeout(r, 5)); }", "sleep in a loop",
         ""),
        ("jest.useFakeTimers();", "fake clock", "set by `jest.useFakeTimers`"),
        ("await waitFor(() => f());", "wait for a condition", "by `waitFor`"),
        ("f(Date.now());", "read of the clock", ""),
        ("jest.setTimeout(9000);", "limit of time", "by `jest.setTimeout`"),
    ],
)  # fmt: skip
def test_time(text: str, noun: str, fate: str) -> None:
    assert said(text, Aspect.TIME) == [(noun, fate)]


def test_errors_data_logs_cleanup_and_the_rest() -> None:
    text = """
    const rows = [
      { name: 'anna', size: 1 },
      { name: 'bert', size: 2 },
    ];
    const password = 'secret';
    afterEach(() => server.close());
    it('adds', () => {
      expect(add(1)).toBe(1);
      expect(spy).toHaveBeenCalledWith(1);
      expect(() => add()).toThrow();
      try { run(process.env.HOME); } catch {}
      console.log(password);
      db.query(`select ${name}`);
    });
    """
    assert said(text, Aspect.ERRORS) == [
        ("assertion", ""),
        ("assertion on a mock", ""),
        ("expected exception", ""),
        ("handler", "that is empty"),
    ]
    assert said(text, Aspect.TEST_DATA) == [("table of literals", "")]
    assert said(text, Aspect.CREDENTIALS) == [
        ("literal under a credential's name", "dummy words"),
        ("read of the environment", ""),
    ]
    assert said(text, Aspect.LOGGING) == [("console call", "of `password`")]
    assert said(text, Aspect.CLEANUP) == [("`afterEach` hook", "")]
    fate = "of parts that are not followed to their source"
    assert said(text, Aspect.INPUT) == [("built string that reaches SQL", fate)]
