"""Regular expressions that a repository writes itself: on RE2, so that any of them is linear.

RE2 takes time linear in the text for every expression it accepts, and bounded memory
(https://github.com/google/re2/wiki/WhyRE2); what is left to bound is their length and number.
"""

from __future__ import annotations

from typing import Any

import re2

MAX_LENGTH = 500
"""Longest expression in characters."""
_MEMORY = 1 << 20
"""Bytes that one compiled expression may take: repetitions of repetitions are refused past it."""

_options = re2.Options()
_options.max_mem = _MEMORY
_options.log_errors = False


def compiled(expression: str) -> Any | None:
    """The expression, to be matched with UTF-8 bytes; None when :func:`fault` names one."""
    if not expression or len(expression) > MAX_LENGTH:
        return None
    try:
        found = re2.compile(expression.encode("utf-8", "replace"), options=_options)
    except re2.error:
        return None
    return None if found.search(b"") is not None else found


def fault(expression: str) -> str | None:
    """What is wrong with an expression, as a sentence; None when it can be used."""
    if not expression:
        return "The expression is empty."
    if len(expression) > MAX_LENGTH:
        return f"An expression has at most {MAX_LENGTH} characters."
    try:
        found = re2.compile(expression.encode("utf-8", "replace"), options=_options)
    except re2.error as error:
        said = error.args[0] if error.args else ""
        reason = said.decode("utf-8", "replace") if isinstance(said, bytes) else str(said)
        # Behind the colon RE2 repeats the expression, which may hold a secret.
        return f"This is no expression that RE2 reads: {reason.partition(':')[0][:100]}."
    if found.search(b"") is not None:
        return "It matches the empty text, and so it would match everywhere."
    return None
