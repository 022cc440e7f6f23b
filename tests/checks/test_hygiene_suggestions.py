"""The mends that hygiene checks offer for one click: the text that they leave behind."""

from __future__ import annotations

import textwrap

import pytest

from checks import registry
from checks.engine import analyse
from checks.model import ChangedFile, FileReport, Settings

CASE = "import unittest\nfrom unittest import mock\n\n\nclass T(unittest.TestCase):\n"
STOP = "self.addCleanup(patcher.stop)\n"


def look(check: str, text: str) -> FileReport:
    change = ChangedFile("tests/test_app.py", text.encode())
    catalogue = {check: registry.load()[check]}
    (report,) = analyse([change], Settings(), strict=True, checks=catalogue)
    return report


def method(body: str, name: str = "test_a") -> str:
    return f"{CASE}    def {name}(self):\n{textwrap.indent(body, ' ' * 8)}"


@pytest.mark.parametrize(
    ("check", "before", "after"),
    [
        ("useless-comparison", "x.y == 1\n", "assert x.y == 1\n"),
        ("useless-comparison", "x.y == 1, 'no'\n", "assert x.y == 1, 'no'\n"),
        (
            "patcher-not-stopped",
            "p = mock.patch('a.b')\np.start()\n",
            "p = mock.patch('a.b')\np.start()\nself.addCleanup(p.stop)\n",
        ),
        (
            "patcher-not-stopped",
            "self.m = mock.patch('a.b').start()\n",
            "patcher = mock.patch('a.b')\nself.m = patcher.start()\n" + STOP,
        ),
        ("assert-constant", "assert b'1', x['a']\n", "assert x['a'] == b'1'\n"),
        ("assert-constant", "self.assertTrue(False, 'no')\n", "self.fail('no')\n"),
        ("assert-two-args", "self.assertTrue(len(x), 1)\n", "self.assertEqual(1, len(x))\n"),
        (
            "mock-assert-misspelled",
            "mock_a.called_once_with(1)\n",
            "mock_a.assert_called_once_with(1)\n",
        ),
        (
            "mock-assert-misspelled",
            "mock_a.assert_called_once\n",
            "mock_a.assert_called_once()\n",
        ),
    ],
)
def test_a_certain_mend_is_offered_as_whole_lines(check: str, before: str, after: str) -> None:
    text = method(before)
    (finding,) = look(check, text).findings
    assert finding.suggestion is not None
    lines = text.splitlines(keepends=True)
    first, last = finding.suggestion.lines
    mended = [*lines[: first - 1], f"{finding.suggestion.text}\n", *lines[last:]]
    assert "".join(mended) == method(after)
    assert not look(check, "".join(mended)).findings


@pytest.mark.parametrize(
    ("check", "body"),
    [
        ("patcher-not-stopped", "patcher = 1\nself.m = mock.patch('a.b').start()\n"),
        ("assert-constant", "assert True\n"),
        ("sleep-in-test", "import time\ntime.sleep(3)\n"),
        ("unclosed-resource-in-test", "f = open('a')\nself.assertTrue(f.read())\n"),
    ],
)
def test_what_is_not_certain_is_not_offered(check: str, body: str) -> None:
    (finding,) = look(check, method(body)).findings
    assert finding.suggestion is None


def test_the_call_of_super_is_added_where_it_belongs() -> None:
    text = textwrap.dedent("""\
        import unittest


        class Base(unittest.TestCase):
            def setUp(self):
                self.start()

            def tearDown(self):
                self.stop()


        class T(Base):
            def setUp(self):
                self.a = 1

            def tearDown(self):
                self.a = 2
    """)
    up, down = look("missing-super-teardown", text).findings
    assert up.suggestion is not None
    assert up.suggestion.text == "        super().setUp()\n        self.a = 1"
    assert down.suggestion is not None
    assert down.suggestion.text == "        self.a = 2\n        super().tearDown()"


def test_a_helper_that_waits_for_the_deletion_is_called() -> None:
    text = textwrap.dedent("""\
        class T(Base):
            def _wait_until_deleted(self, server):
                self.poll(server)

            def test_reuse(self):
                one = self._create_server("a")
                self._wait_for_state(one, "ACTIVE")
                self._delete_server(one)
                two = self._create_server("a")
    """)
    (finding,) = look("async-delete-not-awaited", text).findings
    assert finding.suggestion is not None
    assert finding.suggestion.text == (
        "        self._delete_server(one)\n        self._wait_until_deleted(one)"
    )
