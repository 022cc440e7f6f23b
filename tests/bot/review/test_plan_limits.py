"""GitHub's limits on what a plan holds, and the plans of reviews without a verdict."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.review import plan as plans
from bot.review.model import Conclusion, Plan
from checks.model import Lines, Problem, Region, Severity
from tests.bot.review import values
from tests.bot.review.test_plan import PLACE, SIGNER, make, numbered, one_file
from tests.bot.review.values import HEAD, SNAPSHOT, SQL, VOICE


@pytest.mark.parametrize(
    ("region", "lines", "columns"),
    [
        (Region(12, 5, 12, 30), Lines(12, 12), (5, 29)),
        (Region(12, 5, 12, 5), Lines(12, 12), (5, 5)),
        (Region(12, 5, 14, 2), Lines(12, 14), None),
        (Region(0, 0, 0, 0), Lines(1, 1), None),
    ],
)
def test_annotations_keep_githubs_rules(
    region: Region, lines: Lines, columns: tuple[int, int] | None
) -> None:
    (made,) = make(files=one_file(replace(SQL, region=region))).annotations
    assert (made.lines, made.columns) == (lines, columns)


@pytest.mark.parametrize(
    ("severity", "level"),
    [
        (Severity.CRITICAL, "failure"),
        (Severity.HIGH, "failure"),
        (Severity.MEDIUM, "warning"),
        (Severity.LOW, "notice"),
        (Severity.INFO, "notice"),
    ],
)
def test_annotation_levels(severity: Severity, level: str) -> None:
    (made,) = make(files=one_file(replace(SQL, severity=severity))).annotations
    assert made.level == level


@pytest.mark.parametrize(
    ("plan", "conclusion", "says"),
    [
        (plans.in_progress(HEAD, voice=VOICE), Conclusion.NEUTRAL, "being read"),
        (plans.superseded(HEAD, voice=VOICE), Conclusion.CANCELLED, "a newer commit"),
        (
            plans.superseded(HEAD, voice=VOICE, newer_sha="abcdef0123"),
            Conclusion.CANCELLED,
            "commit `abcdef0`",
        ),
        (
            plans.gave_up(HEAD, "GitHub refused: <b>@octocat</b>.", voice=VOICE),
            Conclusion.CANCELLED,
            "`/assay recheck`",
        ),
        (plans.closed(HEAD, voice=VOICE), Conclusion.SKIPPED, "closed"),
        (
            plans.nothing_to_review(HEAD, "only images changed", voice=VOICE),
            Conclusion.SKIPPED,
            "only images changed",
        ),
    ],
)
def test_special_outcomes_say_why_and_what_next(
    plan: Plan, conclusion: Conclusion, says: str
) -> None:
    assert plan.conclusion is conclusion
    assert plan.head_sha == HEAD
    assert says in plan.summary
    assert "@octocat" not in plan.summary
    assert "<b>" not in plan.summary
    assert 0 < len(plan.title) <= 255


def test_huge_reviews_stay_within_githubs_limits() -> None:
    long = "`" + "é|@octocat " * 300
    many = tuple(
        replace(
            numbered(n, message=long, why=long, fix=long), path="d|é/" * 400 + f"{n}.py", trace=()
        )
        for n in range(700)
    )
    files = tuple(
        values.report(one.path, findings=(one,), limits=(long,) * 9, not_analysed=None)
        for one in many
    )
    snapshot = replace(
        SNAPSHOT, problems=tuple(Problem(n, long, long) for n in range(200)), diffs=()
    )
    plan = make(snapshot, files)
    for text in (plan.summary, plan.text, plan.review_body):
        assert len(text.encode()) <= 60_000
    assert "Cut for length" in plan.summary
    assert len(plan.annotations) == 500
    assert "| 8 | Time-based logic |" in plan.summary
    assert plan.summary.rstrip().endswith("</sub>")
    assert plan.summary.count("<details>") == plan.summary.count("</details>")
    assert plan.text.count("<details>") == plan.text.count("</details>")


def test_a_comment_stays_within_githubs_limit() -> None:
    long = "é|@octocat `x` " * 5_000
    found = replace(SQL, message=long, why=long, fix=long, trace=values.TRACE * 900)
    (created,) = make(files=one_file(found)).create
    assert len(created.body) <= 65_536
    assert SIGNER.read(created.body, PLACE) is not None
