"""Helpers of a test file that its tests go through as if their steps stood in the test."""

from __future__ import annotations

from checks.events import Function, Module
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
    owner = _owner(function) if function.is_method else 0
    return (owner, own) in function.module.remember(
        is_step_of_tests, lambda: _steps(function.module)
    )


def _steps(module: Module) -> frozenset[tuple[int, str]]:
    """What the tests and set-ups of a file call, as it is written, by class and for the file."""
    found: set[tuple[int, str]] = set()
    for one in module.functions:
        if is_test(one) or is_setup(one):
            texts = [made.target.text for made in own_calls(one)]
            found.update((0, text) for text in texts)
            found.update((_owner(one), text) for text in texts)
    return frozenset(found)


def _owner(function: Function) -> int:
    """Where the class around a function begins, from 1 on; 0 for none."""
    return 0 if function.cls is None else function.cls.span.start + 1
