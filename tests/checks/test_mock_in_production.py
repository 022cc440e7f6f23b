"""A module that tests alone import: a helper of theirs, or what they test?"""

from __future__ import annotations

import pytest

from checks.engine import analyse
from checks.model import ChangedFile, Settings

MODULE = """\
import os
from unittest import mock


def mailer():
    if not os.environ.get("MAIL_PASSWORD"):
        return mock.MagicMock()
    return connect()
"""
HELPER_USE = "from shop import notify\n\n\ndef test_order():\n    assert notify.mailer()\n"
SUBJECT_USE = """\
from unittest import mock

from shop import notify


def test_order():
    with mock.patch("shop.notify.connect"):
        notify.mailer()
"""


def _flagged(*files: tuple[str, str]) -> set[str]:
    reports = analyse([ChangedFile(path, text.encode()) for path, text in files], Settings())
    return {
        one.path
        for report in reports
        for one in report.findings
        if one.check == "mock-in-production"
    }


@pytest.mark.parametrize(
    ("others", "flagged"),
    [
        ([], True),
        ([("tests/test_orders.py", HELPER_USE)], False),
        ([("tests/test_notify.py", HELPER_USE)], True),
        ([("tests/test_orders.py", SUBJECT_USE)], True),
        (
            [("tests/test_orders.py", HELPER_USE), ("shop/app.py", "from shop import notify\n")],
            True,
        ),
    ],
    ids=["nobody", "a-helper", "its-own-test", "patched-by-a-test", "production-too"],
)
def test_who_imports_it_and_what_for(others: list[tuple[str, str]], flagged: bool) -> None:
    found = _flagged(("shop/notify.py", MODULE), *others)
    assert found == ({"shop/notify.py"} if flagged else set())
