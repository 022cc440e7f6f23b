"""The flow analysis of one file of a change: in goes its tree, out come flows and verdicts."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from checks.flow import demand
from checks.flow.demand import Demand
from checks.flow.reachable import may_harm
from checks.flow.running import FlowReport, Run
from checks.flow.starting import Shelf, Starts
from checks.flow.values import LocalFunction
from checks.flow.watching import Watch
from checks.languages.python.imports import Import
from checks.languages.python.module import Module
from checks.languages.python.parse import never

_MAX_NAMESAKES = 20


class Flows:
    """The analysis of files of one change, as one of them sees the others."""

    def __init__(
        self,
        modules: Iterable[Module] = (),
        expired: Callable[[], bool] = never,
        *,
        arguments: bool = False,
        shelf: Shelf | None = None,
    ) -> None:
        """Look into some modules.

        Args:
            modules: those that are seen.
            expired: tells that the time is over.
            arguments: whether what the person who runs a program says is told of, too.
            shelf: the module code that was run for other files of the change.
        """
        self._expired = expired
        self._arguments = arguments
        self._by_name: dict[str, Module] = {}
        self._by_last: dict[str, list[Module]] = {}
        self._by_path: dict[str, Module] = {}
        self._namesakes: dict[str, Module | None] = {}
        self._imports: dict[Module, list[tuple[Import, Module]]] = {}
        self._bringing: dict[str, tuple[Module, frozenset[int] | None]] = {}
        self.shelf = Shelf(expired) if shelf is None else shelf
        self.starts = Starts(self.shelf, self.find)
        """The module code of these files."""
        for module in modules:
            self._by_name.setdefault(module.name, module)
            self._by_path.setdefault(module.path, module)
            last = module.name.rpartition(".")[2]
            self._by_last.setdefault(last, []).append(module)

    def find(self, name: str, near: Module) -> Module | None:
        """The file of the change that has a dotted name.

        ``models`` finds ``src/app/models.py`` when no other file is called so: the root that the
        interpreter searches is not known.
        """
        if name == near.name:
            return near
        found = self._by_name.get(name)
        if found is not None:
            return found if found.path != near.path else near
        if name not in self._namesakes:
            self._namesakes[name] = self._namesake(name)
        return self._namesakes[name]

    def _namesake(self, name: str) -> Module | None:
        """The only file of which the dotted name ends like this one."""
        candidates = [
            one
            for one in self._by_last.get(name.rpartition(".")[2], ())[:_MAX_NAMESAKES]
            if one.name.endswith(f".{name}") or name.endswith(f".{one.name}")
        ]
        return candidates[0] if len(candidates) == 1 else None

    def run(self, module: Module, *, whole: bool = True) -> FlowReport:
        """Analyse one file, with those that it imports.

        Args:
            module: the file.
            whole: run every function, not only those into which something untrusted may come. The
                flows are the same; what reaches a call is known after a whole run only.

        Raises:
            Expired: the time is over.
        """
        if whole:
            return Run(self, module, self._expired, None).report()
        wanted = self._demand(module)
        if not wanted.code:
            return FlowReport(module)
        return Run(self, module, self._expired, wanted).report()

    def by_default(self, module: Module, start: int) -> Watch:
        """What is seen at calls in one function of a file, run with its parameters' defaults.

        Raises:
            Expired: the time is over.
        """
        return Run(self, module, self._expired, None).by_default(start)

    def may_have(self, module: Module, kinds: frozenset[str] | None = None) -> bool:
        """Whether something untrusted may come into a file, and do harm of one of the kinds."""
        if kinds is not None and not may_harm(module, kinds, self._files_imported):
            return False
        return self._has_sources(module) or bool(self._brought(module))

    def _files_imported(self, module: Module) -> Iterator[Module]:
        return (other for _, other in self._imported(module))

    def may_bring(self, function: LocalFunction) -> bool:
        """Whether a call of a function may bring something, or hand on a request."""
        module = function.frame.module.module
        if self._arguments and demand.has_arguments(module):
            return True
        known = self._bringing.get(module.path)
        if known is None or known[0] is not module:
            names = tuple(self._from_sources(module))
            known = module.remember(
                (demand.may_bring, names), lambda: (module, demand.may_bring(module, names))
            )
            self._bringing[module.path] = known
        return known[1] is None or function.definition.start in known[1]

    def _demand(self, module: Module) -> Demand:
        if self._arguments and demand.has_arguments(module):
            return demand.EVERYTHING
        return demand.demand(module, self._brought(module))

    def _has_sources(self, module: Module) -> bool:
        return (self._arguments and demand.has_arguments(module)) or module.remember(
            demand.has_sources, lambda: demand.has_sources(module)
        )

    def _brought(self, module: Module) -> list[str]:
        """The names that a file imports and that bring something."""
        found: list[str] = []
        for one, other in self._imported(module):
            if self._arguments and demand.has_arguments(other):
                found.append(one.alias)
            # Of "from package import module" the module is what is imported.
            name = one.name if other.name == one.module else ""
            found += demand.brought(other, name, one.alias)
        return found

    def _from_sources(self, module: Module) -> Iterator[str]:
        """The names that a file imports from files with sources."""
        for one, other in self._imported(module):
            if self._has_sources(other):
                if one.name == "*":
                    yield from (function.name for function in other.functions)
                yield one.alias

    def _imported(self, module: Module) -> Iterator[tuple[Import, Module]]:
        """What a file imports from files of the change, and those files."""
        known = self._imports.get(module)
        if known is None:
            known = self._imports[module] = list(self._find_imported(module))
        return iter(known)

    def _find_imported(self, module: Module) -> Iterator[tuple[Import, Module]]:
        for one, name in module.remember(_names_imported, lambda: _names_imported(module)):
            other = self.find(name, module)
            if other is not None and other is not module:
                yield one, other

    def holds(self, module: Module) -> bool:
        """Whether this is the text of a file of the change that others import."""
        return self._by_path.get(module.path) is module


def _names_imported(module: Module) -> list[tuple[Import, str]]:
    """The imports of a file, each with the names that may be the file that it imports from."""
    return [
        (one, name) for one in module.imports for name in dict.fromkeys((one.module, one.qualified))
    ]


__all__ = ["FlowReport", "Flows"]
