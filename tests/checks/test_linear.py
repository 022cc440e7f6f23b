"""Work grows with the size of a file, and ends with its time.

Counted, not timed: :attr:`Module.visits` tells how many nodes the checks have looked at.
"""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest

from checks import registry
from checks.engine import analyse
from checks.events import Call
from checks.inspection import Inspector, Subject
from checks.languages.python.index import Index
from checks.languages.python.module import Module, read
from checks.model import ChangedFile, Profile, Role, Settings
from checks.proving import MAX_SUGGESTIONS
from checks.report import MAX_FINDINGS, Report
from checks.sandbox import Limits, Pool
from checks.text import SourceText
from tests.checks import cases
from tests.checks.making import make_check

SMALL, FACTOR = 200, 4
SLACK = 1.3
"""What a linear amount of work may grow by beyond the factor."""

_HEADS = [case.head for case in cases.load()]


def _in_one_test(lines: str) -> Callable[[int], str]:
    def text(count: int) -> str:
        body = "".join(lines.replace("#", str(number)) for number in range(count))
        return (
            "import os, time\nfrom unittest import mock, TestCase\n"
            f"class Tests(TestCase):\n    def test_a(self):\n{body}"
        )

    return text


def _many_methods(method: str) -> Callable[[int], str]:
    def text(count: int) -> str:
        body = "".join(method.replace("#", str(number)) for number in range(count))
        return (
            "import os, time, threading\nfrom unittest import mock, TestCase\n"
            f"class T(TestCase):\n{body}"
        )

    return text


def _fixtures(count: int) -> str:
    return (
        "import pytest, time\n"
        + "".join(f"@pytest.fixture(autouse=True)\ndef f{n}(x):\n    x.y()\n" for n in range(count))
        + "".join(f"def test_{n}():\n    time.sleep({n})\n    run()\n" for n in range(count))
    )


GROWING = {
    "sleeps of one test": _in_one_test("        self.start(#)\n        time.sleep(#)\n"),
    "patchers of one test": _in_one_test(
        "        p# = mock.patch('a.b')\n        p#.start()\n        self.addCleanup(p#.stop)\n"
    ),
    "one name for all patchers": _in_one_test(
        "        p = mock.patch('a.b#')\n        p.start()\n        run(p)\n"
    ),
    "files of one test": _in_one_test("        f# = open('a')\n        f#.read()\n"),
    "the environment of one test": _in_one_test("        os.environ['A#'] = 'x'\n"),
    "patchers of a class": _many_methods(
        "    def test_#(self):\n        self.p# = mock.patch('a.b')\n        self.p#.start()\n"
    ),
    "files of a class": _many_methods(
        "    def test_#(self):\n        self.f# = open('a')\n        self.use()\n"
    ),
    "threads of a class": _many_methods(
        "    def test_#(self):\n        t = threading.Thread(target=f)\n        t.start()\n"
    ),
    "fixtures that every test gets": _fixtures,
}


def _visits(text: str) -> int:
    """How many nodes all hygiene checks and no gatherer look at."""
    checks = {name: one for name, one in registry.load().items() if one.run.__module__ in _MODULES}
    module = read(SourceText(text.encode()), "tests/test_x.py")
    inspector = Inspector(checks, [], Settings(), Index([module]), lambda: False, strict=True)
    inspector.inspect(Subject(module.path, module.source, module, Role.TEST, None))
    return module.visits


_MODULES = frozenset(
    f"checks.hygiene.{name}"
    for name in ("sleep_in_test", "patcher_not_stopped", "unclosed_resource_in_test",
                 "global_state_mutation_no_restore", "started_service_not_stopped",
                 "blocking_wait_without_timeout", "unbounded_polling_loop")
)  # fmt: skip


@pytest.mark.parametrize("make", GROWING.values(), ids=GROWING)
def test_the_work_grows_no_faster_than_the_file(make: Callable[[int], str]) -> None:
    small, large = _visits(make(SMALL)), _visits(make(SMALL * FACTOR))
    assert small > 0
    assert large <= FACTOR * SLACK * small


def test_a_check_is_not_asked_after_its_last_finding() -> None:
    asked = 0

    def count(call: Call, report: Report) -> None:
        nonlocal asked
        asked += 1
        report(at=call, message="It is.", why="It matters.", fix="Do not.")

    file = ChangedFile("app/x.py", b"eval(1)\n" * 1_000)
    (report,) = analyse([file], Settings(), checks=make_check(count), evidence=[])
    assert len(report.findings) == MAX_FINDINGS
    assert asked == MAX_FINDINGS + 1
    assert report.limits == (f"more than {MAX_FINDINGS} findings of a-check, the rest left out",)


def test_proofs_ask_the_other_checks_once() -> None:
    asked = 0

    def count(_call: Call, _report: Report) -> None:
        nonlocal asked
        asked += 1

    text = "import unittest\nclass T(unittest.TestCase):\n"
    text += "".join(
        f"    def test_{n}(self):\n        self.assertTrue(a == {n})\n" for n in range(50)
    )
    mending = {"suboptimal-assert": registry.load()["suboptimal-assert"]}
    other = make_check(count, on=registry.calls(), name="other")
    file = ChangedFile("tests/test_x.py", text.encode())
    settings = Settings(profile=Profile.STRICT)
    (report,) = analyse([file], settings, checks={**mending, **other}, evidence=[])
    assert len([one for one in report.findings if one.suggestion]) == MAX_SUGGESTIONS
    assert asked == 2 * 50  # the text, and the text with all edits; not one text for each edit


def test_the_deadline_ends_the_work_within_one_event() -> None:
    looked = 0

    def searching(call: Call, _report: Report) -> None:
        nonlocal looked
        while True:
            for _ in call.module.nodes("call"):
                looked += 1
                next(call.module.within(call.module.tree.root_node, "call"))

    def expired() -> bool:
        return looked > 10_000

    (report,) = analyse(
        [ChangedFile("app/x.py", b"eval(1)\nf(2)\n")],
        Settings(),
        deadline=expired,
        checks=make_check(searching),
        evidence=[],
    )
    assert report.not_analysed == "time limit"
    assert looked < 30_000


@pytest.mark.parametrize("path", ["conf/a.yml", "conf/a.env", "app/a.js"])
def test_the_search_for_secrets_ends_with_the_time(path: str) -> None:
    asked = 0

    def expired() -> bool:
        nonlocal asked
        asked += 1
        return asked > 5

    file = ChangedFile(path, b"token=x\n" * 20_000)
    (report,) = analyse([file], Settings(), deadline=expired)
    assert report.not_analysed == "time limit"
    assert asked < 20


async def test_a_file_that_is_slow_on_purpose_ends_with_a_report() -> None:
    lines = "        p# = mock.patch('a.b')\n        p#.start()\n        time.sleep(#)\n"
    files = [
        ChangedFile("tests/test_a.py", _in_one_test(lines)(1_000).encode()),
        ChangedFile("tests/test_b.py", _fixtures(300).encode()),
        ChangedFile("conf/c.yml", b"token=x\n" * 50_000),
    ]
    # Only the worker's own processor time counts, so that a busy machine ends nothing.
    async with Pool(1, Limits(file_seconds=200, batch_seconds=500)) as pool:
        reports = await pool.analyse(files, Settings())
    # Either all of it was looked at, or the work ended from within: no worker had to be killed.
    assert [one.path for one in reports] == [one.path for one in files]
    assert all(one.not_analysed in (None, "time limit") for one in reports)
    assert {one.check for one in reports[0].findings} >= {"sleep-in-test", "patcher-not-stopped"}


_ODD = ("\\ud8ff", "\x00", "\r", "\u2028", "\ufeff", "\U0001d486", "é", "\\N{BULLET}", "{", ")",
        "'", '"""', "\\", "\t", "%s", "f'{", "**", ":=", "@", "self.", "lambda: ", "\x0c",
        "...")  # fmt: skip


def _changed(chance: random.Random, text: str) -> str:
    """The text with a few accidents: cut, repeated, swapped or foreign lines, odd characters."""
    for _ in range(chance.randint(1, 4)):
        lines = text.split("\n")
        at, line = chance.randrange(len(text) + 1), chance.randrange(len(lines))
        kind = chance.randrange(6)
        if kind == 0:
            text = text[:at]
        elif kind == 1:
            text = text[:at] + chance.choice(_ODD) + text[at:]
        elif kind == 2:
            text = text[:at] + text[at + chance.randint(1, 8) :]
        else:
            other = chance.choice(_HEADS).split("\n") if kind == 3 else lines
            first = chance.randrange(len(other))
            count = 0 if kind == 4 else 4
            lines[line : line + (kind == 5)] = other[first : first + count] or [""]
            text = "\n".join(lines)
    return text


@pytest.mark.parametrize("seed", range(8))
def test_no_accident_of_a_text_makes_a_check_fail(seed: int) -> None:
    chance = random.Random(seed)
    for case in chance.sample(cases.load(), 40):
        head = _changed(chance, case.head).encode()
        base = None if case.base is None else _changed(chance, case.base).encode()
        (report,) = analyse([ChangedFile(case.path, head, base)], Settings(), strict=True)
        assert report.path == case.path


@pytest.mark.parametrize(
    "text",
    ["execute('\\ud8ff')\n", "cursor.execute(f'\\ud8ff {x}')\n", "def f(a, (b=): pass\nf(1)\n"],
)
def test_texts_that_once_made_a_check_fail(text: str) -> None:
    for path in ("app/x.py", "tests/test_x.py"):
        (report,) = analyse([ChangedFile(path, text.encode())], Settings(), strict=True)
        assert report.not_analysed is None


def test_what_is_remembered_is_made_once() -> None:
    module: Module = read(SourceText(b"x = 1\n"), "app/x.py")
    made: list[int] = []

    def make() -> int:
        made.append(1)
        return len(made)

    assert [module.remember("key", make) for _ in range(3)] == [1, 1, 1]
