"""The check run of a review: which one is ours to use, making it, completing it.

A run is known again by its external id, ``pull:<number>:<request>``, so that neither a crash nor
an answer that got lost makes a second one. A run that is completed without a verdict (superseded,
closed, given up) gets another external id: it no longer stands for the request, and a later job
of the same request reviews after all. Annotations are never posted twice, although GitHub only
ever appends them.
"""

from __future__ import annotations

import dataclasses
import hashlib
import logging
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from bot import external_id
from bot.github import checks
from bot.github.faults import OurBug
from bot.github.port import RepositoryAPI
from bot.review.model import Annotation, OwnCheckRun, Plan

log = logging.getLogger(__name__)

NAME = "Assay"
_COMPLETED = "completed"


@dataclass(frozen=True, slots=True)
class Target:
    """One head of one pull request: what a review publishes to."""

    api: RepositoryAPI
    repository: str
    """``owner/name``."""
    repository_id: int
    pull: int
    head_sha: str


@dataclass(frozen=True, slots=True)
class Start:
    """What a review finds when it begins."""

    done: bool
    """The request was answered: a run of its external id, or one that covers it, is completed."""
    run: OwnCheckRun | None
    """The request's run, in progress: one that an earlier try began."""
    strays: tuple[OwnCheckRun, ...]
    """Runs in progress for other requests of the same pull request. Its jobs run one at a time,
    so nobody will complete them any more."""


def request_id(pull: int, base_ref: str, rerun_key: str, *, summary_only: bool = False) -> str:
    """The external id of a request.

    A person's wish for another review is named by its key, and is done once. Without one, a head
    is reviewed once for each base branch that the pull request is aimed at. A review that is
    ``summary_only`` is another one: the draft's, before it is ready.
    """
    key = rerun_key or f"onto-{hashlib.sha256(base_ref.encode()).hexdigest()[:12]}"
    return f"{external_id.PREFIX}{pull}:{key}{'-draft' if summary_only else ''}"


def unanswered_id(request: str, plan: Plan) -> str:
    """The external id of a run that was completed without answering the request."""
    return f"{request}:{plan.conclusion.value}"


def choose(runs: Sequence[OwnCheckRun], request: str, covered_by: str = "") -> Start:
    """Decide what to do with the runs that a head has for a pull request.

    ``covered_by`` is another request whose answer is this one's, too.
    """
    ordered = sorted(runs, key=lambda run: run.id)
    same = [run for run in ordered if run.external_id == request]
    unfinished = [run for run in same if run.status != _COMPLETED]
    done = len(unfinished) < len(same) or any(
        run.external_id == covered_by and run.status == _COMPLETED for run in ordered
    )
    used = None if done or not unfinished else unfinished[0]
    strays = [run for run in ordered if run.status != _COMPLETED and run is not used]
    return Start(done, used, tuple(strays))


async def find(target: Target) -> tuple[OwnCheckRun, ...]:
    """Our runs on the head that belong to the pull request; one head can have several pulls."""
    found = await checks.of_commit(target.api, target.repository, target.head_sha, name=NAME)
    return tuple(own(run) for run in found if external_id.pull_of(run.external_id) == target.pull)


async def begin(target: Target, request: str, plan: Plan) -> OwnCheckRun:
    """Make the request's run, in progress, with the words of ``plan``."""
    made = await checks.create(
        target.api,
        target.repository,
        name=NAME,
        head_sha=target.head_sha,
        external_id=request,
        status="in_progress",
        output=_output(plan),
    )
    return own(made)


async def record(target: Target, request: str, plan: Plan) -> None:
    """Make a run that is completed at once, for a request that gets no review."""
    await record_as(target, unanswered_id(request, plan), plan)


async def record_as(target: Target, name: str, plan: Plan) -> None:
    """Make a run that is completed at once, under an external id."""
    await checks.create(
        target.api,
        target.repository,
        name=NAME,
        head_sha=target.head_sha,
        external_id=name,
        status=_COMPLETED,
        conclusion=plan.conclusion.value,
        output=_output(plan),
    )


async def complete(
    target: Target, run: OwnCheckRun, plan: Plan, *, unanswered: bool = False
) -> None:
    """Complete a run: annotations in portions of 50, the conclusion with the last of them.

    ``unanswered`` takes the request's external id from the run.
    """
    missing = list(plan.annotations)
    if run.annotations and missing:
        missing = _without(
            missing, await checks.annotations_of(target.api, target.repository, run.id)
        )
    size = checks.ANNOTATIONS_PER_REQUEST
    portions = [missing[start : start + size] for start in range(0, len(missing), size)] or [[]]
    last: dict[str, Any] = {"status": _COMPLETED, "conclusion": plan.conclusion.value}
    if plan.completed_at is not None:
        last["completed_at"] = plan.completed_at.isoformat()
    if plan.buttons:
        last["actions"] = [dataclasses.asdict(one) for one in plan.buttons]
    if unanswered:
        last["external_id"] = unanswered_id(run.external_id, plan)
    try:
        for portion in portions[:-1]:
            await _update(target, run, {"status": "in_progress"}, plan, portion)
        await _update(target, run, last, plan, portions[-1])
    except OurBug as fault:
        if fault.status != 422 or not missing:
            raise
        # One annotation that GitHub dislikes must not cost the verdict: the summary says it all.
        log.warning("annotations refused: %s", fault.detail)
        await _update(target, run, last, plan, ())


async def _update(
    target: Target,
    run: OwnCheckRun,
    fields: dict[str, Any],
    plan: Plan,
    annotations: Sequence[Annotation],
) -> None:
    body = fields | {"output": _output(plan, annotations)}
    await checks.update(target.api, target.repository, run.id, body)


def own(run: checks.CheckRun) -> OwnCheckRun:
    """A check run of ours, as reviews see it."""
    return OwnCheckRun(
        id=run.id,
        status=run.status,
        conclusion=run.conclusion,
        external_id=run.external_id or "",
        annotations=run.output.annotations_count,
    )


def _output(plan: Plan, annotations: Sequence[Annotation] = ()) -> dict[str, Any]:
    output: dict[str, Any] = {"title": plan.title, "summary": plan.summary}
    if plan.text:
        output["text"] = plan.text
    if annotations:
        output["annotations"] = [_annotation(one) for one in annotations]
    return output


def _annotation(one: Annotation) -> dict[str, Any]:
    fields: dict[str, Any] = {
        "path": one.path,
        "start_line": one.lines.start,
        "end_line": one.lines.end,
        "annotation_level": one.level,
        "title": one.title,
        "message": one.message,
    }
    if one.columns is not None and one.lines.start == one.lines.end:
        fields["start_column"], fields["end_column"] = one.columns
    return fields


def _without(
    wanted: Sequence[Annotation], standing: Sequence[checks.Annotation]
) -> list[Annotation]:
    """The wanted annotations that do not stand yet, equal ones counted."""
    there = Counter(
        (one.path, one.start_line, one.end_line, one.title or "", one.message or "")
        for one in standing
    )
    missing = []
    for one in wanted:
        key = (one.path, one.lines.start, one.lines.end, one.title, one.message)
        if there[key]:
            there[key] -= 1
        else:
            missing.append(one)
    return missing
