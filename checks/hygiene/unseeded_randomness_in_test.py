"""The check ``unseeded-randomness-in-test``: chance decides what a test does or finds."""

from __future__ import annotations

from checks.events import Call, Function, Value
from checks.hygiene.shared.assertions import asserts
from checks.hygiene.shared.blocks import mentions
from checks.hygiene.shared.coincidence import may_coincide
from checks.hygiene.shared.conditions import bare
from checks.hygiene.shared.tests import is_replaced, is_test, is_test_class
from checks.model import Aspect, Confidence, Severity, Surface
from checks.registry import TEST_ROLES, calls, check
from checks.report import Report

_RANDOM = "random.{random,randint,randrange,choice,choices,sample,uniform,gauss,betavariate}"
_NUMPY = "numpy.random.{rand,randn,randint,choice,random,uniform,normal,random_sample}"
_SEEDS = (b"hypothesis", b"random.Random(", b"default_rng", b"random_seed", b"setstate",
          b"randomly")  # fmt: skip
_SMALL = 1_000_000
_PAIR = 2
_MANY = 3
"""Draws in one text that together are soon enough never the same."""
_BRANCHES = ("if_statement", "while_statement", "elif_clause", "conditional_expression")


@check(
    id="unseeded-randomness-in-test",
    title="Unseeded randomness decides the outcome",
    aspect=Aspect.TIME,
    severity=Severity.LOW,
    confidence=Confidence.MEDIUM,
    surface=Surface.SUMMARY,
    roles=TEST_ROLES,
    on=calls(_RANDOM, _NUMPY, "random.shuffle", "numpy.random.shuffle"),
)
def unseeded_randomness_in_test(call: Call, report: Report) -> None:
    """A random number without a fixed seed decides a branch, a key, or what is compared.

    Why:
        Each run tests something else. A failure cannot be made to happen again, and two draws
        that must differ are one day the same.
    Bad:
        # file: tests/test_store.py
        import random

        def test_store(store):
            key = "key_%d" % random.randint(0, 10000)
            store.add(key)
            assert store.count() == 1
    Bad:
        # file: tests/test_menu.py
        import random

        def test_menu(menu):
            if random.random() < 0.5:
                menu.open()
            assert menu.works
    Good:
        # file: tests/test_store.py
        import random

        def test_store(store):
            numbers = random.Random(42)
            key = "key_%d" % numbers.randint(0, 10000)
            store.add(key)
            assert store.count() == 1
    Good:
        # file: tests/test_store.py
        import uuid

        def test_store(store):
            store.add(str(uuid.uuid4()))
            assert store.count() == 1
    Suppress:
        Where the test is meant to roam, and prints its seed when it fails.
    """
    function = call.function
    if function is None:
        return
    if may_coincide(call) and not _is_seeded(call.module.source.data):
        report(
            at=call,
            message=f"`{call.value().short}` must give two different values, which is chance.",
            why="Now and then both are the same, and the test fails with nothing changed.",
            fix="Give out values that differ: a counter, or `uuid.uuid4()`.",
        )
        return
    if not is_test(function) and not (is_test_class(call.cls, report.index) and _makes_key(call)):
        return
    if _is_seeded(call.module.source.data):
        return
    if is_replaced(call, report.index, call.method, "random"):
        return
    how = _decides(call, function)
    if how:
        report(
            at=call,
            message=f"`{call.value().short}` {how} without a fixed seed.",
            why="Each run tests something else, and a failure cannot be made to happen again.",
            fix="Draw from `random.Random(42)`, or test the cases one by one.",
        )


def _is_seeded(data: bytes) -> bool:
    """Whether the file draws from a fixed seed; ``random.seed()`` takes one from the system."""
    if data.count(b"seed(") > data.count(b"seed()"):
        return True
    return any(word in data for word in _SEEDS)


def _decides(call: Call, function: Function) -> str:
    """What chance decides here, in words; empty when it decides nothing."""
    if call.method == "shuffle":
        return "decides what is compared" if _order_is_compared(call, function) else ""
    name = call.assigned_to or _held_by(call)
    for one in function.own(*_BRANCHES):
        condition = one.child("condition")
        if one.kind == "conditional_expression":
            condition = one.children()[1] if len(one.children()) > 1 else None
        if condition is None:
            continue
        inside = condition.start_byte <= call.span.start < condition.end_byte
        if inside or (name and next(mentions(call.module, condition, name), None) is not None):
            return "decides which way the test goes"
    if name and _picks(call, function, name):
        return "picks what is tested"
    if _makes_key(call):
        return "makes a name that another run or test can have, too,"
    if not name and (side := _compared(call)) is not None and side.fixed:
        return "is compared with a fixed value"
    return ""


def _held_by(call: Call) -> str:
    """The name of what is reckoned from a draw: ``index = randint(0, 9) - 1``."""
    above = call.parent
    outer = None if above is None or above.kind != "binary_operator" else above.parent
    left = None if outer is None or outer.kind != "assignment" else outer.child("left")
    return call.module.text_of(left) if left is not None and left.type == "identifier" else ""


def _picks(call: Call, function: Function, name: str) -> bool:
    """Whether the draw is the number of one of several results: ``found[index]``."""
    for one in function.own("subscript"):
        held = one.child("value")
        keys = one.node.children_by_field_name("subscript")
        if held is None or len(keys) != 1 or call.module.text_of(keys[0]) != name:
            continue
        origin = one.value(held).origin.node
        if origin.type in ("subscript", "call", "await"):
            return True
    return False


def _order_is_compared(call: Call, function: Function) -> bool:
    """Whether a list is shuffled and then compared with one order: ``cards != [0, 1]``."""
    first = call.argument(0)
    if first is None or first.node.type != "identifier":
        return False
    for one in function.own("comparison_operator"):
        operands = [bare(child) for child in one.children() if child.type != "comment"]
        signs = [child.type for child in one.node.children if not child.is_named]
        if one.node.start_byte < call.node.end_byte or signs not in (["=="], ["!="]):
            continue
        if not any(asserts(above) for above in one.ancestors() if above.kind != "block"):
            continue
        if any(call.module.text_of(child) == first.text for child in operands) and any(
            child.type in ("list", "tuple") for child in operands
        ):
            return True
    return False


def _makes_key(call: Call) -> bool:
    """Whether it becomes a part of a text, out of a range that is soon used up."""
    if call.method not in ("randint", "randrange"):
        return False
    bounds = [one.constant for one in call.arguments[:_PAIR]]
    numbers = [one for one in bounds if isinstance(one, int)]
    if not numbers or len(numbers) != len(bounds) or max(numbers) - min(0, *numbers) >= _SMALL:
        return False
    for above in call.ancestors():
        if above.kind == "interpolation":
            return True
        if above.kind == "binary_operator" and above.value().built:
            return above.text.count(f".{call.method}(") < _MANY
        if above.kind == "call" and ".format" in above.text.partition("(")[0]:
            return True
        if above.kind in ("block", "assignment", "list_comprehension"):
            return False
    return False


def _compared(call: Call) -> Value | None:
    """What the draw itself is compared with in an assertion."""
    above = call.parent
    if above is None or above.kind != "comparison_operator":
        return None
    if not any(asserts(one) for one in above.ancestors() if one.kind != "block"):
        return None
    others = [one for one in above.children() if one != call.node]
    return above.value(others[0]) if len(others) == 1 else None
