"""What becomes of a job after a run: the decision, over all values."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from bot.jobs.backoff import Policy, pause
from bot.jobs.outcome import (
    Crashed,
    Failed,
    HandedBack,
    Hopeless,
    Later,
    Outcome,
    Returned,
    Standing,
    State,
    decide,
    describe,
    end,
    shorten,
)
from bot.jobs.port import SUPERSEDED

POLICY = Policy()
HOUR = 3_600_000
DAYS_3 = 72 * HOUR
NOW = 1_800_000_000_000

RUNNING = Standing(
    state=State.RUNNING,
    run_at=NOW - 1000,
    since=NOW - 1000,
    failures=0,
    crashes=0,
    ending=None,
    ending_tries=0,
    error=None,
)
ENDING = replace(RUNNING, ending="failed 5 times: no", ending_tries=1)

outcomes: st.SearchStrategy[Outcome] = st.one_of(
    st.just(Returned()),
    st.just(HandedBack()),
    st.just(Crashed()),
    st.builds(Failed, st.text(max_size=10)),
    st.builds(Hopeless, st.text(max_size=10)),
    st.builds(Later, st.integers(NOW - DAYS_3, NOW + 2 * DAYS_3), st.text(max_size=10)),
)


def after(job: Standing, outcome: Outcome, *, now: int = NOW, random: float = 0.999) -> Standing:
    return decide(job, outcome, now=now, policy=POLICY, random=lambda: random)


def test_returned_is_done() -> None:
    assert after(RUNNING, Returned()).state == State.DONE


def test_an_ending_of_a_failed_job_is_failed_and_of_a_superseded_one_done() -> None:
    assert after(ENDING, Returned()).state == State.FAILED
    assert after(replace(ENDING, ending=SUPERSEDED), Returned()).state == State.DONE


@given(outcomes)
def test_a_job_superseded_during_its_work_is_owed_an_ending(outcome: Outcome) -> None:
    superseded = after(replace(RUNNING, ending=SUPERSEDED, failures=4, crashes=4), outcome)
    assert superseded.state == State.WAITING
    assert (superseded.ending, superseded.ending_tries) == (SUPERSEDED, 0)
    assert (superseded.run_at, superseded.since) == (NOW, NOW)
    assert (superseded.failures, superseded.crashes) == (0, 0)


@given(st.lists(outcomes, min_size=1, max_size=30))
def test_every_started_job_ends_with_a_return_or_a_bounded_ending(runs: list[Outcome]) -> None:
    job, now, worked = RUNNING, NOW, 0
    for outcome in runs:
        was_ending = job.ending is not None
        job = after(job, outcome, now=now)
        worked += not was_ending and isinstance(outcome, Failed | Crashed)
        if job.state == State.DONE:
            assert isinstance(outcome, Returned)
            assert not was_ending
            return
        if job.state == State.FAILED:
            assert was_ending
            return
        assert job.run_at >= now
        assert worked <= POLICY.cap
        assert (job.ending is None) or worked == POLICY.cap or job.failures == 0 or was_ending
        now = job.run_at
        job = replace(
            job, state=State.RUNNING, ending_tries=job.ending_tries + (job.ending is not None)
        )


def test_the_fifth_failure_leads_to_the_ending() -> None:
    fourth = after(replace(RUNNING, failures=3), Failed("no"))
    assert (fourth.ending, fourth.failures) == (None, 4)
    fifth = after(replace(RUNNING, failures=4), Failed("no"))
    assert (fifth.ending, fifth.failures) == ("failed 5 times: no", 0)
    assert (fifth.state, fifth.run_at) == (State.WAITING, NOW)


def test_a_first_crash_is_made_good_at_once_and_a_second_waits() -> None:
    first = after(RUNNING, Crashed())
    assert (first.run_at, first.failures, first.crashes) == (NOW, 1, 1)
    second = after(replace(first, state=State.RUNNING), Crashed())
    assert second.run_at > NOW


def test_handing_back_counts_nothing() -> None:
    assert after(RUNNING, HandedBack()) == replace(RUNNING, state=State.WAITING, run_at=NOW)
    again = after(ENDING, HandedBack())
    assert again.ending_tries == 0


def test_retry_at_is_obeyed_within_three_days() -> None:
    later = after(RUNNING, Later(NOW + 5 * HOUR, "rate limit"))
    assert (later.run_at, later.failures, later.ending) == (NOW + 5 * HOUR, 0, None)
    too_late = after(RUNNING, Later(NOW + DAYS_3, "rate limit"))
    assert too_late.ending == "put off for more than 3 days: rate limit"
    old = after(replace(RUNNING, since=NOW - DAYS_3 - 1), Later(NOW + 1, "rate limit"))
    assert old.ending is not None


def test_retry_at_in_the_past_makes_no_loop_without_a_pause() -> None:
    assert after(RUNNING, Later(NOW - HOUR, "now")).run_at == NOW + 1000


def test_an_ending_is_tried_for_three_days() -> None:
    assert after(replace(ENDING, failures=500), Failed("no")).state == State.WAITING
    late = replace(ENDING, since=NOW - DAYS_3 - 1)
    assert after(late, Failed("no")).state == State.FAILED
    assert after(late, Later(NOW + 1, "no")).state == State.FAILED
    assert after(ENDING, Hopeless("no")).state == State.FAILED


def test_an_ending_that_kills_workers_is_given_up_at_the_cap() -> None:
    assert after(replace(ENDING, crashes=3, failures=90), Crashed()).state == State.WAITING
    assert after(replace(ENDING, crashes=4), Crashed()).state == State.FAILED


def test_giving_up_a_waiting_job_makes_its_ending_due() -> None:
    waiting = replace(RUNNING, state=State.WAITING, run_at=NOW + HOUR, failures=2)
    ended = end(waiting, SUPERSEDED, NOW)
    assert (ended.run_at, ended.ending, ended.failures) == (NOW, SUPERSEDED, 0)


@given(st.integers(1, 10_000), st.floats(0, 1, exclude_max=True))
def test_pauses_grow_to_ten_minutes_and_no_further(failures: int, chance: float) -> None:
    length = pause(failures, POLICY, lambda: chance)
    assert timedelta(0) <= length <= timedelta(minutes=10)
    assert length <= pause(failures + 1, POLICY, lambda: chance)


def test_the_first_ceilings() -> None:
    ceilings = [pause(failures, POLICY, lambda: 1.0).total_seconds() for failures in range(1, 7)]
    assert ceilings == [2, 8, 32, 128, 512, 600]


@given(st.text(max_size=600))
def test_a_reason_fits_into_every_database(text: str) -> None:
    reason = shorten(text)
    assert len(reason) <= 200
    assert reason.isprintable()
    reason.encode()


def test_an_exception_is_described_by_its_first_line() -> None:
    assert describe(KeyError("a\nb")) == "KeyError: 'a\\nb'"
    assert describe(OSError("a\nb")) == "OSError: a"
    assert describe(OSError()) == "OSError"
    assert len(describe(OSError("x" * 900))) == 200
