"""From a file's text to the event that checks of workflows hear."""

from __future__ import annotations

from checks.model import Audits, Lines, Role
from checks.text import SourceText
from checks.workflows import building, paths, tree
from checks.workflows.event import WorkflowEvent
from checks.workflows.model import Document


def event_of(
    path: str,
    source: SourceText,
    role: Role,
    added: tuple[Lines, ...] | None,
    base: SourceText | None,
    audits: Audits | None = None,
) -> tuple[WorkflowEvent | None, tuple[str, ...]]:
    """The event for a file, and what to say about it where it could not be read.

    No event for a file that GitHub does not read as a workflow or an action.
    """
    kind = paths.kind_of(path)
    if kind is None or not paths.runs_here(path, role):
        return None, ()
    try:
        document = document_of(kind, source)
    except tree.NotReadable as error:
        return None, (f"line {error.line}: not read as a {kind}: {error.sentence}",)
    if document is None:
        return None, ()
    before = None
    if base is not None:
        try:
            before = document_of(kind, base)
        except tree.NotReadable:
            before = None
    limits = (f"zizmor: {audits.limit}",) if audits is not None and audits.limit else ()
    event = WorkflowEvent(path, source, role, added, document, before, base, audits)
    return event, limits


def document_of(kind: paths.Kind, source: SourceText) -> Document | None:
    """The model of a text; ``None`` when there is nothing in it.

    Raises:
        NotReadable: it is not read as YAML.
    """
    root = tree.read(source)
    return building.build(kind, root) if isinstance(root, tree.Mapping) else None


def is_sound(path: str, source: SourceText) -> bool:
    """Whether the text of a file of this path can be read: asked of a text that an edit made."""
    kind = paths.kind_of(path)
    if kind is None:
        return False
    try:
        return document_of(kind, source) is not None
    except tree.NotReadable:
        return False
