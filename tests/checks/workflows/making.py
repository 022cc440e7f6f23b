"""Small makers for the tests of workflows."""

from __future__ import annotations

import textwrap

from checks.engine import analyse
from checks.model import ChangedFile, FileReport, Finding, Settings
from checks.text import SourceText
from checks.workflows import tree
from checks.workflows.model import Document
from checks.workflows.paths import Kind
from checks.workflows.reading import document_of

PATH = ".github/workflows/a.yml"


def document(text: str, kind: Kind = Kind.WORKFLOW) -> Document:
    """The model of an indented text."""
    found = document_of(kind, SourceText(textwrap.dedent(text).encode()))
    assert found is not None
    return found


def node(text: str) -> tuple[SourceText, tree.Node]:
    """The tree of a text."""
    source = SourceText(text.encode())
    found = tree.read(source)
    assert found is not None
    return source, found


def report(
    head: str | bytes, base: str | None = None, path: str = PATH, settings: Settings | None = None
) -> FileReport:
    """What the whole analysis says about a file, indented texts evened out."""
    data = head if isinstance(head, bytes) else textwrap.dedent(head).encode()
    before = None if base is None else textwrap.dedent(base).encode()
    file = ChangedFile(path, data, before)
    (found,) = analyse([file], settings or Settings(), strict=True)
    return found


def found(head: str, base: str | None = None, path: str = PATH) -> list[Finding]:
    """The findings of checks of workflows."""
    return [one for one in report(head, base, path).findings if one.check.startswith("workflow-")]
