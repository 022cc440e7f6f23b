"""The values that a review passes on: snapshot → report → plan.

All are frozen. ``snapshot`` is filled by reading GitHub, ``report`` and ``plan`` are made by pure
functions, and only ``publish`` writes.
"""

from __future__ import annotations

import enum
from datetime import datetime

from bot.review.state import Memory, Posted
from checks.configuration import Difference
from checks.light import dataclass, field
from checks.model import (
    Aspect,
    ChangedFile,
    FileReport,
    Finding,
    Lines,
    Problem,
    Settings,
    State,
)
from checks.policy import Policy


class FileStatus(enum.StrEnum):
    """GitHub's words for what happened to a file (REST, ``diff-entry.status``)."""

    ADDED = "added"
    REMOVED = "removed"
    MODIFIED = "modified"
    RENAMED = "renamed"
    COPIED = "copied"
    CHANGED = "changed"
    UNCHANGED = "unchanged"


@dataclass(frozen=True, slots=True)
class Hunk:
    """One hunk of a file's diff: the head lines and base lines it covers, context included."""

    head: Lines | None
    base: Lines | None


@dataclass(frozen=True, slots=True)
class FileDiff:
    """Where comments may be placed in one changed file, and which head lines are new."""

    path: str
    old_path: str | None
    status: FileStatus
    hunks: tuple[Hunk, ...]
    added: tuple[Lines, ...]


@dataclass(frozen=True, slots=True)
class Unread:
    """A changed file, or a number of them, that the review did not look at, and why."""

    path: str
    reason: str


class Says(enum.StrEnum):
    """What a comment of ours says of its finding; the kind of its marker."""

    OPEN = "finding"
    """It is there."""
    FIXED = "fixed"
    DISMISSED = "dismissed"
    """It is fixed, and before that a person had resolved the thread."""
    IGNORED = "ignored"
    """A person asked to ignore it."""


@dataclass(frozen=True, slots=True)
class OwnComment:
    """A review comment of our own that already stands on the pull request."""

    id: int
    path: str
    line: int | None
    """None when GitHub calls it outdated."""
    fingerprint: str
    genuine: bool
    """Whether the marker's signature is ours: what is not genuine is never edited."""
    body: str
    kin: str = ""
    """The finding's :attr:`checks.model.Finding.kin`; empty in comments of older versions."""
    says: Says = Says.OPEN
    node_id: str = ""
    thread: str = ""
    """Global ids, for GraphQL; empty when REST was asked."""
    resolved: bool = False
    resolved_by: str = ""
    """The person who resolved the thread; empty when it was an app, or nobody."""
    start_line: int | None = None
    """The first of several lines; None where the comment stands on one."""

    @property
    def lines(self) -> Lines | None:
        """The lines that it stands on today; None when GitHub calls it outdated."""
        return None if self.line is None else Lines(self.start_line or self.line, self.line)


@dataclass(frozen=True, slots=True)
class OwnCheckRun:
    """A check run of our own on the head."""

    id: int
    status: str
    conclusion: str | None
    external_id: str
    annotations: int
    """How many annotations it already holds: they cannot be taken back."""


@dataclass(frozen=True, slots=True)
class Standing:
    """What already stands on GitHub, as reconciliation compares it with the plan."""

    comments: tuple[OwnComment, ...] = ()
    check_runs: tuple[OwnCheckRun, ...] = ()
    memory: Memory = field(default_factory=Memory)
    posted: tuple[Posted, ...] = ()
    """Every finding that ever got a comment, once for each; also those whose comment is gone."""
    writers: frozenset[str] = frozenset()
    """Of those who resolved threads: who may write to the repository."""


@dataclass(frozen=True, slots=True)
class Pull:
    """A pull request as GitHub has it now."""

    number: int
    title: str
    author: str
    draft: bool
    open: bool
    head_sha: str
    base_sha: str
    base_ref: str
    merge_base_sha: str
    """Empty when nothing had to be read from it: GitHub's patches, undone, give its texts."""
    changed_files: int
    from_fork: bool
    html_url: str


@dataclass(frozen=True, slots=True)
class Proposal:
    """What a pull request would make of the repository's configuration."""

    differences: tuple[Difference, ...] = ()
    """Of what is in force now and what would be."""
    problems: tuple[Problem, ...] = ()
    """What is wrong with the changed file, and not with what is in force."""
    unread: str = ""
    """Why the changed file could not be read; empty when it was."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A pull request with all that the analysis needs."""

    pull: Pull
    diffs: tuple[FileDiff, ...]
    files: tuple[ChangedFile, ...]
    unread: tuple[Unread, ...]
    settings: Settings
    settings_source: str
    """Where the settings come from: "``.github/assay.yml`` on ``main``", "defaults"."""
    problems: tuple[Problem, ...] = ()
    policy: Policy = field(default_factory=Policy)
    proposal: Proposal | None = None
    """None where the pull request does not touch the configuration."""
    remark: str = ""
    """How this pull request is treated otherwise than others: one sentence."""


@dataclass(frozen=True, slots=True)
class AspectRow:
    """One row of the summary's table."""

    aspect: Aspect
    state: State
    clause: str
    """One clause, plain text: "4 patchers, stopped by addCleanup"."""
    places: tuple[tuple[str, tuple[Lines, ...]], ...]
    """Path and the line ranges in it, in the order of the change."""


@dataclass(frozen=True, slots=True)
class Report:
    """What the review says, before it is decided where it is said."""

    rows: tuple[AspectRow, ...]
    """Eight, in the order of :class:`checks.model.Aspect`."""
    findings: tuple[Finding, ...]
    """The gravest first; stable for equal input."""
    verdict: str
    """One plain sentence."""
    assumptions: tuple[str, ...]
    not_looked_at: tuple[Unread, ...]
    files: tuple[FileReport, ...]
    preexisting: int = 0
    suppressed: int = 0


class Conclusion(enum.StrEnum):
    """Conclusions that Assay gives a check run."""

    SUCCESS = "success"
    NEUTRAL = "neutral"
    FAILURE = "failure"
    SKIPPED = "skipped"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Annotation:
    """An annotation of the check run. Columns only where start and end line are equal."""

    path: str
    lines: Lines
    level: str
    """``notice``, ``warning`` or ``failure``."""
    title: str
    message: str
    columns: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class NewComment:
    """An inline comment to create: on head lines of one hunk."""

    path: str
    lines: Lines
    body: str
    fingerprint: str
    kin: str = ""


@dataclass(frozen=True, slots=True)
class CommentEdit:
    """A comment of our own whose text is to be replaced."""

    id: int
    body: str
    node_id: str = ""
    thread: str = ""
    resolve: bool | None = None
    """Whether the thread is to be resolved (True), opened again (False), or left as it is."""


@dataclass(frozen=True, slots=True)
class Button:
    """A button of the check run (docs, "Check runs and requested actions")."""

    label: str
    """At most 20 characters."""
    description: str
    """At most 40 characters."""
    identifier: str
    """At most 20 characters; comes back when somebody presses it."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What should stand on GitHub. The executor makes it so, and nothing else."""

    head_sha: str
    conclusion: Conclusion
    title: str
    summary: str
    text: str
    annotations: tuple[Annotation, ...] = ()
    review_body: str = ""
    create: tuple[NewComment, ...] = ()
    edit: tuple[CommentEdit, ...] = ()
    leave: tuple[int, ...] = ()
    """Ids of our comments that stand as they should."""
    completed_at: datetime | None = None
    buttons: tuple[Button, ...] = ()
    """Three at most."""
