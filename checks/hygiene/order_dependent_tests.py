"""The check ``order-dependent-tests``: a test that needs what another one did before it."""

from __future__ import annotations

import re2

from checks.events import Class, Function, Module, ModuleEvent
from checks.hygiene.shared.blocks import mentions
from checks.hygiene.shared.created import literal_ids
from checks.hygiene.shared.equalities import equalities
from checks.hygiene.shared.tests import is_setup, is_test, is_test_class
from checks.languages.python.context import Located
from checks.model import Aspect, Confidence, Severity, Surface
from checks.registry import MODULE, TEST_ROLES, check
from checks.report import Report

_MARKS = frozenset({"pytest.mark.order", "pytest.mark.run", "pytest.mark.dependency",
                    "pytest_dependency.depends", "pytest.mark.depends"})  # fmt: skip
_SCENARIO = re2.compile(r"(?i)scenario|workflow|incremental|steps|lifecycle|sequence|end.?to.?end")
_OWNERS = ("self.__class__", "cls", "type(self)")


@check(
    id="order-dependent-tests",
    title="Test relies on another test's side effect",
    aspect=Aspect.CLEANUP,
    severity=Severity.LOW,
    confidence=Confidence.MEDIUM,
    surface=Surface.SUMMARY,
    roles=TEST_ROLES,
    on=MODULE,
)
def order_dependent_tests(event: ModuleEvent, report: Report) -> None:
    """A test hands something to a later one: through its class, a global, or a mark of order.

    Why:
        Run alone, in parallel or in another order, the later test fails though nothing is wrong;
        and when the first one fails, all that follow do.
    Bad:
        # file: tests/test_volumes.py
        import unittest

        class TestVolumes(unittest.TestCase):
            def test_1_create(self):
                self.__class__.volume = create()

            def test_2_delete(self):
                self.volume.delete()
    Good:
        # file: tests/test_volumes.py
        import unittest

        class TestVolumes(unittest.TestCase):
            def setUp(self):
                self.volume = create()

            def test_delete(self):
                self.volume.delete()
    Suppress:
        Where one class is one scenario, and says so in its name or docstring.
    """
    module = event.module
    for cls in module.classes:
        if is_test_class(cls, report.index) and not _is_scenario(cls):
            _class(cls, report)
    for test in (one for one in module.functions if is_test(one)):
        if test.cls is None or not _is_scenario(test.cls):
            _marks(test, report)
        _numbers(test, report)
    _globals(module, report)


def _numbers(test: Function, report: Report) -> None:
    """Report ids that a test knows beforehand, which the database gives out."""
    for one in equalities(test):
        for side, other in one.sides:
            if not literal_ids(side, other):
                continue
            report(
                at=one.at,
                message=f"`{other.short}` are ids that the database counts out.",
                why="A counter goes on after each test: they are right only when no other test "
                "has created such rows before.",
                fix="Compare with the `pk` of the objects that the test created.",
            )
            return


def _is_scenario(cls: Class) -> bool:
    """Whether the class says that its tests are the steps of one scenario."""
    text = cls.name
    if cls.docstring is not None:
        text += cls.module.source.data[cls.docstring.start : cls.docstring.end].decode(
            "utf-8", "replace"
        )
    return _SCENARIO.search(text + "".join(one.text for one in cls.decorators)) is not None


def _class(cls: Class, report: Report) -> None:
    """What one test of a class stores in the class and another one reads."""
    tests = [one for one in cls.methods.values() if is_test(one)]
    prepared = "\n".join(one.text for one in cls.methods.values() if is_setup(one))
    owners = (*_OWNERS, cls.name)
    for test in tests:
        for one in test.own("assignment"):
            left = one.child("left")
            text = "" if left is None else cls.module.text_of(left)
            owner, _, name = text.rpartition(".")
            right = one.child("right")
            stored = owner in owners and name.isidentifier()
            stored = stored and right is not None and not one.value(right).fixed
            if stored and f".{name}" not in prepared and name not in cls.inner.scope.bindings:
                reader = _reader(tests, test, name, owners)
                if reader is not None:
                    _tell(one, test, reader, f"`{text}`", report)
                    return
    _shared_entries(cls, tests, report)


def _shared_entries(cls: Class, tests: list[Function], report: Report) -> None:
    """An entry of a dict of the class that one test sets and another one reads."""
    for test in tests:
        for one in test.own("assignment"):
            left = one.child("left")
            owner = None if left is None else left.child_by_field_name("value")
            if left is None or left.type != "subscript" or owner is None:
                continue
            holder = cls.module.text_of(owner)
            name = holder.rpartition(".")[2]
            if not holder.startswith(("self.", "cls.")) or name in cls.attributes:
                continue
            if name not in cls.inner.scope.bindings:
                continue
            entry = cls.module.text_of(left)
            for other in tests:
                if other is not test and entry in other.text and f"{entry} =" not in other.text:
                    _tell(one, test, other, f"`{entry}`", report)
                    return


def _reader(
    tests: list[Function], writer: Function, name: str, owners: tuple[str, ...]
) -> Function | None:
    """A test that reads the attribute and does not set it itself."""
    for other in tests:
        if other is writer:
            continue
        writes = any(f"{owner}.{name} =" in other.text for owner in (*owners, "self"))
        reads = any(
            next(mentions(other.module, other.node, f"{owner}.{name}"), None) is not None
            for owner in (*owners, "self")
        )
        if reads and not writes:
            return other
    return None


def _marks(test: Function, report: Report) -> None:
    for value in test.decorators:
        name = value.callee_name or value.name or ""
        if name not in _MARKS or (name.endswith(".dependency") and "depends" not in value.text):
            continue
        report(
            at=value,
            message=f"`{test.name}` has its place in an order: `{value.short}`.",
            why="Alone, or in another order, it fails though nothing is wrong.",
            fix="Let each test prepare what it needs, in a fixture.",
        )


def _globals(module: Module, report: Report) -> None:
    """What one test stores in a global name and another one reads."""
    tests = [one for one in module.functions if is_test(one)]
    for test in tests:
        for name in test.scope_of_body.elsewhere:
            assigned = _assigned(test, name)
            if assigned is None:
                continue
            for other in tests:
                if other is test or name in other.scope_of_body.elsewhere:
                    continue
                if name in other.scope_of_body.bindings:
                    continue
                if next(mentions(module, other.node, name), None) is not None and not _is_set_up(
                    module, name
                ):
                    _tell(assigned, test, other, f"the global `{name}`", report)
                    return


def _assigned(test: Function, name: str) -> Located | None:
    for one in test.own("assignment"):
        left = one.child("left")
        right = one.child("right")
        if left is None or right is None or one.value(right).fixed:
            continue
        if test.module.text_of(left) == name:
            return one
    return None


def _is_set_up(module: Module, name: str) -> bool:
    return any(is_setup(one) and name in one.scope_of_body.elsewhere for one in module.functions)


def _tell(place: Located, writer: Function, reader: Function, what: str, report: Report) -> None:
    report(
        at=place,
        message=f"`{writer.name}` sets {what}, and `{reader.name}` needs it.",
        why="Alone, or in another order, the second one fails though nothing is wrong.",
        fix="Let each test prepare what it needs, in `setUp` or a fixture.",
    )
