"""The values that flow through the analysis.

All are frozen and made of plain parts, so that they cross a process boundary as MessagePack
(:mod:`msgspec`) and compare by value. Nothing in here does any work.
"""

from __future__ import annotations

import enum
from typing import NamedTuple

from checks.light import dataclass, field


class Aspect(enum.IntEnum):
    """What every review speaks about, in the order in which it speaks."""

    MOCKS = 1
    """Mocks and fakes: where they are and how each is undone."""
    CREDENTIALS = 2
    """Hard-coded credentials and configuration."""
    INPUT = 3
    """Input handling: what reaches SQL, HTML, a shell, a path, an interpreter."""
    ERRORS = 4
    """Error handling and assertions."""
    TEST_DATA = 5
    """Test data that could pass for real data."""
    CLEANUP = 6
    """Resource cleanup."""
    LOGGING = 7
    """Logging of sensitive data."""
    TIME = 8
    """Time-based logic: waits, polls, clocks."""


class Severity(enum.IntEnum):
    """How bad the effect is where the code runs. Ordered."""

    INFO = 1
    LOW = 2
    MEDIUM = 3
    HIGH = 4
    CRITICAL = 5


class Confidence(enum.IntEnum):
    """How sure the analysis is that the defect is there. Ordered."""

    LOW = 1
    MEDIUM = 2
    HIGH = 3


class Surface(enum.StrEnum):
    """Where a finding is shown."""

    INLINE = "inline"
    """A comment on the line, and a line in the summary."""
    SUMMARY = "summary"
    """A line in the summary only."""


class Role(enum.StrEnum):
    """What a file is for. Decides which checks run on it and how grave a finding is."""

    TEST = "test"
    TEST_SUPPORT = "test support"
    """conftest, fixtures, fakes and helpers: they run in tests only."""
    PRODUCTION = "production"
    EXAMPLE = "example or documentation"
    GENERATED = "generated"
    """Written by a program, vendored or minified: searched for secrets only."""

    @property
    def is_test_code(self) -> bool:
        """Whether the file runs in tests only."""
        return self in (Role.TEST, Role.TEST_SUPPORT)


class State(enum.StrEnum):
    """The state of one aspect in a review."""

    FINDING = "finding"
    """Something to mend: an inline comment, and a line in the summary."""
    NOTE = "note"
    """Worth a line in the summary, never a comment."""
    CLEAN = "clean"
    """Looked at, nothing to mend."""
    NOT_APPLICABLE = "not applicable"
    """The change holds nothing of this kind."""


class Lines(NamedTuple):
    """An inclusive range of line numbers, counted from 1 as git and GitHub count (``\\n`` only)."""

    start: int
    end: int


class Span(NamedTuple):
    """A half-open range of bytes in a file's text."""

    start: int
    end: int


class Region(NamedTuple):
    """A place as people read it.

    Lines are inclusive and counted from 1. Columns are counted in Unicode code points from 1, and
    ``end_column`` is the column after the last character (SARIF 2.1.0, 3.30).
    """

    start_line: int
    start_column: int
    end_line: int
    end_column: int

    @property
    def lines(self) -> Lines:
        """The lines that the region touches."""
        return Lines(self.start_line, self.end_line)


@dataclass(frozen=True, slots=True)
class Edit:
    """Replace the bytes of ``span`` in the head text by ``text``."""

    span: Span
    text: str


@dataclass(frozen=True, slots=True)
class Suggestion:
    """An edit as GitHub applies it: whole lines of the head text, replaced by ``text``.

    ``text`` has no newline at its end, and the file's own newline style within. An empty ``text``
    with ``deletes`` removes the lines.
    """

    lines: Lines
    text: str
    deletes: bool = False


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the way that data took, the source first."""

    path: str
    region: Region
    note: str


@dataclass(frozen=True, slots=True)
class Place:
    """Where else a defect stands that is told of once."""

    path: str
    region: Region
    fingerprint: str = ""
    """Of the finding that would have been told there."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One defect at one place.

    ``message`` says what is wrong in the words of the code, ``why`` why it matters here, ``fix``
    how to mend it: each one short sentence of plain text (no Markdown; ``code`` in backticks is
    allowed, quoted repository text must already be masked where it is secret).
    """

    check: str
    aspect: Aspect
    path: str
    span: Span
    region: Region
    message: str
    why: str
    fix: str
    severity: Severity
    confidence: Confidence
    surface: Surface
    scope: str = ""
    """Qualified name of the enclosing class and function, ``""`` at module level."""
    fingerprint: str = ""
    """Identity over pushes: never holds a line number. Filled in by the engine."""
    kin: str = ""
    """What equal findings share wherever they stand, made of the rule and the flagged text alone: a
    finding is known again by it in a file or a function of another name. Filled in by the engine.
    """
    trace: tuple[Step, ...] = ()
    edits: tuple[Edit, ...] = ()
    """The mend, when it is certain and stands alone."""
    suggestion: Suggestion | None = None
    """``edits`` as whole lines. Filled in by the engine when the edit was proved safe."""
    identity: str = ""
    """What the fingerprint is made of in place of the flagged text, for findings of secrets: a
    short password could be guessed from an unkeyed hash that stands in a public comment."""
    also: tuple[Place, ...] = ()
    """Other places of the same defect: the files that hold the same secret."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """Something an aspect looked at, whether or not it led to a finding.

    Evidence of one ``noun`` and one ``fate`` is counted together: three items
    ``("patcher", "patchers", "stopped by addCleanup")`` read "3 patchers, stopped by addCleanup".
    ``detail`` stands alone and is not counted: "50 × 0.1 s = 5 s at most".
    """

    aspect: Aspect
    lines: Lines
    noun: str
    plural: str
    fate: str = ""
    detail: str = ""
    state: State = State.CLEAN


@dataclass(frozen=True, slots=True)
class Suppressed:
    """A finding that a comment in the code silences."""

    check: str
    lines: Lines
    reason: str
    added: bool
    """Whether the change under review adds the comment."""
    comment: int = 0
    """The line on which the comment stands."""
    marker: str = "assay: ignore"
    """What the comment says: ``assay: ignore``, or the marker of another tool."""


@dataclass(frozen=True, slots=True)
class IdleComment:
    """A comment of ours that the change adds and that silences nothing."""

    line: int
    checks: tuple[str, ...]
    """The ids that it names."""


@dataclass(frozen=True, slots=True)
class RoleDecision:
    """A file's role and, in a few words, what decided it: "its path", "imports unittest"."""

    role: Role
    reason: str


@dataclass(frozen=True, slots=True)
class AuditHit:
    """Something that another program says about a file."""

    audit: str
    """What it calls this kind of defect."""
    span: Span
    severity: Severity
    confidence: Confidence


@dataclass(frozen=True, slots=True)
class Audits:
    """What another program says about a file and about the text that it replaces."""

    head: tuple[AuditHit, ...] = ()
    base: tuple[AuditHit, ...] = ()
    limit: str = ""
    """Why it says nothing, in a few words."""


@dataclass(frozen=True, slots=True)
class ChangedFile:
    """One file of a change, as the analysis receives it.

    ``head`` is the text to review and ``base`` the text it replaces; ``None`` where there is none
    (a new file has no base). ``added`` are the head lines that the change adds or rewrites;
    ``None`` means that every line counts, as when whole files are scanned.

    A file that the change deletes is ``deleted``, and its ``head`` is empty: only what compares
    base and head looks at it.
    """

    path: str
    head: bytes
    base: bytes | None = None
    old_path: str | None = None
    added: tuple[Lines, ...] | None = None
    generated: bool = False
    """Marked ``linguist-generated`` or ``linguist-vendored`` by the base branch."""
    deleted: bool = False
    audits: Audits | None = None
    """Of workflows, where the operator has another program look at them."""


IGNORED = "ignored by the configuration"
"""Why a file was not analysed that the repository does not want to be."""


@dataclass(frozen=True, slots=True)
class FileReport:
    """What the analysis says about one file."""

    path: str
    role: RoleDecision
    language: str
    """``"python"``, ``"text"``, …: the front end that read it."""
    findings: tuple[Finding, ...] = ()
    """New findings only, unless the settings ask for all."""
    preexisting: int = 0
    """How many findings the base already had."""
    evidence: tuple[Evidence, ...] = ()
    suppressed: tuple[Suppressed, ...] = ()
    idle: tuple[IdleComment, ...] = ()
    not_analysed: str | None = None
    """Why the file was not analysed at all: "time limit", "larger than 1 MB", …"""
    limits: tuple[str, ...] = ()
    """What was left out of the analysis of this file: "lines 90-120 could not be parsed"."""
    deleted: bool = False
    """Whether the change deletes the file: no line of it is there to be read or commented on."""
    asked: tuple[str, ...] = ()
    """Paths of the repository that were asked for on the file's behalf."""
    scanned: tuple[str, ...] = ()
    """Folders of the change (``"tests/"``) all files of which were looked at; ``"*"``: the change;
    ``"<"``: the files that say this one's name. Beyond them the analysis saw only what
    :mod:`checks.languages.python.linking` tells."""


class Threshold(enum.IntEnum):
    """From which severity a review fails."""

    INFO = 1
    LOW = 2
    MEDIUM = 3
    HIGH = 4
    CRITICAL = 5
    NEVER = 99


class Profile(enum.StrEnum):
    """How much a repository wants to hear."""

    QUIET = "quiet"
    """Inline: only what is high or critical and certain."""
    DEFAULT = "default"
    STRICT = "strict"
    """Everything that is certain goes inline, and notes become findings in the summary."""


@dataclass(frozen=True, slots=True)
class SecretPattern:
    """A credential that a repository describes itself, to be found like those of providers."""

    name: str
    """What people call it: "Acme deploy token"."""
    pattern: str
    """An re2 expression; its first group, or all of it, is the secret."""
    severity: Severity = Severity.HIGH


@dataclass(frozen=True, slots=True)
class PathSettings:
    """What a repository wishes for some of its files, on top of what it wishes for all."""

    globs: tuple[str, ...]
    disabled: frozenset[str] = frozenset()
    enabled: frozenset[str] = frozenset()
    """Ids of checks that are on here although they are off elsewhere."""
    severities: dict[str, Severity] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Settings:
    """What the analysis has to know about a repository's wishes. Made by ``configuration``."""

    profile: Profile = Profile.DEFAULT
    fail_on: Threshold = Threshold.HIGH
    max_comments: int = 10
    baseline: bool = True
    """Report only what the change introduces."""
    disabled: frozenset[str] = frozenset()
    """Ids of checks that are switched off."""
    severities: dict[str, Severity] = field(default_factory=dict)
    ignored_paths: tuple[str, ...] = ()
    """Globs (gitignore syntax) of files that are not reviewed."""
    roles: tuple[tuple[str, Role], ...] = ()
    """Globs and the role they force, the last match wins."""
    paths: tuple[PathSettings, ...] = ()
    """For single files; of several that match a file, a later one wins."""
    languages: frozenset[str] | None = None
    """Languages (:func:`checks.languages.paths.language_of`) whose code is checked; None: all."""
    secret_patterns: tuple[SecretPattern, ...] = ()
    test_data: tuple[str, ...] = ()
    """re2 expressions; a value that one of them matches whole is test data and no secret."""
    trusted_arguments: bool = True
    """Whether the arguments and the environment of a local program come from its own user."""


@dataclass(frozen=True, slots=True)
class Problem:
    """Something wrong in a repository's configuration file."""

    line: int
    key: str
    message: str
    column: int = 1
    """In Unicode code points, counted from 1."""
    source: str = ""
    """Which file, in words, where it is not the repository's own on the base branch."""
