"""Repositories in a dict, for the tests of what the analysis asks for."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence

from checks.languages.python.definitions import Class
from checks.languages.python.gathering import Gathered, gather
from checks.languages.python.index import Index
from checks.languages.python.module import Module, read
from checks.repository import Bounds
from checks.text import SourceText

Tree = Mapping[str, str]


def code(text: str) -> bytes:
    return textwrap.dedent(text).encode()


class Shelf:
    """A repository in a dict, that remembers what it was asked."""

    def __init__(self, tree: Tree) -> None:
        self.tree = tree
        self.asked: list[list[str]] = []

    def __call__(self, paths: Sequence[str], /) -> Mapping[str, bytes | None]:
        self.asked.append(list(paths))
        return {path: code(self.tree[path]) if path in self.tree else None for path in paths}

    @property
    def found(self) -> list[str]:
        return [path for paths in self.asked for path in paths if path in self.tree]


def modules(change: Tree) -> list[Module]:
    return [read(SourceText(code(text)), path) for path, text in change.items()]


def gathered(change: Tree, shelf: Shelf, bounds: Bounds | None = None) -> Gathered:
    return gather(modules(change), change, shelf, bounds or Bounds())


def only_class(index: Index) -> Class:
    (cls,) = index.modules[0].classes
    return cls
