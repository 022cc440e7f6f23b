"""A file's bytes, with its lines as git and GitHub count them.

Only ``\\n`` ends a line here: form feeds, U+2028 and lone carriage returns do not, whatever an
editor shows. Nothing is decoded as a whole, because repository text may be in any encoding.
"""

from __future__ import annotations

import bisect
import itertools

import re2

from checks.model import Lines, Region, Span
from checks.once import once

MAX_BYTES = 1_000_000
MAX_LINES = 20_000
MAX_LINE_BYTES = 5_000
"""Larger code is written by programs, and costs more time than it repays."""

_BOM = b"\xef\xbb\xbf"
_COOKIE = re2.compile(rb"^[ \t\f]*#[^\n]*?coding[:=][ \t]*([-_.a-zA-Z0-9]+)")  # PEP 263
_READABLE_CODINGS = frozenset({"utf-8", "utf8", "utf-8-sig", "ascii", "us-ascii", "latin-1",
                               "latin1", "iso-8859-1", "iso8859-1"})  # fmt: skip


class SourceText:
    """The bytes of one file and the arithmetic of its lines.

    Lines and columns count from 1; columns count code points, bytes that are not UTF-8 as one
    character each.
    """

    def __init__(self, data: bytes) -> None:
        self.data = data

    @once
    def code(self) -> bytes:
        """The bytes as Python's parser reads them: a lone ``\\r`` ends a line. Offsets hold."""
        if b"\r" not in self.data:
            return self.data
        # Of equal length on purpose: spans in the tree are spans in the file.
        return b"\r\n".join(part.replace(b"\r", b"\n") for part in self.data.split(b"\r\n"))

    @once
    def _starts(self) -> list[int]:
        lengths = map((1).__add__, map(len, self.data.split(b"\n")))
        return [0, *itertools.accumulate(lengths)][:-1]

    @property
    def line_count(self) -> int:
        """How many lines there are; a text that ends with a newline has no line after it."""
        return self.data.count(b"\n") + 1 - (self.data.endswith(b"\n") or not self.data)

    def line_of(self, offset: int) -> int:
        """The line that holds the byte at ``offset``."""
        return bisect.bisect_right(self._starts, offset)

    def column_of(self, offset: int) -> int:
        """The column of the byte at ``offset``."""
        start = self._starts[self.line_of(offset) - 1]
        return len(self.data[start:offset].decode("utf-8", "replace")) + 1

    def line_span(self, line: int) -> Span:
        """The bytes of a line without its newline (a ``\\r`` before it is not part of it)."""
        start = self._starts[line - 1]
        end = self._starts[line] - 1 if line < len(self._starts) else len(self.data)
        if end > start and self.data[end - 1 : end] == b"\r" and self.data[end : end + 1] == b"\n":
            end -= 1
        return Span(start, end)

    def line_text(self, line: int) -> bytes:
        """The bytes of a line without its newline."""
        start, end = self.line_span(line)
        return self.data[start:end]

    def region(self, span: Span) -> Region:
        """A span as people read it; a newline at its end is not counted in."""
        end = span.end
        while end > span.start and self.data[end - 1 : end] in (b"\n", b"\r"):
            end -= 1
        return Region(
            self.line_of(span.start), self.column_of(span.start),
            self.line_of(end), self.column_of(end),
        )  # fmt: skip

    def lines(self, span: Span) -> Lines:
        """The lines that a span touches."""
        last = max(span.start, span.end - 1)
        return Lines(self.line_of(span.start), self.line_of(last))

    def slice(self, span: Span) -> bytes:
        """The bytes of a span."""
        return self.data[span.start : span.end]

    @once
    def newline(self) -> str:
        """The file's newline style: ``"\\r\\n"`` when most lines end so, else ``"\\n"``."""
        pairs = self.data.count(b"\r\n")
        return "\r\n" if pairs * 2 > self.data.count(b"\n") else "\n"

    @once
    def notes(self) -> tuple[str, ...]:
        """What is unusual about the text and may hide code from a reader, in plain words."""
        data, notes = self.data, []
        if data.startswith((b"\xff\xfe", b"\xfe\xff")):
            notes.append("the text is UTF-16, read as bytes")
        if data.find(_BOM, 1) > 0:
            notes.append("holds a byte order mark in its middle")
        if self.code is not data and self.code != data:
            notes.append(
                "holds carriage returns that Python reads as line ends and GitHub does not"
            )
        if b"\0" in data:
            notes.append("holds NUL bytes")
        if not _is_utf8(data):
            notes.append("holds bytes that are not UTF-8")
        if (coding := self._coding()) and coding not in _READABLE_CODINGS:
            notes.append(f"declares the encoding {coding}, read as UTF-8")
        return tuple(notes)

    def _coding(self) -> str | None:
        for line in range(1, min(2, self.line_count) + 1):
            if found := _COOKIE.search(self.line_text(line)[:400]):
                return str(found.group(1).decode()).lower().replace("_", "-")
        return None

    @once
    def too_large(self) -> str | None:
        """Why the text is not analysed as code; ``None`` when it is."""
        if len(self.data) > MAX_BYTES:
            return "larger than 1 MB"
        if self.line_count > MAX_LINES:
            return f"more than {MAX_LINES:,} lines"
        if max(map(len, self.data.split(b"\n"))) > MAX_LINE_BYTES:
            return f"a line of more than {MAX_LINE_BYTES:,} characters"
        return None


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True
