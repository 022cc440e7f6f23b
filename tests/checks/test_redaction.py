"""Whichever check speaks: a secret of the file is in none of its words, and in no fingerprint."""

from __future__ import annotations

import random

import pytest

from checks.engine import analyse
from checks.model import ChangedFile, Edit, FileReport, Settings, Span
from tests.checks.making import look, make_check
from tests.checks.secrets.looking import CHECKS
from tests.checks.secrets.shapes import SHAPES

GITHUB, OTHER = (SHAPES["github-token"][0](random.Random(3)) for _ in range(2))
EVERY_CHECK = {
    "a password": 'requests.get(url, auth=("app", "{}"), verify=False)\n',
    "a token": 'eval("{}" + input())\n',
    "a comment": "x = eval(y)  # assay: ignore[code-injection] was {}\n",
    "an assertion": 'def test_a():\n    assert (login("{}"), "should work")\n',
    "a command": 'os.system("curl -H token:{} " + host)\n',
}


def whole(text: str, path: str = "app/a.py") -> FileReport:
    file = ChangedFile(path, f"import os, requests\n{text}".encode())
    (report,) = analyse([file], Settings(), strict=True)
    return report


@pytest.mark.parametrize("name", sorted(EVERY_CHECK))
@pytest.mark.parametrize("path", ["app/a.py", "tests/test_a.py"])
def test_no_check_repeats_a_secret(name: str, path: str) -> None:
    report = whole(EVERY_CHECK[name].format(GITHUB), path)
    assert any(one.identity for one in report.findings)
    assert GITHUB[4:] not in repr(report)


def test_messages_and_suggestions_of_a_check_that_quotes_everything() -> None:
    def quote(call: object, report: object) -> None:
        text = call.text  # type: ignore[attr-defined]
        report(  # type: ignore[operator]
            at=call,
            message=f"`{text}` is called.",
            why=text,
            fix=f"Not {text}.",
            edits=[Edit(Span(0, 4), text)],
        )

    catalogue = {**make_check(quote), **CHECKS}
    report = look(f"eval('{GITHUB}')\n", checks=catalogue)
    assert {one.check for one in report.findings} == {"a-check", "hard-coded-secret"}
    assert GITHUB not in repr(report)
    assert "***" in next(one for one in report.findings if one.check == "a-check").message


def test_a_fingerprint_of_another_check_holds_nothing_of_a_secret() -> None:
    catalogue = {**make_check(), **CHECKS}
    prints = [
        {one.check: (one.fingerprint, one.kin) for one in look(text, checks=catalogue).findings}
        for text in (f"eval('{GITHUB}', 1)\n", f"eval('{OTHER}', 1)\n")
    ]
    assert prints[0] == prints[1]
    plain = [look(f"eval('{word}', 1)\n", checks=catalogue).findings for word in ("one", "two")]
    assert plain[0][0].fingerprint != plain[1][0].fingerprint
