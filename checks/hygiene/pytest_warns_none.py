"""The check ``pytest-warns-none``: "no warnings" is asserted over everybody's warnings."""

from __future__ import annotations

import tree_sitter

from checks.events import UNKNOWN, Call, Function
from checks.hygiene.shared.assertions import is_assertion
from checks.hygiene.shared.conditions import bare, comparison
from checks.hygiene.shared.tests import own_calls
from checks.languages.python.context import Located
from checks.model import Aspect, Confidence, Severity, Surface
from checks.registry import FUNCTIONS, TEST_ROLES, calls, check
from checks.report import Report

_EMPTY = ("[]", "()", "0")


@check(
    id="pytest-warns-none",
    title="`pytest.warns(None)`, or all warnings counted",
    aspect=Aspect.ERRORS,
    severity=Severity.LOW,
    confidence=Confidence.HIGH,
    surface=Surface.SUMMARY,
    roles=TEST_ROLES,
    on=(calls("pytest.warns", "warnings.catch_warnings"), FUNCTIONS),
)
def pytest_warns_none(event: Call | Function, report: Report) -> None:
    """`pytest.warns(None)` is an error since pytest 8, and counting all warnings fails by chance.

    Why:
        A recorded list holds the warnings of every library that happens to warn: a release of
        one of them breaks the test. And the warning that is found is not shown where it arose.
    Bad:
        # file: tests/test_old.py
        import pytest

        def test_quiet():
            with pytest.warns(None) as record:
                load("new")
            assert len(record) == 0
    Bad:
        # file: tests/test_old.py
        import warnings

        def test_quiet():
            with warnings.catch_warnings(record=True) as caught:
                load("new")
            assert not caught
    Good:
        # file: tests/test_old.py
        import warnings

        def test_quiet():
            with warnings.catch_warnings():
                warnings.simplefilter("error")
                load("new")
    Suppress:
        Where really no warning of anyone is allowed.
    """
    if isinstance(event, Function):
        if any(one.name == "recwarn" for one in event.parameters):
            _count(event, event, "recwarn", report)
    elif event.name == "pytest.warns":
        expected = event.argument(0, "expected_warning")
        if expected is not None and expected.constant is None:
            report(
                at=event,
                message="`pytest.warns(None)` asserts nothing, and is an error since pytest 8.",
                why="The test does not run with a current pytest.",
                fix='Use `warnings.catch_warnings()` with `warnings.simplefilter("error")`.',
            )
    elif (name := _recorded(event)) and event.function is not None:
        _count(event, event.function, name, report)


def _count(event: Call | Function, function: Function, name: str, report: Report) -> None:
    if _is_filtered(function) or not _counted_as_none(event, function, name):
        return
    report(
        at=event.name_span if isinstance(event, Function) else event,
        message=f"`{name}` holds the warnings of every library, and is asserted to be empty.",
        why="Any library that begins to warn breaks the test, and nothing says where it did.",
        fix='Use `warnings.simplefilter("error")` within `catch_warnings()` instead.',
    )


def _recorded(call: Call) -> str:
    """The name of the list in ``with catch_warnings(record=True) as name``."""
    record = call.argument(None, "record")
    above = call.parent
    if record is None or record.constant is not True or above is None:
        return ""
    if above.kind != "as_pattern":
        return ""
    target = above.child("alias")
    return "" if target is None else call.module.text_of(target)


def _is_filtered(function: Function) -> bool:
    """Whether a filter picks the warnings that are recorded: by category, message or module."""
    for one in own_calls(function):
        if one.method not in ("simplefilter", "filterwarnings", "resetwarnings"):
            continue
        action = one.argument(0, "action")
        if action is None or action.constant in ("error", "ignore", UNKNOWN):
            return True
        if len(one.arguments) > 1 or one.keywords.keys() - {"action", "append"}:
            return True
    return False


def _counted_as_none(event: Call | Function, function: Function, name: str) -> bool:
    """Whether the list is asserted to be empty after it was recorded."""
    module = function.module
    for one in module.within(function.node, "assert_statement", "call"):
        if one.node.start_byte < event.node.start_byte or one.function is not function:
            continue
        if one.kind == "assert_statement":
            condition = (one.children() or [one.node])[0]
            if _asks_for_none(one, bare(condition), name):
                return True
            continue
        made = Call(module, one.place)
        if not is_assertion(made) or not made.arguments:
            continue
        first = made.arguments[0].text
        if made.method == "assertFalse" and first in (name, f"len({name})"):
            return True
        if made.method in ("assertEqual", "assertListEqual") and len(made.arguments) > 1:
            texts = {one.text for one in made.arguments[:2]}
            if texts & {name, f"len({name})"} and texts & set(_EMPTY):
                return True
    return False


def _asks_for_none(located: Located, node: tree_sitter.Node, name: str) -> bool:
    module = located.module
    if node.type == "not_operator":
        inner = node.child_by_field_name("argument")
        return inner is not None and module.text_of(bare(inner)) in (name, f"len({name})")
    pair = comparison(node)
    if pair is None or pair.operator not in ("==", "is"):
        return False
    texts = {module.text_of(pair.left), module.text_of(pair.right)}
    return bool(texts & {name, f"len({name})"}) and bool(texts & set(_EMPTY))
