"""The choice of the engine by the settings."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from bot.jobs import NewJob, StoreUnavailable
from bot.jobs.open import EngineUnusable, open_engine


async def test_the_default_lives_in_the_state_directory(tmp_path: Path) -> None:
    engine = open_engine(None, tmp_path / "not yet" / "there")
    with pytest.raises(RuntimeError, match="not open"):
        await engine.ping()
    await engine.open()
    assert await engine.enqueue(NewJob("work", {}))
    await engine.close()
    await engine.open()
    assert (await engine.stats()).waiting == 1
    await engine.close()
    assert (tmp_path / "not yet" / "there" / "jobs.sqlite3").exists()


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("mysql://somewhere/x", "must begin with postgresql://"),
        ("postgresql://host:port/x?nonsense=1", "cannot be read"),
    ],
)
def test_a_url_that_cannot_be_used_is_one_sentence(url: str, words: str, tmp_path: Path) -> None:
    with pytest.raises(EngineUnusable, match="ASSAY_DATABASE_URL") as caught:
        open_engine(url, tmp_path)
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)


async def test_a_server_that_is_not_there_is_unavailable(tmp_path: Path) -> None:
    engine = open_engine(f"postgresql:///x?host={tmp_path}", tmp_path)
    with pytest.raises(StoreUnavailable):
        await engine.open()


def test_a_missing_driver_is_one_sentence(tmp_path: Path) -> None:
    """In a process in which the driver cannot be imported, as without the extra."""
    program = """
import sys
sys.modules["psycopg"] = None
from pathlib import Path
from bot.jobs.open import EngineUnusable, open_engine
open_engine(None, Path(sys.argv[1]))
try:
    open_engine("postgresql://somewhere/x", Path(sys.argv[1]))
except EngineUnusable as error:
    print(error)
"""
    done = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path)],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).parents[3],
    )
    assert "pip install 'assay-bot[postgres]'" in done.stdout
    assert done.stdout.count("\n") == 1
