"""Parsing with a deadline, in any grammar.

As for Python (:mod:`checks.languages.python.parse`): the parser is asked through a read callback
because only that form can be interrupted, and nothing is decoded.
"""

from __future__ import annotations

from collections.abc import Callable

import tree_sitter

from checks.languages.python.parse import Expired, never
from checks.languages.syntax.grammar import Grammar

_CHUNK = 1 << 16


def parse(code: bytes, grammar: Grammar, expired: Callable[[], bool] = never) -> tree_sitter.Tree:
    """The syntax tree of a text; it holds ERROR nodes where the text is not of the language.

    Raises:
        Expired: the time was over before the text was read.
    """
    parser = tree_sitter.Parser(grammar.language)
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
