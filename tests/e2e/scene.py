"""The whole of Assay beside the stand-in GitHub: what the end-to-end tests stand on."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.bot.waiting import eventually
from tests.github import (
    App,
    CheckRun,
    Exchange,
    Installation,
    PullRequest,
    Repository,
    StandIn,
    contract,
)
from tests.github.git import Content
from tests.running import ROOT, BotProcess

BEFORE: dict[str, Content] = {
    "library/books.py": "def find(cursor, title):\n    return cursor.fetchone()\n",
    "README.md": "# Library\n",
}
AFTER: dict[str, Content] = {
    "library/books.py": (
        "def find(cursor, title):\n"
        "    cursor.execute(f\"SELECT * FROM books WHERE title = '{title}'\")\n"
        "    return cursor.fetchone()\n"
    ),
    "library/formula.py": "def total(formula):\n    return eval(formula)\n",
    "tests/test_books.py": (
        "from library import books\n\n\n"
        "def test_find(cursor):\n"
        '    assert (books.find(cursor, "a") is None, "nothing is found")\n'
    ),
    "README.md": "# Library\n\nFind books by title.\n",
}


@dataclass
class Scene:
    """A repository with the app installed on it, and bots to start, kill and stop."""

    github: StandIn
    app: App
    installation: Installation
    repository: Repository
    folder: Path
    environment: dict[str, str] = field(default_factory=dict)
    bots: list[BotProcess] = field(default_factory=list)

    def bot(self, command: Sequence[str] = ("serve",), port: int | None = None) -> BotProcess:
        """A bot that is not started yet; deliveries go to the newest that receives."""
        bot = BotProcess(self.environment, self.folder, command=command, port=port)
        self.bots.append(bot)
        return bot

    async def serve(self, command: Sequence[str] = ("serve",)) -> BotProcess:
        """Start a bot that receives, and tell GitHub where it is."""
        bot = self.bot(command)
        await bot.start()
        self.app.webhook_url = f"{bot.url}/webhook"
        return bot

    async def open(
        self, files: Mapping[str, Content] = AFTER, branch: str = "change"
    ) -> PullRequest:
        """Open a pull request; the delivery goes out."""
        self.repository.commit(files, branch=branch, message="Change", parent="main")
        return await self.repository.open_pull(head=branch, author="alice")

    def runs(self, pull: PullRequest) -> list[CheckRun]:
        """The check runs on the head."""
        return self.repository.check_runs(pull.head_sha)

    async def reviewed(self, pull: PullRequest, times: int = 1) -> list[CheckRun]:
        """Wait until the head has that many check runs, all completed."""

        def done() -> bool:
            runs = self.runs(pull)
            return len(runs) >= times and all(run.status == "completed" for run in runs)

        await eventually(done)
        return self.runs(pull)

    def writes(self) -> list[Exchange]:
        """Every request of the bot that changed something."""
        return [
            one
            for one in self.github.exchanges
            if one.method in ("POST", "PATCH", "PUT", "DELETE")
            and not one.path.endswith(("/graphql", "/access_tokens"))
        ]


@asynccontextmanager
async def scene(folder: Path, **environment: str) -> AsyncIterator[Scene]:
    """A scene; at its end every bot is gone, and GitHub has had nothing to complain about."""
    async with await StandIn.start() as github:
        app = github.create_app(webhook_secret="a secret of at least sixteen characters")
        repository = github.create_repository("octo/library")
        repository.commit(BEFORE, branch="main", message="Begin")
        for login, role in (("alice", "write"), ("bob", "read")):
            github.create_user(login)
            repository.set_permission(login, role)
        installation = github.install(app, [repository])
        made = Scene(github, app, installation, repository, folder)
        made.environment = {
            "ASSAY_APP_ID": str(app.id),
            "ASSAY_PRIVATE_KEY": app.private_key_pem,
            "ASSAY_WEBHOOK_SECRET": app.webhook_secret,
            "ASSAY_GITHUB_API_URL": github.api_url,
            **environment,
        }
        try:
            yield made
        finally:
            for bot in made.bots:
                await bot.kill()
            if keep := os.environ.get("ASSAY_TEST_LOGS"):
                _keep_logs(made.bots, ROOT / keep)
        assert github.failures == []
        assert github.unknown_requests == []
        assert complaints(github) == []


def _keep_logs(bots: Sequence[BotProcess], target: Path) -> None:
    target.mkdir(parents=True, exist_ok=True)
    for number, bot in enumerate(bots):
        (target / f"{bot.folder.name}-{number}.log").write_text(bot.read_log())


def complaints(github: StandIn) -> list[str]:
    """What GitHub's own description says against the bot's requests."""
    found = list(github.complaints)
    for one in github.exchanges:
        if one.path == "/graphql":
            found += contract.complaints_about_document(one.document or "")
        else:
            found += contract.complaints_about_request(one.method, one.path, one.query, one.body)
    return found


def repeated_comments(pull: PullRequest) -> list[tuple[str, int | None]]:
    """Places where the bot said the same thing more than once."""
    said = Counter((one.path, one.original_line, one.body) for one in pull.review_comments)
    return [(path, line) for (path, line, _), times in said.items() if times > 1]
