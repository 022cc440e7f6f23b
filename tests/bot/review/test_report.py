"""The report: eight rows, one verdict, nothing dropped."""

from __future__ import annotations

import itertools
import random
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.review import report as reports
from bot.review.model import AspectRow, Report, Unread
from checks.model import (
    IGNORED,
    Aspect,
    Confidence,
    Evidence,
    FileReport,
    Lines,
    Region,
    Role,
    Severity,
    State,
    Suppressed,
    Surface,
)
from tests.bot.review import values
from tests.bot.review.values import CATALOGUE, PATCHED, POLL, REPORTS, SECRET, SLEEP, SNAPSHOT, SQL


def build(*files: FileReport, unread: tuple[Unread, ...] = ()) -> Report:
    snapshot = replace(
        SNAPSHOT,
        unread=unread,
        pull=replace(SNAPSHOT.pull, changed_files=0),
        diffs=tuple(values.diff(one.path) for one in files),
    )
    return reports.build(snapshot, files, CATALOGUE)


def row(report: Report, aspect: Aspect) -> AspectRow:
    return report.rows[aspect - 1]


def test_there_are_always_eight_rows_in_order() -> None:
    for report in (build(), reports.build(SNAPSHOT, REPORTS, CATALOGUE)):
        assert [one.aspect for one in report.rows] == list(Aspect)


@pytest.mark.parametrize(
    ("files", "state"),
    [
        ({"findings": (SLEEP,)}, State.FINDING),
        ({"findings": (replace(SLEEP, severity=Severity.INFO),)}, State.FINDING),
        (
            {"findings": (replace(SLEEP, severity=Severity.LOW, surface=Surface.SUMMARY),)},
            State.FINDING,
        ),
        ({"findings": (POLL,)}, State.NOTE),
        (
            {"evidence": (Evidence(Aspect.TIME, Lines(1, 1), "poll", "polls", state=State.NOTE),)},
            State.NOTE,
        ),
        ({"evidence": (Evidence(Aspect.TIME, Lines(1, 1), "poll", "polls"),)}, State.CLEAN),
        ({"evidence": (PATCHED,)}, State.NOT_APPLICABLE),
        ({}, State.NOT_APPLICABLE),
    ],
)
def test_the_state_of_an_aspect(files: dict[str, Any], state: State) -> None:
    assert row(build(values.report("a.py", **files)), Aspect.TIME).state is state


def test_a_finding_speaks_of_its_lines_and_a_clean_aspect_of_what_it_looked_at() -> None:
    evidence = Evidence(Aspect.TIME, Lines(1, 9), "clock", "clocks")
    found = build(values.report("a.py", findings=(SLEEP, POLL), evidence=(evidence,)))
    assert row(found, Aspect.TIME).places == (
        ("tests/test_orders.py", (Lines(40, 40), Lines(51, 57))),
    )
    clean = build(values.report("a.py", evidence=(evidence,)))
    assert row(clean, Aspect.TIME).places == (("a.py", (Lines(1, 9),)),)


def test_places_come_in_the_order_of_the_change() -> None:
    evidence = (PATCHED,)
    report = build(
        values.report("z.py", evidence=evidence), values.report("a.py", evidence=evidence)
    )
    assert [path for path, _ in row(report, Aspect.MOCKS).places] == ["z.py", "a.py"]


@given(st.lists(st.tuples(st.integers(1, 60), st.integers(0, 8))))
def test_merged_ranges_hold_the_same_lines_and_never_touch(pairs: list[tuple[int, int]]) -> None:
    ranges = [Lines(start, start + length) for start, length in pairs]
    joined = reports.merged(ranges)
    assert {n for one in ranges for n in range(one.start, one.end + 1)} == {
        n for one in joined for n in range(one.start, one.end + 1)
    }
    assert all(a.end + 1 < b.start for a, b in itertools.pairwise(joined))


@pytest.mark.parametrize(
    ("evidence", "clause"),
    [
        ((PATCHED,), "1 patcher, stopped by addCleanup"),
        ((PATCHED, PATCHED), "2 patchers, stopped by addCleanup"),
        (
            (PATCHED, replace(PATCHED, noun="fake", plural="fakes", fate=""), PATCHED),
            "2 patchers, stopped by addCleanup; 1 fake",
        ),
        (
            (PATCHED, replace(PATCHED, fate="stopped in tearDown")),
            "1 patcher, stopped by addCleanup; 1 patcher, stopped in tearDown",
        ),
        (
            (replace(PATCHED, detail="50 × 0.1 s = 5 s at most"),) * 2,
            "50 × 0.1 s = 5 s at most",
        ),
    ],
)
def test_evidence_is_counted_into_a_clause(evidence: tuple[Evidence, ...], clause: str) -> None:
    assert row(build(values.report("a.py", evidence=evidence)), Aspect.MOCKS).clause == clause


def test_what_is_not_seen_to_be_undone_is_a_note_and_told_once() -> None:
    left = replace(PATCHED, fate="not seen to be stopped", state=State.NOTE)
    alone = row(build(values.report("a.py", evidence=(PATCHED, left))), Aspect.MOCKS)
    assert (alone.state, alone.clause) == (State.NOTE, "1 patcher, not seen to be stopped")
    found = replace(POLL, aspect=Aspect.MOCKS, path="a.py", region=Region(11, 1, 11, 9))
    told = row(build(values.report("a.py", findings=(found,), evidence=(left,))), Aspect.MOCKS)
    assert (told.state, told.clause) == (State.NOTE, found.message)
    below = replace(left, lines=Lines(40, 40))
    both = row(build(values.report("a.py", findings=(found,), evidence=(below,))), Aspect.MOCKS)
    assert both.clause == f"{found.message}; 1 patcher, not seen to be stopped"


def test_a_long_clause_ends_with_a_count() -> None:
    evidence = tuple(replace(PATCHED, noun=f"noun {n}", plural=f"nouns {n}") for n in range(50))
    clause = row(build(values.report("a.py", evidence=evidence)), Aspect.MOCKS).clause
    shown = clause.count("noun")
    assert clause.endswith(f", and {50 - shown} more")
    assert len(clause) < 240


def test_a_finding_clause_is_the_gravest_and_a_count() -> None:
    graver = replace(SLEEP, severity=Severity.HIGH, message="`while True` never ends.")
    report = build(values.report("a.py", findings=(SLEEP, graver, POLL)))
    assert row(report, Aspect.TIME).clause == "`while True` never ends, and 2 more"


@pytest.mark.parametrize(
    ("files", "unread", "verdict"),
    [
        ((), (), "There is no file to look at."),
        (
            (values.report("a.py"),),
            (),
            "No security defects were found in the changed code.",
        ),
        (
            (values.report("a.py", findings=(POLL,)),),
            (),
            ("No security defects were found in the changed code; there is 1 note."),
        ),
        (
            (values.report("a.py"), values.report("b.py", not_analysed="time limit")),
            (Unread("c.bin", "binary"),),
            ("No security defects were found in the 1 of 3 files that could be read."),
        ),
        (
            (values.report("tests/test_orders.py", Role.TEST, findings=(SLEEP,)),),
            (),
            (
                "No security defects were found in the changed code, but 1 test problem: "
                "`time.sleep(5)` waits for the job instead of asking whether it is done "
                "(`tests/test_orders.py`, line 40)."
            ),
        ),
        (
            (
                values.report("tests/test_orders.py", Role.TEST, findings=(SLEEP, POLL)),
                values.report(
                    "app/orders.py", findings=(SQL, replace(SLEEP, path="app/orders.py"))
                ),
            ),
            (),
            (
                "1 security defect, 1 test problem and 1 code problem were found in the changed "
                "code, the gravest: The `status` argument of the request reaches `cursor.execute` "
                "inside the SQL text (`app/orders.py`, line 12)."
            ),
        ),
        (
            (values.report("a.py", not_analysed="time limit"),),
            (),
            "The file could not be analysed, so that nothing can be said about it.",
        ),
        (
            (values.report("a.py", not_analysed="time limit"),),
            (Unread("c.bin", "binary"),),
            "None of the 2 files could be analysed: nothing can be said about them.",
        ),
        (
            (values.report("a.py"), values.report("docs/b.py", not_analysed=IGNORED)),
            (),
            "No security defects were found in the 1 of 2 files that are reviewed here.",
        ),
        (
            (values.report("docs/b.py", not_analysed=IGNORED),),
            (),
            "The file is not reviewed here: the configuration ignores it.",
        ),
        (
            tuple(values.report(path, not_analysed=IGNORED) for path in ("a.md", "b.md")),
            (),
            "None of the 2 files is reviewed here: the configuration ignores them.",
        ),
        (
            (values.report("a.js", language="javascript"), values.report("b.go", language="go")),
            (),
            (
                "No security defects were found in the changed code; in Go and JavaScript only "
                "secrets and test problems are looked for."
            ),
        ),
        (
            tuple(values.report(f"a.{one}", language=one) for one in ("tsx", "ruby", "json")),
            (),
            (
                "No security defects were found in the changed code; in TypeScript only secrets "
                "and test problems are looked for, in Ruby only secrets."
            ),
        ),
        (
            (values.report("vendor/a.js", Role.GENERATED, language="javascript"),),
            (),
            "No security defects were found in the changed code.",
        ),
    ],
)
def test_the_verdict(
    files: tuple[FileReport, ...], unread: tuple[Unread, ...], verdict: str
) -> None:
    assert build(*files, unread=unread).verdict == verdict


def test_the_verdict_tells_of_languages_that_the_configuration_leaves_out() -> None:
    snapshot = replace(SNAPSHOT, settings=replace(SNAPSHOT.settings, languages=frozenset({"go"})))
    report = reports.build(snapshot, [values.report("a.py")], CATALOGUE)
    assert report.verdict.endswith("; in Python only secrets are looked for.")
    assert "In Python only secrets are looked for." in report.assumptions


def test_files_that_github_did_not_list_count_as_not_read() -> None:
    snapshot = replace(
        SNAPSHOT,
        pull=replace(SNAPSHOT.pull, changed_files=3_500),
        unread=(Unread("3,496 more files", "GitHub lists at most 3,000"),),
    )
    report = reports.build(snapshot, REPORTS, CATALOGUE)
    assert "in the 3 of 3,500 files that could be read" in report.verdict
    assert Unread("3,496 more files", "GitHub lists at most 3,000") in report.not_looked_at


@given(st.randoms(use_true_random=False))
def test_findings_are_sorted_by_gravity_whatever_their_order(shuffle: random.Random) -> None:
    expected = [
        SECRET,
        replace(SQL, fingerprint="0"),
        replace(SQL, confidence=Confidence.MEDIUM),
        replace(SLEEP, severity=Severity.HIGH),
        replace(SQL, confidence=Confidence.LOW),
        replace(SLEEP, path="a.py", region=Region(9, 1, 9, 2)),
        replace(SLEEP, path="a.py", region=Region(10, 1, 10, 2)),
        SLEEP,
        POLL,
    ]
    mixed = list(expected)
    shuffle.shuffle(mixed)
    report = build(values.report("a.py", findings=tuple(mixed)))
    assert list(report.findings) == expected


def test_the_verdict_tells_of_what_the_change_silences() -> None:
    hidden = (
        Suppressed("weak-hash", Lines(4, 4), "", True),
        Suppressed("weak-hash", Lines(9, 9), "", False),
    )
    report = build(values.report("a.py", suppressed=hidden))
    assert report.verdict == (
        "No security defects were found in the changed code; the change silences 1 finding."
    )


def test_what_was_not_looked_at_is_named_once() -> None:
    report = reports.build(SNAPSHOT, REPORTS, CATALOGUE)
    assert report.not_looked_at == (
        Unread("assets/logo.png", "binary"),
        Unread("web/bundle.min.js", "larger than 1 MB"),
        Unread("tests/test_orders.py", "lines 90-120 could not be parsed"),
    )


def test_assumptions_count_what_files_were_taken_for() -> None:
    report = build(
        *(values.report(f"tests/test_{n}.py", Role.TEST) for n in range(3)),
        values.report("x.py", Role.TEST, reason="imports unittest"),
        values.report("app.py", preexisting=1),
    )
    assert report.assumptions == (
        "Taken for tests: 3 files (their path) and `x.py` (imports unittest).",
        "Taken for production code: `app.py` (its path).",
        "Settings: `.github/assay.yml` on `main`.",
        "1 older finding that this change did not introduce is left out.",
    )


def test_what_many_files_share_is_said_once() -> None:
    one = REPORTS[0]
    files = [replace(one, path=f"app/f{number}.py", limits=("time limit",)) for number in range(6)]
    alone = replace(one, path="app/z.py", limits=("lines 3-4 could not be parsed",))
    report = build(*files, alone)
    assert report.not_looked_at == (
        Unread("app/f0.py", "time limit (the same for 5 more files)"),
        Unread("app/z.py", "lines 3-4 could not be parsed"),
    )


def test_a_file_whose_base_could_not_be_read_counts_once() -> None:
    one = REPORTS[0]
    missing = Unread(one.path, "its base text could not be read")
    assert "1 of 2" not in build(one, unread=(missing,)).verdict
    assert "1 of 2 files" in build(one, unread=(Unread("other.py", "binary"),)).verdict
