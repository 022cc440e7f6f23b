"""What the checks of workflows are handed."""

from __future__ import annotations

from checks.light import dataclass
from checks.model import Audits, Lines, Role
from checks.text import SourceText
from checks.workflows.model import Document


@dataclass(frozen=True, slots=True, eq=False)
class WorkflowEvent:
    """A workflow or a composite action, and what stood in its place before."""

    path: str
    source: SourceText
    role: Role
    added: tuple[Lines, ...] | None
    """The lines that the change adds; ``None`` means that every line counts."""
    document: Document
    base: Document | None
    """``None`` for a new file, and where the base could not be read."""
    base_source: SourceText | None = None
    audits: Audits | None = None
    """What another program says about both."""
