"""What the Python files of a change know of each other: classes, their bases, functions, fixtures.

The index holds only the files of the change; a base class that is not among them is known by its
name alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TypeVar

from checks.languages.python.definitions import Class, Function
from checks.languages.python.module import Module

_MAX_NAMESAKES = 50
"""Classes or functions of one name that are told apart; the rest are not found."""

_MAX_CHAIN = 50
"""Classes that are looked at in one chain; repository code may hold cycles."""

FIXTURE_DECORATORS = ("pytest.fixture", "pytest_asyncio.fixture", "_pytest.fixtures.fixture")


_T = TypeVar("_T")


class Index:
    """The modules of a change."""

    def __init__(self, modules: Iterable[Module] = ()) -> None:
        self.modules: tuple[Module, ...] = tuple(modules)
        self._classes: dict[str, list[Class]] = {}
        self._functions: dict[str, list[Function]] = {}
        self._fixtures: dict[str, list[Function]] = {}
        for module in self.modules:
            for cls in module.classes:
                self._classes.setdefault(cls.name, []).append(cls)
            for function in module.functions:
                if function.context.kind == "module":
                    self._functions.setdefault(function.name, []).append(function)
                if function.place[2] is not None and function.decorated_with(*FIXTURE_DECORATORS):
                    self._fixtures.setdefault(function.name, []).append(function)

    def find_class(self, name: str) -> Class | None:
        """The class of a qualified name, ``app.models.User`` or ``app.models:User``.

        A name that is imported from ``models`` is found in ``src/app/models.py`` as well when no
        other file has it: the root that the interpreter searches is not known.
        """
        found = self._classes.get(_last(name), [])[:_MAX_NAMESAKES]
        return _best(name, [(one, one.module, one.qualified_name) for one in found])

    def find_function(self, name: str) -> Function | None:
        """The module's function of a qualified name, ``app.db.connect`` or ``app.db:connect``."""
        found = self._functions.get(_last(name), [])[:_MAX_NAMESAKES]
        return _best(name, [(one, one.module, one.qualified_name) for one in found])

    def chain(self, cls: Class) -> Iterator[Class]:
        """The class and those of its bases, near ones first, that the change holds."""
        queue, seen = [cls], set[str]()
        for one in queue:
            key = f"{one.module.path}:{one.qualified_name}"
            if key in seen or len(seen) >= _MAX_CHAIN:
                continue
            seen.add(key)
            yield one
            bases = (self._base(one.module, base) for base in one.base_names)
            queue.extend(base for base in bases if base is not None)

    def _base(self, module: Module, name: str) -> Class | None:
        """The base class of a name; one of the same file is looked for in that very text.

        The text may be the base's, or an edited one: the index holds the head's.
        """
        owner, _, qualified = name.partition(":")
        if qualified and owner == module.name:
            own = module.classes_by_name.get(_last(qualified), [])[:_MAX_NAMESAKES]
            return next((one for one in own if one.qualified_name == qualified), None)
        return self.find_class(name)

    def base_names(self, cls: Class) -> tuple[str, ...]:
        """The qualified names of all bases that can be known, dotted, near ones first."""
        names: dict[str, None] = {}
        for one in self.chain(cls):
            for base in one.bases:
                names.setdefault((base.name or base.text).replace(":", "."))
        return tuple(names)

    def inherits(self, cls: Class, *names: str) -> bool:
        """Whether one of these qualified names is among the bases."""
        return any(name in names for name in self.base_names(cls))

    def methods(self, cls: Class) -> dict[str, Function]:
        """The methods of the class and of its known bases, the nearest of each name."""
        found: dict[str, Function] = {}
        for one in self.chain(cls):
            for name, function in one.methods.items():
                found.setdefault(name, function)
        return found

    def fixture(self, name: str, module: Module | None = None) -> Function | None:
        """The pytest fixture of a name: that of the module, else that of the nearest conftest."""
        found = self._fixtures.get(name, [])
        if module is None:
            return found[0] if found else None
        own = module.functions_by_name.get(name, [])[-_MAX_NAMESAKES:]
        fixtures = [one for one in own if one.decorated_with(*FIXTURE_DECORATORS)]
        if fixtures:
            return fixtures[-1]
        folder = module.path.rpartition("/")[0]
        shared = [
            one
            for one in found
            if one.module.path.rpartition("/")[2] == "conftest.py"
            and (folder + "/").startswith(_folder_of(one))
        ]
        return max(shared, key=lambda one: len(_folder_of(one)), default=None)


def _folder_of(function: Function) -> str:
    folder = function.module.path.rpartition("/")[0]
    return f"{folder}/" if folder else ""


def _last(name: str) -> str:
    return name.replace(":", ".").rpartition(".")[2]


def _best(name: str, candidates: list[tuple[_T, Module, str]]) -> _T | None:
    wanted = name.replace(":", ".")
    near = []
    for one, module, qualified in candidates:
        full = f"{module.name}.{qualified}"
        if full == wanted:
            return one
        if full.endswith("." + wanted) or wanted.endswith("." + full):
            near.append(one)
    return near[0] if len(near) == 1 else None
