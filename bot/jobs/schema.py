"""The tables of the queue, for both databases, and how they come to be.

Times are milliseconds since 1970 in UTC, except ``lease_until``, which is on the database's lease
clock. Payloads are JSON text: the queue never looks into them.
"""

from __future__ import annotations

from bot.jobs.database import Transaction
from bot.jobs.port import StoreUnavailable

MIGRATIONS: tuple[tuple[str, ...], ...] = (
    (
        """
        CREATE TABLE assay_jobs (
            id            {id},
            kind          TEXT    NOT NULL,
            payload       TEXT    NOT NULL,
            lane          TEXT    NOT NULL,
            group_key     TEXT    NOT NULL,
            priority      INTEGER NOT NULL,
            state         TEXT    NOT NULL
                CHECK (state IN ('waiting', 'running', 'done', 'failed')),
            created_at    BIGINT  NOT NULL,
            run_at        BIGINT  NOT NULL,
            since         BIGINT  NOT NULL,
            finished_at   BIGINT,
            attempt       INTEGER NOT NULL DEFAULT 0,
            failures      INTEGER NOT NULL DEFAULT 0,
            crashes       INTEGER NOT NULL DEFAULT 0,
            ending        TEXT,
            ending_tries  INTEGER NOT NULL DEFAULT 0,
            error         TEXT,
            worker        TEXT,
            node          TEXT,
            lease_until   BIGINT
        )
        """,
        """
        CREATE TABLE assay_deliveries (
            delivery     TEXT   PRIMARY KEY,
            job          BIGINT NOT NULL,
            received_at  BIGINT NOT NULL
        )
        """,
        "CREATE INDEX assay_jobs_waiting ON assay_jobs (priority DESC, id) WHERE state = 'waiting'",
        "CREATE INDEX assay_jobs_running ON assay_jobs (group_key) WHERE state = 'running'",
        """
        CREATE INDEX assay_jobs_lane ON assay_jobs (lane)
            WHERE state IN ('waiting', 'running') AND lane <> ''
        """,
        """
        CREATE INDEX assay_jobs_finished ON assay_jobs (finished_at)
            WHERE state IN ('done', 'failed')
        """,
        "CREATE INDEX assay_deliveries_received ON assay_deliveries (received_at)",
    ),
)
"""The statements that lead from one version of the schema to the next."""


class SchemaTooNew(StoreUnavailable):
    """A newer release has changed the database."""


def migrate(tx: Transaction, *, identity: str, is_there: str) -> None:
    """Bring the schema to the newest version, in one transaction.

    Args:
        tx: The transaction; no other worker migrates at the same time.
        identity: The definition of a column whose numbers grow and are never used again.
        is_there: A query for rows that are there when the table ``assay_schema`` is; merely using
            the tables then needs no right to create any.

    Raises:
        SchemaTooNew: The database was written by a newer release than this.
    """
    if not tx.rows(is_there):
        tx.rows("CREATE TABLE assay_schema (version INTEGER NOT NULL)")
    known = tx.rows("SELECT version FROM assay_schema")
    version = int(known[0][0]) if known else 0
    if version > len(MIGRATIONS):
        raise SchemaTooNew(
            f"The job database has schema {version}, this release knows {len(MIGRATIONS)}: "
            "install the newer release again, or give this one a database of its own"
        )
    if version == len(MIGRATIONS):
        return
    for statements in MIGRATIONS[version:]:
        for statement in statements:
            tx.rows(statement.replace("{id}", identity))
    tx.rows("DELETE FROM assay_schema")
    tx.rows("INSERT INTO assay_schema (version) VALUES (:version)", version=len(MIGRATIONS))
