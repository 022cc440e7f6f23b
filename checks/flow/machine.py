"""The interpreter's state and its budgets; the kinds of node are handled in the files beside.

Nothing in here recurses without counting, and every step is counted: what a text holds cannot
make the analysis run on. A budget that is spent is said (:attr:`Machine.limits`), never hidden.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from checks import ir
from checks.flow.heap import Heap, Object
from checks.flow.kinds import ALL
from checks.flow.results import Results
from checks.flow.values import VAGUE, Link, LocalClass, LocalFunction, Number, Source, Value, join
from checks.flow.watching import Watch
from checks.languages.python.parse import Expired
from checks.models.facts import Tables

if TYPE_CHECKING:
    from checks.flow.forks import Fork
    from checks.languages.python.module import Module

MAX_NESTING = 110
"""Evaluations one inside the other, over all calls."""
MAX_CALLS = 9
"""Calls of functions of the change, one inside the other."""
ENTRY_STEPS = 15_000
"""Evaluations of one entry function with all that it calls."""
MODULE_STEPS = 300_000
"""Evaluations of one file."""
_LOOK_AT_CLOCK = 1_024

Names = dict[str, Value]
Snapshot = tuple[Names, "dict[int, Object]"]
Evaluator = Callable[["Machine", "Frame", Any], Value]
Executor = Callable[["Machine", "Frame", Any], bool]

EVALUATORS: dict[type[ir.Expression], Evaluator] = {}
EXECUTORS: dict[type[ir.Statement], Executor] = {}


class Spent(Exception):
    """The steps of an entry function are used up."""


class ModuleRun:
    """A file of the change, and the frame of its module code once that has run."""

    __slots__ = ("cells", "entered", "frame", "functions", "module", "name", "path", "results",
                 "settings", "spent", "stars", "started", "truncated", "writes")  # fmt: skip

    def __init__(self, module: Module) -> None:
        self.module = module
        self.path = module.path
        self.name = module.name
        self.frame = Frame(self, None, None)
        self.started = False
        self.stars: list[str] = []
        """Libraries of which all names are imported."""
        self.functions: list[LocalFunction] = []
        """In the order of their definition, nested ones when they were defined."""
        self.settings: dict[str, str] = {}
        """What it puts into an application's ``config``, as far as it is constant, by key."""
        self.results = Results()
        """What its module code did."""
        self.entered: set[ir.Function | ir.Lambda] = set()
        """The functions that its module code ran."""
        self.spent: set[str] = set()
        """The modules, it and what it imports, whose code was too long to be run to its end."""
        self.truncated = False
        """Whether something in it was too deep to be followed."""
        self.cells: dict[int, Object] = {}
        """Objects of other modules as its module code, and what it imports, left them."""
        self.writes: list[tuple[Frame, str, Value]] = []
        """Names of other modules and their classes that it bound, and what it imports."""


class Frame:
    """One run of a function, a class body or a module."""

    __slots__ = ("answers", "assigned", "began", "cls", "copies", "dead", "depth", "elsewhere",
                 "forks", "function", "jumps", "keyed", "module", "names", "parent", "raised",
                 "result", "returns", "stated", "writes", "yielded")  # fmt: skip

    def __init__(
        self, module: ModuleRun, function: LocalFunction | None, parent: Frame | None
    ) -> None:
        self.module = module
        self.function = function
        self.parent = parent
        """The frame around the definition."""
        self.names: Names = {}
        self.elsewhere: dict[str, str] = {}
        self.cls: LocalClass | None = None
        """For the body of a class: the class."""
        self.depth = 0
        self.result: Value | None = None
        self.yielded: Value | None = None
        self.returns: Snapshot | None = None
        """The states at the ``return`` statements, joined."""
        self.stated: list[tuple[ir.Expression | None, Snapshot]] | None = None
        """When its answers are asked for: every ``return``, and the state as it was then."""
        self.jumps: list[list[Snapshot]] = []
        """States at ``break`` (even places) and ``continue`` (odd ones), a pair a loop."""
        self.raised: list[Value] = []
        self.dead = False
        """Whether the expression just evaluated never returns."""
        self.keyed = False
        """Whether :attr:`names` holds facts about more than names (``"request.args['x']"``)."""
        self.assigned: frozenset[str] = frozenset()
        self.writes = False
        """Whether something outside of the frame was written."""
        self.answers: dict[str, ir.Expression] = {}
        """Names that hold the answer of a test, and the test."""
        self.began: dict[str, Link] = {}
        """The steps in which names got their content by an assignment of their own."""
        self.forks: list[Fork] = []
        """What goes together where ways met, the newest last."""
        self.copies: dict[str, ir.Expression] = {}
        """Names that were bound to what stands at another place, and the place."""


class Write:
    """A name that was bound in a frame of another function, a class or a module."""

    __slots__ = ("before", "frame", "name", "value")

    def __init__(self, frame: Frame, name: str, value: Value) -> None:
        self.frame = frame
        self.name = name
        self.value = value
        self.before = frame.names.get(name)
        frame.names[name] = value

    def undo(self) -> None:
        """Bind the name to what it was bound to before."""
        if self.before is None:
            self.frame.names.pop(self.name, None)
        else:
            self.frame.names[self.name] = self.before


class Machine:
    """One analysis of one file, with the files of the change that it calls into."""

    def __init__(
        self,
        facts: Tables,
        find_module: Callable[[str, ModuleRun], ModuleRun | None],
        expired: Callable[[], bool],
        heap: Heap | None = None,
    ) -> None:
        self.facts = facts
        self.find_module = find_module
        """The module of a name, as the module that asks for it would find it."""
        self.expired = expired
        self.heap = Heap() if heap is None else heap
        self.results = Results()
        self.sources: dict[tuple[str, int, int, str], Source] = {}
        """Sources by their place: one place is one source, however often it is evaluated."""
        self.numbers: dict[Source, Number] = {}
        """Numbers that were made of what came in, by their source."""
        self.nesting = 0
        self.steps = 0
        self.left = ENTRY_STEPS
        self.memo: dict[tuple[Any, ...], Value] = {}
        self.active: list[ir.Function | ir.Lambda] = []
        """Definitions that are being run, outermost first."""
        self.asking: list[ir.Function | ir.Lambda] = []
        """Definitions that are run for their answer."""
        self.way: list[tuple[ModuleRun, int, int]] = []
        """The calls that lead to here."""
        self.entered: set[ir.Function | ir.Lambda] = set()
        """Definitions that were run."""
        self.on_return: Callable[[Frame, ir.Return, Value], None] | None = None
        """Told what the entry function returns."""
        self.instances: dict[LocalClass, Value] = {}
        """For methods that somebody unknown calls: an instance of their class."""
        self.watch = Watch()
        """What was seen at calls of which the values matter."""
        self.by_default = False
        """Whether a function is run with the defaults of its parameters."""
        self.making: list[LocalClass] = []
        """The classes of which such an instance is being made."""
        self.may_bring: Callable[[LocalFunction], bool] = _always
        """Whether something untrusted may come in through a function, by the names in it."""
        self.kept: dict[str, Value] = {}
        """What functions that ran before put into objects that live as long as a request."""
        self.watched: ir.Function | ir.Lambda | None = None
        """A definition of which is noted what it is called with."""
        self.seen: list[Names] = []
        """The parameters at its calls."""
        self.truncated = False
        """Whether something was too deep to be followed."""
        self.collecting: ModuleRun | None = None
        """The module of which the functions are gathered that are defined."""
        self.journal: list[Write] = []
        """What was written outside of the frame that wrote it, in order."""

    def write(self, frame: Frame, name: str, value: Value) -> None:
        """Bind a name outside of the frame that is running."""
        self.journal.append(Write(frame, name, value))

    def redo(self, writes: list[tuple[Frame, str, Value]]) -> None:
        """Bind again what a module's code bound elsewhere."""
        for frame, name, value in writes:
            if frame.names.get(name) is not value:
                self.journal.append(Write(frame, name, value))

    def undo(self) -> None:
        """Take back all that was written outside of the frame that wrote it."""
        while self.journal:
            self.journal.pop().undo()

    def tick(self) -> None:
        """Count a step.

        Raises:
            Spent: the entry's steps are used up.
            Expired: the file's time is over.
        """
        self.steps += 1
        self.left -= 1
        if self.left <= 0:
            raise Spent
        if self.steps % _LOOK_AT_CLOCK == 0 and self.expired():
            raise Expired

    def evaluate(self, frame: Frame, node: ir.Expression) -> Value:
        """The value of an expression; its effects happen to the frame and the heap."""
        if self.nesting >= MAX_NESTING:
            self.truncated = True
            return VAGUE
        # What :meth:`tick` does: this is the innermost of all.
        self.steps = steps = self.steps + 1
        self.left -= 1
        if self.left <= 0:
            raise Spent
        if steps % _LOOK_AT_CLOCK == 0 and self.expired():
            raise Expired
        kind = type(node)
        if kind is ir.Name:
            known = frame.names.get(node.id)  # type: ignore[attr-defined]
            if known is not None:
                return known
        self.nesting += 1
        try:
            return EVALUATORS[kind](self, frame, node)
        finally:
            self.nesting -= 1

    def execute(self, frame: Frame, block: ir.Block) -> bool:
        """Run statements; whether control comes out at their end."""
        if self.nesting >= MAX_NESTING:
            self.truncated = True
            return True
        self.nesting += 1
        try:
            for statement in block:
                self.tick()
                if not EXECUTORS[type(statement)](self, frame, statement):
                    return False
                if frame.dead:
                    frame.dead = False
                    return False
            return True
        finally:
            self.nesting -= 1

    def snapshot(self, frame: Frame) -> Snapshot:
        """The state, to be gone back to: what is written from now on does not touch it."""
        kept = (frame.names, self.heap.top)
        frame.names = dict(frame.names)
        self.heap.mine = None
        return kept

    def state(self, frame: Frame) -> Snapshot:
        """The state as it is, given away: to be called when it is replaced or dead."""
        return frame.names, self.heap.top

    def left_state(self, frame: Frame) -> Snapshot:
        """The state where control leaves: what still runs on the way out is written to it."""
        return frame.names, self.heap.own()

    def restore(self, frame: Frame, state: Snapshot) -> None:
        """Go back to a state; what is written from now on does not touch it."""
        frame.names = dict(state[0])
        self.heap.top = state[1]
        self.heap.mine = None

    def return_to(self, frame: Frame, state: Snapshot) -> None:
        """Go back to a state that nobody needs any more."""
        frame.names, self.heap.top = state
        self.heap.mine = None

    def join(self, first: Snapshot, second: Snapshot) -> Snapshot:
        """What holds in either state."""
        names, others = first[0], second[0]
        if names is not others and names.items() ^ others.items():
            joined = dict(names)
            for name, value in others.items():
                known = names.get(name)
                if known is None:
                    if name[-1:] not in "])" and "." not in name:
                        joined[name] = value
                elif known is not value:
                    joined[name] = join(known, value)
            for name in names:
                # Facts about more than names hold only when they hold in both.
                if name not in others and (name[-1:] in "])" or "." in name):
                    del joined[name]
            names = joined
        return names, self.heap.joined(first[1], second[1])

    def changed(self, before: Snapshot, frame: Frame) -> bool:
        """Whether a round of a loop changed something that the next round may read."""
        names = frame.names
        for name, value in before[0].items():
            other = names.get(name)
            if other is not value and (other is None or _differs(value, other)):
                return True
        top = self.heap.top
        for number, _ in () if top is before[1] else top.items() - before[1].items():
            if number in before[1] or self.heap.is_settled(number):
                return True
        return False

    def converted(self, frame: Frame, node: ir.Expression) -> None:
        """A conversion of a value to a number returned: the value was the text of one."""
        from checks.flow import guards

        guards.clean(self, frame, node, ALL)

    def text_of(self, value: Value) -> Value | None:
        """What ``str()`` makes of an object that has a way of its own; ``None`` for all others."""
        from checks.flow import protocols, urls

        found = protocols.written(self, value)
        return urls.written(self, value) if found is None else found

    def inside(self, frame: Frame, node: ir.Call) -> None:
        """``path.relative_to(root)`` returned: the path is inside."""
        from checks.flow import folders

        if isinstance(node.function, ir.Attribute):
            folders.inside(self, frame, node.function.value)

    def enter(self, frame: Frame, states: list[Snapshot]) -> bool:
        """Go on with what holds in any of the states; whether there is one."""
        if not states:
            return False
        first = whole = states[0]
        for one in states[1:]:
            whole = self.join(whole, one)
        # What was joined is nobody else's.
        frame.names = dict(whole[0]) if whole[0] is first[0] else whole[0]
        self.heap.top = whole[1]
        self.heap.mine = None
        return True


def _always(_function: LocalFunction) -> bool:
    return True


def _differs(first: Value, second: Value) -> bool:
    """Whether two values differ in what a loop's next round could make a difference with."""
    return (
        first.vague != second.vague
        or first.references != second.references
        or len(first.taints) != len(second.taints)
        or any(
            one.source is not other.source or one.clean != other.clean
            for one, other in zip(first.taints, second.taints, strict=True)
        )
    )
