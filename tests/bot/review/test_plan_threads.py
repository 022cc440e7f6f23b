"""The plan for findings that are back, dismissed, ignored or whose comment was deleted."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from bot.review import buttons
from bot.review import plan as plans
from bot.review import report as reports
from bot.review.model import Conclusion, OwnComment, Plan, Says, Snapshot, Standing
from bot.review.state import Decision, Ignored, Memory, Posted
from bot.review.words import comment as words
from checks.model import FileReport, Role
from tests.bot.review import values
from tests.bot.review.test_plan import (
    REPOSITORY,
    SIGNER,
    comment,
    edited,
    one_file,
    settings,
)
from tests.bot.review.values import CATALOGUE, SLEEP, SNAPSHOT, SQL, VOICE

WHO = Decision("alice", "2026-11-24T10:00:00Z", "it is a *test* of @octocat")


def make(
    *comments: OwnComment,
    files: tuple[FileReport, ...] = one_file(SQL),
    snapshot: Snapshot = SNAPSHOT,
    **standing: Any,
) -> Plan:
    report = reports.build(snapshot, files, CATALOGUE)
    what = Standing(comments, **standing)
    return plans.make(snapshot, report, what, SIGNER, repository=REPOSITORY, voice=VOICE)


def mended(**changes: Any) -> OwnComment:
    """The comment on SQL after its finding was mended."""
    one = comment(5, thread="T", node_id="N")
    (edit,) = make(one, files=one_file()).edit
    assert edit.resolve is True
    return replace(edited(one, edit), thread="T", node_id="N", **changes)


def test_what_is_back_speaks_in_its_own_thread_where_people_see_it() -> None:
    plan = make(mended(resolved=True))
    (edit,) = plan.edit
    assert (plan.create, edit.resolve) == ((), False)
    assert not edit.body.startswith(words.FIXED)
    (edit,) = make(mended()).edit
    assert edit.resolve is None, "a thread that is open is left open"


def test_what_is_back_offers_its_suggestion_where_the_lines_are_the_same() -> None:
    (edit,) = make(mended(start_line=12)).edit
    assert "```suggestion\n    cursor.execute(sql, (status,))\n```" in edit.body
    for other in (mended(), mended(start_line=12, line=14), mended(start_line=12, path="a.py")):
        (edit,) = make(other).edit
        assert "suggestion" not in edit.body, "GitHub would replace other lines"


def test_what_is_back_gets_a_new_comment_where_the_old_one_is_not_seen() -> None:
    for one in (mended(line=None, resolved=True), mended(resolved=True, resolved_by="bob")):
        plan = make(one)
        (created,) = plan.create
        assert words.AGAIN in created.body
        assert plan.edit == ()
        assert plan.conclusion is Conclusion.FAILURE


def test_without_room_for_a_new_comment_the_old_one_speaks_again() -> None:
    plan = make(mended(line=None), snapshot=settings(max_comments=0))
    assert plan.create == ()
    assert [one.id for one in plan.edit] == [5]
    person = mended(line=None, resolved=True, resolved_by="alice")
    plan = make(person, snapshot=settings(max_comments=0))
    assert (plan.create, plan.edit) == ((), ())


def test_an_outdated_comment_is_neither_repeated_nor_called_fixed() -> None:
    plan = make(comment(5, line=None))
    assert (plan.create, plan.edit) == ((), ())
    assert "app/orders.py:12" in plan.summary, "it is not on its line any more"


def test_a_thread_that_somebody_with_write_access_resolved_does_not_count() -> None:
    one = comment(5, resolved=True, resolved_by="alice")
    plan = make(one, writers=frozenset({"alice"}))
    assert (plan.create, plan.edit) == ((), ())
    assert plan.conclusion is Conclusion.SUCCESS
    assert plan.annotations == ()
    assert "No security defects were found" in plan.summary
    assert "resolved by `alice`" in plan.summary


def test_a_thread_that_the_author_resolved_without_access_counts_and_is_left() -> None:
    plan = make(comment(5, resolved=True, resolved_by="octocat"), writers=frozenset({"alice"}))
    assert (plan.create, plan.edit) == ((), ())
    assert plan.conclusion is Conclusion.FAILURE


def test_what_a_person_dismissed_and_then_mended_stays_dismissed() -> None:
    one = comment(5, resolved=True, resolved_by="alice")
    (edit,) = make(one, files=one_file(), writers=frozenset({"alice"})).edit
    assert edit.resolve is None
    back = replace(edited(one, edit), resolved=True, resolved_by="alice")
    assert back.says is Says.DISMISSED
    plan = make(back, writers=frozenset({"alice"}))
    assert (plan.create, plan.edit) == ((), ())
    assert plan.conclusion is Conclusion.SUCCESS


def test_a_deleted_comment_stays_away_and_its_finding_counts() -> None:
    plan = make(posted=(Posted(SQL.fingerprint, ""),))
    assert plan.create == ()
    assert plan.conclusion is Conclusion.FAILURE
    assert "app/orders.py:12" in plan.summary
    moved = replace(SQL, fingerprint="another", kin="kin")
    assert make(files=one_file(moved), posted=(Posted("gone", "kin"),)).create == ()
    assert make(files=one_file(moved), posted=(Posted("gone", "other"),)).create != ()


def test_an_ignored_finding_says_who_and_why_and_pings_nobody() -> None:
    memory = Memory(1, (Ignored(SQL.fingerprint, "", "sql-injection", WHO),))
    plan = make(comment(5, thread="T"), memory=memory)
    (edit,) = plan.edit
    assert edit.resolve is True
    assert edit.body.startswith("Ignored, as `alice` asked on 2026-11-24: ")
    assert "@octocat" not in edit.body + plan.summary
    assert plan.conclusion is Conclusion.SUCCESS
    assert "ignored by `alice` on 2026-11-24" in plan.summary
    again = replace(edited(comment(5), edit), resolved=True)
    assert make(again, memory=memory).edit == ()
    (back,) = make(replace(again, thread="T")).edit
    assert back.resolve is False


def test_findings_in_test_code_can_be_left_out_and_the_button_turns() -> None:
    files = (*one_file(SQL), *(one for one in _tests()))
    plan = make(files=files)
    assert "ignore-tests" in [one.identifier for one in plan.buttons]
    plan = make(files=files, memory=Memory(1, tests=WHO))
    assert "count-tests" in [one.identifier for one in plan.buttons]
    assert [one.path for one in plan.create] == ["app/orders.py"]
    assert "Ignored in tests" in plan.summary
    assert "; 1 finding was ignored or dismissed.**" in plan.summary.splitlines()[0]
    assert "1 finding. Why: it is a \\*test\\* of @\u200boctocat." in plan.summary


def _tests() -> tuple[FileReport, ...]:
    return (values.report("tests/test_orders.py", Role.TEST, findings=(SLEEP,)),)


def test_buttons_are_within_github_s_limits() -> None:
    every = {
        *buttons.of_review(unplaced=1, in_tests=1, tests_ignored=False),
        *buttons.of_review(unplaced=1, in_tests=1, tests_ignored=True),
        *buttons.of_pause(),
    }
    assert len(every) == 5
    for one in every:
        assert len(one.label) <= 20
        assert len(one.description) <= 40
        assert len(one.identifier) <= 20
    assert len(buttons.of_review(unplaced=1, in_tests=1, tests_ignored=False)) == 3
