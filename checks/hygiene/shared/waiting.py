"""Sleeps, clocks, and loops that poll: how long they take and what ends them."""

from __future__ import annotations

import math

import tree_sitter

from checks.events import Call, Function, Module, Value, argument_nodes, calls_of
from checks.hygiene.shared.assertions import is_assertion
from checks.hygiene.shared.blocks import EXITS, block_of, mentions, statements
from checks.hygiene.shared.tests import calls_of_value
from checks.languages.python.context import Context, Located
from checks.languages.python.index import Index
from checks.light import dataclass

SLEEPS = (
    "time.sleep",
    "asyncio.sleep",
    "anyio.sleep",
    "trio.sleep",
    "curio.sleep",
    "eventlet.sleep",
    "eventlet.greenthread.sleep",
    "gevent.sleep",
    "tornado.gen.sleep",
)
CLOCKS = (
    "time.time",
    "time.time_ns",
    "time.monotonic",
    "time.monotonic_ns",
    "time.perf_counter",
    "time.perf_counter_ns",
    "time.process_time",
    "timeit.default_timer",
    "datetime.datetime.now",
    "datetime.datetime.utcnow",
    "datetime.datetime.today",
    "datetime.date.today",
    "trio.current_time",
    "anyio.current_time",
)
_CLOCK_METHODS = frozenset({"monotonic", "perf_counter", "utcnow", "now", "timer", "current_time"})

_LIMITS = ("timeout", "fail_after", "move_on", "wait_for", "time_limit", "deadline", "cancelscope",
           "cancel_scope")  # fmt: skip
_LIMITING = frozenset({"fail_after", "move_on_after", "timeout", "wait_for"})
"""Functions that put a limit to the time that what they are handed takes."""
_RANGE_ARGUMENTS = 3
_COMPARING = frozenset({"<", "<=", ">", ">="})


def is_sleep(call: Call) -> bool:
    """Whether the call waits for a fixed time."""
    return call.name in SLEEPS


def reads_clock(call: Call) -> bool:
    """Whether the call reads a clock, of the process or of an event loop."""
    if call.name in CLOCKS:
        return True
    if call.method == "time" and call.receiver is not None:
        return "loop" in call.receiver.text.lower()
    return call.method in _CLOCK_METHODS and not call.arguments


def seconds(call: Call) -> float | None:
    """How long the call sleeps; ``None`` when that is not known."""
    value = call.argument(0, "seconds") or call.argument(None, "delay")
    return None if value is None else number(value)


def number(value: Value) -> float | None:
    """A number as it is written, ``None`` when it is none or not known."""
    known = value.constant
    if isinstance(known, bool) or not isinstance(known, (int, float)):
        return None
    return float(known) if math.isfinite(known) and abs(known) < 1e12 else None


_UNITS = {"microseconds": 1e-6, "milliseconds": 1e-3, "seconds": 1.0}


def period(value: Value) -> float | None:
    """Seconds that are written as ``timedelta(seconds=0.5)``; ``None`` for any other value."""
    origin = value.origin
    if origin.callee_name != "datetime.timedelta":
        return None
    call = next((one for one in calls_of_value(origin) if one.node == origin.node), None)
    if call is None or call.arguments or not call.keywords.keys() <= _UNITS.keys():
        return None
    found = 0.0
    for name, one in call.keywords.items():
        amount = number(one)
        if amount is None:
            return None
        found += _UNITS[name] * amount
    return found


def figure(value: float) -> str:
    """A number without needless digits: ``50``, ``0.1``, ``5``."""
    return f"{value:.6g}"


def is_limited(located: Located) -> bool:
    """Whether a ``with`` around the place, or a decorator, puts a limit to the time it takes."""
    if any(_sets_limit(value.text) for value in located.entered()):
        return True
    decorators = [] if located.function is None else list(located.function.decorators)
    if located.cls is not None:
        decorators += located.cls.decorators
    if any(_sets_limit(value.text) for value in decorators):
        return True
    return located.module.remember(is_limited, lambda: _marked_limited(located.module))


def runs_under_limit(function: Function, index: Index) -> bool:
    """Whether a decorator of the project runs the function under a limit that it sets itself."""
    for decorator in function.decorators:
        name = decorator.callee_name or decorator.name
        maker = None if name is None else index.find_function(name)
        if maker is None:
            continue
        if any(
            "timeout" in one.name and one.default is not None and one.default.text != "None"
            for one in maker.parameters
        ):
            return True
        if any(call.method in _LIMITING for call in calls_of(maker.module, maker.node)):
            return True
    return False


def _marked_limited(module: Module) -> bool:
    """Whether a mark on all tests of the file puts a limit to the time they take."""
    marks = module.scope.bindings.get("pytestmark", [])
    return any(one.node is not None and _sets_limit(module.text_of(one.node)) for one in marks)


def _sets_limit(text: str) -> bool:
    return any(word in text[:400].lower() for word in _LIMITS)


@dataclass(frozen=True, slots=True)
class Poll:
    """A loop that looks, sleeps and looks again."""

    loop: Context
    sleep: Call
    attempts: int | None
    """How often it looks, when that is a fixed number."""
    interval: float | None
    """Seconds between two looks."""
    bounded: bool
    """Whether something other than the awaited condition ends it."""

    @property
    def most(self) -> float | None:
        """Seconds that all sleeps take together at most."""
        if self.attempts is None or self.interval is None:
            return None
        return self.attempts * self.interval


def poll_around(call: Call) -> Poll | None:
    """The polling loop whose body sleeps by this call, the innermost one; ``None`` without one."""
    for loop in call.enclosing("for_statement", "while_statement"):
        if loop.kind == "for_statement":
            return _for_poll(call, loop)
        return _while_poll(call, loop)
    return None


def _for_poll(call: Call, loop: Context) -> Poll | None:
    leaves = any(
        _leaves(one, loop) for one in call.module.within(loop.node, *EXITS)
    )  # a loop that nothing leaves repeats, it does not poll
    if not leaves:
        return None
    iterable = loop.node.child_by_field_name("right")
    return Poll(loop, call, attempts_of(call.module, iterable, loop), seconds(call),
                not _endless(call.module, iterable, loop))  # fmt: skip


def _leaves(one: Located, loop: Context) -> bool:
    if one.kind == "break_statement":
        return next(iter(one.enclosing("for_statement", "while_statement")), None) is loop
    return one.function is loop.function


def attempts_of(module: Module, iterable: tree_sitter.Node | None, context: Context) -> int | None:
    """How many rounds a ``for`` takes over ``range(…)`` or a literal."""
    if iterable is None:
        return None
    value = Value(module, iterable, context)
    if value.callee_name != "range":
        return None if value.elements is None else len(value.elements)
    numbers = [Value(module, one, context).constant for one in argument_nodes(value.node)]
    whole = [one for one in numbers if isinstance(one, int)]
    if not whole or len(whole) != len(numbers) or len(whole) > _RANGE_ARGUMENTS:
        return None
    try:
        return len(range(*whole))
    except (ValueError, OverflowError):
        return None


def _endless(module: Module, iterable: tree_sitter.Node | None, context: Context) -> bool:
    if iterable is None:
        return False
    return Value(module, iterable, context).callee_name in ("itertools.count", "itertools.repeat")


def _while_poll(call: Call, loop: Context) -> Poll:
    return Poll(loop, call, None, seconds(call), _is_bounded(call, loop))


def _is_bounded(call: Call, loop: Context) -> bool:
    module = call.module
    node = loop.node
    if is_limited(call):
        return True
    for one in calls_of(module, node):
        if one.function is loop.function and (
            reads_clock(one) or is_assertion(one) or one.method in ("skip", "skipTest", "exit")
        ):
            return True
    if any(one.function is loop.function for one in module.within(node, "assert_statement")):
        return True
    if any(_leaves(one, loop) for one in module.within(node, "raise_statement")):
        return True
    return _counts(module, node) or _has_second_exit(module, node, loop)


def _counts(module: Module, node: tree_sitter.Node) -> bool:
    """Whether a name that the loop counts up or down is compared in it."""
    counted = set()
    for one in module.within(node, "augmented_assignment", "assignment"):
        left = one.child("left")
        if left is None:
            continue
        name = module.text_of(left)
        right = one.child("right")
        if one.kind == "augmented_assignment" or (
            right is not None
            and right.type == "binary_operator"
            and next(mentions(module, right, name), None) is not None
        ):
            counted.add(name)
    if not counted:
        return False
    condition = node.child_by_field_name("condition")
    places = [one.node for one in module.within(node, "comparison_operator", "if_statement")]
    if condition is not None:
        places.append(condition)
    tests = [
        place.child_by_field_name("condition") or place
        if place.type == "if_statement" else place
        for place in places
    ]  # fmt: skip
    return any(
        next(mentions(module, test, name), None) is not None for test in tests for name in counted
    )


def _has_second_exit(module: Module, node: tree_sitter.Node, loop: Context) -> bool:
    """Whether the loop has more ways out than the one it waits for.

    ``while True`` with one ``break`` waits for that break; ``while not done`` with a ``break``
    has two ways out, and one of them may be the limit.
    """
    exits = [one for one in module.within(node, "break_statement", "return_statement")
             if _leaves(one, loop)]  # fmt: skip
    condition = node.child_by_field_name("condition")
    if condition is None:
        return False
    if Value(module, condition, loop).constant is not True and module.text_of(condition) != "1":
        return bool(exits) or _compares_amounts(module, condition)
    # Ways out that stand one after another wait for the same thing; what is handled after an
    # exception, or an exit of another kind, may be the limit.
    return len(exits) > 1


def _compares_amounts(module: Module, condition: tree_sitter.Node) -> bool:
    """Whether a part of ``a and b`` compares amounts that a deadline or a counter could be."""
    if condition.type != "boolean_operator":
        return False
    stack = [condition]
    while stack:
        node = stack.pop()
        if node.type == "boolean_operator":
            stack.extend(node.named_children)
            continue
        if node.type == "comparison_operator" and any(
            not one.is_named and module.text_of(one) in _COMPARING for one in node.children
        ):
            return True
        text = module.text_of(node).lower()
        if any(word in text for word in ("timeout", "deadline", "attempt", "retries", "tries")):
            return True
    return False


def ends_in_failure(module: Module, nodes: list[tree_sitter.Node]) -> bool:
    """Whether these statements are only there to fail: ``self.fail()``, ``raise``, ``assert``."""
    if not nodes:
        return False
    for node in nodes:
        if node.type in ("raise_statement", "assert_statement"):
            continue
        if node.type != "expression_statement":
            return False
        first = node.named_children[0]
        if first.type != "call":
            return False
        target = first.child_by_field_name("function")
        word = "" if target is None else module.text_of(target).rpartition(".")[2]
        if not word.startswith(("fail", "assert")):
            return False
    return True


def body_of(loop: Context) -> list[tree_sitter.Node]:
    """The statements of a loop's body."""
    return statements(loop.node.child_by_field_name("body")) or block_of(loop.node)
