"""The check ``nested-test-never-runs``: a test that no runner collects."""

from __future__ import annotations

from checks.events import Class, Function
from checks.hygiene.shared.assertions import is_assertion
from checks.hygiene.shared.blocks import mentions
from checks.hygiene.shared.platforms import fixed_skip
from checks.hygiene.shared.tests import SETUP, TEARDOWN, is_fixture, is_test, own_calls
from checks.model import Aspect, Confidence, Edit, Role, Severity, Surface
from checks.registry import CLASSES, FUNCTIONS, check
from checks.report import Report

_PLAIN_CASES = frozenset({"unittest.TestCase", "unittest.case.TestCase"})
_CASES = _PLAIN_CASES | {
    "unittest.IsolatedAsyncioTestCase", "testtools.TestCase", "django.test.TestCase",
    "django.test.SimpleTestCase", "django.test.TransactionTestCase",
    "twisted.trial.unittest.TestCase", "twisted.trial.unittest.SynchronousTestCase",
}  # fmt: skip
"""Classes of libraries that unittest's rules hold for."""
_HOOKS = {
    "setup": "setUp",
    "Setup": "setUp",
    "SetUp": "setUp",
    "setupClass": "setUpClass",
    "setUpclass": "setUpClass",
    "SetUpClass": "setUpClass",
    "teardown": "tearDown",
    "Teardown": "tearDown",
    "TearDown": "tearDown",
    "teardownClass": "tearDownClass",
    "tearDownclass": "tearDownClass",
    "TearDownClass": "tearDownClass",
}
"""Names that differ in capitals only from those that unittest calls."""
_OF_RUNNING = frozenset(
    {"run", "__call__", "_callTestMethod", "__init_subclass__", "__getattribute__", "__init__",
     "__new__", "debug"}
)  # fmt: skip
"""Methods by which a class runs its tests in a way of its own."""

_SEVERAL = 2
"""Tests of a class from which on it is one of tests, and no helper."""


@check(
    id="nested-test-never-runs",
    title="Test that the runner never collects",
    aspect=Aspect.ERRORS,
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    roles=frozenset({Role.TEST}),
    on=(FUNCTIONS, CLASSES),
    cwe=(561,),
)
def nested_test_never_runs(event: Function | Class, report: Report) -> None:
    """A test is defined inside another test, or in a class that no runner looks into.

    Why:
        It is never run, and its file looks as if something were tested that is not.
    Bad:
        # file: tests/test_resize.py
        import unittest

        class Resize(unittest.TestCase):
            def test_resize(self):
                def test_resize_small(self):
                    self.assertTrue(resize(1))
    Bad:
        # file: tests/test_resize.py
        class TestResize:
            def __init__(self):
                self.size = 1

            def test_small(self):
                assert resize(self.size)
    Bad:
        # file: tests/test_resize.py
        import shutil
        import unittest

        class Resize(unittest.TestCase):
            def teardown(self):
                shutil.rmtree(self.folder)

            def test_small(self):
                self.assertTrue(resize(self.folder))
    Bad:
        # file: tests/test_resize.py
        import sys
        import pytest

        @pytest.mark.skipif(sys.platform != "windows", reason="a library of Windows")
        def test_resize():
            assert resize(3)
    Good:
        # file: tests/test_resize.py
        import unittest

        class Resize(unittest.TestCase):
            def test_resize(self):
                self.assertTrue(resize(3))

            def test_resize_small(self):
                self.assertTrue(resize(1))
    Good:
        # file: tests/test_resize.py
        def test_resize():
            def test_size(size):
                assert resize(size)

            test_size(1)
    Suppress:
        Where a runner of the project collects in a way of its own.
    """
    if isinstance(event, Class) or is_test(event):
        _tell_fixed_skip(event, report)
    if isinstance(event, Class):
        _class(event, report)
    else:
        _function(event, report)


def _tell_fixed_skip(event: Function | Class, report: Report) -> None:
    """Report a skip that happens on all machines, or on none."""
    fixed = fixed_skip(event)
    if fixed is None:
        return
    if fixed.windows:
        report(
            at=fixed.at,
            message=f"Only Windows says `{fixed.value}`; elsewhere it is `x86_64`.",
            why="On all other machines the test is skipped, and nobody notices.",
            fix="Ask for `x86_64` as well, or for what the test needs.",
            surface=Surface.SUMMARY,
        )
        return
    report(
        at=fixed.at,
        message=f"`{fixed.asked}` is never `{fixed.value}`, so this "
        + ("skips the test everywhere." if fixed.skipped else "never skips the test."),
        why="Nothing of it is ever run."
        if fixed.skipped
        else "It runs on the machines that it was to be left out on.",
        fix="Compare with what Python's documentation says that it gives.",
        surface=None if fixed.skipped else Surface.SUMMARY,
    )


def _function(function: Function, report: Report) -> None:
    outer = function.context.function
    if _is_coroutine_of_plain_case(function, report):
        report(
            at=function.name_span,
            message=f"`{function.name}` is a coroutine, which `unittest.TestCase` does not run.",
            why="It is made and thrown away: nothing in it is ever reached, and the test passes.",
            fix="Derive the class from `unittest.IsolatedAsyncioTestCase`.",
        )
        return
    if outer is None or not function.name.startswith("test") or function.is_method:
        return
    if not is_test(outer) or function.decorators or not _looks_like_a_test(function):
        return
    uses = [
        node
        for node in mentions(function.module, outer.node, function.name)
        if node.start_byte not in (function.name_span.start, outer.name_span.start)
    ]
    if uses or "locals()" in outer.text:
        return
    report(
        at=function.name_span,
        message=f"`{function.name}` is defined inside `{outer.name}` and never called.",
        why="The runner does not look into functions, so this test never runs.",
        fix="Move it out, or call it.",
    )


def _is_coroutine_of_plain_case(function: Function, report: Report) -> bool:
    """Whether it is an ``async def`` test of a class that is unittest's plain one and no more."""
    cls = function.cls
    if cls is None or not function.is_async or not is_test(function) or function.decorators:
        return False
    if cls.decorators or not function.is_method or _runs_in_its_own_way(cls, report):
        return False
    names = set(report.index.base_names(cls))
    known = {one.name for one in report.index.chain(cls)}
    return bool(names & _PLAIN_CASES) and all(
        name in _PLAIN_CASES or name.rpartition(".")[2] in known for name in names
    )


def _runs_in_its_own_way(cls: Class, report: Report) -> bool:
    """Whether the class says itself what is run. Found out once a class."""
    index = report.index

    def find() -> bool:
        return not _OF_RUNNING.isdisjoint(index.methods(cls)) or any(
            "metaclass" in one.text.partition(":")[0] for one in index.chain(cls)
        )

    return cls.module.remember((_runs_in_its_own_way, cls, index), find)


def _looks_like_a_test(function: Function) -> bool:
    """Whether it does anything: a stub that is only there to exist is no test."""
    return any(True for _ in function.module.within(function.node, "assert_statement", "call"))


def _class(cls: Class, report: Report) -> None:
    _misspelled_hooks(cls, report)
    _unnamed(cls, report)
    _uncollected(cls, report)


def _unnamed(cls: Class, report: Report) -> None:
    """A method among tests that asserts as they do, and whose name no runner and no code knows."""
    if _CASES.isdisjoint(report.index.base_names(cls)) or cls.context.function is not None:
        return
    tests = [name for name in cls.methods if name.startswith("test")]
    # Of a base, or of what is not all known, someone else may call or override the method.
    if len(tests) < _SEVERAL or not report.index.complete(cls) or _is_used(cls):
        return
    inherited = [one for one in report.index.chain(cls) if one.node != cls.node]
    for name, method in cls.methods.items():
        if not _may_be_test(name, method) or any(name in one.methods for one in inherited):
            continue
        if _is_named(cls, method):
            continue
        report(
            at=method.name_span,
            message=f"`{cls.name}.{name}` asserts, but its name does not begin with `test`.",
            why="The runner does not collect it and nothing here calls it, so it never runs.",
            fix=f"Name it `test_{name}`, or delete it.",
            surface=Surface.SUMMARY,
        )


def _is_named(cls: Class, method: Function) -> bool:
    """Whether the file names the method: calls it on the test, hands it over, or writes it."""
    data, name = cls.module.source.data, method.name
    written = (f"self.{name}", f"cls.{name}", f"{cls.name}.{name}", f'"{name}"', f"'{name}'")
    if any(one.encode() in data for one in written):
        return True
    return any(
        node.start_byte != method.name_span.start for node in mentions(cls.module, cls.node, name)
    )


def _may_be_test(name: str, method: Function) -> bool:
    """Whether a method looks like a test that has lost its prefix."""
    if name.startswith(("test", "_", "assert", "check", "verify", "expect")) or method.decorators:
        return False
    if name in _HOOKS or name in SETUP or name in TEARDOWN or name in _OF_RUNNING:
        return False
    if len(method.parameters) != 1 or method.is_generator or not _takes_only_self(method):
        return False
    return any(is_assertion(one) for one in own_calls(method)) and not any(
        True for _ in method.own("return_statement")
    )


def _misspelled_hooks(cls: Class, report: Report) -> None:
    """A method of a ``unittest.TestCase`` that is a hook of its runner but for its capitals."""
    found = [(name, _HOOKS[name]) for name in cls.methods if name in _HOOKS]
    if not found or _CASES.isdisjoint(report.index.base_names(cls)):
        return
    methods = report.index.methods(cls)
    for name, right in found:
        method = cls.methods[name]
        if right in methods or method.decorators or _is_called(cls, name):
            continue
        report(
            at=method.name_span,
            message=f"`{cls.name}.{name}` is never called: unittest calls `{right}`.",
            why="What it prepares is missing, or what it takes away stays.",
            fix=f"Name it `{right}`.",
            edits=[Edit(method.name_span, right)],
        )


def _is_called(cls: Class, name: str) -> bool:
    return any(
        f".{name}" in one.text for method in cls.methods.values() for one in method.own("attribute")
    )


def _uncollected(cls: Class, report: Report) -> None:
    """A class of pytest's kind with ``__init__``: pytest warns and leaves it out."""
    init = cls.methods.get("__init__")
    if init is None or not cls.name.startswith("Test") or cls.context.function is not None:
        return
    if cls.bases or not _imports_no_unittest(cls):
        return
    tests = [
        one
        for name, one in cls.methods.items()
        if name.startswith("test") and not is_fixture(one) and not one.decorators
    ]
    if not tests or not all(_takes_only_self(one) for one in tests):
        return
    if cls.methods.keys() - {"__init__"} - SETUP - TEARDOWN == set() or _is_used(cls):
        return
    report(
        at=init.name_span,
        message=f"`{cls.name}` has an `__init__`, so pytest does not collect its tests.",
        why="None of its tests ever runs.",
        fix="Prepare in `setup_method` or in a fixture.",
    )


def _imports_no_unittest(cls: Class) -> bool:
    return "__test__" not in cls.inner.scope.bindings


def _takes_only_self(function: Function) -> bool:
    return bool(function.parameters) and function.parameters[0].name == "self"


def _is_used(cls: Class) -> bool:
    """Whether the file makes objects of it or derives from it: then it is a helper."""
    module = cls.module
    return any(
        node.start_byte != cls.name_span.start
        for node in mentions(module, module.tree.root_node, cls.name)
    )
