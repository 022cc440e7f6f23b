"""Checks that compare base and head, over changes of several files and whole refactorings."""

from __future__ import annotations

import textwrap

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from checks import registry
from checks.engine import analyse
from checks.model import ChangedFile, FileReport, Settings, Surface

COMPARING = ("security-assertion-weakened", "removed-cleanup", "widened-timeout")

SUITE = textwrap.dedent(
    """\
    import unittest

    import pytest


    def test_stranger_is_refused(client):
        client.login("stranger")
        response = client.get("/orders/1")
        assert response.status_code == 403


    def test_guest_cannot_write(store, guest):
        with pytest.raises(PermissionError):
            store.write(guest, "x")


    def test_worker(queue):
        worker = Worker(queue)
        worker.start()
        assert queue.join(timeout=5)
        worker.stop()


    class TestSession(unittest.TestCase):
        def setUp(self):
            self.server = serve()
            self.addCleanup(self.server.stop)

        def test_token(self):
            self.assertEqual(401, self.server.get("/token").status)
    """
)


def look(*files: ChangedFile) -> FileReport:
    """The report on the first file, by the checks that compare."""
    catalogue = {name: registry.load()[name] for name in COMPARING}
    return analyse(files, Settings(), strict=True, checks=catalogue, evidence=[])[0]


def change(
    head: str, base: str = SUITE, path: str = "tests/test_app.py", **more: str
) -> ChangedFile:
    return ChangedFile(path, head.encode(), base.encode(), more.get("old_path"))


def blocks(text: str) -> list[str]:
    """The imports and the top-level definitions."""
    return text.split("\n\n\n")


@settings(deadline=None)
@given(st.permutations(range(1, 5)))
def test_the_order_of_tests_is_no_matter(order: list[int]) -> None:
    parts = blocks(SUITE)
    head = "\n\n\n".join([parts[0], *(parts[number].strip("\n") for number in order)]) + "\n"
    assert look(change(head)).findings == ()


@settings(deadline=None)
@given(st.sets(st.sampled_from([1, 2, 3, 4]), min_size=1))
def test_tests_that_move_to_another_file_of_the_change_are_not_gone(moved: set[int]) -> None:
    parts = blocks(SUITE)
    left = "\n\n\n".join(part for number, part in enumerate(parts) if number not in moved)
    there = "\n\n\n".join([parts[0], *(parts[number] for number in sorted(moved))])
    other = ChangedFile("tests/test_more.py", there.encode())
    assert look(change(left), other).findings == ()


def test_renamed_tests_are_the_same() -> None:
    head = SUITE.replace("def test_", "def test_that_")
    assert look(change(head)).findings == ()


def test_a_renamed_file_is_compared_with_its_old_text() -> None:
    head = SUITE.replace("== 403", "== 200")
    report = look(change(head, path="tests/test_orders.py", old_path="tests/test_app.py"))
    assert [finding.check for finding in report.findings] == ["security-assertion-weakened"]


def test_a_new_file_has_nothing_to_weaken() -> None:
    head = SUITE.replace("== 403", "== 200").replace("self.addCleanup(self.server.stop)", "pass")
    assert look(ChangedFile("tests/test_app.py", head.encode())).findings == ()


@pytest.mark.parametrize(
    ("old", "new", "check"),
    [
        ("== 403", "== 200", "security-assertion-weakened"),
        ("== 403", "in (200, 403)", "security-assertion-weakened"),
        ("    assert response.status_code == 403\n", "", "security-assertion-weakened"),
        ("PermissionError", "Exception", "security-assertion-weakened"),
        ("(401,", "(200,", "security-assertion-weakened"),
        ("        self.addCleanup(self.server.stop)\n", "", "removed-cleanup"),
        ("    worker.stop()\n", "", "removed-cleanup"),
        ("timeout=5", "timeout=500", "widened-timeout"),
    ],
)
def test_one_weakening_among_renamed_tests_is_found(old: str, new: str, check: str) -> None:
    head = SUITE.replace(old, new).replace("def test_", "def test_that_")
    found = {finding.check for finding in look(change(head)).findings}
    assert found == {check}


def test_a_test_that_is_gone_is_reported_where_its_place_was() -> None:
    base = SUITE + textwrap.dedent(
        """\


        def test_owner(client):
            client.login("owner")
            response = client.get("/orders/1")
            assert response.status_code == 200
        """
    )
    parts = blocks(base)
    del parts[1]
    (finding,) = look(change("\n\n\n".join(parts), base)).findings
    assert finding.surface is Surface.INLINE
    assert "test_stranger_is_refused" in finding.message
    assert finding.scope == "test_guest_cannot_write"


def test_a_feature_that_goes_with_all_its_tests_is_at_most_a_note() -> None:
    head = "\n\n\n".join(blocks(SUITE)[:1]) + "\n"
    findings = look(change(head)).findings
    assert all(finding.surface is Surface.SUMMARY for finding in findings)


@pytest.mark.parametrize("base", ["", "def (:\n"])
def test_a_base_without_tests_has_nothing_to_weaken(base: str) -> None:
    assert look(change(SUITE, base)).findings == ()


def test_what_cannot_be_read_any_more_is_not_called_gone() -> None:
    report = look(change(SUITE.partition("def test_worker")[0] + "def (:\n"))
    assert report.limits
    assert report.findings == ()
