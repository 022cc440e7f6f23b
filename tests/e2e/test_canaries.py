"""Nothing of a secret leaves: not in a log, a metric, the database, a comment, a report.

Canaries are planted in every kind of file of a pull request, in its title, its messages and in the
repository's configuration; a real bot reviews it with all its logging on; then everything that was
written anywhere is searched for them, as they are, encoded, or hashed without a key.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import sqlite3
import sys
from pathlib import Path

import aiohttp

from tests.bot.waiting import eventually
from tests.e2e.canaries import Canaries, everything_below, planted, traces
from tests.e2e.scene import Scene, scene
from tests.running import ROOT

# Whatever level the bot asks for, every logger of every library writes everything.
_LOUD = (
    "import logging\n"
    "logging.root.level = logging.DEBUG\n"
    "logging.Logger.setLevel = lambda self, level: None\n"
)
_CONFIGURATION = """
max-comments: 50
secrets:
  patterns:
    - name: "Deploy token"
      pattern: "{pattern}"
    - name: "broken"
      pattern: "({pattern}"
  test-data: ["{allowed}", "({allowed}"]
"{key}": on
fail-on: "{value}"
"""


def test_the_search_finds_what_it_looks_for() -> None:
    canaries = Canaries(1)
    secret = canaries.drawn("here")
    for name, trace in traces(secret):
        assert ("here", name) in canaries.found_in(b"x" + trace + b"y")
    assert canaries.found_in(secret[:4].encode() + b"... (40 characters)") == []


async def test_nothing_of_a_secret_leaves(tmp_path: Path) -> None:
    canaries = Canaries(2)
    loud = tmp_path / "loud"
    loud.mkdir()
    (loud / "sitecustomize.py").write_text(_LOUD)
    bot_folder = tmp_path / "bot"
    bot_folder.mkdir()
    configuration = _CONFIGURATION.format(
        pattern=canaries.drawn("pattern", "stripe-key"),
        allowed=canaries.drawn("test data", "npm-token"),
        key=canaries.drawn("key of the configuration", "gitlab-token"),
        value=canaries.drawn("value of the configuration", "sendgrid-key"),
    )
    async with scene(bot_folder, PYTHONPATH=str(loud), ASSAY_LOG_FORMAT="json") as world:
        world.repository.commit({".github/assay.yml": configuration})
        bot = await world.serve()
        world.repository.commit(
            planted(canaries),
            branch="change",
            message=f"Use {canaries.drawn('commit message', 'slack-token')}",
            parent="main",
        )
        pull = await world.repository.open_pull(
            head="change",
            author="alice",
            title=f"Add {canaries.drawn('title', 'google-api-key')}",
            body=f"With {canaries.drawn('description', 'shopify-token')}",
        )
        (run,) = await world.reviewed(pull)
        assert run.conclusion == "failure"
        assert any("deploy/env-11.yaml" in one.body for one in pull.review_comments)
        await pull.push({"app/again.py": f"T = '{canaries.drawn('second push')}'\n"})
        # The workers die with the files in their hands; others take over.
        await eventually(lambda: bool(world.runs(pull)))
        workers = _children(bot.process)
        assert workers
        for worker in workers:
            with contextlib.suppress(ProcessLookupError):
                os.kill(worker, signal.SIGKILL)
        await world.reviewed(pull)
        async with aiohttp.ClientSession() as session, session.get(f"{bot.url}/metrics") as answer:
            metrics = await answer.read()
        written = {"metrics": metrics, "what was posted": _posted(world)}
        written |= {str(path): data for path, data in everything_below([bot_folder])}
        await bot.stop()
        written |= {f"{path} at rest": data for path, data in everything_below([bot_folder])}
        for path in bot_folder.rglob("*.sqlite*"):
            written[f"{path} as text"] = _dump(path)
    assert b'"level": "debug"' in written[str(bot_folder / "bot.log")]
    assert len(canaries) > 80
    leaks = {name: found for name, data in written.items() if (found := canaries.found_in(data))}
    assert leaks == {}


def _children(process: asyncio.subprocess.Process | None) -> list[int]:
    """The processes that the bot has started: its workers."""
    assert process is not None
    parents = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            parents[int(path.parent.name)] = int(path.read_text().rpartition(")")[2].split()[1])
    return [child for child, parent in parents.items() if parent == process.pid]


def _posted(world: Scene) -> bytes:
    """Everything that the bot said to GitHub: bodies, paths, queries, headers."""
    said = [
        [one.method, one.path, one.query, one.headers, one.body] for one in world.github.exchanges
    ]
    return json.dumps(said, ensure_ascii=False, default=repr).encode("utf-8", "replace")


def _dump(path: Path) -> bytes:
    """A database as text, when it is one."""
    try:
        with contextlib.closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as connection:
            return "\n".join(connection.iterdump()).encode("utf-8", "replace")
    except sqlite3.DatabaseError:
        return b""


async def test_nothing_of_a_secret_is_in_a_scan(tmp_path: Path) -> None:
    canaries = Canaries(3)
    folder = tmp_path / "repository"
    for path, text in planted(canaries).items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(text)
    (folder / ".github").mkdir(exist_ok=True)
    (folder / ".github/assay.yml").write_text(
        _CONFIGURATION.format(
            pattern=canaries.drawn("pattern", "stripe-key"),
            allowed=canaries.drawn("test data", "npm-token"),
            key=canaries.drawn("key of the configuration", "gitlab-token"),
            value=canaries.drawn("value of the configuration", "sendgrid-key"),
        )
    )
    for form in ("terminal", "json", "sarif", "markdown"):
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-X", "dev", "-m", "bot", "scan", "--format", form,
            "--config", str(folder / ".github/assay.yml"), str(folder),
            cwd=ROOT, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
        )  # fmt: skip
        out, errors = await process.communicate()
        assert process.returncode == 1, (form, errors)
        assert b"app/parts.py" in out, errors
        assert canaries.found_in(out) == [], form
        assert canaries.found_in(errors) == [], form
