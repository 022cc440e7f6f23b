"""What the gatherers of evidence note, aspect by aspect."""

from __future__ import annotations

import textwrap

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from checks.engine import analyse
from checks.evidence import registry
from checks.hygiene.shared.texts import (
    credential_fate,
    is_made_up,
    is_reserved,
    names_credential,
    words,
)
from checks.model import Aspect, ChangedFile, Evidence, Lines, Settings, State

TEST = "tests/test_app.py"
APP = "app/service.py"


def gathered(text: str, path: str = TEST) -> list[Evidence]:
    """All evidence of a text, no check run."""
    change = ChangedFile(path, textwrap.dedent(text).encode())
    (report,) = analyse([change], Settings(), strict=True, checks={})
    assert not report.limits
    return list(report.evidence)


def said(text: str, aspect: Aspect, path: str = TEST) -> list[tuple[str, str, int]]:
    """Noun, fate and first line of the evidence of one aspect."""
    return [
        (one.noun, one.fate or one.detail, one.lines.start)
        for one in gathered(text, path)
        if one.aspect is aspect
    ]


def test_every_aspect_has_a_gatherer() -> None:
    assert {one.aspect for one in registry.load()} == set(Aspect)


@pytest.mark.parametrize(
    ("code", "fate", "lines"),
    [
        ("p = mock.patch('a.b')\np.start()\nself.addCleanup(p.stop)", "stopped by addCleanup", 3),
        ("p = mock.patch('a.b')\nx = 1\np.start()\np.stop()", "stopped by `stop`", 1),
        ("p = mock.patch('a.b')\np.start()", "not seen to be stopped", 2),
        ("mock.patch('a.b').start()", "not seen to be stopped", 1),
        ("mock.patch('a.b').start()\nmock.patch.stopall()", "stopped by `patch.stopall`", 1),
        ("with mock.patch.object(a, 'b'):\n    pass", "undone at the end of a `with`", 1),
        ("stack.enter_context(mock.patch('a.b'))", "undone by an exit stack", 1),
        ("p = mock.patch.dict(a, b=1)\nkeep(p)\np.start()", "handed on", 1),
        ("p = mock.patch('a.b')", "not started here", 1),
    ],
)
def test_each_patcher_comes_with_what_undoes_it(code: str, fate: str, lines: int) -> None:
    body = textwrap.indent(code, "        ")
    text = f"from unittest import mock\nclass T:\n    def test_a(self):\n{body}\n"
    (found,) = [one for one in gathered(text) if one.noun == "patcher"]
    assert found.fate == fate
    assert found.state is (State.NOTE if fate == "not seen to be stopped" else State.CLEAN)
    assert found.lines.end - found.lines.start + 1 == lines


def test_a_patcher_of_an_attribute_is_stopped_in_another_method() -> None:
    text = """
        import mock
        class T(Base):
            def setUp(self):
                self.p = mock.patch('a.b')
                self.p.start()
            def tearDown(self):
                self.p.stop()
    """
    assert ("patcher", "stopped by `stop`", 5) in said(text, Aspect.MOCKS)


def test_fakes_are_noted_where_they_are_made_and_their_parts_are_not() -> None:
    text = """
        from tests.fakes import FakeDisk, FakeHost, helpers
        def make_host(name):
            return FakeHost(name)
        def test_a(serve):
            host = make_host(FakeDisk(3))
            serve(FakeHost(FakeDisk(1)))
    """
    assert said(text, Aspect.MOCKS) == [
        ("import of fakes", "", 2),
        ("helper that makes a fake", "", 3),
        ("fake made", "", 7),
    ]


@pytest.mark.parametrize(
    ("line", "noun", "fate"),
    [
        ("PORT = 8080", "constant with a number", ""),
        ("NAME = 'a'", "constant with a plain text", ""),
        ("PASSWORD = 'secret'", "literal named like a credential", "dummy words"),
        ("connect(api_key='')", "literal named like a credential", "empty"),
        ("x = {'token': '<token>'}", "literal named like a credential", "placeholders"),
        ("x = os.environ['A']", "value read from the environment", ""),
        ("x = os.getenv('A')", "value read from the environment", ""),
        ("os.environ['A'] = '1'", "environment variable set", ""),
        ("x = '44444444-dddd-4ddd-8ddd-444444444444'", "fixed uuid", "typed by hand"),
        ("x = '0b9f2d63-7f4e-4c55-9a21-8d0c3be7a6f1'", "fixed uuid", "no credential"),
        ("conf.set_override('a', 1)", "setting replaced for the test", "with fixed values"),
    ],
)
def test_credentials_and_configuration(line: str, noun: str, fate: str) -> None:
    assert said(f"import os\n{line}\n", Aspect.CREDENTIALS) == [(noun, fate, 2)]


@pytest.mark.parametrize(
    "line",
    ["token_count = 'a'", "x = 1", "LOG = make()", "FLAG = True", "names = ['a']", "key = 'a'"],
)
def test_what_is_no_configuration(line: str) -> None:
    assert said(f"{line}\n", Aspect.CREDENTIALS) == []


def test_a_credential_that_could_be_real_is_worth_a_note() -> None:
    (found,) = gathered("API_KEY = 'kJ83hsYw0PqLmN42vXzT'\n")
    assert (found.fate, found.state) == ("long and random-looking", State.NOTE)


@pytest.mark.parametrize(
    ("code", "noun", "fate"),
    [
        ("x = 'a %s' % y", "formatted string", "not put into SQL, HTML or a shell"),
        ("x = f'a {y}'", "formatted string", "not put into SQL, HTML or a shell"),
        ("x = 'a {}'.format(y)", "formatted string", "not put into SQL, HTML or a shell"),
        ("x = f'SELECT a FROM {y}'", "formatted string", "of SQL, not seen to be run here"),
        ("x = f'<b>{y}</b>'", "formatted string", "of markup"),
        ("c.execute('select 1 from a')", "SQL statement", "of fixed text"),
        (
            "c.execute('select a from b where c = ?', (y,))",
            "SQL statement",
            "with bound parameters",
        ),
        ("c.execute(f'select a from {y}')", "SQL statement", "put together from parts"),
        ("subprocess.run(['a', y])", "command", "without a shell"),
        ("subprocess.run('a', shell=True)", "command", "through a shell, of fixed text"),
        ("subprocess.run(y, shell=True)", "command", "through a shell, not fixed"),
        ("os.system('ls')", "command", "through a shell, of fixed text"),
        ("json.loads(y)", "document read", "by `json.loads`"),
        (
            "pickle.loads(pickle.dumps(y))",
            "call of `pickle.loads`",
            "on what the code itself wrote",
        ),
        ("eval('1')", "call of `eval`", "on fixed text"),
    ],
)
def test_input_handling(code: str, noun: str, fate: str) -> None:
    text = f"import json, os, pickle, subprocess\ndef run(y, c):\n    {code}\n"
    assert said(text, Aspect.INPUT, APP) == [(noun, fate, 3)]


@pytest.mark.parametrize(
    "code",
    [
        "raise ValueError(f'no {y}')",
        "assert y, f'no {y}'",
        "self.fail('no %s' % y)",
        "log.info('no %s' % y)",
        "print(f'{y}')",
        "x = 'a' + 'b'",
        "c.execute('three')",
    ],
)
def test_texts_for_people_are_no_input(code: str) -> None:
    text = f"def run(self, log, y, c):\n    {code}\n"
    assert said(text, Aspect.INPUT) == []


@pytest.mark.parametrize(
    ("code", "noun", "fate"),
    [
        ("assert x", "assertion", ""),
        ("self.assertEqual(1, x)", "assertion", ""),
        ("x.assert_called_once_with(1)", "assertion on a mock", ""),
        ("with self.assertRaises(E): x()", "expected exception", ""),
        ("self.fail('a')", "explicit failure", ""),
        ("for i in x: pass\n    self.fail('a')", "explicit failure", "when a wait runs out"),
        ("try: x()\n    except E: pass", "handler", "for named exceptions"),
        ("try: x()\n    except Exception: pass", "handler", "broad, the exception is dropped"),
        ("try: x()\n    except Exception: raise", "handler", "broad, the exception goes on"),
        ("try: x()\n    except: log.error('a')", "handler", "broad, the exception is logged"),
    ],
)
def test_errors_and_assertions(code: str, noun: str, fate: str) -> None:
    text = f"def test_a(self, x):\n    {code}\n"
    assert [one[:2] for one in said(text, Aspect.ERRORS)] == [(noun, fate)]


@pytest.mark.parametrize(
    ("code", "helps"),
    [
        ("def check_a(self, x):\n        self.assertEqual(1, x)", True),
        ("async def _same(self, x):\n        for one in x:\n            assert one", True),
        ("def make(self, x):\n        assert x\n        return x", False),
        ("def test_a(self, x):\n        assert x", False),
        ("def setUp(self):\n        self.assertTrue(x)", False),
        ("def give_up(self, x):\n        self.fail(x)", False),
    ],
)
def test_a_helper_that_asserts_is_one_place(code: str, *, helps: bool) -> None:
    found = said(f"class T:\n    {code}\n", Aspect.ERRORS)
    assert ("helper that asserts" in {noun for noun, _, _ in found}) is helps
    if helps:
        assert len(found) == 1


def test_production_code_tells_what_it_raises_and_asserts() -> None:
    found = said("def a(x):\n    assert x\n    raise ValueError(x)\n", Aspect.ERRORS, APP)
    assert [noun for noun, _, _ in found] == ["assert statement", "error raised"]


BLOCK = '"""\n[{"id": "11111111-aaaa-4aaa-8aaa-111111111111"},\n 2,\n 3]"""'


@pytest.mark.parametrize(
    ("code", "noun", "fate"),
    [
        (BLOCK, "JSON document", "with hand-made uuids, no host, e-mail address or key"),
        ('"""\na\nb\nc\n"""', "block of text", "no host, e-mail address or key"),
        ("[\n1,\n2,\n3,\n]", "table of literals", "no host, e-mail address or key"),
        (
            '{\n"a": "http://a.example",\n"b": "ann@acme.io",\n"c": 1}',
            "table of literals",
            "with reserved or local hosts, with e-mail addresses at public domains, no key",
        ),
        ("'http://localhost/a'", "URL", "with a reserved or local host"),
        ("'https://acme.io/a'", "URL", "with a public host"),
        ("'ann@example.com'", "e-mail address", "at a reserved domain"),
        ("'ann@acme.io'", "e-mail address", "at a public domain"),
    ],
)
def test_data_says_what_it_holds(code: str, noun: str, fate: str) -> None:
    assert said(f"x = {code}\n", Aspect.TEST_DATA) == [(noun, fate, 1)]
    assert said(f"x = {code}\n", Aspect.TEST_DATA, APP) == []


@pytest.mark.parametrize("code", ["[\n1,\n2]", "[\nf(1),\nf(2),\nf(3),\n]", "'scsi:///local'"])
def test_what_is_no_block_of_data(code: str) -> None:
    assert said(f"x = {code}\n", Aspect.TEST_DATA) == []


def test_a_docstring_is_no_data() -> None:
    assert said('def f():\n    """A\n\n    b\n    c http://a.io\n    """\n', Aspect.TEST_DATA) == []


@pytest.mark.parametrize(
    ("code", "noun", "fate"),
    [
        ("with open(p) as f: pass", "file", "released by `with`"),
        ("f = open(p)\n    f.close()", "file", "released by a call"),
        ("f = open(p)\n    self.addCleanup(f.close)", "file", "released by a registered cleanup"),
        ("f = open(p)\n    f.read()", "file", "not seen to be released"),
        ("return open(p)", "file", "handed on"),
        ("keep(subprocess.Popen(p))", "process", "handed on"),
        ("d = tempfile.mkdtemp()\n    use(d)", "temporary folder", "not seen to be released"),
        ("d = tempfile.mkdtemp()\n    shutil.rmtree(d)", "temporary folder", "released by a call"),
    ],
)
def test_what_is_taken_comes_with_its_release(code: str, noun: str, fate: str) -> None:
    text = f"import shutil, subprocess, tempfile\ndef run(self, p):\n    {code}\n"
    assert said(text, Aspect.CLEANUP, APP) == [(noun, fate, 3)]


def test_cleanups_of_tests() -> None:
    text = """
        import pytest
        class T:
            def tearDown(self):
                self.x.close()
            def test_a(self):
                self.addCleanup(self.x.stop)
        @pytest.fixture
        def server(tmp_path):
            yield 1
            stop()
    """
    assert said(text, Aspect.CLEANUP) == [
        ("tear-down method", "", 4),
        ("cleanup", "registered by `addCleanup`", 7),
        ("fixture that cleans up after its `yield`", "", 9),
        ("temporary folder", "removed by pytest", 9),
    ]


@pytest.mark.parametrize(
    ("code", "noun", "fate"),
    [
        ("LOG.info('a %s', x)", "log call", "with values formatted lazily"),
        ("LOG.info(f'a {x}')", "log call", "with values formatted at the call"),
        ("LOG.error('a')", "log call", "of a fixed text"),
        ("LOG.debug('a %s', user_password)", "log call", "of `user_password`"),
        ("logging.log(10, 'a %s', x)", "log call", "with values formatted lazily"),
        ("print(x)", "print", ""),
    ],
)
def test_logging(code: str, noun: str, fate: str) -> None:
    text = f"import logging\nLOG = logging.getLogger('a')\ndef run(x, user_password):\n    {code}\n"
    assert said(text, Aspect.LOGGING) == [(noun, fate, 4)]


def test_a_method_of_that_name_is_no_log_call() -> None:
    assert said("def run(self):\n    self.client.info('a')\n", Aspect.LOGGING) == []


@pytest.mark.parametrize(
    ("code", "detail", "state"),
    [
        (
            "for i in range(50):\n        if x: return\n        time.sleep(.1)",
            "50 × 0.1 s = 5 s at most",
            State.NOTE,
        ),
        (
            "for i in range(1, 4):\n        if x: break\n        time.sleep(2)",
            "3 × 2 s = 6 s at most",
            State.NOTE,
        ),
        (
            "while not x:\n        time.sleep(1)",
            "that nothing but the awaited condition ends",
            State.NOTE,
        ),
        ("while time.time() < x:\n        time.sleep(1)", "that ends by itself", State.NOTE),
        ("time.sleep(3)", "of 3 s", State.CLEAN),
        ("time.sleep(x)", "for a time that a variable gives", State.CLEAN),
        ("time.sleep(0)", "by a sleep of 0", State.CLEAN),
    ],
)
def test_waits_say_how_long_they_take(code: str, detail: str, state: State) -> None:
    found = gathered(f"import time\ndef wait(x):\n    {code}\n")
    waits = [one for one in found if "reading" not in one.noun]
    ((text, its_state),) = [(one.detail or one.fate, one.state) for one in waits]
    assert text.startswith(detail)
    assert its_state is state


def test_a_poll_that_is_all_a_helper_does_is_the_helper() -> None:
    poll = "    for i in range(5):\n        if x(): return\n        time.sleep(1)\n"
    alone = f"import time\ndef wait(x):\n{poll}    assert False\n"
    among = f"import time\ndef wait(x):\n    y = x()\n{poll}    y.go()\n    return y\n"
    assert [one.lines for one in gathered(alone) if one.aspect is Aspect.TIME] == [Lines(2, 6)]
    assert [one.lines for one in gathered(among) if one.aspect is Aspect.TIME] == [Lines(4, 6)]


def test_clocks_and_limits() -> None:
    text = (
        "import asyncio, time\nasync def a(x):\n    await asyncio.wait_for(x, 1)\n    time.time()\n"
    )
    assert said(text, Aspect.TIME, APP) == [
        ("time limit", "by `asyncio.wait_for`", 3),
        ("clock reading", "by `time.time`", 4),
    ]


@pytest.mark.parametrize(
    ("host", "reserved"),
    [
        ("localhost", True), ("api.example.com", True), ("a.test", True), ("192.0.2.7", True),
        ("10.1.2.3", True), ("172.20.0.1", True), ("172.40.0.1", False), ("8.8.8.8", False),
        ("acme.io", False), ("myexample.com", False), ("server", True),
    ],
)  # fmt: skip
def test_hosts_that_can_belong_to_nobody(host: str, *, reserved: bool) -> None:
    assert is_reserved(host) is reserved


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("db_password", True), ("apiKey", True), ("PRIVATE_KEY", True), ("AuthToken", True),
        ("token_count", False), ("key", False), ("sort_key", False), ("author", False), ("", False),
    ],
)  # fmt: skip
def test_names_of_credentials(name: str, *, expected: bool) -> None:
    assert names_credential(name) is expected


@given(st.text(max_size=60))
def test_every_text_has_a_fate(text: str) -> None:
    assert credential_fate(text)
    assert all(one == one.lower() for one in words(text) if one.isascii())


@given(st.sampled_from("0123456789abcdef"), st.sampled_from("0123456789abcdef"))
def test_a_uuid_of_two_digits_is_typed_by_hand(one: str, other: str) -> None:
    assert is_made_up(f"{one * 8}-{other * 4}-4{other * 3}-8{other * 3}-{one * 12}")


SNIPPETS = st.sampled_from(
    ["x = mock.patch('a')\n", "def test_a():\n", "    x.start()\n", "  assert (\n", "'''\n", "(\n",
     "with open(x)\n", "class FakeA:\n", "    time.sleep(.1)\n", "while x:\n", "f'{\n", "\\\n",
     "import time\n", "from unittest import mock\n", "except:\n", "try:\n", "    self.fail(\n"]
)  # fmt: skip


@settings(max_examples=60)
@given(st.lists(SNIPPETS, max_size=30).map("".join))
def test_broken_code_never_breaks_a_gatherer(text: str) -> None:
    (report,) = analyse([ChangedFile(TEST, text.encode())], Settings(), strict=True)
    count = text.count("\n") + 1
    assert all(1 <= one.lines.start <= one.lines.end <= count for one in report.evidence)
