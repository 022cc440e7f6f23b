"""The transactions of the queue: store, claim, renew, settle, rescue, count, forget.

Each function is the inside of one transaction, in SQL that SQLite and PostgreSQL both speak. The
database runs these transactions one after the other (``BEGIN IMMEDIATE``; an advisory lock):
lanes and group limits are conditions over many rows, which locks on single rows do not protect.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.jobs.backoff import Policy
from bot.jobs.database import Transaction
from bot.jobs.outcome import Crashed, HandedBack, Outcome, Standing, State, decide, end
from bot.jobs.port import SUPERSEDED, Job, NewJob, QueueStats

_STANDING = "state, run_at, since, failures, crashes, ending, ending_tries, error"
_OURS = "id = :id AND attempt = :attempt AND state = 'running'"


@dataclass(frozen=True, slots=True)
class Owner:
    """Who claims: one run of a worker, and the machine's file lock it holds."""

    worker: str
    node: str


@dataclass(frozen=True, slots=True)
class Round:
    """What a worker learns in one look at the queue."""

    claimed: tuple[Job, ...]
    held: dict[tuple[int, int], bool]
    """The jobs that are this worker's, by id and fence: whether one was given an ending."""


def milliseconds(when: datetime) -> int:
    """A time as the database has it.

    Raises:
        ValueError: The time has no zone.
    """
    if when.tzinfo is None:
        raise ValueError(f"A time without a zone: {when}")
    return (when - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(milliseconds=1)


def encode_payload(job: NewJob) -> str:
    """Check what one of the databases could not store, and give the payload as ASCII JSON.

    Raises:
        TypeError: The payload holds something that is not a JSON value.
        ValueError: So it does, or a time has no zone, or a name holds what is no text, or a job
            without a lane is to supersede others.
    """
    if job.supersede and not job.lane:
        raise ValueError("A job that supersedes older ones must name their lane")
    if job.not_before is not None:
        milliseconds(job.not_before)
    for name in (job.kind, job.lane, job.group, job.dedupe or ""):
        if "\0" in name or name != name.encode(errors="replace").decode():
            raise ValueError(f"Not valid text: {name!r}")
    return json.dumps(dict(job.payload), allow_nan=False, separators=(",", ":"))


def enqueue(tx: Transaction, job: NewJob, payload: str) -> bool:
    """Store a job, its delivery id, and that it supersedes older ones; False for a duplicate."""
    if job.dedupe is not None and _is_known(tx, job.dedupe):
        return False
    if job.supersede:
        _supersede(tx, job.kind, job.lane)
    run_at = tx.now if job.not_before is None else max(tx.now, milliseconds(job.not_before))
    ((number,),) = tx.rows(
        """
        INSERT INTO assay_jobs
            (kind, payload, lane, group_key, priority, state, created_at, run_at, since)
        VALUES (:kind, :payload, :lane, :group_key, :priority, 'waiting', :now, :run_at, :run_at)
        RETURNING id
        """,
        kind=job.kind,
        payload=payload,
        lane=job.lane,
        group_key=job.group,
        priority=job.priority,
        now=tx.now,
        run_at=run_at,
    )
    if job.dedupe is not None:
        tx.rows(
            """
            INSERT INTO assay_deliveries (delivery, job, received_at) VALUES (:delivery, :job, :now)
            ON CONFLICT (delivery) DO UPDATE
                SET job = excluded.job, received_at = excluded.received_at
            """,
            delivery=job.dedupe,
            job=number,
            now=tx.now,
        )
    tx.notify()
    return True


def _is_known(tx: Transaction, delivery: str) -> bool:
    """Whether the delivery's job waits, runs or is done. A job that was forgotten was done."""
    known = tx.rows(
        """
        SELECT job.state FROM assay_deliveries AS delivery
            LEFT JOIN assay_jobs AS job ON job.id = delivery.job
        WHERE delivery.delivery = :delivery
        """,
        delivery=delivery,
    )
    return bool(known) and known[0][0] != State.FAILED


def _supersede(tx: Transaction, kind: str, lane: str) -> None:
    older = "kind = :kind AND lane = :lane AND ending IS NULL"
    tx.rows(
        "UPDATE assay_jobs SET state = 'done', ending = :ending, finished_at = :now "  # noqa: S608
        f"WHERE state = 'waiting' AND attempt = 0 AND {older}",
        kind=kind,
        lane=lane,
        ending=SUPERSEDED,
        now=tx.now,
    )
    # A running one keeps running: its worker is told, and its ending follows (see `decide`).
    tx.rows(
        f"UPDATE assay_jobs SET ending = :ending WHERE state = 'running' AND {older}",  # noqa: S608
        kind=kind,
        lane=lane,
        ending=SUPERSEDED,
    )
    paused = tx.rows(
        f"SELECT id, {_STANDING} FROM assay_jobs "  # noqa: S608
        f"WHERE state = 'waiting' AND attempt > 0 AND {older}",
        kind=kind,
        lane=lane,
    )
    for number, *rest in paused:
        _write(tx, number, end(_standing(rest), SUPERSEDED, tx.now))


def look(
    tx: Transaction,
    owner: Owner,
    kinds: Sequence[str],
    free: int,
    policy: Policy,
    random: Callable[[], float],
) -> Round:
    """Renew what is ours, rescue what nobody renews, claim up to ``free`` jobs."""
    renew(tx, owner, policy)
    _rescue(tx, policy, random, "lease_until < :limit", limit=tx.lease_now)
    claimed: list[Job] = []
    while len(claimed) < free:
        job = _claim(tx, owner, kinds, policy)
        if job is None:
            break
        claimed.append(job)
    held = tx.rows(
        "SELECT id, attempt, ending FROM assay_jobs WHERE worker = :worker AND state = 'running'",
        worker=owner.worker,
    )
    return Round(tuple(claimed), {(job, fence): ending is not None for job, fence, ending in held})


def _claim(tx: Transaction, owner: Owner, kinds: Sequence[str], policy: Policy) -> Job | None:
    names = {f"kind{number}": kind for number, kind in enumerate(kinds)}
    listed = ", ".join(f":{name}" for name in names)
    # The ending of a job comes before younger jobs of its lane, but only its first try: one that
    # waits for its next try holds up nobody.
    found = tx.rows(
        f"""
        UPDATE assay_jobs
        SET state = 'running', attempt = attempt + 1, worker = :worker, node = :node,
            lease_until = :lease_until,
            ending_tries = ending_tries + CASE WHEN ending IS NULL THEN 0 ELSE 1 END
        WHERE id = (
            SELECT job.id FROM assay_jobs AS job
            WHERE job.state = 'waiting' AND job.run_at <= :now AND job.kind IN ({listed})
              AND job.group_key NOT IN (
                SELECT group_key FROM assay_jobs
                WHERE state = 'running' AND group_key <> ''
                GROUP BY group_key HAVING count(*) >= :group_limit)
              AND job.lane NOT IN (
                SELECT lane FROM assay_jobs WHERE state = 'running' AND lane <> '')
              AND NOT EXISTS (
                SELECT 1 FROM assay_jobs AS older
                WHERE older.state = 'waiting' AND older.lane <> '' AND older.lane = job.lane
                  AND older.id < job.id AND older.ending IS NOT NULL AND older.ending_tries = 0)
            ORDER BY job.priority DESC, job.id
            LIMIT 1)
        RETURNING id, kind, payload, attempt, lane, group_key, created_at, ending
        """,  # noqa: S608
        worker=owner.worker,
        node=owner.node,
        lease_until=_lease_until(tx, policy),
        now=tx.now,
        group_limit=policy.group_limit,
        **names,
    )
    if not found:
        return None
    number, kind, payload, attempt, lane, group, created_at, ending = found[0]
    return Job(
        id=number,
        kind=kind,
        payload=json.loads(payload),
        attempt=attempt,
        lane=lane,
        group=group,
        created_at=datetime.fromtimestamp(created_at / 1000, UTC),
        ending=ending,
        fence=attempt,
    )


def renew(tx: Transaction, owner: Owner, policy: Policy) -> None:
    """Lengthen the leases of a worker's jobs, when a quarter of their time has gone."""
    until = _lease_until(tx, policy)
    tx.rows(
        "UPDATE assay_jobs SET lease_until = :until "
        "WHERE worker = :worker AND state = 'running' AND lease_until < :spent",
        until=until,
        worker=owner.worker,
        spent=until - policy.lease // timedelta(milliseconds=4),
    )


def is_current(tx: Transaction, job: Job, policy: Policy) -> bool:
    """Whether the job is still this run's; if so, nobody can take it for one more lease."""
    ours = tx.rows(
        f"UPDATE assay_jobs SET lease_until = :until WHERE {_OURS} "  # noqa: S608
        "RETURNING ending, ending_tries",
        until=_lease_until(tx, policy),
        id=job.id,
        attempt=job.fence,
    )
    return bool(ours) and (ours[0][0] is None or ours[0][1] > 0)


def settle(
    tx: Transaction, job: Job, outcome: Outcome, policy: Policy, random: Callable[[], float]
) -> Standing | None:
    """Write down how a run ended; None when the job is no longer this run's."""
    ours = tx.rows(
        f"SELECT {_STANDING} FROM assay_jobs WHERE {_OURS}",  # noqa: S608
        id=job.id,
        attempt=job.fence,
    )
    if not ours:
        return None
    after = decide(_standing(ours[0]), outcome, now=tx.now, policy=policy, random=random)
    _write(tx, job.id, after)
    tx.notify()
    return after


def hand_back(
    tx: Transaction,
    owner: Owner,
    kept: Collection[tuple[int, int]],
    policy: Policy,
    random: Callable[[], float],
) -> None:
    """Give back what a worker that ends still holds, except the runs that go on in spite of it."""
    held = tx.rows(
        f"SELECT id, attempt, {_STANDING} FROM assay_jobs "  # noqa: S608
        "WHERE worker = :worker AND state = 'running'",
        worker=owner.worker,
    )
    for number, fence, *rest in held:
        if (number, fence) not in kept:
            job = _standing(rest)
            _write(tx, number, decide(job, HandedBack(), now=tx.now, policy=policy, random=random))
            tx.notify()


def rescue_node(
    tx: Transaction, node: str | None, policy: Policy, random: Callable[[], float]
) -> int:
    """Void all leases at once, or those of one node: the file lock tells that nobody holds them."""
    if node is None:
        return _rescue(tx, policy, random, "1 = 1")
    return _rescue(tx, policy, random, "node = :node", node=node)


def _rescue(
    tx: Transaction,
    policy: Policy,
    random: Callable[[], float],
    condition: str,
    **params: object,
) -> int:
    lost = tx.rows(
        f"SELECT id, {_STANDING} FROM assay_jobs "  # noqa: S608
        f"WHERE state = 'running' AND {condition}",
        **params,
    )
    for number, *rest in lost:
        after = decide(_standing(rest), Crashed(), now=tx.now, policy=policy, random=random)
        _write(tx, number, after)
    return len(lost)


def count(tx: Transaction) -> QueueStats:
    """Count the jobs by state."""
    by_state = dict(tx.rows("SELECT state, count(*) FROM assay_jobs GROUP BY state"))
    ((oldest,),) = tx.rows(
        "SELECT min(run_at) FROM assay_jobs WHERE state = 'waiting' AND run_at <= :now", now=tx.now
    )
    return QueueStats(
        waiting=by_state.get(State.WAITING, 0),
        running=by_state.get(State.RUNNING, 0),
        failed=by_state.get(State.FAILED, 0),
        done=by_state.get(State.DONE, 0),
        oldest_waiting=timedelta(milliseconds=0 if oldest is None else tx.now - oldest),
    )


def forget(tx: Transaction, age: timedelta, policy: Policy) -> int:
    """Delete finished jobs older than ``age``, and delivery ids older than that and the memory.

    The delivery id of a job that failed goes with it: the delivery may come again.
    """
    before = tx.now - age // timedelta(milliseconds=1)
    memory = max(age, policy.delivery_memory) // timedelta(milliseconds=1)
    old = "state IN ('done', 'failed') AND finished_at <= :before"
    failed = tx.rows(
        "DELETE FROM assay_deliveries WHERE job IN "  # noqa: S608
        f"(SELECT id FROM assay_jobs WHERE state = 'failed' AND {old}) RETURNING job",
        before=before,
    )
    jobs = tx.rows(f"DELETE FROM assay_jobs WHERE {old} RETURNING id", before=before)  # noqa: S608
    deliveries = tx.rows(
        """
        DELETE FROM assay_deliveries WHERE received_at <= :before
            AND NOT EXISTS (SELECT 1 FROM assay_jobs WHERE assay_jobs.id = assay_deliveries.job)
        RETURNING job
        """,
        before=tx.now - memory,
    )
    return len(failed) + len(jobs) + len(deliveries)


def _lease_until(tx: Transaction, policy: Policy) -> int:
    return tx.lease_now + policy.lease // timedelta(milliseconds=1)


def _standing(row: Sequence[Any]) -> Standing:
    state, *rest = row
    return Standing(State(state), *rest)


def _write(tx: Transaction, number: int, after: Standing) -> None:
    finished = after.state in (State.DONE, State.FAILED)
    tx.rows(
        """
        UPDATE assay_jobs
        SET state = :state, run_at = :run_at, since = :since, failures = :failures,
            crashes = :crashes, ending = :ending, ending_tries = :ending_tries, error = :error,
            finished_at = :finished_at, worker = NULL, node = NULL, lease_until = NULL
        WHERE id = :id
        """,
        id=number,
        state=str(after.state),
        run_at=after.run_at,
        since=after.since,
        failures=after.failures,
        crashes=after.crashes,
        ending=after.ending,
        ending_tries=after.ending_tries,
        error=after.error,
        finished_at=tx.now if finished else None,
    )
