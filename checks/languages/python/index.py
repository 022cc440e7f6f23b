"""What Python files know of each other: classes, their bases, functions, fixtures.

An index serves the analysis of one file: it holds the files of the change that this one may look
into and, where the analysis was given a way to read them, the few others of the repository that
those use. A base class that is in none of them is known by its name alone: :meth:`Index.complete`
tells. Who looks at files without a name that leads to them (:attr:`Index.modules`,
:meth:`Index.beside`) looks at the whole change, and the index remembers it.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, Generic, TypeVar

import re2

from checks.languages.python import library
from checks.languages.python.definitions import Class, Function
from checks.languages.python.module import Module
from checks.languages.python.modules import Modules, exports, stars
from checks.languages.python.scopes import Bound
from checks.languages.python.unknown import UNKNOWN
from checks.languages.python.values import Value
from checks.light import dataclass
from checks.once import once

_MAX_NAMESAKES = 50
"""Classes or functions of one name that are told apart; the rest are not found."""

_MAX_CHAIN = 50
"""Classes that are looked at in one chain; repository code may hold cycles."""

_MAX_PLUGINS = 20

FIXTURE_DECORATORS = ("pytest.fixture", "pytest_asyncio.fixture", "_pytest.fixtures.fixture")

CONFTEST = "conftest.py"

EVERYWHERE = "*"
"""In :attr:`Index.scanned`: the whole change."""

USERS = "<"
"""In :attr:`Index.scanned`: the files of the change that say the file's name."""

_NAME = re2.compile(r"[^\W\d]\w*")

_T = TypeVar("_T", Class, Function)


class Index:
    """The modules of a change, and those of the repository that were read beside them."""

    def __init__(
        self,
        modules: Iterable[Module] = (),
        context: Iterable[Module] = (),
        *,
        change: Sequence[Module] | None = None,
        users: Sequence[Module] = (),
    ) -> None:
        """Index some modules.

        Args:
            modules: those of the change in which names are looked up.
            context: others, of the repository, in which names are looked up as well.
            change: all modules of the change; ``None`` when ``modules`` are all.
            users: those modules of the change that may import the file which the index serves.
        """
        near = tuple(modules)
        self._change = near if change is None else tuple(change)
        self.context: tuple[Module, ...] = tuple(context)
        """The modules that the change imports, as far as they were read."""
        self._users = tuple(users)
        self.scanned: dict[str, None] = {}
        """The folders of which all files were looked at, :data:`EVERYWHERE` for the change,
        :data:`USERS` for those that may import the file."""
        self._beside: dict[str, tuple[Module, ...]] = {}
        every = (*near, *self.context)
        self.known: tuple[Module, ...] = every
        """The modules in which names are looked up."""
        self._modules = Modules(every)
        self._places: dict[str, list[tuple[int, Module]]] = {}
        for number, module in enumerate(every):
            self._places.setdefault(module.name, []).append((number, module))
        self._found_classes: dict[str, Class | None] = {}
        self._found_functions: dict[str, Function | None] = {}
        self._tables_of: dict[object, list[dict[str, list[Any]]]] = {}
        """By what makes them, what the known modules define by name."""
        self.conftests = [one for one in every if one.path.rpartition("/")[2] == CONFTEST]
        self.conftests.sort(key=lambda one: (-len(_folder(one.path)), one.path))
        """The conftest files, those deep down first."""

    @once
    def _fixtures(self) -> dict[str, list[Function]]:
        """By name, those of all modules."""
        found: dict[str, list[Function]] = {}
        for module in self.known:
            for one in _fixtures_of(module):
                found.setdefault(one.name, []).append(one)
        return found

    @property
    def modules(self) -> tuple[Module, ...]:
        """All modules of the change. Who asks has a result that depends on every one of them."""
        self.scanned.setdefault(EVERYWHERE)
        return self._change

    @property
    def users(self) -> tuple[Module, ...]:
        """The modules of the change that may import the file which the index serves."""
        self.scanned.setdefault(USERS)
        return self._users

    def beside(self, path: str) -> tuple[Module, ...]:
        """The modules of the change in the folder of a path, itself included."""
        folder = _folder(path)
        if folder not in self._beside:
            self.scanned.setdefault(folder)
            self._beside[folder] = tuple(one for one in self._change if _folder(one.path) == folder)
        return self._beside[folder]

    def find_module(self, name: str) -> Module | None:
        """The module of a dotted name, ``app.models``."""
        return self._modules.get(name)

    def find_class(self, name: str) -> Class | None:
        """The class of a qualified name, ``app.models.User`` or ``app.models:User``.

        Found through modules that only pass it on, too. A name that is imported from ``models`` is
        found in ``src/app/models.py`` as well when no other file has it: the root that the
        interpreter searches is not known.
        """
        if name not in self._found_classes:
            found = self._find(name, _top_classes)
            self._found_classes[name] = found
        return self._found_classes[name]

    def find_function(self, name: str) -> Function | None:
        """The module's function of a qualified name, ``app.db.connect`` or ``app.db:connect``."""
        if name not in self._found_functions:
            found = self._find(name, _top_functions)
            self._found_functions[name] = found
        return self._found_functions[name]

    def follow(self, name: str) -> Iterator[str]:
        """A qualified name, and those under which its definition may stand: see `Modules`."""
        return self._modules.follow(name)

    def owner(self, name: str) -> tuple[Module, list[str]] | None:
        """The known module that a dotted name begins with, and the parts after it."""
        return self._modules.owner(name)

    def chain(self, cls: Class) -> Iterator[Class]:
        """The class and those of its bases, near ones first, that are known."""
        queue, seen = [cls], set[str]()
        for one in queue:
            key = f"{one.module.path}:{one.qualified_name}"
            if key in seen or len(seen) >= _MAX_CHAIN:
                continue
            seen.add(key)
            yield one
            bases = (self.base_class(one, base) for base in one.bases)
            queue.extend(base for base in bases if base is not None)

    def complete(self, cls: Class) -> bool:
        """Whether all that the class inherits is known.

        Every base, and every base of those, is a class that was read or one of a library with
        documented behaviour. Where it is not, a method that :meth:`methods` lacks may exist all
        the same.
        """
        chain = list(self.chain(cls))
        return len(chain) < _MAX_CHAIN and all(
            self.base_class(one, base) is not None
            or (base.name is not None and library.is_known_base(base.name))
            for one in chain
            for base in one.bases
        )

    def base_class(self, cls: Class, base: Value) -> Class | None:
        """The class that one of ``cls.bases`` names, when it is known.

        One of the same file is looked for in that very text, which may be the base's, or an edited
        one: the index holds the head's.
        """
        module = cls.module
        name = base.name
        if name is None:
            return self._through_stars(module, base.text)
        # Generic[T] and Base[T] are the class itself.
        name = name.removesuffix("[]")
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
        """The methods of the class and of its known bases, the nearest of each name.

        Shared by all who ask: never change it.
        """
        return cls.module.remember((self, "methods", cls), lambda: self._methods(cls))

    def _methods(self, cls: Class) -> dict[str, Function]:
        found: dict[str, Function] = {}
        for one in self.chain(cls):
            for name, function in one.methods.items():
                found.setdefault(name, function)
        return found

    def fixture(self, name: str, module: Module | None = None) -> Function | None:
        """The pytest fixture of a name, as a test of ``module`` gets it.

        That of the module, else one that it imports, else that of the nearest conftest, defined
        there, imported there, or in a plugin that it names.
        """
        found = self._fixtures.get(name, [])
        if module is None:
            return found[0] if found else None
        if (own := self._fixture_of(module, name)) is not None:
            return own
        folder = _folder(module.path)
        near = [one for one in self.conftests if folder.startswith(_folder(one.path))]
        for conftest in near:
            if conftest.path != module.path and (one := self._fixture_of(conftest, name)):
                return one
        for conftest in near:
            for plugin in plugins(conftest):
                named = self.find_module(plugin)
                if named is not None and (one := self._fixture_of(named, name)):
                    return one
        return None

    def _fixture_of(self, module: Module, name: str) -> Function | None:
        own = module.functions_by_name.get(name, [])[-_MAX_NAMESAKES:]
        fixtures = [one for one in own if one.decorated_with(*FIXTURE_DECORATORS)]
        if fixtures:
            return fixtures[-1]
        if name not in self._fixtures:
            return None
        for passed_on in exports(module, [name]):
            function = self.find_function(passed_on)
            if function is not None and function.decorated_with(*FIXTURE_DECORATORS):
                return function
        return None

    def _through_stars(self, module: Module, text: str) -> Class | None:
        """The class of a name that only ``from … import *`` can have bound."""
        if text in module.scope.bindings or not _NAME.fullmatch(text):
            return None
        found = (self.find_class(f"{star}.{text}") for star in stars(module))
        return next((one for one in found if one is not None), None)

    def _find(self, name: str, tables: Callable[[Module], _Tables[_T]]) -> _T | None:
        wanted = name.replace(":", ".")
        for one in self._modules.follow(wanted):
            if (found := self._exact(one, tables)) is not None:
                return found
        last = _last(wanted)
        every = self._tables_of.get(tables)
        if every is None:
            every = self._tables_of[tables] = [tables(module).by_name for module in self.known]
        namesakes = (one for by_name in every if last in by_name for one in by_name[last])
        return _nearest(wanted, itertools.islice(namesakes, _MAX_NAMESAKES))

    def _exact(self, name: str, tables: Callable[[Module], _Tables[_T]]) -> _T | None:
        """What has exactly this name: in the first of the modules, should several have it."""
        nearest, found = len(self.known), None
        dot = name.rfind(".")
        while dot > 0:
            for number, module in self._places.get(name[:dot], ()):
                if number < nearest:
                    one = tables(module).exact.get(name[dot + 1 :])
                    if one is not None:
                        nearest, found = number, one
            dot = name.rfind(".", 0, dot)
        return found


@dataclass(frozen=True, slots=True)
class _Tables(Generic[_T]):
    """What one module defines."""

    by_name: dict[str, list[_T]]
    exact: dict[str, _T]
    """By qualified name, the first."""


def _tables(ones: Iterable[_T]) -> _Tables[_T]:
    by_name: dict[str, list[_T]] = {}
    exact: dict[str, _T] = {}
    for one in ones:
        by_name.setdefault(one.name, []).append(one)
        exact.setdefault(one.qualified_name, one)
    return _Tables(by_name, exact)


def _top_classes(module: Module) -> _Tables[Class]:
    return module.remember(_top_classes, lambda: _tables(module.classes))


def _top_functions(module: Module) -> _Tables[Function]:
    """The functions at the top of a module: methods are found through their class."""
    return module.remember(
        _top_functions,
        lambda: _tables(one for one in module.functions if one.context.kind == "module"),
    )


def _fixtures_of(module: Module) -> list[Function]:
    return module.remember(
        _fixtures_of,
        lambda: [
            one
            for one in module.functions
            if one.place[2] is not None and one.decorated_with(*FIXTURE_DECORATORS)
        ],
    )


def plugins(module: Module) -> Sequence[str]:
    """The modules that a conftest names in ``pytest_plugins``."""
    for binding in module.scope.bindings.get("pytest_plugins", [])[-1:]:
        if binding.how is Bound.ASSIGNED and binding.node is not None and binding.context:
            value = Value(module, binding.node, binding.context).constant
            names = (value,) if isinstance(value, str) else value
            if value is not UNKNOWN and isinstance(names, (tuple, list)):
                return [one for one in names[:_MAX_PLUGINS] if isinstance(one, str)]
    return ()


def _full(one: Class | Function) -> str:
    return f"{one.module.name}.{one.qualified_name}"


def _folder(path: str) -> str:
    """The folder with a slash at its end, ``""`` for the root."""
    folder = path.rpartition("/")[0]
    return f"{folder}/" if folder else ""


def _last(name: str) -> str:
    return name.replace(":", ".").rpartition(".")[2]


def _nearest(wanted: str, candidates: Iterable[_T]) -> _T | None:
    near = []
    for one in candidates:
        full = _full(one)
        if full.endswith("." + wanted) or wanted.endswith("." + full):
            near.append(one)
    return near[0] if len(near) == 1 else None
