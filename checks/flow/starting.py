"""The module code of a change's files: run once for all files that import them in the same way.

Each file of a change sees some of the others, and files of the repository beside them: what an
import leads to depends on who looks. A run of a module's code is shared by all who find the same
files behind its imports, and behind those files' imports; so what is known of a file depends on
what it sees, never on which files were looked at before it. What a module's code does to other
modules (an entry in their registry, an attribute of their class) is kept apart and shown to those
who import it, directly or not.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TypeAlias

from checks import ir
from checks.flow.heap import Heap
from checks.flow.machine import ENTRY_STEPS, Machine, ModuleRun, Spent
from checks.flow.values import VAGUE
from checks.languages.python.lower_statements import lower_module
from checks.languages.python.module import Module
from checks.languages.python.parse import never
from checks.models.facts import tables

MAX_DEPTH = 8
"""Modules of a circle of imports that are run inside each other."""
_MAX_NESTING = 60
_MAX_KEPT = 2_000
"""Runs that are kept for others."""

Find: TypeAlias = Callable[[str, Module], "Module | None"]
_Edges: TypeAlias = "dict[str, Module | None]"


class Shelf:
    """The runs of module code in one change, by what they depend on."""

    def __init__(self, expired: Callable[[], bool] = never) -> None:
        self.machine = Machine(tables(), _nowhere, expired)
        self.kept: dict[tuple[object, ...], tuple[int, list[ModuleRun]]] = {}
        """By the modules of a circle and what they import: a number, and their runs."""

    @property
    def heap(self) -> Heap:
        """What all module code made."""
        return self.machine.heap


class Starts:
    """The module runs as one file of a change sees them."""

    def __init__(self, shelf: Shelf, find: Find) -> None:
        self._shelf = shelf
        self._find = find
        self._runs: dict[str, ModuleRun] = {}
        self._numbers: dict[str, int] = {}
        self._edges: dict[str, _Edges] = {}
        self._depth = 0

    def run(self, module: Module, nesting: int = 0) -> ModuleRun:
        """The run of a file that is seen, after those of all files that it imports.

        Raises:
            Expired: the time is over. What was run until then need not be run again.
        """
        known = self._runs.get(module.path)
        if known is None:
            machine = self._shelf.machine
            machine.find_module = self._imported
            machine.nesting = nesting
            for circle in self._circles(module):
                self._run(circle)
            known = self._runs[module.path]
        return known

    def _run(self, circle: list[Module]) -> None:
        """Take over the runs of files that import each other, or make them."""
        kept = self._shelf.kept
        circle.sort(key=_in_order)
        inside = {one.path: number for number, one in enumerate(circle)}
        signature: list[object] = []
        for one in circle:
            signature.append(one)
            for other in self._edges_of(one).values():
                if other is None:
                    signature.append(0)
                else:
                    here = inside.get(other.path)
                    signature.append(self._numbers[other.path] if here is None else ~here)
        key = tuple(signature)
        known = kept.get(key)
        if known is None:
            for one in circle:
                if one.path not in self._runs:
                    self._start(one)
            known = (len(kept) + 1, [self._runs[one.path] for one in circle])
            if len(kept) < _MAX_KEPT:
                kept[key] = known
        for run in known[1]:
            self._runs[run.path] = run
            self._numbers[run.path] = known[0]

    def _imported(self, name: str, near: ModuleRun) -> ModuleRun | None:
        """What module code that is being run imports."""
        module = self._edges_of(near.module).get(name)
        if module is None:
            return None
        run = self._runs.get(module.path)
        if run is None:
            if self._depth > MAX_DEPTH:
                return None
            run = self._start(module)
        machine = self._shelf.machine
        if run.started and machine.collecting is not None:
            machine.heap.own().update(run.cells)
            machine.redo(run.writes)
            machine.truncated = machine.truncated or run.truncated
            machine.collecting.spent |= run.spent
        return run

    def _start(self, module: Module) -> ModuleRun:
        machine = self._shelf.machine
        run = self._runs[module.path] = ModuleRun(module)
        importer = machine.heap.top
        machine.heap.top = dict(importer)
        self._depth += 1
        try:
            start(machine, run)
        except BaseException:
            del self._runs[module.path]
            machine.heap.top = importer
            raise
        finally:
            self._depth -= 1
        base = machine.heap.base
        for number, made in machine.heap.top.items():
            settled = base.get(number)
            if settled is None:
                if number not in importer:
                    base[number] = made
            elif settled is not made:
                run.cells[number] = made
        machine.heap.top = importer
        return run

    def _edges_of(self, module: Module) -> _Edges:
        """What the names lead to that a file's module code imports."""
        found = self._edges.get(module.path)
        if found is None:
            names = module.remember(imported_names, lambda: imported_names(module))
            found = {name: self._find(name, module) for name in names}
            self._edges[module.path] = found
        return found

    def _circles(self, module: Module) -> Iterator[list[Module]]:
        """The files that a file imports and itself, in circles, those imported first.

        Tarjan, "Depth-first search and linear graph algorithms" (1972), without recursion.
        """
        numbers: dict[str, int] = {}
        lowest: dict[str, int] = {}
        open_: list[Module] = []
        waiting: set[str] = set()
        work: list[tuple[Module, Iterator[Module | None]]] = []

        def enter(one: Module) -> None:
            numbers[one.path] = lowest[one.path] = len(numbers)
            open_.append(one)
            waiting.add(one.path)
            work.append((one, iter(self._edges_of(one).values())))

        enter(module)
        while work:
            one, rest = work[-1]
            path = one.path
            for other in rest:
                if other is None or other.path in self._numbers:
                    continue
                if other.path not in numbers:
                    enter(other)
                    break
                if other.path in waiting:
                    lowest[path] = min(lowest[path], numbers[other.path])
            else:
                work.pop()
                if work:
                    above = work[-1][0].path
                    lowest[above] = min(lowest[above], lowest[path])
                if lowest[path] == numbers[path]:
                    circle: list[Module] = []
                    while not circle or circle[-1] is not one:
                        circle.append(open_.pop())
                        waiting.discard(circle[-1].path)
                    yield circle


def _in_order(module: Module) -> tuple[int, bool, str]:
    """Where a file comes among those that import each other: packages before what is in them."""
    return module.name.count("."), not module.is_package, module.path


def imported_names(module: Module) -> tuple[str, ...]:
    """The names that the code of a module, outside of its functions, imports."""
    names: dict[str, None] = {}
    for one in module.imports:
        if one.context.function is None:
            names[one.module] = names[one.qualified] = None
            name = "" if one.name else one.module
            while name:  # "import a.b.c" makes "a" and "a.b" known, too
                names[name] = None
                name = name.rpartition(".")[0]
    return tuple(names)


def lowered(module: Module) -> tuple[ir.Block, bool]:
    """A file's statements, lowered once for all files that import it."""
    return module.remember(
        lower_module, lambda: lower_module(module.source.code, module.tree.root_node)
    )


def start(machine: Machine, run: ModuleRun) -> None:
    """Run a file's module code; what it made is on top of the heap afterwards.

    Raises:
        Expired: the time is over.
    """
    block, too_deep = lowered(run.module)
    kept = (machine.nesting, machine.left, machine.way, machine.results, machine.entered,
            machine.truncated, machine.collecting, machine.journal)  # fmt: skip
    machine.nesting = min(machine.nesting, _MAX_NESTING)
    machine.left = ENTRY_STEPS
    machine.way, machine.results, machine.entered = [], run.results, run.entered
    machine.truncated, machine.collecting, machine.journal = too_deep, run, []
    try:
        machine.execute(run.frame, block)
    except Spent:
        run.spent.add(run.path)
    except BaseException:
        machine.undo()
        raise
    finally:
        run.truncated = machine.truncated
        written = machine.journal
        (machine.nesting, machine.left, machine.way, machine.results, machine.entered,
         machine.truncated, machine.collecting, machine.journal) = kept  # fmt: skip
    foreign = [one for one in written if one.frame.module is not run]
    # What a name is bound to in the end: all that was bound to it before, told on from import to
    # import, would double with each of them.
    last = {(one.frame, one.name): one.value for one in foreign}
    run.writes = [(frame, name, value) for (frame, name), value in last.items()]
    for one in reversed(foreign):
        one.undo()
    run.frame.jumps = []
    for name, value in run.frame.names.items():
        if value.constant is None:
            run.frame.names[name] = VAGUE  # to be filled later, by a function
    run.started = True


def _nowhere(_name: str, _near: ModuleRun) -> ModuleRun | None:
    return None
