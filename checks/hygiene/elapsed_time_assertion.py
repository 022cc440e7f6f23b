"""The check ``elapsed-time-assertion``: a test that fails on a machine that is busy."""

from __future__ import annotations

import tree_sitter

from checks.events import Call, Node, Value, as_call
from checks.hygiene.shared.ages import exact_age
from checks.hygiene.shared.conditions import bare
from checks.hygiene.shared.equalities import equality_of
from checks.hygiene.shared.tests import calls_of_value, is_replaced, is_test, own_calls
from checks.hygiene.shared.texts import words
from checks.hygiene.shared.waiting import figure, is_sleep, number, period, reads_clock, seconds
from checks.languages.python.context import Located
from checks.model import Aspect, Confidence, Severity
from checks.registry import TEST_ROLES, calls, check, nodes
from checks.report import Report

_TIGHT = 1.0
"""Seconds: an upper bound up to this one is met by chance on a loaded machine."""

_FRAME = 3.0
"""How far the ends of a band must be apart, as a ratio."""

_NAMES = frozenset({"delta", "diff", "dt", "duration", "elapsed", "runtime", "seconds", "spent",
                    "took", "time", "delay"})  # fmt: skip
_FROZEN = ("freeze_time", "travel", "autojump_clock", "mock_clock", "fake_clock", "FakeClock",
           "MockClock", "freezer", "time_machine")  # fmt: skip
_READING = frozenset({"datetime.datetime.now", "datetime.datetime.utcnow", "timeit.timeit",
                      "timeit.default_timer"})  # fmt: skip
_DEPTH = 4
"""Names that are followed to the difference that they hold."""

_CLOSE = "AlmostEqual"
"""What the names of assertions end in that let two values be a little apart."""

_PLACES = 7
"""Decimals to which unittest's ``assertAlmostEqual`` rounds."""

_LESS, _MORE = frozenset({"<", "<="}), frozenset({">", ">="})


@check(
    id="elapsed-time-assertion",
    title="Upper bound on measured time",
    aspect=Aspect.TIME,
    severity=Severity.MEDIUM,
    confidence=Confidence.HIGH,
    once=True,
    roles=TEST_ROLES,
    on=(nodes("assert_statement"),
        calls("*.{assertLess,assertLessEqual,assertTrue,assertAlmostEqual,assertAlmostEquals,"
              "assertDateTimeAlmostEqual,assertTimeAlmostEqual,assertEqual,assertEquals}")),
)  # fmt: skip
def elapsed_time_assertion(event: Node | Call, report: Report) -> None:
    """A test asserts that something took less than a moment on the clock on the wall.

    Why:
        The clock also counts what other programs on the machine do. The test fails when the
        machine is busy, and wider bounds only make that rarer.
    Bad:
        # file: tests/test_lock.py
        import time

        def test_lock(lock):
            start = time.monotonic()
            lock.acquire()
            assert time.monotonic() - start < 0.1
    Good:
        # file: tests/test_lock.py
        def test_lock(lock, clock):
            lock.acquire()
            assert clock.sleeps == []
    Good:
        # file: tests/test_lock.py
        import time

        def test_waits(lock):
            start = time.monotonic()
            lock.wait(0.5)
            assert time.monotonic() - start >= 0.5
    Suppress:
        Where the speed itself is what is promised, on a machine that is kept for it.
    """
    function = event.function
    if function is None or not (is_test(function) or function.name.lstrip("_").startswith("check")):
        return
    call = as_call(event)
    if call is not None and _tell_moments(call, report):
        return
    if _tell_rounded(event, report):
        return
    comparisons = _comparisons(event)
    bounds = [_upper_bound(event, one) for one in comparisons]
    bounds += [exact_age(event, one, function) for one in comparisons]
    for bound in (*bounds, _near(event)):
        if bound is None:
            continue
        clocks = (reads_clock(one) or one.name in _READING for one in own_calls(function))
        if not any(clocks) or _is_set(event, report):
            return
        value, limit = bound
        report(
            at=event,
            message=f"`{value.short}` must stay below {figure(limit)} s on the clock on the wall.",
            why="On a loaded machine it will not, though nothing is wrong with the code.",
            fix="Assert what was done or in which order, or only a lower bound.",
        )
        return


def _comparisons(event: Located) -> list[tuple[list[tree_sitter.Node], list[str]]]:
    """The operands and operators of what is asserted."""
    call = as_call(event)
    if call is not None:
        arguments = call.arguments
        if call.method in ("assertLess", "assertLessEqual") and len(arguments) >= 2:
            return [([arguments[0].node, arguments[1].node], ["<"])]
        if call.method == "assertTrue" and arguments:
            return _split(event, arguments[0].node)
        return []
    parts = event.children()
    return _split(event, parts[0]) if parts else []


def _split(
    event: Located, node: tree_sitter.Node
) -> list[tuple[list[tree_sitter.Node], list[str]]]:
    found: list[tuple[list[tree_sitter.Node], list[str]]] = []
    stack = [node]
    while stack and len(found) < 10:
        one = stack.pop()
        if (
            one.type == "boolean_operator" and " and " in event.module.text_of(one)
        ) or one.type == "parenthesized_expression":
            stack.extend(one.named_children)
        elif one.type == "comparison_operator":
            operators = [event.module.text_of(sign) for sign in one.children if not sign.is_named]
            operands = [part for part in one.named_children if part.type != "comment"]
            if len(operands) == len(operators) + 1:
                found.append((operands, operators))
    return found


def _upper_bound(
    event: Located, comparison: tuple[list[tree_sitter.Node], list[str]]
) -> tuple[Value, float] | None:
    """The measured time and the bound above it, when the bound is tight."""
    operands, operators = comparison
    values = [event.value(one) for one in operands]
    for index, whole in enumerate(values):
        value, scale = _unscaled(whole)
        if not _is_measured(value):
            continue
        upper = lower = None
        if index + 1 < len(values):
            limit = _seconds(values[index + 1], scale)
            upper = limit if operators[index] in _LESS else upper
            lower = limit if operators[index] in _MORE else lower
        if index > 0:
            limit = _seconds(values[index - 1], scale)
            upper = limit if operators[index - 1] in _MORE else upper
            lower = limit if operators[index - 1] in _LESS else lower
        if upper is None or upper <= 0:
            continue
        if upper <= _TIGHT or (lower is not None and lower > 0 and upper / lower < _FRAME):
            return value, upper
    return None


def _unscaled(value: Value) -> tuple[Value, float]:
    """A measured time and what it is multiplied by: ``(end - start) * 1000`` has milliseconds."""
    origin = value.origin
    node = origin.node
    operator = node.child_by_field_name("operator") if node.type == "binary_operator" else None
    if operator is None or operator.type != "*":
        return value, 1.0
    sides = [node.child_by_field_name("left"), node.child_by_field_name("right")]
    for side, other in (sides, sides[::-1]):
        if side is None or other is None:
            continue
        scale = number(Value(origin.module, other, origin.context))
        if scale is not None and scale > 0:
            return Value(origin.module, bare(side), origin.context), scale
    return value, 1.0


def _seconds(value: Value, scale: float) -> float | None:
    """A bound in seconds: a number, or ``timedelta(seconds=0.5)``."""
    known = number(value)
    return period(value) if known is None else known / scale


def _near(event: Located) -> tuple[Value, float] | None:
    """The measured time that is to be near a number, and the highest that it may be.

    ``took == pytest.approx(0.1, abs=0.02)``, ``assertAlmostEqual(took, 0.1, delta=0.02)``.
    """
    call = as_call(event)
    if call is not None:
        if call.method != "assertAlmostEqual" or len(call.arguments) < 2:
            return None
        sides, allowed = list(call.arguments[:2]), call.keywords.get("delta")
        room = None if allowed is None else number(allowed)
    else:
        equality = equality_of(event)
        if equality is None:
            return None
        sides, room = [equality.left, equality.right], None
    for index, side in enumerate(sides):
        other = sides[1 - index]
        if not _is_measured(side):
            continue
        if call is not None:
            near = number(other)
            return None if near is None else _in_frame(side, near, room or 0.0)
        made = next((one for one in calls_of_value(other) if one.node == other.node), None)
        first = None if made is None or made.method != "approx" else made.argument(0, "expected")
        near = None if first is None else number(first)
        if made is None or near is None:
            return None
        allowed, ratio = made.argument(2, "abs"), made.argument(1, "rel")
        room = (number(allowed) or 0.0) if allowed is not None else 0.0
        if ratio is not None:
            room = max(room, (number(ratio) or 0.0) * near)
        return _in_frame(side, near, room)
    return None


def _tell_moments(call: Call, report: Report) -> bool:
    """Report a reading of the clock that is to be the same as another moment, but for an instant.

    ``assertAlmostEqual(time.time(), self.stopped, places=2)``
    """
    if not call.method.endswith(_CLOSE) or len(call.arguments) < 2:
        return False
    sides = call.arguments[:2]
    if not any(_is_reading(one) for one in sides) or any(number(one) is not None for one in sides):
        return False
    allowed = call.argument(None, "delta")
    if call.method.startswith("assertAlmostEqual"):
        places = call.argument(2, "places")
        digits = _PLACES if places is None else number(places)
        room = None if digits is None else 0.5 * 10.0**-digits
    else:
        allowed = call.argument(2, "delta")
        room = None
    if allowed is not None:
        known = number(allowed)
        room = period(allowed) if known is None else known
    if room is None or room > _TIGHT or _is_set(call, report):
        return False
    report(
        at=call,
        message=f"`{sides[0].short}` and `{sides[1].short}` may be at most {figure(room)} s apart.",
        why="On a loaded machine more passes between them, though nothing is wrong with the code.",
        fix="Set the clock in the test, or assert only which of the two comes first.",
    )
    return True


def _tell_rounded(event: Located, report: Report) -> bool:
    """Report a measured time that must be just so many seconds: ``round(took) == 1``.

    A sleep in the same test tells that the time is a real one.
    """
    equality = equality_of(event)
    function = event.function
    if equality is None or function is None:
        return False
    for side, other in equality.sides:
        made = next((one for one in calls_of_value(side) if one.node == side.node), None)
        exact = number(other)
        if made is None or made.name not in ("round", "int") or exact is None or exact <= 0:
            continue
        first = made.argument(0)
        if first is None or not (_is_measured(first) or _is_duration(first)):
            continue
        slept = any(is_sleep(one) and (seconds(one) or 0) > 0 for one in own_calls(function))
        if not slept or _is_set(event, report):
            return False
        report(
            at=event,
            message=f"`{side.short}` must be {figure(exact)} s to the second, by the wall clock.",
            why="On a loaded machine it is more, though nothing is wrong with the code.",
            fix="Let the test set the clock, or assert only that it is not less.",
        )
        return True
    return False


def _is_duration(value: Value) -> bool:
    """Whether it is read from what measured: ``timer.total_seconds()``, ``timer.elapsed``."""
    name = value.text.removesuffix("()").rpartition(".")[2]
    return "." in value.text and name in ("total_seconds", "elapsed", "duration", "interval")


def _in_frame(value: Value, near: float, room: float) -> tuple[Value, float] | None:
    """The upper end of a band, when the band is too narrow for a machine that is busy."""
    lower, upper = near - room, near + room
    narrow = lower > 0 and upper / lower < _FRAME
    return (value, upper) if upper > 0 and (upper <= _TIGHT or narrow) else None


def _is_measured(value: Value, depth: int = 0) -> bool:
    """Whether the expression is a difference of two readings of a clock."""
    if depth > _DEPTH:
        return False
    origin = value.origin
    node = origin.node
    if node.type == "call":
        function = node.child_by_field_name("function")
        name = "" if function is None else origin.module.text_of(function)
        if origin.callee_name == "timeit.timeit":
            return True
        inner = origin.module.text_of(node)
        return name.endswith(("total_seconds", "abs", "round")) and "-" in inner
    if node.type == "binary_operator":
        operator = node.child_by_field_name("operator")
        left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
        if operator is None or origin.module.text_of(operator) != "-" or left is None:
            return False
        sides = [Value(origin.module, one, origin.context) for one in (left, right) if one]
        return any(_is_reading(one) for one in sides)
    if value.node.type in ("identifier", "attribute"):
        last = words(value.text.rpartition(".")[2])
        measured = any(
            _is_measured(one, depth + 1) for one in value.assignments[:5] if one.node != value.node
        )
        return bool(last) and not _NAMES.isdisjoint(last) and measured
    return False


def _is_reading(value: Value) -> bool:
    origin = value.origin
    for one in (value, *value.assignments[:5], origin):
        if one.node.type == "call":
            place = next(
                (found for found in one.module.nodes("call") if found.node == one.node), None
            )
            call = None if place is None else as_call(place)
            if call is not None and (reads_clock(call) or call.name in _READING):
                return True
    return False


def _is_set(event: Located, report: Report) -> bool:
    """Whether the clock is one that the test sets."""
    function = event.function
    if function is None:
        return False
    text = " ".join(one.text for one in function.decorators)
    text += " ".join(one.name for one in function.parameters)
    text += " ".join(one.text[:100] for one in event.entered())
    if event.cls is not None:
        text += " ".join(one.text for one in event.cls.decorators)
    if any(word in text for word in _FROZEN):
        return True
    return is_replaced(event, report.index, "time", "monotonic", "perf_counter", "sleep")
