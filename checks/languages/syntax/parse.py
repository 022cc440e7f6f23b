"""Parsing with a deadline, in any grammar."""

from __future__ import annotations

from collections.abc import Callable

import tree_sitter

from checks.languages.python.parse import never, parse_as
from checks.languages.syntax.grammar import Grammar


def parse(code: bytes, grammar: Grammar, expired: Callable[[], bool] = never) -> tree_sitter.Tree:
    """The syntax tree of a text; it holds ERROR nodes where the text is not of the language.

    Raises:
        Expired: the time was over before the text was read.
    """
    return parse_as(grammar.language, code, expired)
