"""The flow analysis of one file of a change: in goes its tree, out come flows and verdicts."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from checks import ir
from checks.flow import expressions as _expressions  # noqa: F401 - fills the table of expressions
from checks.flow import statements as _statements  # noqa: F401 - fills the table of statements
from checks.flow.demand import entries, has_arguments, has_sources
from checks.flow.entries import Entry
from checks.flow.feeding import feeding
from checks.flow.machine import ENTRY_STEPS, MODULE_STEPS, Machine, ModuleRun, Spent
from checks.flow.results import Hit, Reach, Results
from checks.flow.values import VAGUE, LocalFunction
from checks.languages.python.lower_statements import lower_module
from checks.languages.python.module import Module
from checks.languages.python.parse import never
from checks.models.facts import tables

MAX_MODULES = 60
"""Files of a change whose module code is run for one file."""
MAX_NESTED = 200
"""Functions defined while one function ran that are run after it."""
_MAX_NAMESAKES = 20


@dataclass(slots=True)
class FlowReport:
    """What the analysis says about one file."""

    module: Module
    hits: list[Hit] = field(default_factory=list)
    limits: list[str] = field(default_factory=list)
    results: Results = field(default_factory=Results)
    complete: bool = False
    """Whether every function was run to its end: what was not reached cannot be reached."""

    def reach(self, start: int, end: int, kind: str, *, arguments: bool = False) -> Reach | None:
        """What reaches a sink of this file at most; ``None`` when that is not known.

        A call that is never evaluated in a file that was run to its end cannot be executed: nothing
        reaches it.
        """
        path = self.module.path
        found = self.results.reaches.get((path, start, end, kind))
        if found is Reach.TAINTED:
            hit = self.results.hits.get((path, start, end, kind))
            if hit is None or (hit.taint.source.kind == "local" and not arguments):
                return Reach.VAGUE
            return found
        if not self.complete:
            return None  # another run may have reached it with something else
        if found is None and (path, start, end) not in self.results.visited:
            return Reach.CLEAN
        return found


class Flows:
    """The analysis of the files of one change. Made once a change, asked once a text."""

    def __init__(
        self,
        modules: Iterable[Module] = (),
        expired: Callable[[], bool] = never,
        *,
        arguments: bool = False,
    ) -> None:
        self._expired = expired
        self._arguments = arguments
        """Whether what the person who runs a program says is told of, too."""
        self._by_name: dict[str, Module] = {}
        self._by_last: dict[str, list[Module]] = {}
        self._by_path: dict[str, Module] = {}
        self._wanted: dict[str, set[int] | None] = {}
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
        wanted = None if whole else self.wanted(module)
        return _Run(self, module, self._expired, wanted).report()

    def wanted(self, module: Module) -> set[int] | None:
        """Where the functions start into which something untrusted may come; ``None`` for all."""
        if self._arguments and has_arguments(module):
            return None
        if self._by_path.get(module.path) is not module:
            return entries(module, self._sources(module))
        if module.path not in self._wanted:
            self._wanted[module.path] = entries(module, self._sources(module))
        return self._wanted[module.path]

    def may_have_sources(self, module: Module) -> bool:
        """Whether something untrusted may come into a file, by itself or from what it imports."""
        return self._has_sources(module) or bool(self._sources(module))

    def _sources(self, module: Module) -> list[str]:
        """The names that a file imports from files of the change with sources."""
        found: list[str] = []
        for one in module.imports:
            for name in (one.module, one.qualified):
                other = self.find(name, module)
                if other is not None and other is not module and self._has_sources(other):
                    if one.name == "*":
                        found += [function.name for function in other.functions]
                    found.append(one.alias)
        return found

    def lowered(self, module: Module) -> tuple[ir.Block, bool]:
        """A file's statements, lowered once for all files that import it."""
        return module.remember(
            lower_module, lambda: lower_module(module.source.code, module.tree.root_node)
        )

    def _has_sources(self, module: Module) -> bool:
        if self._arguments and has_arguments(module):
            return True
        return module.remember(has_sources, lambda: has_sources(module))


class _Run:
    """The analysis of one file."""

    def __init__(
        self,
        flows: Flows,
        module: Module,
        expired: Callable[[], bool],
        wanted: set[int] | None,
    ) -> None:
        self._flows = flows
        self._wanted = wanted
        self._module = module
        self._runs: dict[str, ModuleRun] = {}
        self._machine = Machine(tables(), self._find, expired)
        if wanted is not None:
            self._machine.may_bring = self._may_bring
        self._limits: list[str] = []
        self._spent = 0
        self._depth = 0

    def report(self) -> FlowReport:
        machine = self._machine
        complete = False
        try:
            own = self._start(self._module)
            complete = self._entries(own)
        except RecursionError:
            # The budgets leave room for it; a caller deep in its own stack may still have none.
            self._limits.append("data could not be followed: the code is nested too deeply")
        if self._spent:
            which = "1 function is" if self._spent == 1 else f"{self._spent} functions are"
            self._limits.append(f"data was followed in part only: {which} too complex")
        hits = sorted(
            machine.results.hits.values(),
            key=lambda one: (one.module.path, one.start, one.end, one.kind),
        )
        return FlowReport(
            self._module, hits, self._limits, machine.results,
            complete and self._wanted is None and not self._spent and not machine.truncated,
        )  # fmt: skip

    def _may_bring(self, function: LocalFunction) -> bool:
        module = function.frame.module.module
        wanted = self._wanted if module is self._module else self._flows.wanted(module)
        return wanted is None or function.definition.start in wanted

    def _find(self, name: str) -> ModuleRun | None:
        module = self._flows.find(name, self._module)
        if module is None:
            return None
        known = self._runs.get(module.path)
        if known is not None:
            return known
        if len(self._runs) >= MAX_MODULES or self._depth > 8:
            return None
        return self._start(module)

    def _start(self, module: Module) -> ModuleRun:
        """Run a file's module code."""
        machine = self._machine
        run = self._runs[module.path] = ModuleRun(module)
        block, too_deep = self._flows.lowered(module)
        if too_deep:
            machine.truncated = True
        nesting, machine.nesting = machine.nesting, min(machine.nesting, 60)
        left, machine.left = machine.left, ENTRY_STEPS
        top = machine.heap.top
        machine.heap.top = dict(top)
        self._depth += 1
        way, machine.way = machine.way, []
        try:
            machine.execute(run.frame, block)
        except Spent:
            self._spent += 1
        finally:
            self._depth -= 1
            machine.nesting = nesting
            machine.left = left
            machine.way = way
        run.frame.jumps = []
        machine.heap.base.update(machine.heap.top)
        machine.heap.top = top
        for name, value in run.frame.names.items():
            if value.constant is None:
                run.frame.names[name] = VAGUE  # to be filled later, by a function
        run.started = True
        return run

    def _entries(self, own: ModuleRun) -> bool:
        """Run the functions of the file; whether there was room for all of them.

        Private ones come last: those that the file itself calls are known by then.
        """
        start = self._machine.steps
        mine = list(own.functions)
        public = [one for one in mine if not _is_private(one)]
        for function in (*public, *(one for one in mine if _is_private(one))):
            if self._machine.steps - start > MODULE_STEPS:
                self._limits.append("data was followed in part only: the file is too complex")
                return False
            self._machine.heap.top = {}
            self._family(own, function)
        return True

    def _family(self, own: ModuleRun, function: LocalFunction) -> None:
        """Run a function and then those defined in it, which see what it left behind."""
        before = len(own.functions)
        self._enter(function)
        mine = own.functions[before : before + MAX_NESTED]
        for one in mine:
            self._enter(one)
        del own.functions[before:]

    def _enter(self, function: LocalFunction) -> None:
        machine = self._machine
        if not self._is_entry(function):
            return
        machine.left = ENTRY_STEPS
        machine.nesting = 0
        machine.active = []
        machine.asking = []
        machine.way = []
        kept = machine.heap.top
        machine.heap.top = dict(kept)
        try:
            Entry(machine, function).run()
        except Spent:
            self._spent += 1
        machine.results.muted = False
        machine.on_return = None
        if machine.heap.count > 200_000:
            machine.heap.top = kept

    def _is_entry(self, function: LocalFunction) -> bool:
        """Whether somebody may call it whom the analysis did not see."""
        if (
            self._wanted is not None
            and function.definition.start not in self._wanted
            and not feeding(self._machine, function)[0]
        ):
            return False
        if function.definition not in self._machine.entered:
            return True
        if feeding(self._machine, function)[0]:
            return True
        return not _is_private(function) and function.frame.function is None


def _is_private(function: LocalFunction) -> bool:
    return function.name.startswith("_") and not function.name.startswith("__")
