"""The catalogue of evidence gatherers: what the eight aspects looked at.

A gatherer is a function like a check, but it judges nothing: it notes what is there, so that a
review can say what was looked at when nothing is wrong::

    @gather(Aspect.MOCKS, on=calls("unittest.mock.patch"))
    def patchers(call: Call, evidence: EvidenceSink) -> None:
        evidence.add(at=call, noun="patcher", plural="patchers")
"""

from __future__ import annotations

import functools
import importlib
import pkgutil
from collections.abc import Callable
from typing import Any

from checks.light import dataclass
from checks.model import Aspect, Role
from checks.registry import CODE_ROLES, PYTHON, Events


@dataclass(frozen=True, slots=True)
class Gatherer:
    """One gatherer."""

    name: str
    aspect: Aspect
    on: tuple[Events, ...]
    roles: frozenset[Role]
    run: Callable[[Any, Any], None]
    languages: frozenset[str] = PYTHON


_gatherers: list[Gatherer] = []


def gather(
    aspect: Aspect,
    *,
    on: Events | tuple[Events, ...],
    roles: frozenset[Role] = CODE_ROLES,
    languages: frozenset[str] = PYTHON,
) -> Callable[[Callable[[Any, Any], None]], Callable[[Any, Any], None]]:
    """Put the decorated function into the catalogue.

    The function takes the event and the :class:`~checks.report.EvidenceSink` that it fills.
    """

    def register(run: Callable[[Any, Any], None]) -> Callable[[Any, Any], None]:
        events = on if isinstance(on, tuple) else (on,)
        name = f"{run.__module__.removeprefix('checks.evidence.')}.{run.__name__}"
        _gatherers.append(Gatherer(name, aspect, events, roles, run, languages))
        return run

    return register


@functools.cache
def load() -> tuple[Gatherer, ...]:
    """Every gatherer, by name; imports all modules of the package the first time."""
    package = importlib.import_module("checks.evidence")
    for module in pkgutil.walk_packages(package.__path__, "checks.evidence."):
        importlib.import_module(module.name)
    return tuple(sorted(_gatherers, key=lambda one: one.name))
