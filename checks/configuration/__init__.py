"""``.github/assay.yml``: what a repository wishes, and what is wrong with how it says so.

Pure: bytes in, :class:`Configuration` out, never an exception. A mistake costs what it touches and
no more: it becomes a :class:`~checks.model.Problem` with its place and a sentence that says what is
allowed, and the rest of the file counts. ``configuration.schema.json`` beside this folder says the
same to editors, and ``docs/configuration.md`` to people.
"""

from __future__ import annotations

import codecs
from collections.abc import Collection, Iterable

from checks import yaml_tree
from checks.configuration.describe import Difference, Value, describe, differences
from checks.configuration.keys import MAX_COMMENTS, MAX_GLOBS, Reader
from checks.configuration.values import Configuration, Layer, Origin
from checks.configuration.walk import is_empty
from checks.configuration.words import PROFILES, ROLES, SEVERITIES, SWITCH, THRESHOLDS
from checks.model import Problem
from checks.yaml_tree import Mapping

__all__ = [
    "MAX_BYTES",
    "MAX_COMMENTS",
    "MAX_GLOBS",
    "PATH",
    "PROFILES",
    "ROLES",
    "SEVERITIES",
    "SWITCH",
    "THRESHOLDS",
    "Configuration",
    "Difference",
    "Layer",
    "Origin",
    "Value",
    "describe",
    "differences",
    "parse",
    "read",
]

PATH = ".github/assay.yml"
"""Where the file lies, on the base branch."""

MAX_BYTES = 64 << 10
_SECOND_DOCUMENT = "A second document begins here, and only the first counts. Put it all into one."


def parse(text: bytes, checks: Collection[str] | None = None) -> Configuration:
    """Read one configuration file, on top of nothing: see :func:`read`."""
    return read((Layer(text),), checks)


def read(layers: Iterable[Layer], checks: Collection[str] | None = None) -> Configuration:
    """Read configuration files that stand on each other.

    Args:
        layers: the files, the lowest first: the owner's before the repository's.
        checks: the ids of all checks; None for those of the catalogue.
    """
    reader = Reader(checks)
    for layer in layers:
        tree = _tree(layer)
        if isinstance(tree, Problem):
            reader.fail(tree)
        elif tree is not None:
            reader.add(layer, tree)
            if (line := _further(layer)) is not None:
                source = layer.source if layer.inherited else ""
                reader.fail(Problem(line, "", _SECOND_DOCUMENT, source=source))
    return reader.configuration()


def _tree(layer: Layer) -> Mapping | Problem | None:
    """The keys of a file; None when it says nothing."""
    text = layer.text
    if len(text) > MAX_BYTES:
        return _unreadable(layer, 1, f"The file is larger than {MAX_BYTES >> 10} KB.")
    try:
        root = yaml_tree.read(text.removeprefix(codecs.BOM_UTF8).decode())
    except UnicodeDecodeError as error:
        line = text.count(b"\n", 0, error.start) + 1
        return _unreadable(layer, line, "The file is not UTF-8.")
    except yaml_tree.NotReadable as error:
        return _unreadable(layer, error.line, error.sentence, error.column)
    if root is None or is_empty(root):
        return None
    if not isinstance(root, Mapping):
        sentence = "The file must hold keys with values, like `fail-on: high`."
        return _unreadable(layer, root.line, sentence, root.column)
    return root


def _further(layer: Layer) -> int | None:
    """Where a second document begins, of a file whose first was read."""
    return yaml_tree.further_document(layer.text.removeprefix(codecs.BOM_UTF8).decode())


def _unreadable(layer: Layer, line: int, sentence: str, column: int = 1) -> Problem:
    source = layer.source if layer.inherited else ""
    return Problem(line, "", f"{sentence} Nothing in the file was used.", column, source)
