"""A pull request over many pushes: files as lists of lines, people, and the real handlers.

GitHub is the stand-in without processes and sockets (:mod:`tests.github.quick`). Its deliveries are
translated as the receiver does, and the jobs are run one after the other by the real handlers. The
analysis finds the word BAD; identity and comparison with the base are the engine's own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from bot.commands.decisions import Decisions
from bot.commands.run import Commands
from bot.events import Delivery, Ignored, translate, translators
from bot.github import reviews
from bot.github.port import RepositoryAPI
from bot.jobs import Job, NewJob, kinds
from bot.review.conversation import own_comments
from bot.review.markers import Place, Signer
from bot.review.model import OwnComment, Says
from bot.review.resolving import Abilities
from bot.review.run import Reviewer
from bot.review.words.place import Voice
from checks import baseline, fingerprint
from checks.configuration import Configuration, Layer
from checks.model import (
    ChangedFile,
    FileReport,
    Finding,
    Region,
    Role,
    RoleDecision,
    Settings,
    Span,
    Threshold,
)
from checks.text import SourceText
from tests.bot.fakes import MemoryEngine
from tests.bot.review import values
from tests.github import ManualClock, PullRequest, Repository, StandIn
from tests.github.quick import DirectAPI, MemoryStore, repository
from tests.github.state import CheckRun, ReviewComment, Thread

SIGNER = Signer([b"k" * 32])
VOICE = Voice(version="0.1.0", catalogue=values.CATALOGUE)
MOST = 4
Files = dict[str, list[str]]


class LineAnalysis:
    """Finds each line that holds BAD; its scope is the ``def`` above it."""

    def __init__(self) -> None:
        self.settings = Settings(max_comments=MOST, fail_on=Threshold.HIGH)

    async def read_configuration(self, *layers: Layer) -> Configuration:
        return Configuration(settings=self.settings)

    async def analyse(
        self, files: Sequence[ChangedFile], settings: Settings, *_: Any, **__: Any
    ) -> tuple[FileReport, ...]:
        return tuple(self._report(one) for one in files)

    def _report(self, file: ChangedFile) -> FileReport:
        head = SourceText(file.head)
        found = fingerprint.with_fingerprints(_findings(file.path, head), head)
        if file.base is not None:
            base = SourceText(file.base)
            old = _findings(file.old_path or file.path, base)
            found, _ = baseline.introduced(found, head, old, base, file.added)
        role = Role.TEST if file.path.startswith("test") else Role.PRODUCTION
        decision = RoleDecision(role, "its path")
        return FileReport(file.path, decision, "python", findings=tuple(found))


def _findings(path: str, source: SourceText) -> list[Finding]:
    found, scope, at = [], "", 0
    for number, line in enumerate(source.data.decode().split("\n"), 1):
        if line.startswith("def "):
            scope = line[4:]
        if line.startswith("BAD"):
            span, region = Span(at, at + len(line)), Region(number, 1, number, len(line) + 1)
            found.append(
                values.finding(
                    path=path, span=span, region=region, scope=scope, fingerprint="", trace=()
                )
            )
        at += len(line.encode()) + 1
    return found


@dataclass(frozen=True)
class Standing:
    """What stands of ours at one moment."""

    comments: dict[int, OwnComment]
    resolved: dict[int, str]
    """By comment, the login of who resolved its thread."""
    bodies: dict[int, str]

    def of(self, kin: str, *which: Says) -> list[int]:
        """Our comments of a kin that say one of these things."""
        return [n for n, one in self.comments.items() if one.kin == kin and one.says in which]


@dataclass
class World:
    """One pull request."""

    standin: StandIn
    found: Repository
    pull: PullRequest
    api: DirectAPI
    commands: Commands
    decisions: Decisions
    reviewer: Reviewer
    engine: MemoryEngine
    posted: dict[int, tuple[str, str]] = field(default_factory=dict)
    """Every comment of ours that ever was: its fingerprint and kin."""
    done: int = 0
    heard: int = 0
    history: list[Files] = field(default_factory=list)
    """What was pushed, the oldest first."""

    @property
    def files(self) -> Files:
        """The head, as lines."""
        texts = self.texts(self.pull.head_sha)
        return {path: text.split("\n")[:-1] for path, text in texts.items()}

    def texts(self, commit: str) -> dict[str, str]:
        """The files of a commit."""
        store = self.found.store
        assert isinstance(store, MemoryStore)
        return dict(store.files(commit))

    @property
    def place(self) -> Place:
        return Place(self.found.id, self.pull.number)

    def roots(self) -> list[ReviewComment]:
        """Our comments that start a thread."""
        return [
            one.comments[0]
            for one in self.pull.threads
            if one.comments[0].user.login.startswith("assay")
        ]

    def standing(self) -> Standing:
        roots = self.roots()
        seen = []
        for one in roots:
            anchor = self.pull.anchor(one)
            line = anchor.line if anchor is not None else None
            seen.append(reviews.ReviewComment(one.id, one.path, one.body, line))
        return Standing(
            comments={one.id: one for one in own_comments(seen, SIGNER, self.place) if one.genuine},
            resolved={
                one.id: one.thread.resolved_by.login
                for one in roots
                if one.thread.resolved_by is not None
            },
            bodies={one.id: one.body for one in roots},
        )

    async def push(self, files: Files, *, parent: str | None = None) -> None:
        """Make the head hold exactly these files; a rebase when a parent is given."""
        onto = parent or self.pull.head_sha
        texts: dict[str, str | None] = dict.fromkeys(self.texts(onto))
        texts |= {path: "".join(f"{line}\n" for line in lines) for path, lines in files.items()}
        self.history.append({path: list(lines) for path, lines in files.items()})
        message = f"push {len(self.history)}"
        await self.found.push(texts, self.pull.head_ref, message, "alice", parent)

    async def advance_base(self, files: Files) -> None:
        """Somebody else merges something into the base branch."""
        texts = {path: "".join(f"{line}\n" for line in lines) for path, lines in files.items()}
        await self.found.push(texts, "main", "elsewhere", "carol")

    def hear(self) -> None:
        """Take the deliveries in, as the receiver does."""
        known = translators(self.api.app_id)
        new = self.standin.deliveries[self.heard :]
        self.heard = len(self.standin.deliveries)
        for one in new:
            outcome = translate(Delivery(one.guid, one.event, one.body), known)
            if not isinstance(outcome, Ignored):
                for job in outcome:
                    if job.dedupe not in {each.dedupe for each in self.engine.jobs}:
                        self.engine.jobs.append(job)

    def next_job(self) -> Job | None:
        """The next job that waits."""
        self.hear()
        if self.done == len(self.engine.jobs):
            return None
        job: NewJob = self.engine.jobs[self.done]
        self.done += 1
        return Job(
            id=self.done,
            kind=job.kind,
            payload=job.payload,
            attempt=1,
            lane=job.lane,
            group=job.group,
            created_at=datetime(2026, 11, 24, tzinfo=UTC),
        )

    async def carry_out(self, job: Job) -> None:
        """Run a job that is no review."""
        handlers = {
            kinds.COMMENT_COMMAND: self.commands.comment,
            kinds.BUTTON: self.commands.button,
            kinds.RERUN_HEAD: self.commands.rerun,
            kinds.CHANGE_MEMORY: self.decisions.change,
        }
        await handlers[job.kind](job)

    def run_of_head(self) -> CheckRun:
        """The newest check run on the head."""
        return self.found.check_runs(self.pull.head_sha)[-1]

    def thread_of(self, comment: int) -> Thread:
        return next(one for one in self.pull.threads if one.comments[0].id == comment)


BASE: Files = {
    ".github/assay.yml": [f"max-comments: {MOST}"],
    "app.py": [f"line {n}" for n in range(12)],
    "lib/util.py": ["def helper", *(f"u {n}" for n in range(8))],
}


async def begin(*, may_resolve: bool) -> World:
    """A repository with an open pull request that changes nothing grave yet."""
    standin = StandIn(ManualClock())
    app = standin.create_app()
    found = repository(standin, "octo/demo")
    permissions = {**app.permissions, **({"contents": "write"} if may_resolve else {})}
    installation = standin.install(app, [found], permissions)
    for login, role in (("alice", "write"), ("carol", "admin"), ("bob", "read")):
        found.set_permission(login, role)
    texts = {path: "".join(f"{line}\n" for line in lines) for path, lines in BASE.items()}
    found.commit(texts, branch="main", author="carol")
    found.commit({"new.py": "def first\nx\n"}, branch="topic", author="alice", parent="main")
    pull = await found.open_pull("topic", author="bob")
    api = DirectAPI(standin, installation, found, {**installation.permissions, "contents": "read"})

    async def open_repository(installation_id: int, repository_id: int) -> RepositoryAPI:
        return api

    async def resolving(installation_id: int, repository_id: int) -> RepositoryAPI:
        wide = DirectAPI(standin, installation, found)
        wide.before, wide.after = api.before, api.after
        return wide

    async def pause(seconds: float) -> None:
        raise AssertionError("nothing lags here")

    engine = MemoryEngine()
    analysis = LineAnalysis()
    commands = Commands(open_repository, engine, SIGNER, analysis, VOICE)
    decisions = Decisions(open_repository, engine, SIGNER)
    reviewer = Reviewer(
        open_repository, engine, analysis, SIGNER, VOICE,
        pause=pause, abilities=Abilities(resolving),
    )  # fmt: skip
    return World(standin, found, pull, api, commands, decisions, reviewer, engine)
