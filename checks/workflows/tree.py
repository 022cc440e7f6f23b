"""YAML of GitHub Actions as a tree that knows the bytes of every value.

Like :mod:`checks.yaml_tree`, which reads configurations, it is built from the parser's events in a
loop and constructs nothing: a scalar stays the text that was written. It differs in two ways. Every
node has its span of bytes, and aliases are followed, because GitHub allows them; what they expand
to is counted before it is believed, so that nothing grows ("billion laughs"). An alias within its
own anchor is refused.

PyYAML is imported by the first reading.
"""

from __future__ import annotations

import functools
import itertools
from collections.abc import Iterator
from collections.abc import Sequence as Items
from typing import Any, TypeAlias

from checks.light import dataclass
from checks.model import Span
from checks.text import SourceText
from checks.yaml_tree import NotReadable

__all__ = ["Mapping", "Node", "NotReadable", "Scalar", "Sequence", "read"]

MAX_DEPTH = 40
"""Deepest nesting of lists and mappings."""
MAX_NODES = 20_000
"""Nodes of a tree, those that aliases repeat counted each time."""

_BOM = b"\xef\xbb\xbf"
_BLOCKS = ("|", ">")


@dataclass(frozen=True, eq=False)
class Scalar:
    """A text: what it says, where it stands, and how it was written."""

    text: str
    span: Span
    """All of it as written, quotes and the header of a block included."""
    style: str
    """``""`` for plain text, else the mark that it begins with: ``'``, ``"``, ``|``, ``>``."""
    source: SourceText

    @property
    def line(self) -> int:
        """The line on which it begins."""
        return self.source.line_of(self.span.start)

    def span_of(self, start: int, end: int) -> Span:
        """The bytes of a part of the text, given by two positions in it.

        All of the scalar where the part cannot be told: in folded text, and after escapes.
        """
        lines = self._lines
        if lines is None or not 0 <= start <= end <= len(self.text):
            return self.span
        first, last = self._at(start, lines), self._at(end, lines)
        return Span(first, max(first, last))

    def _at(self, position: int, lines: Items[tuple[int, int, str]]) -> int:
        for text_start, byte_start, line in lines:
            if position <= text_start + len(line):
                return byte_start + len(line[: max(position - text_start, 0)].encode())
        text_start, byte_start, line = lines[-1]
        return byte_start + len(line.encode())

    @functools.cached_property
    def _lines(self) -> list[tuple[int, int, str]] | None:
        """The lines of the text: where each begins in it, where in the file, and what it says."""
        raw = self.source.slice(self.span)
        if self.style == "|":
            return self._block_lines(raw)
        quotes = 1 if self.style in ("'", '"') else 0
        inner = raw[quotes : len(raw) - quotes]
        if self.style == ">" or inner != self.text.encode("utf-8", "replace"):
            return None
        return [(0, self.span.start + quotes, self.text)]

    def _block_lines(self, raw: bytes) -> list[tuple[int, int, str]] | None:
        """Lines of a literal block: each is the end of a line of the file, after its indent."""
        found: list[tuple[int, int, str]] = []
        text_start = 0
        position = raw.find(b"\n") + 1
        for line in self.text.split("\n"):
            if not position and found:
                break
            end = raw.find(b"\n", position)
            written = raw[position : len(raw) if end < 0 else end].rstrip(b"\r")
            encoded = line.encode("utf-8", "replace")
            if not written.endswith(encoded):
                return None
            indent = len(written) - len(encoded)
            found.append((text_start, self.span.start + position + indent, line))
            text_start += len(line) + 1
            if end < 0:
                break
            position = end + 1
        return found or None


@dataclass(frozen=True, eq=False)
class Sequence:
    """A list."""

    items: list[Node]
    span: Span


@dataclass(frozen=True, eq=False)
class Mapping:
    """Pairs in the order of the file."""

    pairs: list[tuple[Node, Node]]
    span: Span

    def entries(self) -> Iterator[tuple[Scalar, Node]]:
        """The pairs whose key is a text."""
        for key, value in self.pairs:
            if isinstance(key, Scalar):
                yield key, value

    def get(self, name: str) -> Node | None:
        """The value of a key; the first, if the key comes twice (GitHub refuses such a file)."""
        return next((value for key, value in self.entries() if key.text == name), None)

    def key(self, name: str) -> Scalar | None:
        """A key as it is written."""
        return next((key for key, _ in self.entries() if key.text == name), None)


Node: TypeAlias = Scalar | Sequence | Mapping


def read(source: SourceText) -> Node | None:
    """The first document of a text; ``None`` when it is empty.

    Raises:
        NotReadable: it is not UTF-8, not valid YAML, too large, or nested too deep.
    """
    import yaml

    if source.too_large is not None:
        raise NotReadable(1, f"It is {source.too_large}.")
    skipped = len(_BOM) if source.data.startswith(_BOM) else 0
    try:
        text = source.data[skipped:].decode()
    except UnicodeDecodeError:
        raise NotReadable(1, "It is not UTF-8.") from None
    try:
        return _Builder(source, text, skipped).build()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = 1 if mark is None else min(mark.line + 1, max(source.line_count, 1))
        raise NotReadable(line, f"It is not valid YAML: {error.problem}.") from None
    except yaml.YAMLError:
        raise NotReadable(1, "It holds a character that YAML does not allow.") from None


@dataclass(slots=True)
class _Open:
    """A list or mapping in the making."""

    node: Sequence | Mapping
    start: int
    flow: bool
    anchor: str | None
    key: Node | None = None
    size: int = 1
    height: int = 1
    end: int = 0


class _Builder:
    """Makes a tree of the parser's events."""

    def __init__(self, source: SourceText, text: str, skipped: int) -> None:
        self._source = source
        self._text = text
        self._offsets = _offsets(text, skipped)
        self._skipped = skipped
        self._open: list[_Open] = []
        self._anchors: dict[str, tuple[Node, int, int]] = {}
        self._root: Node | None = None
        self._count = 0

    def build(self) -> Node | None:
        """The tree of the first document."""
        import yaml

        loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
        for event in yaml.parse(self._text, Loader=loader):
            match event:
                case yaml.ScalarEvent():
                    self._scalar(event)
                case yaml.SequenceStartEvent():
                    self._begin(Sequence([], Span(0, 0)), event)
                case yaml.MappingStartEvent():
                    self._begin(Mapping([], Span(0, 0)), event)
                case yaml.CollectionEndEvent():
                    self._end(event)
                case yaml.AliasEvent():
                    self._alias(event)
                case yaml.DocumentEndEvent():
                    break
                case _:
                    pass
        return self._root

    def _byte(self, mark: Any) -> int:
        index = min(int(mark.index), len(self._text))
        return index + self._skipped if self._offsets is None else self._offsets[index]

    def _scalar(self, event: Any) -> None:
        start, end = self._byte(event.start_mark), self._byte(event.end_mark)
        style = event.style or ""
        if style in _BLOCKS:
            # The parser goes on to the next token: blank lines and comments are not part of it.
            end = start + len(self._source.data[start:end].rstrip())
        node = Scalar(event.value, Span(start, max(start, end)), style, self._source)
        self._remember(event.anchor, node, 1, 0)
        self._attach(node, 1, 0, node.span.end)

    def _begin(self, node: Sequence | Mapping, event: Any) -> None:
        if len(self._open) == MAX_DEPTH:
            raise self._too_deep(event)
        start = self._byte(event.start_mark)
        self._open.append(_Open(node, start, bool(event.flow_style), event.anchor, end=start))

    def _end(self, event: Any) -> None:
        done = self._open.pop()
        end = self._byte(event.end_mark) if done.flow else done.end
        span = Span(done.start, max(done.start, end))
        node: Node
        if isinstance(done.node, Sequence):
            node = Sequence(done.node.items, span)
        else:
            node = Mapping(done.node.pairs, span)
        self._remember(done.anchor, node, done.size, done.height)
        self._attach(node, done.size, done.height, span.end)

    def _alias(self, event: Any) -> None:
        found = self._anchors.get(event.anchor)
        if found is None:
            line = event.start_mark.line + 1
            raise NotReadable(line, "An alias names no anchor that was complete before it.")
        node, size, height = found
        if len(self._open) + height > MAX_DEPTH:
            raise self._too_deep(event)
        self._attach(node, size, height, self._byte(event.end_mark))

    def _remember(self, anchor: str | None, node: Node, size: int, height: int) -> None:
        if anchor is not None:
            self._anchors[anchor] = (node, size, height)

    def _attach(self, node: Node, size: int, height: int, end: int) -> None:
        self._count += size if isinstance(node, Scalar) else 1
        parent = self._open[-1] if self._open else None
        if self._count > MAX_NODES or (parent is not None and parent.size + size > MAX_NODES):
            raise NotReadable(1, f"It has more than {MAX_NODES:,} values, aliases counted.")
        if parent is None:
            self._root = node
            return
        parent.size += size
        parent.height = max(parent.height, height + 1)
        parent.end = max(parent.end, end)
        if isinstance(parent.node, Sequence):
            parent.node.items.append(node)
        elif parent.key is None:
            parent.key = node
        else:
            parent.node.pairs.append((parent.key, node))
            parent.key = None

    def _too_deep(self, event: Any) -> NotReadable:
        line = event.start_mark.line + 1
        return NotReadable(line, f"Lists and mappings go deeper than {MAX_DEPTH} levels.")


def _offsets(text: str, skipped: int) -> list[int] | None:
    """The byte at which each character begins; ``None`` where both count alike."""
    if text.isascii():
        return None
    lengths = (
        1 if one < "\x80" else 2 if one < "\u0800" else 3 if one < "\U00010000" else 4
        for one in text
    )
    return [*itertools.accumulate(lengths, initial=skipped)]
