"""Parsing with a deadline.

The parser is asked through a read callback because only that form can be interrupted; a text of
one megabyte of nonsense takes seconds otherwise. Nothing is decoded: the tree speaks in bytes.
"""

from __future__ import annotations

from collections.abc import Callable

import tree_sitter

from checks.languages.python.grammar import LANGUAGE

_CHUNK = 1 << 16


class Expired(Exception):
    """The file's time is over."""


def never() -> bool:
    """The deadline of work that may take as long as it takes."""
    return False


def parse(code: bytes, expired: Callable[[], bool] = never) -> tree_sitter.Tree:
    """The syntax tree of a text; it holds ERROR nodes where the text is not Python.

    Args:
        code: UTF-8, or nearly so: bytes that are not become ERROR nodes.
        expired: tells that the time is over; asked every few hundred steps of the parser.

    Raises:
        Expired: the time was over before the text was read.
    """
    return parse_as(LANGUAGE, code, expired)


def parse_as(
    language: tree_sitter.Language, code: bytes, expired: Callable[[], bool] = never
) -> tree_sitter.Tree:
    """The same, for any grammar.

    Raises:
        Expired: the time was over before the text was read.
    """
    parser = tree_sitter.Parser(language)
    stopped = False

    def read(offset: int, _point: tree_sitter.Point) -> bytes:
        return code[offset : offset + _CHUNK]

    def progress(_offset: int, _has_error: bool) -> bool:
        nonlocal stopped
        stopped = stopped or expired()
        return stopped

    try:
        tree = parser.parse(read, progress_callback=progress)
    except ValueError:
        if stopped:
            raise Expired from None
        raise
    if stopped:
        raise Expired
    return tree
