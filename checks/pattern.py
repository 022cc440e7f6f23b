"""Patterns that are compiled when they are first asked something.

Compiling takes RE2 up to two milliseconds a pattern. A worker that looks at a few files asks few of
the patterns of all checks, and starts the sooner for not compiling the others.
"""

from __future__ import annotations

from typing import Any

import re2

from checks.once import once


class Pattern:
    """What :func:`re2.compile` gives for an expression, made at its first use.

    An expression that is wrong raises ``re2.error`` then.
    """

    def __init__(self, expression: str | bytes) -> None:
        self._expression = expression

    def __getattr__(self, name: str) -> Any:
        """A method of the compiled pattern, which is found without this from then on."""
        found = self.__dict__[name] = getattr(self._compiled, name)
        return found

    @once
    def _compiled(self) -> Any:
        return re2.compile(self._expression)
