"""The check ``mock-in-production``: a test double that production code can reach."""

from __future__ import annotations

from checks.events import Call, ModuleEvent
from checks.hygiene.shared.tests import is_fixture
from checks.hygiene.shared.texts import words
from checks.languages import roles as file_roles
from checks.languages.importers import only_tests_import
from checks.languages.python.imports import Import
from checks.model import Aspect, Confidence, Role, Severity
from checks.registry import MODULE, PRODUCTION_ROLES, check
from checks.report import Report

_RUNNERS = frozenset(
    {"_pytest", "django.test", "nose", "pytest", "testtools", "twisted.trial", "unittest"}
)
_HELPER_PARTS = frozenset(
    {"fake", "fakes", "fixture", "fixtures", "mock", "mocks", "mocking", "plugin", "pytest", "stub",
     "stubs", "test", "testclient", "testing", "tests", "testutil", "testutils", "unittest",
     "benchmark", "benchmarks"}
)  # fmt: skip
"""Words of a path under which code that helps tests is shipped."""

_FAKES = frozenset({"fake", "fakes", "stub", "stubs", "mock", "mocks", "test", "tests", "testing"})
_PREFIXES = ("Fake", "Stub", "Dummy", "Mock")
_PREFIXES_AS_WRITTEN = tuple(map(str.encode, _PREFIXES))


@check(
    id="mock-in-production",
    title="Test double reachable from production code",
    aspect=Aspect.MOCKS,
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    roles=PRODUCTION_ROLES,
    on=MODULE,
    cwe=(489,),
)
def mock_in_production(event: ModuleEvent, report: Report) -> None:
    """Production code imports a mock library, or makes a fake that belongs to tests.

    Why:
        A mock answers every call with something true and checks nothing. Where a setting or a
        missing import can bring it into production, a payment is "made", a signature "verified",
        and no error tells of it.
    Bad:
        # file: app/payments.py
        from unittest.mock import MagicMock
        from app import settings
        from app.stripe import Stripe

        client = MagicMock() if settings.OFFLINE else Stripe()
    Bad:
        # file: app/gateway.py
        from app.fakes import FakeGateway
        from app.real import Gateway

        def gateway(settings):
            return FakeGateway() if settings.debug else Gateway(settings)
    Good:
        # file: app/payments.py
        from app.stripe import Stripe

        client = Stripe()
    Good:
        # file: app/testing.py
        import unittest
        from unittest import mock

        class PaymentTestCase(unittest.TestCase):
            def setUp(self):
                self.client = mock.Mock()
    Suppress:
        Where the module is shipped as a help for the tests of others.
    """
    imports = [
        one
        for one in event.module.imports
        if _is_mock_library(one) and not _is_for_types(one, event)
    ]
    # The last part of a qualified name stands in the file, if only in an import.
    may_make = any(one in event.module.source.data for one in _PREFIXES_AS_WRITTEN)
    calls = event.calls() if may_make else ()
    fakes = [call for call in calls if _makes_fake(call) and not _in_main(call)]
    # Who uses the file is asked last: the answer makes its report depend on other files.
    if not (imports or fakes) or _helps_tests(event, report):
        return
    for entry in imports:
        report(
            at=entry.span,
            message=f"`{_name(entry)}` is imported in production code.",
            why="A mock accepts every call and checks nothing, so that failures go unseen.",
            fix="Make the double in the tests, or write a small real class for this case.",
        )
    for call in fakes:
        report(
            at=call,
            message=f"`{call.target.short}` stands in for a real object in production code.",
            why="Where a setting brings it in, nothing real is done and nothing fails.",
            fix="Pass the object in from outside, so that only tests make the fake one.",
            confidence=Confidence.MEDIUM,
        )


def _name(entry: Import) -> str:
    return "unittest.mock" if entry.qualified.startswith("unittest.mock") else entry.module


def _is_mock_library(entry: Import) -> bool:
    name = entry.qualified
    return (
        name == "unittest.mock"
        or name.startswith("unittest.mock.")
        or (entry.module == "mock" or entry.module.startswith("mock.mock"))
    )


def _is_for_types(entry: Import, event: ModuleEvent) -> bool:
    """Whether the import stands under ``if TYPE_CHECKING`` or ``if __name__ == "__main__"``."""
    for context in entry.context.chain(across_functions=True):
        if context.kind == "if_statement":
            condition = context.node.child_by_field_name("condition")
            text = "" if condition is None else event.module.text_of(condition)
            if "TYPE_CHECKING" in text or "__main__" in text:
                return True
        if context.function is not None and context.function.name.startswith(("test", "_test")):
            return True
    return False


def _in_main(call: Call) -> bool:
    for context in call.context.chain(across_functions=True):
        if context.kind == "if_statement":
            condition = context.node.child_by_field_name("condition")
            if condition is not None and "__main__" in call.module.text_of(condition):
                return True
    return False


def _makes_fake(call: Call) -> bool:
    """Whether the call makes an object of a class of fakes that another module holds."""
    name = call.name
    if name is None or ":" in name or "()" in name or "[]" in name:
        return False
    module, _, last = name.rpartition(".")
    if not last.startswith(_PREFIXES):
        return False
    prefix = next(one for one in _PREFIXES if last.startswith(one))
    rest = last[len(prefix) :]
    if not rest[:1].isupper():  # Faker, Mockup, Stubborn
        return False
    parts = {word for part in module.split(".") for word in words(part)}
    return not parts.isdisjoint(_FAKES) or _is_alternative(call)


def _is_alternative(call: Call) -> bool:
    """Whether it is made in place of something else: ``Fake() if debug else Real()``."""
    above = call.parent
    if above is None or above.kind != "conditional_expression":
        return False
    others = [one for one in above.children() if one.type == "call" and one != call.node]
    return bool(others)


def _helps_tests(event: ModuleEvent, report: Report) -> bool:
    """Whether the file is shipped for tests: by its place, by what it holds, or by who uses it."""
    parts = event.path.rpartition(".")[0].split("/")
    if any(not _HELPER_PARTS.isdisjoint(words(part)) for part in parts):
        return True
    module = event.module
    for entry in module.imports:
        if _is_runner(entry):
            return True
    if any(is_fixture(one) for one in module.functions):
        return True
    if any(cls.name.endswith(("TestCase", "TestBase", "Mixin")) and "Test" in cls.name
           for cls in module.classes):  # fmt: skip
        return True
    return _only_tests_import(event, report)


def _is_runner(entry: Import) -> bool:
    if entry.qualified.startswith("unittest.mock"):
        return False
    return any(entry.module == one or entry.module.startswith(one + ".") for one in _RUNNERS)


def _only_tests_import(event: ModuleEvent, report: Report) -> bool:
    return only_tests_import(
        event.module, report.index.users, lambda path: _is_test_path(path, report)
    )


def _is_test_path(path: str, report: Report) -> bool:
    role = file_roles.decide(path, None, report.settings).role
    return role in (Role.TEST, Role.TEST_SUPPORT)
