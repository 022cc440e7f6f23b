"""Whether a file, or one that it imports, has anything in it that some kinds of harm need.

In tests hardly a kind of flow is told of. Where the libraries do not even occur that do the harm,
nothing need be followed.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable
from typing import Any

import re2

from checks.languages.python.module import Module
from checks.models.facts import tables

_RARE = frozenset({"yaml", "pickle", "ldap", "xpath"})
"""Kinds of which every sink is a call that a fact names."""


def may_harm(
    module: Module, kinds: frozenset[str], imported: Callable[[Module], Iterable[Module]]
) -> bool:
    """Whether a sink of one of the kinds may stand in a file or in one that it imports.

    Args:
        module: the file.
        kinds: the kinds that somebody wants to be told of.
        imported: what a file imports.
    """
    if not kinds <= _RARE:
        return True
    seen = {module.path}
    queue = [module]
    for one in queue:
        if _occurs(one, kinds):
            return True
        for other in imported(one):
            if other.path not in seen:
                seen.add(other.path)
                queue.append(other)
    return False


def _occurs(module: Module, kinds: frozenset[str]) -> bool:
    return module.remember(
        (_occurs, kinds), lambda: _words(kinds).search(module.source.data) is not None
    )


@functools.cache
def _words(kinds: frozenset[str]) -> Any:
    """The libraries with sinks of these kinds; the methods, where the object may be anything."""
    names: set[str] = set()
    for path, sinks in tables().sinks.items():
        if any(one.kind in kinds for one in sinks):
            root, _, _ = path.partition(".")
            any_object = root.startswith(("*", "@"))
            names.add(path.removesuffix("()").rpartition(".")[2] if any_object else root)
    written = "|".join(re2.escape(one.removesuffix("()")) for one in sorted(names))
    return re2.compile(rf"\b(?:{written})\b".encode())
