"""How grave the findings of the security checks are, where they are shown, and their mends."""

from __future__ import annotations

import textwrap

import pytest

from checks import registry
from checks.engine import analyse
from checks.model import ChangedFile, Confidence, Finding, Settings, Severity, Surface
from checks.suggestion import edited
from checks.text import SourceText


def look(check: str, text: str, path: str = "app/service.py") -> list[Finding]:
    checks = {check: registry.load()[check]}
    file = ChangedFile(path, textwrap.dedent(text).encode())
    (report,) = analyse([file], Settings(), strict=True, checks=checks)
    return list(report.findings)


def only(check: str, text: str, path: str = "app/service.py") -> Finding:
    (found,) = look(check, text, path)
    return found


@pytest.mark.parametrize(
    ("command", "severity", "confidence"),
    [
        ('f"job {name}"', Severity.HIGH, Confidence.HIGH),
        ("name", Severity.MEDIUM, Confidence.MEDIUM),
        ("self.command", Severity.MEDIUM, Confidence.LOW),
        ('"job " + request.args["name"]', Severity.CRITICAL, Confidence.HIGH),
        ('request.POST["name"]', Severity.CRITICAL, Confidence.HIGH),
    ],
)
def test_commands(command: str, severity: Severity, confidence: Confidence) -> None:
    found = only(
        "command-injection",
        f"""
        import subprocess

        def run(self, request, name):
            subprocess.run({command}, shell=True)
        """,
    )
    assert (found.severity, found.confidence) == (severity, confidence)
    assert (found.surface is Surface.SUMMARY) == (confidence is Confidence.LOW)


@pytest.mark.parametrize(
    ("statement", "severity", "surface"),
    [
        ("f\"SELECT * FROM t WHERE a = '{name}'\"", Severity.HIGH, Surface.INLINE),
        ('f"SELECT * FROM t WHERE a = {name}"', Severity.HIGH, Surface.INLINE),
        ("\"SELECT * FROM t WHERE a = '%s'\" % name", Severity.HIGH, Surface.INLINE),
        ('"INSERT INTO t VALUES ({}, 1)".format(name)', Severity.HIGH, Surface.INLINE),
        ('f"SELECT * FROM {name}"', Severity.MEDIUM, Surface.SUMMARY),
        ("f\"SELECT * FROM {self.table} WHERE a = '{name}'\"", Severity.HIGH, Surface.INLINE),
        ('f"UPDATE {self.table} SET {self.column} = {name}"', Severity.MEDIUM, Surface.SUMMARY),
        ("f\"CREATE USER u IDENTIFIED BY '{name}'\"", Severity.MEDIUM, Surface.SUMMARY),
        ('f"INSERT INTO {name} VALUES ({self.quote(1)})"', Severity.MEDIUM, Surface.SUMMARY),
        (
            '"UPDATE %s SET %s = %s" % (self.quote(1), self.quote(2), name)',
            Severity.MEDIUM,
            Surface.SUMMARY,
        ),
        ('f"SELECT * FROM {self.table}"', Severity.MEDIUM, Surface.SUMMARY),
        ('f"SELECT * FROM t WHERE a = {request.GET[name]}"', Severity.CRITICAL, Surface.INLINE),
    ],
)
def test_statements(statement: str, severity: Severity, surface: Surface) -> None:
    found = only(
        "sql-injection",
        f"""
        def run(self, cursor, request, name):
            cursor.execute({statement})
        """,
    )
    assert (found.severity, found.surface) == (severity, surface)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("yaml.load(x, Loader=yaml.Loader)", "yaml.safe_load(x)"),
        ("yaml.load(x)", "yaml.safe_load(x)"),
        ("yaml.load(x, yaml.UnsafeLoader)", "yaml.safe_load(x)"),
        ("yaml.load_all(x, Loader=yaml.Loader)", "yaml.safe_load_all(x)"),
        ("yaml.unsafe_load(x)", "yaml.safe_load(x)"),
        ("yaml.full_load(x)", "yaml.safe_load(x)"),
    ],
)
def test_yaml_is_mended_with_one_click(before: str, after: str) -> None:
    text = f"import yaml\n\n\ndef read(x):\n    return {before}\n"
    found = only("unsafe-yaml-load", text)
    assert found.suggestion is not None
    assert found.suggestion.text == f"    return {after}"
    mended = edited(SourceText(text.encode()), found.edits)
    assert mended is not None
    assert look("unsafe-yaml-load", mended.decode()) == []


@pytest.mark.parametrize(
    "before",
    ["read(x, Loader=yaml.Loader)", "yaml.load(stream=x, Loader=yaml.Loader)",
     "yaml.load(x, **options)", "yaml.load(*x)"],
)  # fmt: skip
def test_yaml_is_not_mended_where_it_is_not_certain(before: str) -> None:
    text = f"import yaml\nfrom yaml import load as read\n\n\ndef f(x, options):\n    {before}\n"
    assert all(one.suggestion is None for one in look("unsafe-yaml-load", text))


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("requests.get(url, verify=False)", "requests.get(url)"),
        ("requests.get(url, verify=False, timeout=5)", "requests.get(url, timeout=5)"),
        ("requests.get(verify=False, url=url)", "requests.get(url=url)"),
        ("httpx.Client(verify=False)", "httpx.Client()"),
    ],
)
def test_the_verification_is_switched_on_with_one_click(before: str, after: str) -> None:
    text = f"import httpx\nimport requests\n\n\ndef f(url):\n    return {before}\n"
    found = only("tls-verification-off", text)
    assert found.severity is Severity.HIGH
    assert found.suggestion is not None
    assert found.suggestion.text == f"    return {after}"


def test_in_tests_the_verification_is_a_note() -> None:
    text = "import requests\nrequests.get('https://api.acme.io/', verify=False)\n"
    found = only("tls-verify-disabled-in-test", text, "tests/test_a.py")
    assert (found.severity, found.surface) == (Severity.INFO, Surface.SUMMARY)


@pytest.mark.parametrize(
    ("data", "severity", "surface"),
    [
        ('request.cookies["x"]', Severity.CRITICAL, Surface.INLINE),
        ("connection.recv(100)", Severity.HIGH, Surface.INLINE),
        ("given", Severity.MEDIUM, Surface.INLINE),
        ('cache.get("x")', Severity.MEDIUM, Surface.SUMMARY),
        ('open("model.bin", "rb").read()', Severity.LOW, Surface.SUMMARY),
        ("open(given).read()", Severity.MEDIUM, Surface.SUMMARY),
    ],
)
def test_pickles(data: str, severity: Severity, surface: Surface) -> None:
    found = only(
        "unsafe-deserialization",
        f"""
        import pickle
        from app import cache

        def load(request, connection, given):
            return pickle.loads({data})
        """,
    )
    assert (found.severity, found.surface) == (severity, surface)


def test_a_swallowed_decision_is_told_inline() -> None:
    template = "def {}(a):\n    try:\n        a.look()\n    except Exception:\n        pass\n"
    assert only("swallowed-exception", template.format("tell")).surface is Surface.SUMMARY
    found = only("swallowed-exception", template.format("check_permission"))
    assert (found.surface, found.severity) == (Surface.INLINE, Severity.MEDIUM)


def test_a_secret_in_a_log_is_named_and_not_shown() -> None:
    found = only("secret-in-log", "import logging\ndef f(token):\n    logging.info(token)\n")
    assert found.severity is Severity.HIGH
    assert "`token`" in found.message
    printed = only("secret-in-log", "def f(token):\n    print(token)\n")
    assert printed.severity is Severity.MEDIUM


@pytest.mark.parametrize(
    "command",
    ['f"mysql -u root -pTr4vel!Lamp77 {name}"', 'f"tool --password=Tr4vel!Lamp77 {name}"',
     'f"psql postgres://me:Tr4vel!Lamp77@db/{name}"', 'f"PGPASSWORD=Tr4vel!Lamp77 psql {name}"',
     '"tool --token Tr4vel!Lamp77 " + name'],
)  # fmt: skip
def test_a_command_is_quoted_without_its_password(command: str) -> None:
    text = f"import os\n\n\ndef run(name):\n    os.system({command})\n"
    found = only("command-injection", text)
    assert "Tr4vel" not in found.message
    assert "***" in found.message
    assert "name" in found.message


def test_a_command_without_a_password_is_quoted_whole() -> None:
    found = only("command-injection", "import os\ndef f(a):\n    os.system('ls -la ' + a)\n")
    assert "`'ls -la ' + a`" in found.message


@pytest.mark.parametrize(
    ("code", "surface"),
    [
        ("def run(given):\n    return eval(given)", Surface.INLINE),
        ('def run(given):\n    return eval(given, {"__builtins__": {}})', Surface.INLINE),
        ("def run(given):\n    exec('import ' + given)", Surface.INLINE),
        ("def run(given, names):\n    exec(given, names)", Surface.SUMMARY),
        ("def run(given, names):\n    exec('import ' + given, names)", Surface.SUMMARY),
        ("class Shell:\n    def run(self, given):\n        exec(given)", Surface.SUMMARY),
        ("def _run(given):\n    exec(given)", Surface.SUMMARY),
        ("def run():\n    exec('x = ' + written())", Surface.SUMMARY),
    ],
)
def test_code_that_is_handed_in(code: str, surface: Surface) -> None:
    assert only("code-injection", code + "\n").surface is surface


@pytest.mark.parametrize(
    ("code", "surface"),
    [
        ("def read(given):\n    return pickle.loads(given)", Surface.INLINE),
        ("class Store:\n    def read(self, given):\n        return pickle.loads(given)",
         Surface.SUMMARY),
    ],
)  # fmt: skip
def test_a_method_is_handed_what_its_program_keeps(code: str, surface: Surface) -> None:
    assert only("unsafe-deserialization", f"import pickle\n\n\n{code}\n").surface is surface


@pytest.mark.parametrize(
    ("code", "surface"),
    [
        ("logging.info(access_token)", Surface.INLINE),
        ("logging.info(access_token.strip())", Surface.INLINE),
        ("logging.info(session_key)", Surface.SUMMARY),
        ("logging.info(cookies)", Surface.SUMMARY),
        ("if access_token.expires < 1:\n        logging.info(access_token)", Surface.SUMMARY),
    ],
)
def test_names_with_more_than_one_meaning(code: str, surface: Surface) -> None:
    text = f"import logging\n\n\ndef f(access_token, session_key, cookies):\n    {code}\n"
    assert only("secret-in-log", text).surface is surface


def test_a_hasher_that_is_called_after_its_function_is_a_choice() -> None:
    text = """
        import hashlib

        class {}:
            def encode(self, password, salt):
                return hashlib.md5((salt + password).encode()).hexdigest()
        """
    assert only("weak-hash", text.format("MD5Hasher")).surface is Surface.SUMMARY
    assert only("weak-hash", text.format("Hasher")).surface is Surface.INLINE


@pytest.mark.parametrize("change", ["options.update(given)", "options['secure'] = True",
                                    "options.setdefault('secure', True)"])  # fmt: skip
def test_options_that_are_filled_in_are_not_known(change: str) -> None:
    text = (
        "def f(response, given):\n    options = {'httponly': True}\n    %s\n"
        "    response.set_cookie('session_id', given, **options)\n"
    )
    assert look("cookie-without-secure", text % change) == []
    assert only("cookie-without-secure", text % "pass").surface is Surface.INLINE


def test_a_function_named_after_what_it_leaves_out_is_a_choice() -> None:
    text = """
        import ssl

        def {}():
            context = ssl.create_default_context()
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
            return context
        """
    found = look("tls-verification-off", text.format("insecure_context"))
    assert {one.surface for one in found} == {Surface.SUMMARY}
    found = look("tls-verification-off", text.format("context"))
    assert Surface.INLINE in {one.surface for one in found}
