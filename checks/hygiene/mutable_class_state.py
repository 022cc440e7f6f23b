"""The check ``mutable-class-state``: tests that change an object which all of them share."""

from __future__ import annotations

import tree_sitter

from checks.events import Class, Function, Module, ModuleEvent, Value
from checks.hygiene.shared.blocks import mentions
from checks.hygiene.shared.mutations import DISPLAYS, MAKERS, empties, mutations
from checks.hygiene.shared.tests import (
    is_fixture,
    is_setup,
    is_teardown,
    is_test,
    is_test_class,
    own_calls,
)
from checks.languages.python.context import Located
from checks.languages.python.index import Index
from checks.languages.python.scopes import Binding, Bound
from checks.model import Aspect, Confidence, Severity, Surface
from checks.registry import MODULE, TEST_ROLES, check
from checks.report import Report

_SHARED_BY = 2
_MAX_STEPS = 8


@check(
    id="mutable-class-state",
    title="Mutable class or module state shared by tests",
    aspect=Aspect.CLEANUP,
    severity=Severity.LOW,
    confidence=Confidence.HIGH,
    surface=Surface.SUMMARY,
    roles=TEST_ROLES,
    on=MODULE,
)
def mutable_class_state(event: ModuleEvent, report: Report) -> None:
    """A test changes a list, dict or set that belongs to its class or file: all tests share it.

    Why:
        What one test puts in, the next one finds. The tests pass in one order and fail in
        another, alone, or when they are run twice.
    Bad:
        # file: tests/test_log.py
        import unittest

        class TestLog(unittest.TestCase):
            seen = []

            def test_write(self):
                self.seen.append(1)
                self.assertEqual([1], self.seen)
    Good:
        # file: tests/test_log.py
        import unittest

        class TestLog(unittest.TestCase):
            def setUp(self):
                self.seen = []

            def test_write(self):
                self.seen.append(1)
                self.assertEqual([1], self.seen)
    Good:
        # file: tests/test_log.py
        import unittest

        class TestLog(unittest.TestCase):
            LEVELS = ["info", "error"]

            def test_levels(self):
                self.assertIn("info", self.LEVELS)
    Suppress:
        Where the class is one scenario whose steps share their state on purpose.
    """
    module = event.module
    for cls in module.classes:
        if is_test_class(cls, report.index):
            _class(cls, report)
    _module(module, report)


def _class(cls: Class, report: Report) -> None:
    for name, bindings in cls.inner.scope.bindings.items():
        if not _is_mutable(cls.module, bindings):
            continue
        dotted = (f"self.{name}", f"cls.{name}", f"{cls.name}.{name}", f"self.__class__.{name}")
        if _is_renewed(cls, name, dotted, report.index):
            continue
        for method in cls.methods.values():
            if not is_test(method) and not _is_shared_helper(cls, method, dotted):
                continue
            place = _changed(method, dotted)
            if place is not None:
                _tell(place, dotted[0], method, f"the class `{cls.name}`", report)
                break


def _is_shared_helper(cls: Class, method: Function, dotted: tuple[str, ...]) -> bool:
    """Whether several tests look at what a method that is no test changes."""
    if _prepares(method) or method.decorators:
        return False
    tests = [one for one in cls.methods.values() if is_test(one)]
    return (
        sum(
            any(next(mentions(one.module, one.node, name), None) is not None for name in dotted)
            for one in tests
        )
        >= _SHARED_BY
    )


def _is_renewed(cls: Class, name: str, dotted: tuple[str, ...], index: Index) -> bool:
    """Whether a method of the class makes the object anew, or empties it, around each test."""
    if name in cls.attributes:
        return True
    return any(
        empties(method, one)
        for method in index.methods(cls).values()
        if is_setup(method) or is_teardown(method) or not method.name.startswith("test_")
        for one in dotted
    )


def _module(module: Module, report: Report) -> None:
    tests = [one for one in module.functions if is_test(one)]
    for name, bindings in module.scope.bindings.items():
        if _is_object(module, bindings):
            _object(module, name, tests, report)
        if not _is_mutable(module, bindings):
            continue
        users = [one for one in tests if _uses(one, name)]
        if len(users) < _SHARED_BY:
            continue
        keepers = [one for one in module.functions if _prepares(one)]
        if any(empties(one, name) for one in (*keepers, *users)):
            continue
        helpers = [
            one
            for one in module.functions
            if not is_test(one)
            and not _prepares(one)
            and one.context.kind == "module"
            and any(_uses(test, one.name) for test in users)
        ]
        for test in (*users, *helpers):
            place = _changed(test, (name,))
            if place is not None:
                _tell(place, name, test, "the file", report)
                break


def _object(module: Module, name: str, tests: list[Function], report: Report) -> None:
    """Report the first test that gives an object of the file another value somewhere inside."""
    users = [one for one in tests if _uses(one, name)]
    if any(_prepares(one) and _uses(one, name) for one in module.functions):
        return
    for test in users:
        for one in test.own("assignment"):
            left = one.child("left")
            if left is None or left.type != "attribute" or _root(module, left) != name:
                continue
            text = module.text_of(left)
            # What lies deeper may belong to another object of the file, of which it was made.
            deep = "[" in text or text.count(".") > 1
            sharing = _users(module, name, tests, deep=deep)
            if sharing < _SHARED_BY or _is_put_back(test, one, text):
                continue
            _tell(one, name, test, "the file", report)
            return


def _users(module: Module, name: str, tests: list[Function], *, deep: bool) -> int:
    """How many tests use an object, or what it is made of as well."""

    def count() -> int:
        names = [name, *(_made_of(module, name) if deep else ())]
        return sum(any(_uses(one, word) for word in names) for one in tests)

    return module.remember((_users, name, deep), count)


def _made_of(module: Module, name: str) -> list[str]:
    """The objects of the file that stand where an object is made."""
    node = module.scope.bindings[name][0].node
    if node is None:
        return []
    return [
        other
        for other, bindings in module.scope.bindings.items()
        if other != name
        and _is_object(module, bindings)
        and next(mentions(module, node, other), None) is not None
    ]


def _root(module: Module, node: tree_sitter.Node) -> str:
    """The name at the root of ``name.ports[0].owner``."""
    for _ in range(_MAX_STEPS):
        inner = node.child_by_field_name("object" if node.type == "attribute" else "value")
        if node.type not in ("attribute", "subscript") or inner is None:
            break
        node = inner
    return module.text_of(node) if node.type == "identifier" else ""


def _is_put_back(test: Function, change: Located, text: str) -> bool:
    """Whether the same is set again later, or was set before, or a cleanup names it."""
    last = text.rpartition(".")[2]
    again = [
        one for one in test.own("assignment")
        if one.node != change.node
        and (left := one.child("left")) is not None
        and test.module.text_of(left) == text
    ]  # fmt: skip
    return bool(again) or any(
        "leanup" in one.method and last in one.text for one in own_calls(test)
    )


def _is_object(module: Module, bindings: list[Binding]) -> bool:
    """Whether a name of the file has one value, which a class of the project made: no double."""
    if len(bindings) != 1 or bindings[0].how is not Bound.ASSIGNED:
        return False
    node, context = bindings[0].node, bindings[0].context
    if node is None or context is None or node.type != "call":
        return False
    value = Value(module, node, context)
    made = (value.callee_name or value.text.partition("(")[0]).rpartition(".")[2]
    return made[:1].isupper() and not made.isupper() and not any(
        word in made for word in ("Mock", "Fake", "Stub", "Flask", "App", "Client", "Namespace")
    )  # fmt: skip


def _uses(test: Function, name: str) -> bool:
    if name in test.scope_of_body.bindings:
        return False
    return next(mentions(test.module, test.node, name), None) is not None


def _prepares(function: Function) -> bool:
    return is_setup(function) or is_teardown(function) or is_fixture(function)


def _changed(test: Function, names: tuple[str, ...]) -> Located | None:
    for name in names:
        for one in mutations(test, name):
            if one.function is test:
                return one
    return None


def _is_mutable(module: Module, bindings: list[Binding]) -> bool:
    """Whether a name has one value: a list, dict or set."""
    if len(bindings) != 1 or bindings[0].how is not Bound.ASSIGNED:
        return False
    node, context = bindings[0].node, bindings[0].context
    if node is None or context is None:
        return False
    return node.type in DISPLAYS or Value(module, node, context).callee_name in MAKERS


def _tell(place: Located, name: str, test: Function, owner: str, report: Report) -> None:
    report(
        at=place,
        message=f"`{test.name}` changes `{name}`, which all tests of {owner} share.",
        why="The tests that follow find what this one left in it.",
        fix="Make it anew for each test, in `setUp` or a fixture.",
    )
