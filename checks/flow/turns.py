"""In which order the functions of a file are run: what others call or read comes after them."""

from __future__ import annotations

from checks.flow.entries import is_used
from checks.flow.values import LocalFunction

_BEFORE = (".before_request", ".before_app_request", ".url_value_preprocessor",
           ".before_websocket")  # fmt: skip
"""Decorators of what runs before the function that answers."""


def turn(function: LocalFunction) -> int:
    """When a function is run: after those that call it, as far as names tell."""
    if any(one.endswith(_BEFORE) for one in function.decorators):
        return -1
    if is_private(function):
        return 2
    if function.name.startswith("__"):
        return 1  # "__call__": by no name
    return int(is_used(function))


def is_private(function: LocalFunction) -> bool:
    """Whether only its own file calls it, as its name says."""
    return function.name.startswith("_") and not function.name.startswith("__")
