"""The check ``unordered-comparison``: a test relies on an order that nobody promises."""

from __future__ import annotations

from checks.events import Function, Value, argument_nodes
from checks.hygiene.shared.created import created_in_order
from checks.hygiene.shared.disorder import cases_in_disorder, comes_from_walk, is_disordered
from checks.hygiene.shared.equalities import equalities
from checks.hygiene.shared.querysets import asserted_by_place, rows_in_no_order, several
from checks.hygiene.shared.rows import are_rows, lists_files
from checks.hygiene.shared.tests import is_replaced, is_test
from checks.model import Aspect, Confidence, Severity, Surface
from checks.registry import FUNCTIONS, TEST_ROLES, check
from checks.report import Report

_LISTINGS = frozenset({"os.listdir", "glob.glob", "os.scandir", "glob.iglob"})
_OF_PATHS = frozenset({"glob", "iglob", "iterdir", "rglob"})
"""Methods of paths that list a folder."""

_KEEPING = frozenset({"list", "tuple", "iter", "next", "str", "repr"})
_SETS = ("set", "set_comprehension")
_DEPTH = 4
_ENOUGH = 2
"""From two elements on there is an order."""


@check(
    id="unordered-comparison",
    title="Order of an unordered collection is asserted",
    aspect=Aspect.TIME,
    severity=Severity.LOW,
    confidence=Confidence.MEDIUM,
    surface=Surface.SUMMARY,
    roles=TEST_ROLES,
    on=FUNCTIONS,
)
def unordered_comparison(function: Function, report: Report) -> None:
    """A test compares the elements of a set, or the names in a folder, with a list in one order.

    Why:
        The order of a set of strings changes with every run of the interpreter, that of a folder
        with the file system: the test passes or fails by chance.
    Bad:
        # file: tests/test_tags.py
        def test_tags(post):
            assert list(set(post.tags)) == ["a", "b"]
    Bad:
        # file: tests/test_files.py
        import os

        def test_files(folder):
            assert os.listdir(folder) == ["a.txt", "b.txt"]
    Bad:
        # file: tests/test_commands.py
        import pytest

        @pytest.mark.parametrize("command", set(COMMANDS) - {"search"})
        def test_command(command):
            assert run(command) == 0
    Bad:
        # file: tests/test_tags.py
        from app.models import Tag

        def test_tags(post, first, second):
            assert list(Tag.objects.filter(post=post)) == [first, second]
    Good:
        # file: tests/test_tags.py
        def test_tags(post):
            assert sorted(set(post.tags)) == ["a", "b"]
    Good:
        # file: tests/test_tags.py
        def test_tags(post):
            assert set(post.tags) == {"a", "b"}
    Suppress:
        Where the type that is compared keeps an order after all.
    """
    cases = cases_in_disorder(function)
    if cases is not None:
        report(
            at=cases,
            message=f"The cases of `{function.name}` come from a set, which has no order.",
            why="Their order differs from run to run, and processes that share the tests "
            "(pytest-xdist) refuse to run them.",
            fix="Put `sorted(…)` around it, or write a list.",
        )
    if not is_test(function):
        return
    placed = asserted_by_place(function, report.index)
    if placed is not None:
        report(
            at=placed,
            message=f"`{placed.value().short}` is the second row of a query without an order.",
            why="The database gives rows in any order, and the test fails by chance.",
            fix="Ask for an order with `order_by`, or look the row up by what it holds.",
        )
    for one in equalities(function):
        for side, other in one.sides:
            what = _unordered(side, function) or _promised_by_nobody(side, function, report)
            if not what and several(other) and rows_in_no_order(side, report.index):
                what = "a query without an order"
            if not what and created_in_order(side, other, function):
                what = "the database"
            if not what or not (_has_order(other) or several(other)):
                if not _is_list_of_set(side) or _has_no_order(other):
                    continue
                what = "a set"
            if what == "a folder" and is_replaced(one.at, report.index, "listdir", "glob", "os"):
                continue
            report(
                at=one.at,
                message=f"`{side.short}` takes its order from {what}, which has none.",
                why="The order differs between runs and machines, and the test fails by chance.",
                fix="Compare `sorted(…)` of it, or sets on both sides.",
            )
            break


def _unordered(value: Value, function: Function, depth: int = 0) -> str:
    """What without an order the elements of an expression come from; ``""`` when there is none."""
    if depth > _DEPTH:
        return ""
    origin = value.origin if value.context.function is function else value
    if origin.callee_name in _LISTINGS or _lists_folder(origin) or comes_from_walk(value, function):
        return "a folder"
    arguments = argument_nodes(origin.node) if origin.node.type == "call" else []
    if origin.callee_name in _KEEPING and arguments:
        inner = Value(origin.module, arguments[0], origin.context)
        if _is_set(inner):
            return "a set"
        return _unordered(inner, function, depth + 1)
    if origin.node.type == "list_comprehension":
        clause = next(
            (one for one in origin.node.named_children if one.type == "for_in_clause"), None
        )
        source = None if clause is None else clause.child_by_field_name("right")
        if source is not None:
            inner = Value(origin.module, source, origin.context)
            return "a set" if _is_set(inner) else _unordered(inner, function, depth + 1)
    if origin.node.type == "subscript":
        whole = origin.node.child_by_field_name("value")
        if whole is not None:
            return _unordered(Value(origin.module, whole, origin.context), function, depth + 1)
    return ""


def _is_list_of_set(value: Value) -> bool:
    """Whether a list is made of a set of texts: what is expected then has no order."""
    origin = value.origin
    return origin.callee_name in ("list", "tuple") and is_disordered(origin)


def _has_no_order(other: Value) -> bool:
    """Whether the other side has no order either, or is put in one."""
    origin = other.origin
    if origin.node.type in ("set", "set_comprehension") or origin.fixed:
        return True
    called = origin.callee_name or origin.text.partition("(")[0]
    return called in ("set", "frozenset", "sorted", "len") or "set(" in origin.text


def _promised_by_nobody(value: Value, function: Function, report: Report) -> str:
    """What else gives its elements in any order: a query, a helper that lists a folder."""
    origin = value.origin if value.context.function is function else value
    if are_rows(origin):
        return "a query without ORDER BY"
    arguments = argument_nodes(origin.node) if origin.node.type == "call" else []
    if origin.callee_name in ("list", "tuple") and len(arguments) == 1:
        inner = Value(origin.module, arguments[0], origin.context)
        return "a folder" if lists_files(inner, report.index) else ""
    return "a folder" if lists_files(origin, report.index) else ""


def _lists_folder(value: Value) -> bool:
    """Whether it is a call such as ``path.glob("*")``."""
    called = value.node.child_by_field_name("function") if value.node.type == "call" else None
    if called is None or called.type != "attribute":
        return False
    return value.module.text_of(called).rpartition(".")[2] in _OF_PATHS


def _is_set(value: Value) -> bool:
    """Whether an expression makes a set of more than one element."""
    origin = value.origin
    if origin.callee_name in ("set", "frozenset"):
        arguments = argument_nodes(origin.node)
        return bool(arguments) and not _has_few(Value(origin.module, arguments[0], origin.context))
    return origin.node.type in _SETS and not _has_few(origin)


def _has_few(value: Value) -> bool:
    """Whether it is seen to have at most one element."""
    elements = value.elements
    return elements is not None and len(elements) < _ENOUGH


def _has_order(other: Value) -> bool:
    """Whether the expected value says an order: a list or tuple of several, a text, one element."""
    elements = other.origin.elements
    if elements is not None:
        return other.origin.node.type != "set" and len(elements) >= _ENOUGH
    return isinstance(other.constant, (str, int))
