from __future__ import annotations

import itertools
import os
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import psycopg
import pytest

from tests.bot.jobs.world import World
from tests.postgres import PostgresServer, postgres_server

__all__ = ["postgres_server"]

_numbers = itertools.count()


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def database_url(request: pytest.FixtureRequest) -> Iterator[str | None]:
    """An empty database; None is the embedded one."""
    if request.param == "sqlite":
        yield None
        return
    server: PostgresServer = request.getfixturevalue("postgres_server")
    name = f"jobs_{os.getpid()}_{next(_numbers)}"
    # One connection for each, as a test may restart the server.
    with psycopg.connect(server.url(), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}".encode())
    yield server.url(name)
    with psycopg.connect(server.url(), autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())


@pytest.fixture
async def world(database_url: str | None, tmp_path: Path) -> AsyncIterator[World]:
    """Engines and workers on one database."""
    async with World(database_url, tmp_path / "state") as made:
        yield made
