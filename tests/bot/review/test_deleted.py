"""What a review says of files that the change deletes: in the summary, and nowhere else."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.review import plan as plans
from bot.review import report as reports
from bot.review.markers import Signer
from bot.review.model import Conclusion, FileStatus, Hunk, Plan, Snapshot, Standing, Unread
from checks.model import FileReport, Lines, Region, Role, Severity, Surface
from tests.bot.review import values
from tests.bot.review.values import CATALOGUE, SNAPSHOT, SQL, VOICE

PATH = "tests/test_rights.py"
GONE = values.finding(
    path=PATH,
    region=Region(1, 1, 1, 1),
    message="The security test `test_stranger` (asserting 403) is removed with its file.",
    severity=Severity.MEDIUM,
    surface=Surface.SUMMARY,
    scope="",
    fingerprint="d0d0d0d0d0d0d0d0",
)
DELETED = values.report(PATH, Role.TEST, findings=(GONE,), deleted=True)
REMOVED = values.diff(PATH, status=FileStatus.REMOVED, hunks=(Hunk(None, Lines(1, 9)),), added=())
KEPT = values.report("app/orders.py")


def change(*files: FileReport, unread: tuple[Unread, ...] = ()) -> Snapshot:
    diffs = tuple(REMOVED if one.deleted else values.diff(one.path, (8, 20)) for one in files)
    pull = replace(SNAPSHOT.pull, changed_files=len(diffs))
    return replace(SNAPSHOT, pull=pull, diffs=diffs, unread=unread)


def make(*files: FileReport, unread: tuple[Unread, ...] = ()) -> Plan:
    snapshot = change(*files, unread=unread)
    report = reports.build(snapshot, files, CATALOGUE)
    signer = Signer([b"k" * 32])
    return plans.make(snapshot, report, Standing(), signer, repository=5, voice=VOICE)


def test_a_finding_in_a_deleted_file_is_a_line_of_the_summary_only() -> None:
    plan = make(KEPT, DELETED)
    assert plan.create == ()
    assert plan.annotations == ()
    assert "**Findings without a comment**" in plan.summary
    assert f"- **medium** `{PATH}` The security test `test_stranger`" in plan.summary
    assert plan.conclusion is Conclusion.NEUTRAL


def test_nothing_links_to_a_file_that_is_not_there() -> None:
    plan = make(KEPT, DELETED)
    assert f"{PATH}#L" not in plan.summary
    assert f"{PATH}:1" not in plan.summary
    assert f"| `{PATH}` deleted |" in plan.summary


def test_a_deleted_file_is_not_counted_as_read_nor_taken_for_anything() -> None:
    report = reports.build(change(KEPT, DELETED), (KEPT, DELETED), CATALOGUE)
    assert report.files == (KEPT,)
    assert not any("tests" in one for one in report.assumptions)
    assert "1 security defect was found in the changed code:" in report.verdict
    assert report.verdict.endswith(f"(`{PATH}`, deleted).")
    plan = make(KEPT, DELETED)
    assert plan.title == "1 medium · 1 file"
    assert PATH not in plan.text


def test_a_deleted_file_without_findings_changes_no_word() -> None:
    quiet = replace(DELETED, findings=())
    assert make(KEPT, quiet) == make(KEPT)


def test_a_change_that_only_deletes_has_a_verdict() -> None:
    plan = make(DELETED)
    assert plan.conclusion is Conclusion.NEUTRAL
    assert "There is no file to look at" not in plan.summary
    assert "1 security defect was found in the changed code" in plan.summary
    calm = make(replace(DELETED, findings=()))
    assert calm.conclusion is Conclusion.SUCCESS
    assert "There is no file to look at" in calm.summary


def test_a_grave_one_fails_the_review_as_any_other() -> None:
    grave = replace(DELETED, findings=(replace(GONE, severity=Severity.HIGH),))
    assert make(KEPT, grave).conclusion is Conclusion.FAILURE


def test_a_path_that_is_removed_and_added_is_there() -> None:
    file = values.report(PATH, Role.TEST, findings=(replace(SQL, path=PATH),))
    snapshot = change(file)
    snapshot = replace(snapshot, diffs=(REMOVED, *snapshot.diffs))
    assert reports.removed_paths(snapshot) == frozenset()


def test_other_findings_keep_their_comments_and_annotations() -> None:
    plan = make(replace(KEPT, findings=(SQL,)), DELETED)
    assert [one.path for one in plan.create] == ["app/orders.py"]
    assert [one.path for one in plan.annotations] == ["app/orders.py"]


@pytest.mark.parametrize("by_analysis", [True, False])
def test_one_that_could_not_be_looked_at_is_named_and_not_counted(by_analysis: bool) -> None:
    unread = Unread(PATH, "time limit")
    if by_analysis:
        plan = make(KEPT, replace(DELETED, findings=(), not_analysed="time limit"))
    else:
        snapshot = replace(change(KEPT, DELETED), unread=(unread,))
        report = reports.build(snapshot, (KEPT,), CATALOGUE)
        signer = Signer([b"k" * 32])
        plan = plans.make(snapshot, report, Standing(), signer, repository=5, voice=VOICE)
    assert f"- `{PATH}`: time limit" in plan.summary
    assert plan.title == "No findings · 1 file"
    assert plan.conclusion is Conclusion.SUCCESS
