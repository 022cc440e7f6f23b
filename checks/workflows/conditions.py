"""Whether somebody outside can reach a job or a step: its conditions, tried as they would be.

A condition is evaluated with what a stranger's event would bring: a fork, an account that nobody
knows, no label, no merge. What is not known stays unknown (Kleene's three-valued logic), and only a
condition that comes out false keeps the stranger away.
"""

from __future__ import annotations

import enum
import json
from collections.abc import Callable
from typing import Final, TypeAlias

from checks.light import dataclass
from checks.workflows.contexts import CALLER, PROVIDED, PULL_REQUEST_EVENTS
from checks.workflows.expressions import (
    Access,
    Binary,
    Call,
    Expression,
    Literal,
    Name,
    Not,
    path_of,
    paths_in,
)
from checks.workflows.model import Condition, Document, Job, Step


class _Mark(enum.Enum):
    """Values that are not known as such."""

    UNKNOWN = "unknown"
    STRANGER = "the stranger's own: a login, a fork, an owner"
    OWN = "the repository's own"


UNKNOWN: Final = _Mark.UNKNOWN
Value: TypeAlias = "str | float | bool | tuple[Value, ...] | _Mark | None"
_Lookup: TypeAlias = Callable[[str], Value]

_MAX_JSON = 10_000


class Reach(enum.IntEnum):
    """How far somebody outside gets. Ordered: the higher, the freer."""

    CLOSED = 0
    """A condition keeps them away."""
    APPROVED = 1
    """An environment, which may ask for an approval, stands before it."""
    CHECKED = 2
    """Something that an earlier step or job computes decides."""
    LABELLED = 3
    """Somebody with rights has to give the pull request a label."""
    OPEN = 4


_OWN_REPOSITORY = frozenset(
    {"github.repository", "github.repository_owner", "github.repository_id",
     "github.repository_owner_id"}
)  # fmt: skip
_OWN_PREFIXES = (
    "github.event.repository.",
    "github.event.pull_request.base.repo.",
    "github.event.pull_request.base.user.",
    "github.event.workflow_run.repository.",
)
_STRANGERS = frozenset(
    {"github.actor", "github.actor_id", "github.triggering_actor", "github.event.sender.login",
     "github.event.sender.id"}
)  # fmt: skip
_STRANGERS_PREFIXES = (
    "github.event.pull_request.head.repo.",
    "github.event.pull_request.head.user.",
    "github.event.pull_request.user.",
    "github.event.workflow_run.head_repository.",
    "github.event.workflow_run.actor.",
    "github.event.workflow_run.triggering_actor.",
    "github.event.comment.user.",
    "github.event.issue.user.",
    "github.event.discussion.user.",
    "github.event.review.user.",
)
_IDENTITIES = ("full_name", "login", "id", "name", "owner.login", "owner.id", "owner.name",
               "node_id", "html_url", "url", "clone_url")  # fmt: skip
_LABELS = ("github.event.pull_request.labels.*.name", "github.event.issue.labels.*.name",
           "github.event.label.name")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Stranger:
    """Somebody without rights, who causes an event."""

    event: str
    association: str = "NONE"
    labels: Value = ()
    merged: Value = False
    computed: Value = UNKNOWN
    """What earlier steps and jobs put out."""
    action: Value = UNKNOWN

    def value(self, path: str) -> Value:
        """What a context holds in the run that they cause."""
        if path in _LABELS:
            single = path.endswith("label.name")
            return None if single and self.labels == () else self.labels
        if path.startswith("github."):
            return self._github(path)
        if path.startswith(("steps.", "needs.")) and ".outputs." in path:
            return self.computed
        return UNKNOWN

    def _github(self, path: str) -> Value:
        if path == "github.event_name":
            return self.event
        if path == "github.event.action":
            return self.action
        if path.endswith(".author_association"):
            return self.association if self._is_there(path) else None
        if path in _OWN_REPOSITORY or _identity(path, _OWN_PREFIXES):
            return _Mark.OWN
        if path in _STRANGERS:
            return _Mark.STRANGER
        if path.startswith("github.event."):
            return self._event(path)
        if path in ("github.head_ref", "github.base_ref"):
            return UNKNOWN if self.event in ("pull_request", "pull_request_target") else ""
        if path in ("github.ref", "github.ref_name"):
            return self._ref(path)
        return UNKNOWN

    def _ref(self, path: str) -> Value:
        if self.event not in PULL_REQUEST_EVENTS - {"pull_request_target"}:
            return UNKNOWN
        return "refs/pull/1/merge" if path == "github.ref" else "1/merge"

    def _event(self, path: str) -> Value:
        if not self._is_there(path):
            return None
        if _identity(path, _STRANGERS_PREFIXES):
            return _Mark.STRANGER
        match path.removeprefix("github.event."):
            case "pull_request.head.repo.fork" | "workflow_run.head_repository.fork":
                return True
            case "pull_request.merged":
                return self.merged
            case "pull_request.merged_at" | "pull_request.merged_by":
                return None if self.merged is False else UNKNOWN
            case "workflow_run.event":
                return "pull_request"
            case "pull_request" | "issue" | "comment" | "review" | "discussion" | "workflow_run":
                return UNKNOWN if self.event == CALLER else True
            case _:
                return UNKNOWN

    def _is_there(self, path: str) -> bool:
        """Whether the event has this part at all."""
        part = path.split(".")[2] if path.count(".") > 1 else ""
        events = PROVIDED.get(part)
        return events is None or self.event in events or self.event == CALLER


def _identity(path: str, prefixes: tuple[str, ...]) -> bool:
    return any(
        path.startswith(prefix) and path[len(prefix) :] in _IDENTITIES for prefix in prefixes
    )


def evaluate(expression: Expression, lookup: _Lookup) -> Value:
    """What an expression gives, as far as it can be told."""
    path = path_of(expression)
    if path is not None:
        return lookup(path)
    match expression:
        case Literal(value):
            return value
        case Not(operand):
            truth = truth_of(evaluate(operand, lookup))
            return UNKNOWN if truth is None else not truth
        case Binary("&&", left, right):
            return _and(evaluate(left, lookup), evaluate(right, lookup))
        case Binary("||", left, right):
            return _or(evaluate(left, lookup), evaluate(right, lookup))
        case Binary(("==" | "!=") as operator, left, right):
            equal = _equal(evaluate(left, lookup), evaluate(right, lookup))
            return UNKNOWN if equal is None else equal == (operator == "==")
        case Call(name, arguments):
            return _call(name, [evaluate(one, lookup) for one in arguments])
        case Access() | Name() | Binary():
            return UNKNOWN


def truth_of(value: Value) -> bool | None:
    """Whether a value counts as true; ``None`` where that is not known."""
    if value is UNKNOWN:
        return None
    if isinstance(value, (_Mark, tuple)):
        return True
    return bool(value) and value == value


def _and(left: Value, right: Value) -> Value:
    truth = truth_of(left)
    if truth is False:
        return left
    if truth is True:
        return right
    return False if truth_of(right) is False else UNKNOWN


def _or(left: Value, right: Value) -> Value:
    truth = truth_of(left)
    if truth is True:
        return left
    if truth is False:
        return right
    return True if truth_of(right) is True else UNKNOWN


def _equal(left: Value, right: Value) -> bool | None:
    if UNKNOWN in (left, right):
        return None
    if isinstance(left, _Mark) or isinstance(right, _Mark):
        return _equal_marks(left, right)
    if isinstance(left, tuple) or isinstance(right, tuple):
        return None
    if isinstance(left, str) and isinstance(right, str):
        return left.lower() == right.lower()
    return _number(left) == _number(right)


def _equal_marks(left: Value, right: Value) -> bool | None:
    """A stranger's name is none that the workflow knows; the repository's own name may be any."""
    if _Mark.STRANGER in (left, right):
        return None if left is right else False
    other = right if left is _Mark.OWN else left
    return False if other is None else None


def _number(value: str | float | bool | None) -> float:
    if value is None or value == "":
        return 0.0
    try:
        return float(value)
    except ValueError:
        return float("nan")


def _call(name: str, arguments: list[Value]) -> Value:
    match name, arguments:
        case (("always" | "success"), _):
            return True
        case "fromjson", [str() as text]:
            return _from_json(text)
        case "contains", [whole, part]:
            return _contains(whole, part)
        case (("startswith" | "endswith"), [str() as text, str() as part]):
            text, part = text.lower(), part.lower()
            return text.startswith(part) if name == "startswith" else text.endswith(part)
        case (("startswith" | "endswith"), [None, str() as part]):
            return not part
        case _:
            return UNKNOWN


def _contains(whole: Value, part: Value) -> Value:
    if isinstance(whole, tuple):
        answers = [_equal(one, part) for one in whole]
        if True in answers:
            return True
        return UNKNOWN if None in answers else False
    if isinstance(whole, str) and isinstance(part, str):
        return part.lower() in whole.lower()
    if whole is None and isinstance(part, str):
        return not part
    return UNKNOWN


def _from_json(text: str) -> Value:
    if len(text) > _MAX_JSON:
        return UNKNOWN
    try:
        read = json.loads(text)
    except (ValueError, RecursionError):
        return UNKNOWN
    if isinstance(read, list) and all(isinstance(one, (str, int, float)) for one in read):
        return tuple(read)
    return read if isinstance(read, (str, int, float, bool)) or read is None else UNKNOWN


_MAX_CHAIN = 200
"""Jobs that wait for each other; GitHub runs no more than 256 of a workflow."""
_STATUS_FUNCTIONS = ("always(", "failure(", "cancelled(")


def reach_of(
    document: Document, job: Job, step: Step | None, event: str, *, text_only: bool = False
) -> Reach:
    """How far somebody outside gets who causes an event of this name.

    Args:
        document: the file.
        job: the job.
        step: the step; ``None`` for the job as such.
        event: the event, one of the file's triggers.
        text_only: whether only a text of theirs is to get there: that a pull request was merged
            says nothing against its title.
    """
    seen: dict[str, Reach] = {}
    reach = _job_reach(document, job, event, text_only, seen)
    if step is not None and step.condition is not None:
        reach = min(reach, _condition_reach(step.condition, event, document, text_only))
    return reach


def _job_reach(
    document: Document, job: Job, event: str, text_only: bool, seen: dict[str, Reach]
) -> Reach:
    if job.id in seen:
        return seen[job.id]
    if len(seen) == _MAX_CHAIN:
        return Reach.OPEN
    seen[job.id] = Reach.OPEN
    reach = Reach.OPEN
    if job.condition is not None:
        reach = _condition_reach(job.condition, event, document, text_only)
    if job.environment is not None:
        reach = min(reach, Reach.APPROVED)
    waits = job.condition is None or not any(
        name in job.condition.text.text.lower() for name in _STATUS_FUNCTIONS
    )
    if waits:
        for name in job.needs:
            before = document.job(name)
            if before is not None:
                reach = min(reach, _job_reach(document, before, event, text_only, seen))
    seen[job.id] = reach
    return reach


def _condition_reach(
    condition: Condition, event: str, document: Document, text_only: bool
) -> Reach:
    expression = condition.expression
    if expression is None:
        return Reach.OPEN
    trigger = document.triggers.get(event)
    action: Value = UNKNOWN
    if trigger is not None and len(trigger.types) == 1:
        action = trigger.types[0]
    merged: Value = UNKNOWN if text_only else False

    def passes(labels: Value, computed: Value) -> bool:
        return any(
            truth_of(
                evaluate(
                    expression,
                    Stranger(event, association, labels, merged, computed, action).value,
                )
            )
            is not False
            for association in ("NONE", "CONTRIBUTOR")
        )

    if not passes(UNKNOWN, UNKNOWN):
        return Reach.CLOSED
    if not passes((), UNKNOWN):
        return Reach.LABELLED
    decides = any(".outputs." in one for one in paths_in(expression))
    if decides and not passes((), ""):
        return Reach.CHECKED
    return Reach.OPEN
