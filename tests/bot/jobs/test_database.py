"""Calls that share a transaction, and what one of them does to the others."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

import psycopg
import pytest

from bot.jobs import NewJob, StoreUnavailable, queue
from bot.jobs.database import Database, OwnedLink, Transaction
from bot.jobs.node import NodeLock
from bot.jobs.open import open_engine
from bot.jobs.postgres import PostgresDatabase
from bot.jobs.sqlite import SqliteDatabase
from tests.bot.jobs.world import job
from tests.postgres import PostgresServer


@pytest.fixture
def database(database_url: str | None, tmp_path: Path) -> Database:
    return SqliteDatabase(tmp_path) if database_url is None else PostgresDatabase(database_url)


async def test_a_call_that_fails_harms_no_other(database: Database) -> None:
    link = OwnedLink(database)

    def bad(tx: Transaction) -> bool:
        queue.enqueue(tx, NewJob("half", {}), "{}")
        raise LookupError("a defect")

    def good(tx: Transaction) -> bool:
        return queue.enqueue(tx, NewJob("whole", {}), "{}")

    calls = [link.call(bad if number % 7 == 3 else good) for number in range(30)]
    answers = await asyncio.gather(*calls, return_exceptions=True)
    kinds = await link.call(lambda tx: tx.rows("SELECT kind FROM assay_jobs"))
    await link.close()
    assert [type(answer) for answer in answers] == [
        LookupError if number % 7 == 3 else bool for number in range(30)
    ]
    assert kinds == [("whole",)] * 26


async def test_a_wrong_statement_is_no_outage(database: Database) -> None:
    link = OwnedLink(database)
    with pytest.raises(Exception, match="no_such_table") as caught:
        await link.call(lambda tx: tx.rows("INSERT INTO no_such_table VALUES (1)"))
    # SQLite tells it as it tells a locked file.
    assert isinstance(database, SqliteDatabase) or not isinstance(caught.value, StoreUnavailable)
    assert await link.call(lambda tx: tx.rows("SELECT 1")) == [(1,)]
    await link.close()


@pytest.mark.postgres
async def test_a_role_that_may_only_use_the_tables_can_use_them(
    postgres_server: PostgresServer, tmp_path: Path
) -> None:
    name = f"role_{os.getpid()}"
    with psycopg.connect(postgres_server.url(), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}".encode())
        connection.execute(f"CREATE ROLE {name} LOGIN".encode())
    try:
        as_user = postgres_server.url(name).replace("user=postgres", f"user={name}")
        engine = open_engine(as_user, tmp_path)
        with pytest.raises(StoreUnavailable, match="permission"):
            await engine.open()
        owner = open_engine(postgres_server.url(name), tmp_path)
        await owner.open()
        await owner.close()
        with psycopg.connect(postgres_server.url(name), autocommit=True) as connection:
            tables = "assay_jobs, assay_deliveries, assay_schema"
            connection.execute(
                f"GRANT SELECT, INSERT, UPDATE, DELETE ON {tables} TO {name}".encode()
            )
        await engine.open()
        assert await engine.enqueue(job(dedupe="d"))
        await engine.close()
    finally:
        with psycopg.connect(postgres_server.url(), autocommit=True) as connection:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())
            connection.execute(f"DROP ROLE {name}".encode())


def test_the_lock_tells_whether_another_worker_lives(tmp_path: Path) -> None:
    first, second = NodeLock(tmp_path), NodeLock(tmp_path)
    assert first.node == second.node
    assert first.try_alone()
    assert not second.try_alone()
    assert not second.try_shared()
    assert first.try_shared()
    assert not second.try_alone()
    assert second.try_shared()
    first.close()
    second.close()
    third = NodeLock(tmp_path)
    assert third.try_alone()
    third.close()


def test_another_state_directory_is_another_node(tmp_path: Path) -> None:
    one, two = NodeLock(tmp_path / "one"), NodeLock(tmp_path / "two")
    assert one.node != two.node
    one.close()
    two.close()
