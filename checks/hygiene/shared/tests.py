"""What the functions of test code are for: tests, their set-up and tear-down, fixtures, helpers.

Decided from how test runners collect: pytest's and unittest's names, decorators and base classes.
"""

from __future__ import annotations

import bisect
import itertools
from collections.abc import Iterable, Iterator

from checks.events import Call, Class, Function, Module, calls_of
from checks.languages.python import grammar
from checks.languages.python.context import Located, Place
from checks.languages.python.index import FIXTURE_DECORATORS, Index
from checks.languages.python.values import Value

_CALL = grammar.kind("call")

SETUP = frozenset(
    {"setUp", "setUpClass", "setUpModule", "setUpTestData", "asyncSetUp", "setup", "setup_class",
     "setup_function", "setup_method", "setup_module"}
)  # fmt: skip
TEARDOWN = frozenset(
    {"tearDown", "tearDownClass", "tearDownModule", "asyncTearDown", "teardown", "teardown_class",
     "teardown_function", "teardown_method", "teardown_module", "doCleanups"}
)  # fmt: skip

PATCHES = (
    "unittest.mock.patch",
    "unittest.mock.patch.object",
    "unittest.mock.patch.dict",
    "unittest.mock.patch.multiple",
)
"""What makes a patcher."""

_PLAIN_BASES = frozenset(
    {"unittest.TestCase", "unittest.IsolatedAsyncioTestCase", "unittest.case.TestCase", "object",
     "testtools.TestCase", "django.test.TestCase", "django.test.SimpleTestCase",
     "django.test.TransactionTestCase", "django.test.LiveServerTestCase",
     "rest_framework.test.APITestCase", "twisted.trial.unittest.TestCase",
     "twisted.trial.unittest.SynchronousTestCase", "tornado.testing.AsyncTestCase",
     "tornado.testing.AsyncHTTPTestCase", "aiohttp.test_utils.AioHTTPTestCase", "abc.ABC",
     "typing.Generic"}
)  # fmt: skip
"""Base classes whose behaviour is known: they undo nothing that a test began itself."""


def is_test(function: Function | None) -> bool:
    """Whether a test runner collects the function: ``test…``, at module level or in a class."""
    return (
        function is not None
        and function.name.startswith("test")
        and function.context.function is None
        and not is_fixture(function)
    )


def is_fixture(function: Function) -> bool:
    """Whether it is a pytest fixture."""
    return function.decorated_with(*FIXTURE_DECORATORS)


def is_setup(function: Function | None) -> bool:
    """Whether it prepares tests: a set-up method or a fixture."""
    return function is not None and (
        (function.name in SETUP and function.context.function is None) or is_fixture(function)
    )


def is_teardown(function: Function | None) -> bool:
    """Whether it cleans up after tests."""
    return function is not None and function.name in TEARDOWN


def is_test_class(cls: Class | None, index: Index) -> bool:
    """Whether the class holds tests or is a base of such classes."""
    if cls is None:
        return False
    methods = index.methods(cls)
    if any(name.startswith("test") or name in SETUP or name in TEARDOWN for name in methods):
        return True
    return any(
        name.rpartition(".")[2].endswith(("TestCase", "TestBase")) for name in index.base_names(cls)
    )


def has_unknown_base(cls: Class, index: Index) -> bool:
    """Whether a base class is neither in the change nor one that is known to undo nothing."""
    known = {f"{one.module.name}.{one.qualified_name}" for one in index.chain(cls)}
    own = {one.name for one in index.chain(cls)}
    return any(
        name not in _PLAIN_BASES and name not in known and name.rpartition(".")[2] not in own
        for name in index.base_names(cls)
    )


def decorators(located: Located) -> Iterator[Value]:
    """The decorators of the function and of the class around a place."""
    if located.function is not None:
        yield from located.function.decorators
    if located.cls is not None:
        yield from located.cls.decorators


MAX_CALLS = 300
"""Calls of one function that are looked at where every call is held against all others."""


def own_calls(function: Function) -> tuple[Call, ...]:
    """The first calls in a function's body, those of functions nested in it left out."""
    return function.module.remember((own_calls, function), lambda: _own_calls(function))


def _own_calls(function: Function) -> tuple[Call, ...]:
    calls = calls_of(function.module, function.node)
    return tuple(itertools.islice((one for one in calls if one.function is function), MAX_CALLS))


def last_part(value: Value) -> str:
    """The last word of what an expression calls or names, as it is written: ``raises``."""
    text = value.text.partition("(")[0].strip()
    return text.rpartition(".")[2]


def preparations(located: Located, index: Index) -> Iterator[Function]:
    """The function around a place, the set-up methods of its class, and the fixtures it asks for.

    What they prepare holds while the code at that place runs.
    """
    function = located.function
    if function is not None:
        yield function
        for parameter in function.parameters:
            fixture = index.fixture(parameter.name, located.module)
            if fixture is not None and fixture is not function:
                yield fixture
    if located.cls is not None:
        methods = index.methods(located.cls)
        for name in sorted(SETUP):
            method = methods.get(name)
            if method is not None and method is not function:
                yield method
        for method in located.cls.methods.values():
            if method is not function and is_fixture(method):
                yield method
    for one in located.module.functions:
        if one.context.kind == "module" and is_fixture(one) and _is_autouse(one):
            yield one


def _is_autouse(function: Function) -> bool:
    return any("autouse=True" in value.text.replace(" ", "") for value in function.decorators)


def is_replaced(located: Located, index: Index, *names: str) -> bool:
    """Whether a double stands in for one of these names (``sleep``, ``urlopen``) at this place.

    By a decorator, a ``with``, ``monkeypatch`` or ``mocker`` in the function, its set-up or a
    fixture of it.
    """
    candidates: list[Call] = []
    for value in [*decorators(located), *located.entered()]:
        if value.node.type == "call":
            candidates += calls_of_value(value)
    for function in preparations(located, index):
        candidates += own_calls(function)
        for decorator in function.decorators if function is not located.function else ():
            candidates += calls_of_value(decorator)
    return any(_replaces(call, names) for call in candidates)


def calls_of_value(value: Value) -> Iterator[Call]:
    """The calls in an expression, the outermost one included."""
    module, node = value.module, value.node
    places = module.places[_CALL]
    for index in range(bisect.bisect_left(places, node.start_byte, key=_start), len(places)):
        if places[index][0].start_byte >= node.end_byte:
            return
        if places[index][0].end_byte <= node.end_byte:
            yield Call(module, places[index])


def _start(place: Place) -> int:
    return place[0].start_byte


_PATCHING = frozenset(
    {"patch", "object", "setattr", "MockPatch", "MockPatchObject", "MonkeyPatch", "patch_object",
     "replace", "stub_out", "spy", "setitem", "multiple"}
)  # fmt: skip


def _replaces(call: Call, names: Iterable[str]) -> bool:
    if call.method not in _PATCHING:
        return False
    for argument in call.arguments[:2]:
        text = argument.constant
        if isinstance(text, str) and text.rpartition(".")[2] in names:
            return True
        if argument.node.type == "attribute" and argument.text.rpartition(".")[2] in names:
            return True
    return False


def helpers_named(function: Function | None, module: Module, cls: Class | None, index: Index,
                  *words: str) -> list[str]:  # fmt: skip
    """Names of the helpers at hand whose name begins with one of these words."""
    found: dict[str, None] = {}
    if cls is not None:
        for name in index.methods(cls):
            found.setdefault(f"self.{name}")
    for one in module.functions:
        if one.context.kind == "module":
            found.setdefault(one.name)
    own = "" if function is None else function.name
    return [
        name
        for name in found
        if name.removeprefix("self.").lstrip("_").startswith(words)
        and name.removeprefix("self.") != own
    ]
