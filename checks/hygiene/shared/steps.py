"""Helpers of a test file that its tests go through as if their steps stood in the test."""

from __future__ import annotations

from checks.events import Function
from checks.hygiene.shared.blocks import statements
from checks.hygiene.shared.tests import is_setup, is_teardown, is_test, own_calls


def only_sleeps(function: Function) -> bool:
    """Whether it is a sleep by another name, ``def settle(): time.sleep(0.5)``, for tests here."""
    body = [one for one in statements(function.body) if one.type != "comment"]
    if function.docstring is not None:
        body = body[1:]
    if len(body) != 1 or body[0].type != "expression_statement":
        return False
    if function.context.function is not None or function.is_method or function.decorators:
        return False
    return any(
        is_test(one) and any(made.target.text == function.name for made in own_calls(one))
        for one in function.module.functions
    )


def is_step_of_tests(function: Function) -> bool:
    """Whether it is a helper whose steps a test or a set-up of the file goes through itself."""
    if function.context.function is not None or function.decorators or function.is_generator:
        return False
    if is_test(function) or is_setup(function) or is_teardown(function) or only_sleeps(function):
        return False
    own = f"self.{function.name}" if function.is_method else function.name
    return any(
        own in _steps(one)
        for one in function.module.functions
        if (is_test(one) or is_setup(one)) and (not function.is_method or _is_same(one, function))
    )


def _steps(function: Function) -> frozenset[str]:
    """What a test calls, as it is written."""
    return function.module.remember(
        (_steps, function), lambda: frozenset(one.target.text for one in own_calls(function))
    )


def _is_same(one: Function, other: Function) -> bool:
    return one.cls is not None and other.cls is not None and one.cls.node == other.cls.node
