"""What the stand-in remembers: plain records, one class a thing that GitHub knows.

The acts that change them live beside (`repository.py`, `pull.py`, `routes/`); these only hold.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.github.pull import PullRequest
    from tests.github.repository import Repository

Json = dict[str, Any]
REACTIONS = ("+1", "-1", "laugh", "confused", "heart", "hooray", "rocket", "eyes")


def node_id(prefix: str, *parts: int | str) -> str:
    """A global node id: ``PR_`` and an opaque tail, as GitHub forms them."""
    raw = ":".join(str(part) for part in parts).encode()
    return f"{prefix}_{base64.urlsafe_b64encode(raw).decode().rstrip('=')}"


def read_node_id(text: str) -> tuple[str, list[str]] | None:
    """The prefix and the parts of a node id, or None when it is none of ours."""
    prefix, _, tail = text.partition("_")
    try:
        raw = base64.urlsafe_b64decode(tail + "=" * (-len(tail) % 4)).decode()
    except ValueError:
        return None
    return (prefix, raw.split(":")) if tail else None


@dataclass(slots=True, eq=False)
class User:
    """A person, an organisation or an app's bot."""

    id: int
    login: str
    type: str = "User"
    app: App | None = None

    @property
    def node_id(self) -> str:
        return node_id("BOT" if self.type == "Bot" else "U", self.id)


@dataclass(slots=True, eq=False)
class App:
    """A registered GitHub App."""

    id: int
    slug: str
    name: str
    owner: User
    bot: User
    private_key_pem: str
    public_key_pem: str
    webhook_secret: str
    webhook_url: str | None
    permissions: dict[str, str]
    events: list[str]
    external_url: str
    created_at: datetime
    client_id: str
    client_secret: str
    hook_id: int

    @property
    def node_id(self) -> str:
        return node_id("A", self.id)


@dataclass(slots=True, eq=False)
class Installation:
    """An app on an account, with the repositories that it may touch."""

    id: int
    app: App
    account: User
    repositories: list[Repository]
    permissions: dict[str, str]
    created_at: datetime
    suspended_at: datetime | None = None
    suspended_by: User | None = None

    @property
    def suspended(self) -> bool:
        return self.suspended_at is not None


@dataclass(slots=True, eq=False)
class Token:
    """An installation token and what it opens."""

    text: str
    installation: Installation
    permissions: dict[str, str]
    repositories: list[Repository] | None
    expires_at: datetime
    revoked: bool = False

    def opens(self, repository: Repository) -> bool:
        """Whether the token reaches that repository."""
        inside = any(one is repository for one in self.installation.repositories)
        narrowed = self.repositories is None or any(one is repository for one in self.repositories)
        return inside and narrowed

    def allows(self, permission: str) -> bool:
        """Whether the token holds ``name=read`` or ``name=write``."""
        name, _, level = permission.partition("=")
        order = ("read", "write", "admin")
        held = self.permissions.get(name)
        return held is not None and order.index(held) >= order.index(level)


@dataclass(slots=True, eq=False)
class Reaction:
    """One emoji under something."""

    id: int
    user: User
    content: str
    created_at: datetime


@dataclass(slots=True, eq=False)
class IssueComment:
    """A comment in a pull request's conversation."""

    id: int
    pull: PullRequest
    user: User
    body: str
    created_at: datetime
    updated_at: datetime
    app: App | None = None
    reactions: list[Reaction] = field(default_factory=list)
    minimized: str | None = None

    @property
    def node_id(self) -> str:
        return node_id("IC", self.id)


@dataclass(slots=True, eq=False)
class Review:
    """A submitted (or pending) review. ``state`` is GitHub's word, in capitals."""

    id: int
    pull: PullRequest
    user: User
    body: str
    state: str
    commit_id: str
    submitted_at: datetime | None
    comments: list[ReviewComment] = field(default_factory=list)
    minimized: str | None = None
    reactions: list[Reaction] = field(default_factory=list)

    @property
    def node_id(self) -> str:
        return node_id("PRR", self.id)


@dataclass(slots=True, eq=False)
class Thread:
    """A conversation at a place of the diff."""

    id: int
    pull: PullRequest
    comments: list[ReviewComment] = field(default_factory=list)
    resolved_by: User | None = None

    @property
    def node_id(self) -> str:
        return node_id("PRRT", self.id)

    @property
    def is_resolved(self) -> bool:
        return self.resolved_by is not None


@dataclass(slots=True, eq=False)
class ReviewComment:
    """A comment on a line, a range or a file, as it was placed; where it stands now is computed."""

    id: int
    pull: PullRequest
    review: Review
    thread: Thread
    user: User
    body: str
    path: str
    original_commit_id: str
    diff_hunk: str
    subject_type: str
    side: str
    original_line: int | None
    original_position: int | None
    start_side: str | None
    original_start_line: int | None
    created_at: datetime
    updated_at: datetime
    app: App | None = None
    in_reply_to: ReviewComment | None = None
    reactions: list[Reaction] = field(default_factory=list)
    minimized: str | None = None

    @property
    def node_id(self) -> str:
        return node_id("PRRC", self.id)


@dataclass(frozen=True, slots=True)
class Annotation:
    """One annotation of a check run."""

    path: str
    start_line: int
    end_line: int
    annotation_level: str
    message: str
    start_column: int | None = None
    end_column: int | None = None
    title: str | None = None
    raw_details: str | None = None


@dataclass(slots=True, eq=False)
class CheckSuite:
    """All runs of one app on one commit."""

    id: int
    repository: Repository
    app: App
    head_sha: str
    head_branch: str | None
    before: str | None
    created_at: datetime
    updated_at: datetime
    runs: list[CheckRun] = field(default_factory=list)
    reset: bool = False

    @property
    def node_id(self) -> str:
        return node_id("CS", self.id)

    @property
    def latest(self) -> list[CheckRun]:
        """The newest run of each name."""
        return list({run.name: run for run in self.runs}.values())

    @property
    def status(self) -> str:
        if self.reset or not self.runs:
            return "queued"
        done = all(run.status == "completed" for run in self.latest)
        return "completed" if done else "in_progress"

    @property
    def conclusion(self) -> str | None:
        if self.status != "completed":
            return None
        found = {run.conclusion for run in self.latest}
        order = ("failure", "timed_out", "cancelled", "action_required", "success", "neutral")
        return next((one for one in order if one in found), "skipped")


@dataclass(slots=True, eq=False)
class CheckRun:
    """One run of a check."""

    id: int
    suite: CheckSuite
    name: str
    head_sha: str
    external_id: str
    details_url: str
    status: str
    conclusion: str | None
    started_at: datetime | None
    completed_at: datetime | None
    title: str | None = None
    summary: str | None = None
    text: str | None = None
    annotations: list[Annotation] = field(default_factory=list)
    actions: list[Mapping[str, str]] = field(default_factory=list)

    @property
    def node_id(self) -> str:
        return node_id("CR", self.id)

    @property
    def app(self) -> App:
        return self.suite.app

    @property
    def repository(self) -> Repository:
        return self.suite.repository
