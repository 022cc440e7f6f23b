"""Hygiene checks on assertions, mocks and dead tests: mends, surfaces, several files at once."""

from __future__ import annotations

import textwrap
import unittest
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checks import registry
from checks.engine import analyse
from checks.model import ChangedFile, Finding, Lines, Settings, Severity, Surface

Text = tuple[str, str]


def look(check: str, *files: Text, added: tuple[Lines, ...] | None = None) -> Sequence[Finding]:
    """The findings of one check in the last of the files."""
    changes = [ChangedFile(path, text.encode(), added=added) for path, text in files]
    catalogue = {check: registry.load()[check]}
    return analyse(changes, Settings(), strict=True, checks=catalogue, evidence=[])[-1].findings


def mended(check: str, text: str, path: str = "tests/test_app.py") -> str:
    """The text after all suggestions of the only finding were applied."""
    (finding,) = look(check, (path, text))
    assert finding.suggestion is not None, finding
    first, last = finding.suggestion.lines
    lines = text.split("\n")
    replaced = [] if finding.suggestion.deletes else finding.suggestion.text.split("\n")
    return "\n".join([*lines[: first - 1], *replaced, *lines[last:]])


@pytest.mark.parametrize(
    ("check", "before", "after"),
    [
        ("vacuous-mock-assert", "m.assert_has_calls([])", "m.assert_not_called()"),
        (
            "vacuous-mock-assert",
            "m.f.assert_has_calls(calls=(), any_order=True)",
            "m.f.assert_not_called()",
        ),
        ("vacuous-mock-assert", "assert not m.assert_called_with()", "m.assert_not_called()"),
        ("none-result-compared", "assert a.sort() == b.sort()", "assert sorted(a) == sorted(b)"),
        ("unawaited-async-assertion", "check(m)", "await check(m)"),
        ("leftover-debugger", "breakpoint()\n    assert m", "assert m"),
        ("leftover-debugger", "import pdb; pdb.set_trace()\n    assert m", "assert m"),
    ],
)
def test_certain_mend(check: str, before: str, after: str) -> None:
    head = "async def check(m):\n    assert await m\n\n\nasync def test_a(m, a, b):\n    "
    assert mended(check, f"{head}{before}\n") == f"{head}{after}\n"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("assertTrue(x in y)", "assertIn(x, y)"),
        ("assertTrue(x not in y, 'why')", "assertNotIn(x, y, 'why')"),
        ("assertFalse((x in y), msg='why')", "assertNotIn(x, y, msg='why')"),
        ("assertTrue(not (x == y))", "assertNotEqual(x, y)"),
        ("assertTrue(x is None)", "assertIsNone(x)"),
        ("assertFalse(x is None)", "assertIsNotNone(x)"),
        ("assertTrue(isinstance(x, (int, str)))", "assertIsInstance(x, (int, str))"),
        ("assertEqual(x, None)", "assertIsNone(x)"),
        ("assertEqual(None, x, 'why')", "assertIsNone(x, 'why')"),
        ("assertEqual(x in y, False)", "assertNotIn(x, y)"),
        ("assertTrue(x <= y)", "assertLessEqual(x, y)"),
        ("assertTrue(x is not y)", "assertIsNot(x, y)"),
    ],
)
def test_better_assertion(before: str, after: str) -> None:
    head = "class T(unittest.TestCase):\n    def test_a(self):\n        x, y = self.two()\n"
    text = mended("suboptimal-assert", f"{head}        self.{before}\n")
    assert text == f"{head}        self.{after}\n"


_VALUES = st.sampled_from([0, 1, "", "a", "ab", None, "b"])


@given(
    operator=st.sampled_from(["==", "!=", "in", "not in", "is", "is not", "<", "<=", ">", ">="]),
    method=st.sampled_from(["assertTrue", "assertFalse"]),
    negated=st.booleans(),
    x=_VALUES,
    y=_VALUES,
)
def test_better_assertion_passes_and_fails_as_the_old_one(
    operator: str, method: str, negated: bool, x: object, y: object
) -> None:
    condition = f"not (x {operator} y)" if negated else f"x {operator} y"
    text = (
        f"class T(unittest.TestCase):\n    def test_a(self):\n        self.{method}({condition})\n"
    )
    findings = look("suboptimal-assert", ("tests/test_app.py", text))
    if not findings:
        assert operator in ("<", "<=", ">", ">="), "only orders have no exact opposite"
        assert (method == "assertTrue") == negated
        return
    after = mended("suboptimal-assert", text)
    assert _outcome(text, x, y) == _outcome(after, x, y)


def _outcome(text: str, x: object, y: object) -> str:
    statement = text.splitlines()[-1].strip()
    try:
        exec(statement, {"self": unittest.TestCase(), "x": x, "y": y})
    except AssertionError:
        return "fails"
    except TypeError:
        return "is an error"
    return "passes"


def test_dead_assertion_is_moved_behind_the_block() -> None:
    head = textwrap.dedent(
        """\
        import pytest

        def test_missing(store):
            with pytest.raises(KeyError) as caught:
                store.load("missing")
        """
    )
    before = f"{head}        assert caught.value.args == (1,)\n        assert store.count == 0\n"
    after = f"{head}    assert caught.value.args == (1,)\n    assert store.count == 0\n"
    assert mended("raises-block-too-wide", before) == after


def test_dead_assertion_on_what_the_block_makes_is_not_moved() -> None:
    text = textwrap.dedent(
        """\
        import pytest

        def test_missing(store):
            with pytest.raises(KeyError):
                found = store.load("missing")
                assert found.ok
        """
    )
    (finding,) = look("raises-block-too-wide", ("tests/test_store.py", text))
    assert finding.suggestion is None


def test_commented_test_is_deleted() -> None:
    comment = "# def test_b(x):\n#     x.run()\n#     assert x\n"
    rest = "def test_a(x):\n    assert x\n"
    assert mended("commented-out-test", f"{comment}\n\n{rest}") == f"\n\n{rest}"


def test_commented_test_that_stood_there_before_is_left() -> None:
    text = "# def test_b(x):\n#     x.run()\n#     assert x\n\n\ndef test_a(x):\n    assert x\n"
    file = ("tests/test_app.py", text)
    assert not look("commented-out-test", file, added=(Lines(6, 7),))
    assert look("commented-out-test", file, added=(Lines(1, 3),))


def test_flag_in_django_settings_is_a_note() -> None:
    text = (
        'import sys\n\nDATABASES = {}\nINSTALLED_APPS = []\nif "test" in sys.argv:\n    FAST = 1\n'
    )
    (finding,) = look("test-flag-in-production", ("app/settings.py", text))
    assert (finding.severity, finding.surface) == (Severity.LOW, Surface.SUMMARY)


def test_flag_that_switches_off_a_signature_is_graver_than_one_that_does_not() -> None:
    head = 'import os\n\ndef receive(request):\n    if os.getenv("TEST_MODE"):\n'
    (plain,) = look("test-flag-in-production", ("app/a.py", f"{head}        store(request)\n"))
    (grave,) = look("test-flag-in-production", ("app/a.py", f"{head}        verify = False\n"))
    (early,) = look("test-flag-in-production", ("app/a.py", f"{head}        return None\n"))
    assert plain.severity is Severity.MEDIUM
    assert grave.severity is early.severity is Severity.HIGH


def test_tests_of_templates_are_no_tests() -> None:
    library = ("app/tests.py", "def test_odd(value):\n    return value % 2 == 1\n")
    user = ("app/environment.py", "from .tests import test_odd\n")
    assert not look("test-code-imported-by-production", library, user)
    real = ("app/tests.py", "import unittest\n\nclass T(unittest.TestCase):\n    pass\n")
    assert look("test-code-imported-by-production", real, user)


HELPER = textwrap.dedent(
    """\
    def make_server(api, name):
        server = api.create(name)
        server.size = 3
        server.zone = "a"
        api.save(server)
        return api.start(server, wait=True)
    """
)


def test_helper_copied_from_another_file_of_the_folder() -> None:
    first, second = ("tests/a/test_a.py", HELPER), ("tests/a/test_b.py", HELPER)
    (finding,) = look("duplicated-test-helper", first, second)
    assert "test_a.py" in finding.message
    assert not look("duplicated-test-helper", second, first), "said once, where it comes second"
    assert not look("duplicated-test-helper", ("tests/b/test_a.py", HELPER), second)


def test_helper_that_was_there_before_is_not_reported() -> None:
    other = HELPER.replace("make_server", "build_server")
    file = ("tests/test_a.py", f"{HELPER}\n\n{other}")
    assert not look("duplicated-test-helper", file, added=())
    (finding,) = look("duplicated-test-helper", file, added=(Lines(1, 6),))
    assert finding.region.start_line == 1, "the one that is added, not the one it copies"


def test_base_class_of_another_file_asserts() -> None:
    base = (
        "tests/base.py",
        (
            "import unittest\n\nclass Base(unittest.TestCase):\n"
            "    def get_server(self, name):\n        self.assertTrue(self.api.get(name))\n"
        ),
    )
    text = (
        "from tests.base import Base\n\nclass T(Base):\n    def test_server(self):\n"
        "        server = self.get_server('a')\n"
    )
    assert not look("test-without-assertion", base, ("tests/test_a.py", text))
    lone = text.replace("get_server", "fetch_server").replace(
        "    def test_server",
        "    def fetch_server(self, name):\n        return name\n\n    def test_server",
    )
    assert look("test-without-assertion", base, ("tests/test_a.py", lone))


def test_coroutine_helper_of_a_base_class_in_another_file() -> None:
    base = (
        "tests/base.py",
        (
            "import unittest\n\nclass Base(unittest.IsolatedAsyncioTestCase):\n"
            "    async def check(self, name):\n        self.assertTrue(await self.api.get(name))\n"
        ),
    )
    text = (
        "from tests.base import Base\n\nclass T(Base):\n    async def test_server(self):\n"
        "        self.check('a')\n"
    )
    (finding,) = look("unawaited-async-assertion", base, ("tests/test_a.py", text))
    assert finding.suggestion is not None
    assert finding.suggestion.text == "        await self.check('a')"


def test_a_backdoor_never_quotes_the_secret() -> None:
    text = 'def login(password):\n    if password == "s3cr3t-master":\n        return True\n'
    (finding,) = look("debug-backdoor", ("app/login.py", text))
    assert "s3cr3t" not in finding.message + finding.why + finding.fix
    assert finding.severity is Severity.CRITICAL
