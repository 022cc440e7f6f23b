"""The run of one file: its module code, then every function into which something may come."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import TYPE_CHECKING

from checks.flow import expressions as _expressions  # noqa: F401 - fills the table of expressions
from checks.flow import inheriting, supplied, turns
from checks.flow import statements as _statements  # noqa: F401 - fills the table of statements
from checks.flow.entries import Entry
from checks.flow.feeding import feeding
from checks.flow.heap import Heap
from checks.flow.leaving import Left
from checks.flow.machine import ENTRY_STEPS, MODULE_STEPS, Machine, ModuleRun, Spent
from checks.flow.results import Hit, Reach, Results
from checks.flow.starting import start
from checks.flow.values import LocalFunction
from checks.flow.watching import Watch
from checks.languages.python.module import Module
from checks.light import dataclass, field
from checks.models.facts import tables

if TYPE_CHECKING:
    from checks.flow.analysis import Flows
    from checks.flow.demand import Demand

MAX_NESTED = 200
"""Functions defined while one function ran that are run after it."""
_MAX_TURNS = 4
"""Runs of one function that is defined while others run, each with what they left behind."""
_ROUNDS = 2
"""How often is looked for what reads what was left behind."""


@dataclass(slots=True)
class FlowReport:
    """What the analysis says about one file."""

    module: Module
    hits: list[Hit] = field(default_factory=list)
    limits: list[str] = field(default_factory=list)
    results: Results = field(default_factory=Results)
    watch: Watch = field(default_factory=Watch)
    """What was seen at calls of which the values matter."""
    complete: bool = False
    """Whether every function was run to its end: what was not reached cannot be reached."""

    def reach(self, start: int, end: int, kind: str, *, arguments: bool = False) -> Reach | None:
        """What reaches a sink of this file at most; ``None`` when that is not known.

        A call that is never evaluated in a file that was run to its end cannot be executed: nothing
        reaches it. What reaches a sink that a call made one counts as reaching that call, too.
        """
        path = self.module.path
        for sink in self.results.causes.get((path, start, end, kind), ()):
            made = self.results.hits.get(sink)
            if made is not None and (arguments or made.taint.source.kind != "local"):
                return Reach.TAINTED
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


class Run:
    """The analysis of one file."""

    def __init__(
        self,
        flows: Flows,
        module: Module,
        expired: Callable[[], bool],
        wanted: Demand | None,
    ) -> None:
        self._flows = flows
        self._wanted = None if wanted is None else wanted.functions
        self._is_whole = wanted is None
        self._module = module
        self._met: dict[str, ModuleRun] = {}
        self._machine = Machine(tables(), self._find, expired, Heap(flows.shelf.heap))
        self._machine.sources = dict(flows.shelf.machine.sources)
        if wanted is not None:
            self._machine.may_bring = flows.may_bring
        self._limits: list[str] = []
        self._spent = 0

    def report(self) -> FlowReport:
        """Run it, and say what came of it.

        Raises:
            Expired: the time is over.
        """
        machine = self._machine
        complete = False
        try:
            own = self._start()
            complete = self._entries(own)
        except RecursionError:
            # The budgets leave room for it; a caller deep in its own stack may still have none.
            self._limits.append("data could not be followed: the code is nested too deeply")
        finally:
            machine.undo()
        spent = self._spent + len(set[str]().union(*(one.spent for one in self._met.values())))
        if spent:
            which = "1 function is" if spent == 1 else f"{spent} functions are"
            self._limits.append(f"data was followed in part only: {which} too complex")
        hits = sorted(
            machine.results.hits.values(),
            key=lambda one: (one.module.path, one.start, one.end, one.kind),
        )
        return FlowReport(
            self._module, hits, self._limits, machine.results,
            machine.watch, complete and self._is_whole and not spent and not machine.truncated,
        )  # fmt: skip

    def by_default(self, start: int) -> Watch:
        """What is seen in a function that begins at a byte, run with its parameters' defaults."""
        machine = self._machine
        machine.by_default = True
        try:
            own = self._start()
            for function in own.functions:
                if function.definition.start == start:
                    machine.heap.top = {}
                    self._run(function)
        except RecursionError:
            pass  # then nothing is known of it
        finally:
            machine.undo()
        return machine.watch

    def _find(self, name: str, near: ModuleRun) -> ModuleRun | None:
        module = self._flows.find(name, near.module)
        if module is None:
            return None
        known = self._met.get(module.path)
        return self._meet(module) if known is None else known

    def _meet(self, module: Module) -> ModuleRun:
        """The run of a file of the change; what its code did to others is seen from here on."""
        machine = self._machine
        run = self._met[module.path] = self._flows.starts.run(module, machine.nesting)
        machine.heap.base.update(run.cells)
        machine.redo(run.writes)
        machine.truncated = machine.truncated or run.truncated
        return run

    def _start(self) -> ModuleRun:
        """Run the file's module code, or take over what it did when it was run."""
        machine = self._machine
        if self._flows.holds(self._module):
            run = self._meet(self._module)
        else:
            # Another text of a file of the change: nobody imports this one.
            run = self._met[self._module.path] = ModuleRun(self._module)
            start(machine, run)
            machine.redo(run.writes)
            machine.heap.base.update(machine.heap.top)
            machine.heap.top = {}
            machine.truncated = run.truncated
        machine.collecting = run
        machine.entered = set(run.entered)
        self._left = Left(machine, run)
        machine.results.take(run.results)
        return run

    def _entries(self, own: ModuleRun) -> bool:
        """Run the functions of the file; whether there was room for all of them.

        Those that the file itself calls come later, and private ones last: what they are called
        with is known by then.
        """
        start = self._machine.steps
        for function in sorted(own.functions, key=turns.turn):
            if self._machine.steps - start > MODULE_STEPS:
                self._limits.append("data was followed in part only: the file is too complex")
                return False
            self._machine.heap.top = {}
            self._family(own, function)
        if not self._read_again(start):
            return False
        for function in inheriting.methods(self._machine, own):
            if self._machine.steps - start > MODULE_STEPS:
                return False
            self._machine.heap.top = {}
            self._inherit(own, function)
        return True

    def _read_again(self, start: int) -> bool:
        """Run once more what reads what others left behind; whether there was room for it."""
        for _ in range(_ROUNDS):
            readers = self._left.readers()
            if readers:
                self._machine.memo.clear()
            for function in readers:
                if self._machine.steps - start > MODULE_STEPS:
                    return False
                self._machine.heap.top = {}
                self._run(function)
        return True

    def _inherit(self, own: ModuleRun, function: LocalFunction) -> None:
        """Run an inherited method for a class of the file."""
        machine = self._machine
        if function.frame.module is own:
            self._run(function)
            return
        cls = function.cls
        if cls is None:
            return
        # A sink in the other file is told of at the class.
        definition = cls.definition
        header = definition.body[0].start if definition.body else definition.end
        mine, machine.results = machine.results, Results()
        try:
            self._run(function, (own, definition.start, header))
        finally:
            found, machine.results = machine.results, mine
        for hit in inheriting.kept(found, own):
            machine.results.add(hit)

    def _family(self, own: ModuleRun, function: LocalFunction) -> None:
        """Run a function and then those defined in it, which see what it left behind."""
        before = len(own.functions)
        self._enter(function)
        runs: Counter[object] = Counter()
        index = before
        while index < min(len(own.functions), before + MAX_NESTED):
            one = own.functions[index]
            runs[one.definition] += 1
            if runs[one.definition] <= _MAX_TURNS:
                self._enter(one)  # which may define more
            index += 1
        del own.functions[before:]

    def _enter(self, function: LocalFunction) -> None:
        machine = self._machine
        machine.left = ENTRY_STEPS
        if not self._is_entry(function):
            return
        wrapper = supplied.wrapper(machine, function)
        self._run(function)
        if wrapper is not None:
            self._run(wrapper)

    def _run(
        self, function: LocalFunction, behind: tuple[ModuleRun, int, int] | None = None
    ) -> None:
        machine = self._machine
        machine.left = ENTRY_STEPS
        machine.nesting = 0
        machine.active = []
        machine.asking = []
        machine.way = [] if behind is None else [behind]
        machine.results.guessing = (
            function.definition in machine.entered and not feeding(machine, function)[0]
        )
        kept = machine.heap.top
        machine.heap.top = dict(kept)
        try:
            Entry(machine, function).run()
        except Spent:
            self._spent += 1
        else:
            self._left.take(function, fed=bool(feeding(machine, function)[0]))
        machine.results.muted = machine.results.guessing = False
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
        return not turns.is_private(function) and function.frame.function is None
