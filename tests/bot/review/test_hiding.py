"""Which limits of an analysis keep a comment from being called fixed."""

from __future__ import annotations

import dataclasses

import pytest

from bot.review.hiding import can_hide
from checks import registry
from tests.bot.review import values

PLAIN = values.CATALOGUE["swallowed-exception"]
FLOW = dataclasses.replace(values.CATALOGUE["sql-injection"], on=(registry.flows("sql"),))


@pytest.mark.parametrize(
    "limit",
    [
        "line 4: no check is called sleeep, so the comment silences nothing",
        "line 4: the comment names no check, so it silences nothing: write assay: ignore[rule-id]",
        "line 14: ignore-file counts in the first 10 lines only, so the comment silences nothing",
        "holds bytes that are not UTF-8",
        "declares the encoding latin-1, read as UTF-8",
        "code nested more than 100 deep was read without its scopes",
        "check other-check failed on this file",
        "more than 100 findings of other-check, the rest left out",
        "lines 90-120 could not be parsed",
    ],
)
def test_what_hides_nothing(limit: str) -> None:
    for check in (PLAIN, FLOW):
        assert not can_hide([limit], check, check.id, 12)


@pytest.mark.parametrize(
    "limit",
    [
        "not all files that it imports could be read",
        "not all files that it imports were read: the limit of a review was reached",
        "data could not be followed: the code is nested too deeply",
        "data was followed in part only: 2 functions are too complex",
    ],
)
def test_what_hides_only_what_follows_data(limit: str) -> None:
    assert not can_hide([limit], PLAIN, PLAIN.id, 12)
    assert can_hide([limit], FLOW, FLOW.id, 12)
    assert can_hide([limit], None, "", 12), "a check that nobody knows may follow data"


@pytest.mark.parametrize(
    ("limit", "line"),
    [
        ("lines 10-20 could not be parsed", 12),
        ("line 11 could not be parsed", 12),
        ("lines 90-120 could not be parsed", None),
        ("check swallowed-exception failed on this file", 12),
        ("more than 100 findings of swallowed-exception, the rest left out", 12),
        ("3 more places could not be parsed", 12),
        ("too many expressions to evaluate: not all values are known", 12),
        ("the base could not be compared: only changed lines are reported", 12),
        ("its header says that it is generated: searched for secrets only", 12),
        ("a limit that is not known here", 12),
    ],
)
def test_what_may_hide_it(limit: str, line: int | None) -> None:
    assert can_hide([limit], PLAIN, PLAIN.id, line)


def test_nothing_hides_nothing() -> None:
    assert not can_hide([], PLAIN, PLAIN.id, None)
