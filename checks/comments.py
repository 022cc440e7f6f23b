"""The comments of texts that are not read as code: configuration, scripts, markup, data.

Only lines that hold one of some words are looked at, and of a line only what stands outside of
quotes: a comment mark in a text is none. Linear, bounded, and no grammar: what is doubtful is no
comment, so that a finding stands rather than disappears.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Protocol

import re2

from checks.languages.paths import language_of
from checks.model import Span
from checks.text import MAX_LINE_BYTES, SourceText

MAX_COMMENTS = 500
"""Comments of one text that are looked at."""

_HASH, _SLASHES, _BLOCK, _DASHES, _SEMICOLON, _MARKUP = (
    b"#", b"//", b"/*", b"--", b";", b"<!--",
)  # fmt: skip
_EVERY = (_HASH, _SLASHES, _BLOCK, _DASHES, _SEMICOLON, _MARKUP)
_C = (_SLASHES, _BLOCK)
_MARKS: Mapping[str, tuple[bytes, ...]] = {
    **dict.fromkeys(
        ("c", "cpp", "csharp", "go", "java", "javascript", "kotlin", "rust", "scala", "swift",
         "tsx", "typescript"), _C,
    ),
    **dict.fromkeys(
        ("dockerfile", "makefile", "python", "ruby", "shell", "toml", "yaml"), (_HASH,)
    ),
    "css": (_BLOCK,),
    "hcl": (_HASH, *_C),
    "html": (_MARKUP, *_C),
    "ini": (_HASH, _SEMICOLON),
    "json": (),
    "markdown": (_MARKUP,),
    "notebook": (),
    "php": (_HASH, *_C),
    "restructuredtext": (),
    "sql": (_DASHES, _BLOCK),
    "svelte": (_MARKUP, *_C),
    "vue": (_MARKUP, *_C),
    "xml": (_MARKUP,),
}  # fmt: skip
"""By language (:mod:`checks.languages.paths`); a text of another one may have any of them."""

_CLOSING = {b"<!--": " -->", b"/*": " */"}

_QUOTES = b"\"'`"


def as_comment(words: str, path: str) -> str:
    """Words as a comment in the language of a file, ``""`` where that has none."""
    marks = _MARKS.get(language_of(path, b""), _EVERY)
    if not marks:
        return ""
    return f"{marks[0].decode()} {words}{_CLOSING.get(marks[0], '')}"


class Commented(Protocol):
    """A text with comments: :class:`checks.languages.python.module.Module` is one."""

    @property
    def source(self) -> SourceText:
        """The text."""

    def comments(self) -> Iterator[tuple[Span, str]]:
        """The comments with their text, marks included, in order."""


class CommentedText:
    """A text that is not read as code, with those of its comments that hold certain words."""

    def __init__(self, source: SourceText, language: str, words: re2._Regexp) -> None:
        self.source = source
        self._marks = _MARKS.get(language, _EVERY)
        self._words = words

    def comments(self) -> Iterator[tuple[Span, str]]:
        """See :class:`Commented`."""
        data, past, count = self.source.data, 0, 0
        for match in self._words.finditer(data) if self._marks else ():
            if match.start() < past:
                continue
            start, past = self.source.line_span(self.source.line_of(match.start()))
            count += 1
            if count > MAX_COMMENTS:
                return
            line = data[start:past]
            at = _comment(line, match.start() - start, self._marks)
            if at is not None:
                yield Span(start + at, past), line[at:].decode("utf-8", "replace")


def _comment(line: bytes, before: int, marks: tuple[bytes, ...]) -> int | None:
    """Where the comment of a line begins, if it begins before an offset."""
    if len(line) > MAX_LINE_BYTES:
        return None
    quote, position = 0, 0
    while position <= before:
        byte = line[position]
        if quote:
            if byte == 0x5C:  # a backslash
                position += 1
            elif byte == quote:
                quote = 0
        elif byte in _QUOTES and not (position and line[position - 1 : position].isalnum()):
            # An apostrophe within a word is no quote.
            quote = byte
        elif _begins(line, position, marks):
            return position
        position += 1
    return None


def _begins(line: bytes, position: int, marks: tuple[bytes, ...]) -> bool:
    """Whether a comment begins here: after nothing, or after a blank."""
    if position and line[position - 1] not in b" \t,;)}]":
        return False
    return line.startswith(marks, position)
