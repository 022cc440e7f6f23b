"""What the analysis says of files that a change deletes."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence

import pytest

from checks.engine import analyse
from checks.model import (
    ChangedFile,
    FileReport,
    Profile,
    Role,
    Settings,
    Severity,
    Surface,
)
from checks.repository import Bounds
from checks.sandbox.batch import Batch

CHECK = "security-assertion-weakened"

PERMISSIONS = textwrap.dedent(
    """\
    import time
    import unittest

    from app.policy import PermissionDenied, remove_page


    def test_stranger_is_refused(client):
        client.login("stranger")
        response = client.get("/orders/1")
        assert response.status_code == 403


    class TestGuest(unittest.TestCase):
        def setUp(self):
            self.server = serve()
            self.addCleanup(self.server.stop)

        def test_guest_cannot_remove(self):
            time.sleep(5)
            with self.assertRaises(PermissionDenied):
                remove_page(self.server, "guest")
    """
)


def deleted(text: str = PERMISSIONS, path: str = "tests/test_permissions.py") -> ChangedFile:
    return ChangedFile(path, b"", text.encode(), deleted=True)


def look(*files: ChangedFile, settings: Settings | None = None) -> FileReport:
    """The report on the first file, by the whole catalogue."""
    return analyse(files, settings or Settings(), strict=True)[0]


def test_security_tests_that_go_with_their_file_are_told_of_in_the_summary() -> None:
    report = look(deleted())
    (finding,) = report.findings
    assert (finding.check, finding.surface) == (CHECK, Surface.SUMMARY)
    assert finding.message.startswith(
        "The security tests `test_stranger_is_refused`, `test_guest_cannot_remove` (asserting "
    )
    assert finding.message.endswith("are removed with their file.")
    assert finding.severity is Severity.MEDIUM
    assert finding.fingerprint
    assert report.deleted
    assert report.role.role is Role.TEST


def test_nothing_else_is_said_of_a_deleted_file() -> None:
    report = look(deleted())
    assert (report.evidence, report.limits, report.suppressed) == ((), (), ())
    assert (report.not_analysed, report.preexisting) == (None, 0)


@pytest.mark.parametrize("profile", list(Profile))
def test_no_profile_puts_it_on_a_line(profile: Profile) -> None:
    (finding,) = look(deleted(), settings=Settings(profile=profile)).findings
    assert finding.surface is Surface.SUMMARY


def test_what_is_tested_and_stays_makes_it_grave() -> None:
    policy = ChangedFile(
        "app/policy.py", b"def remove_page(server, who):\n    server.remove(who)\n", b""
    )
    findings = look(deleted(), policy).findings
    grave = [one for one in findings if one.severity is Severity.HIGH]
    assert len(grave) == 1
    assert "test_guest_cannot_remove" in grave[0].message
    assert {one.surface for one in findings} == {Surface.SUMMARY}
    assert len({one.fingerprint for one in findings}) == 2


@pytest.mark.parametrize("rename", [False, True])
def test_tests_that_move_to_another_file_are_not_gone(rename: bool) -> None:
    text = PERMISSIONS.replace("def test_", "def test_that_") if rename else PERMISSIONS
    there = ChangedFile("tests/access/test_orders.py", text.encode())
    assert look(deleted(), there).findings == ()


def test_tests_that_move_into_a_file_that_was_there_are_not_gone() -> None:
    before = "def test_index(client):\n    assert client.get('/').status_code == 200\n"
    there = ChangedFile(
        "tests/test_pages.py", f"{before}\n\n{PERMISSIONS}".encode(), before.encode()
    )
    assert look(deleted(), there).findings == ()


def test_one_that_is_left_behind_in_a_move_is_told_of() -> None:
    kept = PERMISSIONS.partition("\n\n\nclass")[0]
    there = ChangedFile("tests/test_orders.py", kept.encode())
    (finding,) = look(deleted(), there).findings
    assert "`test_guest_cannot_remove`" in finding.message
    assert "test_stranger_is_refused" not in finding.message
    assert finding.message.endswith("is removed with its file.")


def test_tests_do_not_move_into_files_that_are_deleted_too() -> None:
    other = deleted(path="tests/test_access.py")
    for report in analyse((deleted(), other), Settings(), strict=True):
        assert len(report.findings) == 1


def test_tests_without_a_refusal_may_go() -> None:
    text = "def test_sum():\n    assert 1 + 1 == 2\n"
    assert look(deleted(text)).findings == ()


def test_production_code_may_go() -> None:
    report = look(deleted(path="app/permissions.py"))
    assert report.findings == ()


def test_settings_hold_for_deleted_files() -> None:
    ignored = look(deleted(), settings=Settings(ignored_paths=("tests/",)))
    assert (ignored.findings, ignored.deleted) == ((), True)
    disabled = look(deleted(), settings=Settings(disabled=frozenset({CHECK})))
    assert disabled.findings == ()
    (finding,) = look(deleted(), settings=Settings(severities={CHECK: Severity.LOW})).findings
    assert finding.severity is Severity.LOW


def test_a_deleted_file_is_neither_imported_nor_asked_for() -> None:
    asked: list[str] = []

    def lookup(paths: Sequence[str]) -> dict[str, bytes | None]:
        asked.extend(paths)
        return {}

    helper = deleted("def helper():\n    pass\n", "tests/helpers.py")
    user = ChangedFile("tests/test_user.py", b"from tests.helpers import helper\n\nhelper()\n")
    analyse((helper, user), Settings(), strict=True, repository=lookup, bounds=Bounds())
    assert "tests/helpers.py" not in asked


def test_a_base_that_is_too_large_or_takes_too_long_is_named() -> None:
    assert look(deleted(f"x = 1  # {'x' * 2_000_000}\n")).not_analysed == "larger than 1 MB"

    def over() -> bool:
        return True

    (report,) = analyse((deleted(),), Settings(), deadline=over)
    assert (report.not_analysed, report.findings) == ("time limit", ())


def test_a_base_that_is_no_python_says_nothing() -> None:
    assert look(deleted("def (:\n\x00\n" * 50)).findings == ()


def test_a_deleted_file_that_no_worker_could_analyse_is_still_called_deleted() -> None:
    batch = Batch([deleted()], Settings(), 1_000_000)
    batch.give_up_rest("the analysis crashed")
    (report,) = batch.reports()
    assert (report.deleted, report.not_analysed) == (True, "the analysis crashed")
