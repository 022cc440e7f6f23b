"""A workflow or a composite action as values: triggers, permissions, jobs, steps.

Every value keeps the node that it was read from, so that what is said about it has a place. The
terms are those of
https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-syntax and
https://docs.github.com/en/actions/reference/workflows-and-actions/metadata-syntax. A composite
action is a document with one job that has no id.
"""

from __future__ import annotations

import enum
import functools
from collections.abc import Iterator, Mapping

from checks.light import dataclass, field
from checks.model import Span
from checks.workflows import expressions, shell, tree
from checks.workflows.expressions import Expression, NotAnExpression, Placed
from checks.workflows.paths import Kind
from checks.workflows.tree import Scalar


@dataclass(frozen=True, eq=False)
class Text:
    """A text that may hold expressions."""

    scalar: Scalar

    @property
    def text(self) -> str:
        """What it says."""
        return self.scalar.text

    @property
    def span(self) -> Span:
        """Where it stands."""
        return self.scalar.span

    @functools.cached_property
    def expressions(self) -> list[Placed]:
        """The expressions in it, in order."""
        return expressions.find(self.scalar.text)

    @functools.cached_property
    def commands(self) -> list[shell.Command]:
        """Its commands, where it is a script of a POSIX shell."""
        return shell.commands(self.scalar.text)

    @functools.cached_property
    def secrets(self) -> tuple[str, ...]:
        """The secrets that its expressions take up, the token of the run not counted."""
        if self.is_constant:
            return ()
        read = (one.expression for one in self.expressions if one.expression is not None)
        names = (secret_of(path) for one in read for path in expressions.paths_in(one))
        return tuple(dict.fromkeys(name for name in names if name is not None))

    def place(self, placed: Placed) -> Span:
        """Where an expression of this text stands."""
        return self.scalar.span_of(placed.start, placed.end)

    @property
    def is_constant(self) -> bool:
        """Whether nothing in it varies."""
        return "${{" not in self.scalar.text


@dataclass(frozen=True, eq=False)
class Condition:
    """An ``if``: an expression whose braces may be left out."""

    text: Text

    @functools.cached_property
    def expression(self) -> Expression | None:
        """The condition; ``None`` where it could not be read, or something is around the braces."""
        text = self.text.text
        found = self.text.expressions
        if found:
            only = len(found) == 1 and found[0].start == 0 and found[0].end == len(text)
            return found[0].expression if only else None
        try:
            return expressions.parse(text)
        except NotAnExpression:
            return None


@dataclass(frozen=True, eq=False)
class Trigger:
    """One event that starts a workflow."""

    name: str
    key: Scalar
    types: tuple[str, ...] = ()
    """Activity types; empty for the event's own default."""
    inputs: Mapping[str, Input] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class Input:
    """An input of a workflow that is called or started by hand, or of an action."""

    name: str
    key: Scalar
    type: str = "string"


class Level(enum.IntEnum):
    """What a token may do with one thing. Ordered."""

    NONE = 0
    READ = 1
    WRITE = 2


@dataclass(frozen=True, eq=False)
class Permissions:
    """What the job's token may do."""

    node: tree.Node
    everything: Level | None
    """Set for ``read-all`` and ``write-all``."""
    scopes: Mapping[str, tuple[Level, Span]]
    """By scope, with its place."""

    def level(self, scope: str) -> Level:
        """The level for a scope: none for one that is not named."""
        if self.everything is not None:
            return self.everything
        return self.scopes[scope][0] if scope in self.scopes else Level.NONE

    @property
    def writes(self) -> tuple[str, ...]:
        """The scopes that may be written to; ``*`` for all."""
        if self.everything is Level.WRITE:
            return ("*",)
        return tuple(name for name, (level, _) in self.scopes.items() if level is Level.WRITE)


class UseKind(enum.StrEnum):
    """What ``uses`` names."""

    REMOTE = "remote"
    """``owner/name[/path]@ref``: an action or a reusable workflow of a repository."""
    LOCAL = "local"
    """``./path``: in the workspace, or for a reusable workflow in the same commit."""
    OWN = "own"
    """``$/path``: in the repository itself, at the commit that runs."""
    IMAGE = "image"
    """``docker://image``."""


@dataclass(frozen=True, eq=False)
class Use:
    """What a step or a job runs instead of commands."""

    scalar: Scalar
    kind: UseKind
    name: str
    """``owner/name`` in lower case, the path of a local one, or the image."""
    path: str
    """The folder or file within the repository."""
    ref: str

    @property
    def owner(self) -> str:
        """The account that a remote one belongs to, in lower case."""
        return self.name.partition("/")[0] if self.kind is UseKind.REMOTE else ""

    @property
    def full_name(self) -> str:
        """``owner/name/path``, in lower case."""
        return f"{self.name}/{self.path}".lower() if self.path else self.name

    @property
    def is_pinned(self) -> bool:
        """Whether it names a commit, an image by its digest, or a file of the same repository."""
        if self.kind in (UseKind.LOCAL, UseKind.OWN):
            return True
        if self.kind is UseKind.IMAGE:
            return "@sha256:" in self.name
        return len(self.ref) in (40, 64) and all(
            one in "0123456789abcdefABCDEF" for one in self.ref
        )

    @property
    def is_loose(self) -> bool:
        """Whether it names something that may change, and nothing that an expression decides."""
        if self.is_pinned or "${{" in self.scalar.text:
            return False
        return self.kind is UseKind.IMAGE or bool(self.ref)


@dataclass(frozen=True, eq=False)
class Variable:
    """A name that is given a value: a variable of the environment, an input, an output."""

    name: str
    key: Scalar
    value: Text


@dataclass(frozen=True, eq=False)
class Step:
    """One step of a job."""

    index: int
    id: str
    name: str
    node: tree.Mapping
    condition: Condition | None
    uses: Use | None
    run: Text | None
    shell: str
    """As the step says it, or the default that holds for it; empty when nobody says."""
    inputs: Mapping[str, Variable]
    """What ``with`` gives, by name in lower case."""
    env: tuple[Variable, ...]
    working_directory: str

    @property
    def label(self) -> str:
        """What people call it."""
        if self.name:
            return self.name
        if self.uses is not None:
            return self.uses.scalar.text
        return self.id or f"step {self.index + 1}"

    def input(self, name: str) -> str | None:
        """The text of an input; ``None`` when it is not given."""
        found = self.inputs.get(name)
        return None if found is None else found.value.text

    @property
    def key(self) -> Scalar | None:
        """The word ``uses`` or ``run`` that makes it what it is."""
        return self.node.key("uses") or self.node.key("run")


@dataclass(frozen=True, eq=False)
class Container:
    """An image that a job runs in, or a service beside it."""

    name: str
    """Of the service; empty for the job's own."""
    credentials: Mapping[str, Text]


@dataclass(frozen=True, eq=False)
class Job:
    """One job, or the steps of a composite action."""

    id: str
    key: Scalar | None
    node: tree.Mapping
    condition: Condition | None
    permissions: Permissions | None
    runs_on: tuple[Text, ...]
    needs: tuple[str, ...]
    env: tuple[Variable, ...]
    outputs: Mapping[str, Text]
    steps: tuple[Step, ...]
    uses: Use | None
    """The reusable workflow that the job calls."""
    secrets: tree.Node | None
    environment: tree.Node | None
    containers: tuple[Container, ...]
    """The job's own, then its services."""
    matrix: Mapping[str, tuple[Text, ...]]

    @functools.cached_property
    def texts(self) -> list[Text]:
        """Every text of the job."""
        return texts_of(self.node)

    @functools.cached_property
    def secret_names(self) -> tuple[str, ...]:
        """The secrets that the job's texts take up."""
        return tuple(dict.fromkeys(name for text in self.texts for name in text.secrets))

    @property
    def scope(self) -> str:
        """Where things of this job are, in words that stay when lines move."""
        return f"jobs.{self.id}" if self.id else "runs"

    def scope_of(self, step: Step) -> str:
        """The same for one of its steps."""
        return f"{self.scope}.{step.id or step.label}"


@dataclass(frozen=True, eq=False)
class Document:
    """A workflow, or the metadata of an action."""

    kind: Kind
    root: tree.Mapping
    triggers: Mapping[str, Trigger]
    permissions: Permissions | None
    env: tuple[Variable, ...]
    jobs: tuple[Job, ...]
    inputs: Mapping[str, Input]
    """Of an action."""

    def steps(self) -> Iterator[tuple[Job, Step]]:
        """Every step, with its job."""
        for job in self.jobs:
            for step in job.steps:
                yield job, step

    def uses(self) -> Iterator[tuple[Job, Step | None, Use]]:
        """Everything that ``uses`` names, in order."""
        for job in self.jobs:
            if job.uses is not None:
                yield job, None, job.uses
            for step in job.steps:
                if step.uses is not None:
                    yield job, step, step.uses

    def conditions(self) -> Iterator[tuple[Job, Step | None, Condition]]:
        """Every condition, with the job or step that it is for."""
        for job in self.jobs:
            if job.condition is not None:
                yield job, None, job.condition
            for step in job.steps:
                if step.condition is not None:
                    yield job, step, step.condition

    def job(self, name: str) -> Job | None:
        """A job by its id."""
        return next((one for one in self.jobs if one.id == name), None)

    def permissions_of(self, job: Job) -> Permissions | None:
        """What holds for a job's token; ``None`` where the repository's default does."""
        return job.permissions if job.permissions is not None else self.permissions

    @functools.cached_property
    def texts(self) -> list[Text]:
        """Every text of the file, keys not counted, in order; what an alias repeats comes once."""
        return texts_of(self.root)


def texts_of(root: tree.Node) -> list[Text]:
    """Every text below a node, keys not counted, in order; what an alias repeats comes once."""
    found: list[Text] = []
    seen: set[int] = set()
    todo: list[tree.Node] = [root]
    while todo:
        node = todo.pop()
        if id(node) in seen:
            continue
        seen.add(id(node))
        if isinstance(node, Scalar):
            found.append(Text(node))
        elif isinstance(node, tree.Sequence):
            todo += reversed(node.items)
        else:
            todo += [value for _, value in reversed(node.pairs)]
    return found


def secret_of(path: str) -> str | None:
    """The secret that a path names, in upper case; ``*`` for all; ``None`` for no secret."""
    if path == "secrets":
        return "*"
    if not path.startswith("secrets."):
        return None
    name = path.removeprefix("secrets.").upper()
    return None if name == "GITHUB_TOKEN" else name
