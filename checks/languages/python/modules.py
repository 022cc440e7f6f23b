"""Which module a dotted name means, and where the names go that a module only passes on.

``from app.models import User`` finds the class although it stands in ``app/models/user.py`` and
``app/models/__init__.py`` merely imports it. Bounded: repository code may hold circles.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from weakref import WeakKeyDictionary

from checks.languages.python.module import Module
from checks.languages.python.scopes import Bound

MAX_HOPS = 16
"""Names that are looked at on the way from one name to its definition."""

_MAX_STARS = 5
"""Wildcard imports of one module that are followed."""

_MAX_BINDINGS = 4
_MAX_PARTS = 12
_MAX_NAMESAKES = 50


class Modules:
    """Modules by the names under which they may be imported."""

    def __init__(self, modules: Iterable[Module]) -> None:
        self._exact: dict[str, Module] = {}
        self._endings: dict[str, list[Module]] = {}
        for module in modules:
            self._exact.setdefault(module.name, module)
            for ending in _endings(module):
                same = self._endings.setdefault(ending, [])
                if len(same) < _MAX_NAMESAKES:
                    same.append(module)

    def get(self, name: str) -> Module | None:
        """The module of a name; one whose path merely ends so when it is the only one.

        The folder that the interpreter searches is not known: ``app.models`` may be
        ``backend/app/models.py``.
        """
        if (found := self._exact.get(name)) is not None:
            return found
        ending = self._endings.get(name, [])
        return ending[0] if len(ending) == 1 else None

    def owner(self, name: str) -> tuple[Module, list[str]] | None:
        """The module with the longest name that ``name`` begins with, and the parts after it."""
        parts = name.split(".")
        if len(parts) > 2 * _MAX_PARTS:
            return None
        for end in range(len(parts) - 1, 0, -1):
            if (module := self.get(".".join(parts[:end]))) is not None:
                return module, parts[end:]
        return None

    def follow(self, name: str) -> Iterator[str]:
        """``name``, and the names under which its definition may stand, near ones first.

        Each is dotted. Names whose module is known are given as that module is named.
        """
        queue, seen = [name.replace(":", ".")], set[str]()
        for one in queue:
            if one in seen:
                continue
            if len(seen) >= MAX_HOPS:
                return
            seen.add(one)
            yield one
            if (owner := self.owner(one)) is not None:
                module, rest = owner
                queue.append(".".join([module.name, *rest]))
                queue.extend(exports(module, rest))


def _endings(module: Module) -> tuple[str, ...]:
    """What the name of a module ends with."""
    parts = module.name.split(".")
    return module.remember(
        _endings,
        lambda: tuple(".".join(parts[start:]) for start in range(1, min(len(parts), _MAX_PARTS))),
    )


def exports(module: Module, rest: list[str]) -> Iterator[str]:
    """The names that a module's own names stand for: of what it imports, or gives a second name.

    Args:
        module: the module.
        rest: a name in it and the attributes after that.
    """
    head, tail = rest[0], rest[1:]
    bindings = module.scope.bindings.get(head, [])
    for binding in bindings[:_MAX_BINDINGS]:
        if binding.how is Bound.IMPORT:
            yield ".".join([binding.qualified, *tail])
        elif (
            binding.how is Bound.ASSIGNED
            and binding.node is not None
            and binding.context is not None
            and (name := module.resolve(binding.node, binding.context)) is not None
        ):
            yield ".".join([name.replace(":", "."), *tail])
    if not bindings:
        # ``package.part`` is the part itself where the package imports everything from it.
        every = stars(module)
        for star in every if f"{module.name}.{head}" not in every else ():
            yield ".".join([star, *rest])


def stars(module: Module) -> tuple[str, ...]:
    """The modules from which a module imports everything."""
    found = _stars.get(module)
    if found is None:
        names = dict.fromkeys(entry.module for entry in module.imports if entry.name == "*")
        found = _stars[module] = tuple(names)[:_MAX_STARS]
    return found


_stars: WeakKeyDictionary[Module, tuple[str, ...]] = WeakKeyDictionary()
"""Answers, remembered: one is asked for every name that nothing binds."""
