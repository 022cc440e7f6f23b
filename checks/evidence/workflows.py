"""Aspects 2 and 3 of workflows: secrets and actions; expressions in scripts."""

from __future__ import annotations

from collections.abc import Iterator

from checks.evidence.registry import gather
from checks.model import Aspect
from checks.registry import WORKFLOW
from checks.report import EvidenceSink
from checks.workflows import knowledge
from checks.workflows.event import WorkflowEvent
from checks.workflows.expressions import Placed, paths_in
from checks.workflows.flow import Values
from checks.workflows.model import Text, Use, UseKind, secret_of

_MAX_TEXTS = 2_000


@gather(Aspect.CREDENTIALS, on=WORKFLOW)
def workflow_secrets(event: WorkflowEvent, evidence: EvidenceSink) -> None:
    """Secrets that are taken up, and where they go."""
    document = event.document
    outer = {id(one.value.scalar) for one in document.env}
    outer |= {id(one.value.scalar) for job in document.jobs for one in job.env}
    noted: set[tuple[str, int]] = set()
    for text in document.texts[:_MAX_TEXTS]:
        for name, placed in _secrets(text):
            key = (name, text.scalar.line)
            if key in noted:
                continue
            noted.add(key)
            wide = id(text.scalar) in outer
            fate = "in the environment of several steps" if wide else "handed to one step"
            evidence.add(text.place(placed), "use of a secret", "uses of secrets", fate)


def _secrets(text: Text) -> Iterator[tuple[str, Placed]]:
    for placed in text.expressions:
        if placed.expression is None:
            continue
        for path in paths_in(placed.expression):
            name = secret_of(path)
            if name is not None:
                yield name, placed


@gather(Aspect.CREDENTIALS, on=WORKFLOW)
def workflow_actions(event: WorkflowEvent, evidence: EvidenceSink) -> None:
    """Actions, and what they are pinned to."""
    for _, _, use in event.document.uses():
        if use.kind in (UseKind.REMOTE, UseKind.IMAGE):
            evidence.add(use.scalar.span, "action", "actions", _pinned(use))


def _pinned(use: Use) -> str:
    if use.is_pinned:
        return "pinned to a digest" if use.kind is UseKind.IMAGE else "pinned to a commit"
    return "GitHub's own, by a tag" if use.owner in knowledge.FIRST_PARTY else "by a tag or branch"


@gather(Aspect.INPUT, on=WORKFLOW)
def workflow_scripts(event: WorkflowEvent, evidence: EvidenceSink) -> None:
    """Expressions in scripts, and texts of strangers that scripts read from the environment."""
    values = Values(event.document)
    for job, step in event.document.steps():
        if step.run is None:
            continue
        theirs = {placed.start for placed, _ in values.in_text(step.run, job, step)}
        for placed in step.run.expressions:
            if placed.start not in theirs:
                evidence.add(
                    step.run.place(placed),
                    "expression in a script",
                    "expressions in scripts",
                    "nothing that others write",
                )
        for variable in step.env:
            if values.in_text(variable.value, job, step):
                evidence.add(
                    variable.value.span,
                    "text of others",
                    "texts of others",
                    "read from the environment",
                )
