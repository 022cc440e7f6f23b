"""The plan: what goes on a line, what is left, what is edited, and GitHub's limits."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from bot.github.reviews import ReviewComment
from bot.review import plan as plans
from bot.review import report as reports
from bot.review.conversation import own_comments
from bot.review.markers import Place, Signer
from bot.review.model import (
    CommentEdit,
    Conclusion,
    FileStatus,
    OwnComment,
    Plan,
    Says,
    Snapshot,
    Standing,
)
from checks.model import (
    FileReport,
    Finding,
    Lines,
    Problem,
    Region,
    Role,
    Settings,
    Severity,
    Suggestion,
    Suppressed,
    Surface,
    Threshold,
)
from tests.bot.review import values
from tests.bot.review.test_words_escape import texts
from tests.bot.review.values import (
    CATALOGUE,
    HEAD,
    POLL,
    REPORTS,
    SECRET,
    SLEEP,
    SNAPSHOT,
    SQL,
    VOICE,
)

SIGNER = Signer([b"k" * 32])
REPOSITORY = 1296269
PLACE = Place(REPOSITORY, 7)


unhurried = hypothesis_settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
"""Other work on the machine makes no test fail."""


def make(
    snapshot: Snapshot = SNAPSHOT,
    files: tuple[FileReport, ...] = REPORTS,
    *comments: OwnComment,
) -> Plan:
    report = reports.build(snapshot, files, CATALOGUE)
    return plans.make(
        snapshot, report, Standing(comments), SIGNER, repository=REPOSITORY, voice=VOICE
    )


def settings(**changes: Any) -> Snapshot:
    return replace(SNAPSHOT, settings=replace(Settings(), **changes))


def one_file(*findings: Finding, **changes: Any) -> tuple[FileReport, ...]:
    return (values.report("app/orders.py", findings=findings, **changes),)


def comment(number: int, finding: Finding = SQL, **changes: Any) -> OwnComment:
    made = OwnComment(
        id=number,
        path=finding.path,
        line=finding.region.end_line,
        fingerprint=finding.fingerprint,
        genuine=True,
        body=f"**It was so.**\n\n{SIGNER.mark('finding', PLACE, finding.fingerprint)}",
    )
    return replace(made, **changes)


def seen(one: OwnComment) -> OwnComment:
    """The comment as the next review reads it from GitHub."""
    read = ReviewComment(
        one.id, one.path, one.body, one.line,
        thread=one.thread, resolved=one.resolved, resolved_by=one.resolved_by,
        start_line=one.start_line,
    )  # fmt: skip
    (made,) = own_comments([read], SIGNER, PLACE)
    return made


def edited(one: OwnComment, edit: CommentEdit) -> OwnComment:
    """The comment after an edit of ours."""
    return seen(replace(one, body=edit.body))


def numbered(number: int, **changes: Any) -> Finding:
    """Findings of one severity on lines of their own."""
    line = 8 + number
    return replace(
        SQL,
        region=Region(line, 1, line, 9),
        fingerprint=f"f{number:04}",
        suggestion=None,
        **changes,
    )


def test_inline_findings_become_comments_on_their_lines_the_gravest_first() -> None:
    created = make().create
    assert [(one.path, one.lines, one.fingerprint) for one in created] == [
        ("app/settings.py", Lines(4, 4), SECRET.fingerprint),
        ("app/orders.py", Lines(12, 13), SQL.fingerprint),
        ("tests/test_orders.py", Lines(40, 40), SLEEP.fingerprint),
    ]
    for one in created:
        found = SIGNER.read(one.body, PLACE)
        assert found is not None
        assert (found.kind, found.fingerprint, found.genuine) == ("finding", one.fingerprint, True)


def test_a_finding_beyond_the_hunk_is_clipped_and_one_outside_goes_to_the_summary() -> None:
    long = replace(SQL, region=Region(15, 1, 40, 9), suggestion=None)
    outside = replace(
        long, region=Region(90, 1, 90, 9), fingerprint="0ff", message="Far away", trace=()
    )
    elsewhere = replace(
        SQL, path="not/changed.py", fingerprint="e15e", message="Elsewhere", trace=()
    )
    plan = make(files=one_file(long, outside, elsewhere))
    assert [one.lines for one in plan.create] == [Lines(15, 20)]
    assert "Far away" in plan.summary
    assert "Elsewhere" in plan.summary
    assert len(plan.annotations) == 3


def test_summary_findings_get_no_comment() -> None:
    assert make(files=one_file(replace(SQL, surface=Surface.SUMMARY))).create == ()


@pytest.mark.parametrize(
    ("limit", "standing", "created"), [(3, 0, 3), (3, 2, 1), (3, 3, 0), (0, 0, 0)]
)
def test_comments_are_limited_together_with_those_that_stand(
    limit: int, standing: int, created: int
) -> None:
    findings = [numbered(n) for n in range(8)]
    stands = [comment(n, findings[7 - n]) for n in range(standing)]
    plan = make(settings(max_comments=limit), one_file(*findings), *stands)
    assert len(plan.create) == created
    assert [one.fingerprint for one in plan.create] == [f"f{n:04}" for n in range(created)]
    assert plan.summary.count("**high**") == 8 - created - standing


def test_a_comment_of_a_gone_finding_takes_no_room() -> None:
    gone = comment(1, replace(SQL, fingerprint="900e"))
    plan = make(settings(max_comments=1), one_file(SQL), gone)
    assert len(plan.create) == 1


def test_a_finding_with_a_comment_is_left() -> None:
    plan = make(SNAPSHOT, one_file(SQL), comment(5))
    assert (plan.create, plan.edit, plan.leave) == ((), (), (5,))
    assert plan.review_body == ""
    assert "1 finding has a comment on its line" in plan.summary


def test_equal_fingerprints_get_one_comment() -> None:
    plan = make(files=one_file(SQL, replace(SQL, region=Region(17, 1, 17, 9))))
    assert len(plan.create) == 1


def test_a_forged_comment_neither_hides_a_finding_nor_is_edited() -> None:
    forged = comment(5, genuine=False)
    plan = make(SNAPSHOT, one_file(SQL), forged)
    assert len(plan.create) == 1
    assert make(SNAPSHOT, one_file(), forged).edit == ()


def test_a_gone_finding_is_marked_as_fixed_once() -> None:
    (edit,) = make(SNAPSHOT, one_file(), comment(5)).edit
    assert edit.id == 5
    assert edit.body.startswith(f"Fixed in `{HEAD[:7]}`.")
    assert "It was so." in edit.body
    assert edit.body.count("<!--") == 1
    marker = SIGNER.read(edit.body, PLACE)
    assert marker is not None
    assert (marker.fingerprint, marker.genuine) == (SQL.fingerprint, True)
    again = make(SNAPSHOT, one_file(), edited(comment(5), edit))
    assert (again.edit, again.leave) == ((), (5,))


def test_a_finding_that_comes_back_gets_its_words_back() -> None:
    (edit,) = make(SNAPSHOT, one_file(), comment(5)).edit
    (back,) = make(SNAPSHOT, one_file(SQL), edited(comment(5), edit)).edit
    assert back.body.startswith("**The `status` argument")
    again = edited(comment(5), back)
    assert (again.says, again.fingerprint) == (Says.OPEN, SQL.fingerprint)
    assert make(SNAPSHOT, one_file(SQL), again).edit == ()


@pytest.mark.parametrize(
    "files",
    [
        (),
        one_file(not_analysed="time limit"),
        one_file(limits=("lines 12-20 could not be parsed",)),
        one_file(limits=("too many expressions to evaluate: not all values are known",)),
        one_file(limits=("something that this version has no word for",)),
        (values.report("app/other.py"),),
    ],
)
def test_nothing_is_called_fixed_that_was_not_looked_at(files: tuple[FileReport, ...]) -> None:
    plan = make(SNAPSHOT, files, comment(5))
    assert (plan.edit, plan.leave) == ((), (5,))


def test_a_file_with_silenced_findings_is_not_called_fixed() -> None:
    silenced = (Suppressed("sql-injection", Lines(12, 12), "", True),)
    (edit,) = make(SNAPSHOT, one_file(suppressed=silenced), comment(5)).edit
    assert edit.body.startswith(f"No longer reported as of `{HEAD[:7]}`.")


def test_a_rule_that_was_switched_off_is_not_called_fixed() -> None:
    (created,) = make(files=one_file(SQL)).create
    snapshot = settings(disabled=frozenset({"sql-injection"}))
    (edit,) = make(snapshot, one_file(), comment(5, body=created.body)).edit
    assert edit.body.startswith(f"No longer reported as of `{HEAD[:7]}`.")


def test_renamed_and_removed_files_are_followed() -> None:
    renamed = values.diff("app/sales.py", (8, 20), old_path="app/orders.py")
    removed = values.diff("app/settings.py", status=FileStatus.REMOVED)
    snapshot = replace(SNAPSHOT, diffs=(renamed, removed))
    files = (values.report("app/sales.py"),)
    edits = make(snapshot, files, comment(5), comment(6, SECRET)).edit
    assert [one.id for one in edits] == [5, 6]


def test_a_suggestion_needs_the_comment_on_exactly_its_lines() -> None:
    inside = replace(SQL, suggestion=Suggestion(Lines(11, 14), "x = 1"))
    (created,) = make(files=one_file(inside)).create
    assert created.lines == Lines(11, 14)
    assert "```suggestion\nx = 1\n```" in created.body
    outside = replace(SQL, suggestion=Suggestion(Lines(12, 30), "x = 1"))
    (created,) = make(files=one_file(outside)).create
    assert created.lines == Lines(12, 13)
    assert "suggestion" not in created.body


def test_a_finding_of_a_secrets_check_quotes_nothing() -> None:
    found = replace(
        SECRET,
        path="app/orders.py",
        region=Region(12, 1, 12, 9),
        suggestion=Suggestion(Lines(12, 12), "KEY = 'sk_live_4eC39HqLyjWDarjtT1zdp7dc'"),
    )
    plan = make(files=one_file(found))
    assert "4eC39" not in "".join((plan.summary, plan.text, plan.create[0].body))


@pytest.mark.parametrize(
    ("findings", "fail_on", "conclusion"),
    [
        ((SQL,), Threshold.HIGH, Conclusion.FAILURE),
        ((SQL,), Threshold.CRITICAL, Conclusion.NEUTRAL),
        ((SQL, SECRET), Threshold.NEVER, Conclusion.NEUTRAL),
        ((SLEEP,), Threshold.HIGH, Conclusion.NEUTRAL),
        ((SLEEP,), Threshold.MEDIUM, Conclusion.FAILURE),
        ((POLL,), Threshold.HIGH, Conclusion.SUCCESS),
        ((POLL,), Threshold.INFO, Conclusion.FAILURE),
        ((), Threshold.INFO, Conclusion.SUCCESS),
    ],
)
def test_the_conclusion(
    findings: tuple[Finding, ...], fail_on: Threshold, conclusion: Conclusion
) -> None:
    assert make(settings(fail_on=fail_on), one_file(*findings)).conclusion is conclusion


def test_a_review_that_read_nothing_is_no_success() -> None:
    assert make(files=one_file(not_analysed="time limit")).conclusion is Conclusion.NEUTRAL


def test_the_title_counts() -> None:
    assert make().title == "1 critical, 1 high, 1 medium, 1 note · 3 of 5 files"
    clean = replace(
        SNAPSHOT, unread=(), diffs=SNAPSHOT.diffs[:1], pull=replace(SNAPSHOT.pull, changed_files=1)
    )
    assert make(clean, one_file()).title == "No findings · 1 file"


def test_configuration_problems_are_in_the_summary() -> None:
    snapshot = replace(SNAPSHOT, problems=(Problem(3, "fail-on", "`hihg` is no severity"),))
    assert "- line 3, `fail-on`: `hihg` is no severity." in make(snapshot).summary


findings = st.builds(
    lambda path, message, why, fix, start, length, severity, surface, fingerprint, text: replace(
        SQL,
        path=path,
        message=message,
        why=why,
        fix=fix,
        region=Region(start, 1, start + length, 9),
        severity=severity,
        surface=surface,
        fingerprint=fingerprint,
        suggestion=Suggestion(Lines(start, start + length), text),
    ),
    st.sampled_from(("app/orders.py", "app/settings.py", "x/`|@octocat.py", "gone.py")),
    texts,
    texts,
    texts,
    st.integers(1, 70),
    st.integers(0, 9),
    st.sampled_from(Severity),
    st.sampled_from(Surface),
    st.integers(0, 30).map(lambda n: f"{n:04x}"),
    texts,
)
reviews = st.lists(findings, max_size=12).map(
    lambda made: tuple(
        values.report(path, Role.TEST, findings=tuple(one for one in made if one.path == path))
        for path in sorted({one.path for one in made})
    )
)


@unhurried
@given(reviews, st.lists(st.integers(0, 30), max_size=6), st.integers(0, 5))
def test_carrying_out_a_plan_leaves_nothing_to_do(
    files: tuple[FileReport, ...], stands: list[int], limit: int
) -> None:
    snapshot = settings(max_comments=limit)
    comments = [
        comment(number, replace(SQL, fingerprint=f"{one:04x}")) for number, one in enumerate(stands)
    ]
    plan = make(snapshot, files, *comments)
    assert plan == make(snapshot, files, *comments)
    assert plan == make(snapshot, tuple(reversed(files)), *comments)

    bodies = {one.id: one.body for one in plan.edit}
    after = [seen(replace(one, body=bodies.get(one.id, one.body))) for one in comments] + [
        seen(OwnComment(1000 + n, one.path, one.lines.end, one.fingerprint, True, one.body))
        for n, one in enumerate(plan.create)
    ]
    again = make(snapshot, files, *after)
    assert (again.create, again.edit) == ((), ())
    assert again.leave == tuple(one.id for one in after)
    fingerprints = [one.fingerprint for one in plan.create]
    assert len(set(fingerprints)) == len(fingerprints)
    assert not set(fingerprints) & {one.fingerprint for one in comments}
    hunks = {diff.path: diff.hunks for diff in snapshot.diffs}
    for one in plan.create:
        assert any(
            hunk.head.start <= one.lines.start <= one.lines.end <= hunk.head.end
            for hunk in hunks[one.path]
            if hunk.head
        )
