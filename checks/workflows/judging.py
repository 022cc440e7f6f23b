"""How grave it is that a stranger's text or code gets somewhere: decided in one place."""

from __future__ import annotations

from checks.light import dataclass
from checks.model import Confidence, Severity, Surface
from checks.workflows.conditions import Reach, reach_of
from checks.workflows.contexts import CALLER, PRIVILEGED, UNPRIVILEGED, Level
from checks.workflows.expressions import Expression, path_of, paths_in
from checks.workflows.model import Document, Job, Step, Variable, secret_of
from checks.workflows.taint import Taint


@dataclass(frozen=True, slots=True)
class Weight:
    """What a finding weighs."""

    severity: Severity
    confidence: Confidence
    surface: Surface = Surface.INLINE
    event: str = ""
    """The gravest event."""


_MEMBER = Weight(Severity.INFO, Confidence.MEDIUM, Surface.SUMMARY, "workflow_dispatch")
_CALLED = Weight(Severity.LOW, Confidence.MEDIUM, Surface.SUMMARY, CALLER)


def weight_of_text(document: Document, job: Job, step: Step, taint: Taint) -> Weight | None:
    """What it weighs that a text of others is run as code; ``None`` where none of theirs is."""
    if taint.level is Level.MEMBER:
        return _MEMBER
    if taint.level is Level.CALLER:
        return _CALLED
    found = [_of_event(document, job, step, event) for event in sorted(taint.events)]
    return max((one for one in found if one is not None), default=None, key=_gravity)


def _gravity(weight: Weight) -> tuple[int, int]:
    return weight.severity, weight.confidence


def _of_event(document: Document, job: Job, step: Step, event: str) -> Weight | None:
    reach = reach_of(document, job, step, event, text_only=True)
    if reach is Reach.CLOSED:
        return None
    severity, confidence = Severity.MEDIUM, Confidence.HIGH
    if event in PRIVILEGED:
        severity = Severity.HIGH if has_rights(document, job) else Severity.MEDIUM
    elif event not in UNPRIVILEGED:
        confidence = Confidence.MEDIUM
    if reach is not Reach.OPEN:
        severity, confidence = Severity(severity - 1), Confidence.MEDIUM
    return Weight(severity, confidence, event=event)


def has_rights(document: Document, job: Job) -> bool:
    """Whether a job may have something to lose: a token that writes, or a secret.

    Where nobody says what the token may do it may write, as far as the file tells.
    """
    permissions = document.permissions_of(job)
    if permissions is None or permissions.writes:
        return True
    return bool(secrets_of(document, job))


def secrets_of(document: Document, job: Job) -> list[str]:
    """The names of the secrets that a job uses, the token of the run not counted.

    ``*`` for all of them.
    """
    found = [name for one in document.env for name in one.value.secrets]
    found += job.secret_names
    if job.secrets is not None:
        found.append("*")
    return list(dict.fromkeys(found))


def only_path(expression: Expression) -> str | None:
    """The path that an expression is, when it is one and reads nothing else."""
    path = path_of(expression)
    return path if path is not None and [*paths_in(expression)] == [path] else None


def secret_in(variable: Variable) -> str | None:
    """The secret that a variable holds as it is; ``None`` for none."""
    for placed in variable.value.expressions:
        path = None if placed.expression is None else only_path(placed.expression)
        name = None if path is None else secret_of(path)
        if name is not None:
            return name
    return None
