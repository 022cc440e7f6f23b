"""The check ``test-code-imported-by-production``: production code that needs the tests."""

from __future__ import annotations

from checks.events import Call, ModuleEvent
from checks.hygiene.shared.texts import words
from checks.languages.python.imports import Import
from checks.languages.python.index import Index
from checks.languages.python.module import Module
from checks.model import Aspect, Confidence, Severity
from checks.registry import MODULE, PRODUCTION_ROLES, calls, check
from checks.report import Report

_PACKAGES = frozenset(
    {"__tests__", "_tests", "conftest", "functional_tests", "integration_tests", "testdata",
     "tests", "testsuite", "unit_tests", "unittests"}
)  # fmt: skip
_SHIPPED = frozenset(
    {"base", "case", "cases", "client", "clients", "data", "framework", "helper", "helpers",
     "main", "mode", "plugin", "result", "results", "runner", "server", "suite", "support",
     "tool", "tools", "util", "utils"}
)  # fmt: skip
"""Words after ``test_`` of modules that a package ships for its users' tests."""

_SCRIPTS = frozenset(
    {"bench", "benchmark", "benchmarks", "bin", "ci", "contrib", "dev", "doc", "docs", "examples",
     "hack", "maintenance", "script", "scripts", "tasks", "tools", "util", "utils"}
)  # fmt: skip
_RUN = frozenset({"selftest", "test", "tests", "testsuite", "doctest"})
_TEST_LIBRARIES = frozenset({"pytest", "unittest", "_pytest", "testtools", "mock", "nose"})


@check(
    id="test-code-imported-by-production",
    title="Production code imports from the tests",
    aspect=Aspect.MOCKS,
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    roles=PRODUCTION_ROLES,
    on=(
        MODULE,
        calls("setuptools.setup", "distutils.core.setup"),
        calls("importlib.import_module", "__import__"),
    ),
    cwe=(489,),
)
def production_imports_tests(event: ModuleEvent | Call, report: Report) -> None:
    """Code that is shipped imports a module of the tests.

    Why:
        The tests are as a rule not installed: the import fails in production only. Where they
        are, a fake that answers everything with yes is one import away from real requests.
    Bad:
        # file: app/gateway.py
        from tests.fakes import FakeGateway

        def gateway(settings):
            return FakeGateway() if settings.dry_run else Gateway(settings)
    Bad:
        # file: setup.py
        from setuptools import setup

        setup(name="app", packages=["app", "tests"])
    Good:
        # file: app/gateway.py
        from app.gateways.dry import DryGateway

        def gateway(settings):
            return DryGateway() if settings.dry_run else Gateway(settings)
    Good:
        # file: app/management/runner.py
        from django.test.runner import DiscoverRunner

        class Runner(DiscoverRunner):
            parallel = 1
    Suppress:
        Where the file is a tool for the tests and is not shipped.
    """
    if isinstance(event, Call):
        if event.name in ("importlib.import_module", "__import__"):
            _by_name(event, report)
        else:
            _packages(event, report)
        return
    if _is_tool(event):
        return
    seen = set()
    for one in event.module.imports:
        target = _test_module(one, event.module, report.index)
        if not target or one.span in seen or _is_for_tests_only(one, event.module):
            continue
        seen.add(one.span)
        report(
            at=one.span,
            message=f"Production code imports `{target}`, which belongs to the tests.",
            why="Where the tests are not installed the import fails, and where they are, "
            "test doubles can reach real requests.",
            fix="Move what is needed here into the package itself.",
        )


def _by_name(call: Call, report: Report) -> None:
    """``importlib.import_module("tests.fakes")``."""
    name = call.arguments[0].constant if call.arguments else None
    if not isinstance(name, str) or name.partition(".")[0] not in ("tests", "conftest"):
        return
    if _is_tool(ModuleEvent(call.module, report.path)):
        return
    report(
        at=call,
        message=f"Production code imports `{name[:80].replace('`', '')}`, "
        "which belongs to the tests.",
        why="Where the tests are not installed the import fails, and where they are, "
        "test doubles can reach real requests.",
        fix="Move what is needed here into the package itself.",
    )


def _packages(call: Call, report: Report) -> None:
    value = call.argument(None, "packages")
    for one in () if value is None else value.elements or ():
        name = one.constant
        if isinstance(name, str) and name.partition(".")[0] in ("tests", "test", "testing"):
            report(
                at=one,
                message=f"The package `{name}` is installed with the project.",
                why="It takes the top-level name of everybody's tests, and ships test doubles.",
                fix="Leave it out of `packages`.",
                severity=Severity.MEDIUM,
            )
            return


def _is_tool(event: ModuleEvent) -> bool:
    """Whether the file is a script of the project's own, or a test runner's plugin."""
    *folders, name = event.path.lower().split("/")
    if not _SCRIPTS.isdisjoint(folders) or (not folders and name != "app.py"):
        return True
    stem = name.rpartition(".")[0]
    if not _RUN.isdisjoint(words(stem)):
        return True
    if any(part in _PACKAGES or _is_test_file(part) for part in event.module.name.split(".")):
        return True
    return any(
        one.qualified.partition(".")[0] in _TEST_LIBRARIES and one.context.kind == "module"
        for one in event.module.imports
    )


def _test_module(one: Import, module: Module, index: Index) -> str:
    """The module of the tests that is imported, ``""`` for any other import."""
    parts = one.module.split(".")
    # "from app import tests" imports the module app.tests.
    if one.name in _PACKAGES:
        parts.append(one.name)
    tests = (at for at, part in enumerate(parts) if part in _PACKAGES or _is_test_file(part))
    position = next(tests, None)
    if position is None or not _is_own(parts, module, index):
        return ""
    name = ".".join(parts[: position + 1])
    last = position == len(parts) - 1
    return "" if last and _is_no_test(name, index) else ".".join(parts)


def _is_test_file(part: str) -> bool:
    found = words(part)
    if len(found) < 2 or part.startswith("_"):
        return False
    if found[0] == "test":
        return _SHIPPED.isdisjoint(found[1:])
    return found[-1] == "test" and part.endswith("_test")


def _is_own(parts: list[str], module: Module, index: Index) -> bool:
    """Whether the import is of this project: not the tests that another package ships."""
    root = parts[0]
    if root in _PACKAGES or _is_test_file(root):
        return root != "test"
    own = module.name.split(".")
    return root in own[:-1] or any(
        root in other.name.split(".")[:-1] and other is not module for other in index.modules[:500]
    )


def _is_no_test(name: str, index: Index) -> bool:
    """Whether the change holds the module, and it tests nothing: ``jinja2.tests``."""
    found = index.find_module(name)
    if found is None or found.name != name or found.is_package:
        return False
    imports = {one.qualified.partition(".")[0] for one in found.imports}
    asserts = any(True for _ in found.nodes("assert_statement"))
    return not asserts and _TEST_LIBRARIES.isdisjoint(imports)


def _is_for_tests_only(one: Import, module: Module) -> bool:
    """Whether the import happens for type checkers, or when the file's own tests are run."""
    start = one.span.start
    function = one.context.function
    if function is not None and not _RUN.isdisjoint(words(function.name)):
        return True
    for context in one.context.chain(across_functions=True):
        if context.kind != "if_statement":
            continue
        condition = context.node.child_by_field_name("condition")
        body = context.body()
        if condition is None or body is None or not body.start <= start < body.end:
            continue
        text = module.text_of(condition)
        if "TYPE_CHECKING" in text or "__main__" in text:
            return True
    return False
