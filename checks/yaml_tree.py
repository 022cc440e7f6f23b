"""YAML from a repository as a tree with places, read in bounded time, depth and memory.

The tree is built from the parser's events in a loop: PyYAML's own composer recurses and, in C, ends
the process on deep nesting. Nothing is constructed: a scalar stays the text that people wrote, so
that ``off`` is the word "off" and not YAML 1.1's false, and tags do nothing. Aliases are refused,
which leaves nothing that can grow ("billion laughs").

PyYAML is imported by the first reading: those who only name the tree's types do not pay for it.
"""

from __future__ import annotations

import contextlib
import itertools
from typing import Any, TypeAlias

from checks.light import dataclass, field

MAX_DEPTH = 20
"""Deepest nesting of lists and mappings."""


@dataclass(frozen=True, slots=True)
class Scalar:
    """A text, as it was written; ``quoted`` when it stood in quotes or was a block of text."""

    text: str
    line: int
    quoted: bool = False
    column: int = 1
    """In Unicode code points, counted from 1."""


@dataclass(frozen=True, slots=True)
class Sequence:
    """A list."""

    items: list[Node] = field(default_factory=list)
    line: int = 1
    column: int = 1


@dataclass(frozen=True, slots=True)
class Mapping:
    """Pairs in the order of the file; a key may be any node, and may come twice."""

    pairs: list[tuple[Node, Node]] = field(default_factory=list)
    line: int = 1
    column: int = 1


Node: TypeAlias = Scalar | Sequence | Mapping


class NotReadable(Exception):
    """The text is no YAML that is read here. Holds the place (from 1) and a sentence."""

    def __init__(self, line: int, sentence: str, column: int = 1) -> None:
        super().__init__(sentence)
        self.line = line
        self.sentence = sentence
        self.column = column


def read(text: str) -> Node | None:
    """The first document of a text; None when there is none.

    Raises:
        NotReadable: it is not valid, is nested too deep, or holds an alias.
    """
    import yaml

    try:
        return _build(text)
    except yaml.MarkedYAMLError as error:
        # At the end of the text the parser points to the line below it.
        mark = error.problem_mark or error.context_mark
        line, column = _line(mark), _column(mark)
        if line > (last := text.rstrip().count("\n") + 1):
            line, column = last, 1
        raise NotReadable(line, f"This is not valid YAML: {error.problem}.", column) from None
    except yaml.YAMLError:
        # A character that YAML forbids; the error gives its position in bytes or in characters.
        raise NotReadable(_forbidden(text), "A character here is not allowed in YAML.") from None


def further_document(text: str) -> int | None:
    """The line where a second document begins; None when there is none that can be read."""
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    with contextlib.suppress(yaml.YAMLError):
        starts = (
            _line(event.start_mark)
            for event in yaml.parse(text, Loader=loader)
            if isinstance(event, yaml.DocumentStartEvent)
        )
        return next(itertools.islice(starts, 1, None), None)
    return None


def _build(text: str) -> Node | None:
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    root: Node | None = None
    open_nodes: list[Sequence | Mapping] = []
    keys: list[Node | None] = []
    for event in yaml.parse(text, Loader=loader):
        line, column = _line(event.start_mark), _column(event.start_mark)
        match event:
            case yaml.ScalarEvent():
                quoted = event.style not in (None, "")
                node: Node = Scalar(event.value, line, quoted, column)
            case yaml.SequenceStartEvent():
                node = Sequence(line=line, column=column)
            case yaml.MappingStartEvent():
                node = Mapping(line=line, column=column)
            case yaml.CollectionEndEvent():
                open_nodes.pop()
                keys.pop()
                continue
            case yaml.AliasEvent():
                sentence = "Anchors and aliases (`&`, `*`) are not read here."
                raise NotReadable(line, sentence, column)
            case yaml.DocumentEndEvent():
                return root
            case _:
                continue
        if not open_nodes:
            root = node
        else:
            _attach(open_nodes[-1], keys, node)
        if not isinstance(node, Scalar):
            if len(open_nodes) == MAX_DEPTH:
                sentence = f"Lists and mappings go deeper than {MAX_DEPTH} levels."
                raise NotReadable(line, sentence, column)
            open_nodes.append(node)
            keys.append(None)
    return root


def _line(mark: Any) -> int:
    """The line of a mark, counted from 1. Both of PyYAML's parsers have a class for marks."""
    return 1 if mark is None else int(mark.line) + 1


def _column(mark: Any) -> int:
    """The column of a mark, counted from 1."""
    return 1 if mark is None else int(mark.column) + 1


def _attach(parent: Sequence | Mapping, keys: list[Node | None], node: Node) -> None:
    """Hang a node below its parent; ``keys[-1]`` is the parent's key that waits for its value."""
    if isinstance(parent, Sequence):
        parent.items.append(node)
    elif keys[-1] is None:
        keys[-1] = node
    else:
        parent.pairs.append((keys[-1], node))
        keys[-1] = None


def _forbidden(text: str) -> int:
    """The line of the first character that YAML 1.1 (section 5.1) does not allow."""
    line = 1
    for character in text:
        if character == "\n":
            line += 1
        elif (character < " " and character not in "\t\r") or "\x7f" <= character < "\xa0":
            if character != "\x85":
                return line
        elif character in "\ufeff\ufffe\uffff":
            return line
    return 1
