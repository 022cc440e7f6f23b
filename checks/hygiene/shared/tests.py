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
     "testtools.TestCase", "unittest2.TestCase",
     "django.test.TestCase", "django.test.SimpleTestCase",
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
    return cls.module.remember((is_test_class, cls, index), lambda: _is_test_class(cls, index))


def _is_test_class(cls: Class, index: Index) -> bool:
    methods = index.methods(cls)
    if any(name.startswith("test") or name in SETUP or name in TEARDOWN for name in methods):
        return True
    return any(
        name.rpartition(".")[2].endswith(("TestCase", "TestBase")) for name in index.base_names(cls)
    )


def has_unknown_base(cls: Class, index: Index) -> bool:
    """Whether a base class is neither in the change nor one that is known to undo nothing.

    What completes a mixin counts as its base: it is what ``super()`` means in it.
    """

    def found() -> bool:
        if _has_unknown_base(cls, index):
            return True
        completing = heirs(cls, index) if _is_mixin(cls, index) else None
        return completing is not None and (
            not completing or any(_has_unknown_base(one, index) for one in completing)
        )

    return cls.module.remember((has_unknown_base, cls, index), found)


def heirs(cls: Class, index: Index) -> tuple[Class, ...]:
    """The classes of the same file that inherit from a class."""
    return tuple(_heirs(cls.module, index).get(cls.span.start, ()))


def _heirs(module: Module, index: Index) -> dict[int, list[Class]]:
    """By where a class begins, the classes of the file that inherit from it."""

    def found() -> dict[int, list[Class]]:
        table: dict[int, list[Class]] = {}
        for heir in module.classes:
            for base in index.chain(heir) if heir.bases else ():
                if base.module is module and base.span.start != heir.span.start:
                    table.setdefault(base.span.start, []).append(heir)
        return table

    return module.remember((_heirs, index), found)


def _is_mixin(cls: Class, index: Index) -> bool:
    """Whether a set-up calls that of a base class, where the class itself has none."""
    return set(index.base_names(cls)) <= {"object"} and any(
        f"super().{name}(" in method.text or f"super({cls.name}, self).{name}(" in method.text
        for name, method in cls.methods.items()
        if name in SETUP
    )


def _has_unknown_base(cls: Class, index: Index) -> bool:
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


MAX_FIXTURES = 50
"""Fixtures of one class or file that are looked at for one place."""


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


def is_given_many(function: Function) -> bool:
    """Whether Hypothesis runs the test with many values: some are empty, some are refused."""
    imported = (one.partition(".")[0] for one in function.module.imported_modules)
    return any(last_part(one) == "given" for one in function.decorators) and (
        "hypothesis" in imported
    )


def called(function: Function) -> frozenset[str]:
    """The last words of what a function's own calls call: see :func:`own_calls`."""
    return function.module.remember(
        (called, function), lambda: frozenset(one.method for one in own_calls(function))
    )


def preparations(located: Located, index: Index) -> tuple[Function, ...]:
    """The function around a place, the set-up methods of its class, and the fixtures it asks for.

    What they prepare holds while the code at that place runs.
    """
    return located.module.remember(
        (preparations, located.function, located.cls, index),
        lambda: tuple(_preparations(located, index)),
    )


def _preparations(located: Located, index: Index) -> Iterator[Function]:
    function = located.function
    if function is not None:
        yield function
        for parameter in function.parameters[:MAX_FIXTURES]:
            fixture = index.fixture(parameter.name, located.module)
            if fixture is not None and fixture is not function:
                yield fixture
    if located.cls is not None:
        methods = index.methods(located.cls)
        for name in sorted(SETUP):
            method = methods.get(name)
            if method is not None and method is not function:
                yield method
        for method in _fixtures(located.cls):
            if method is not function:
                yield method
    yield from _autouse(located.module)


def _fixtures(cls: Class) -> tuple[Function, ...]:
    """The first fixtures that a class defines itself."""
    found = (one for one in cls.methods.values() if is_fixture(one))
    return cls.module.remember(
        (_fixtures, cls), lambda: tuple(itertools.islice(found, MAX_FIXTURES))
    )


def _autouse(module: Module) -> tuple[Function, ...]:
    """The first fixtures of a file that all of its tests get."""
    found = (
        one
        for one in module.functions
        if one.context.kind == "module" and is_fixture(one) and is_autouse(one)
    )
    return module.remember(_autouse, lambda: tuple(itertools.islice(found, MAX_FIXTURES)))


def is_autouse(function: Function) -> bool:
    """Whether all tests in the reach of a fixture get it unasked."""
    return any("autouse=True" in value.text.replace(" ", "") for value in function.decorators)


def is_replaced(located: Located, index: Index, *names: str) -> bool:
    """Whether a double stands in for one of these names (``sleep``, ``urlopen``) at this place.

    By a decorator, a ``with``, ``monkeypatch`` or ``mocker`` in the function, its set-up or a
    fixture of it.
    """
    if not _replaced_around(located, index).isdisjoint(names):
        return True
    entered = [value for value in located.entered() if value.node.type == "call"]
    return any(
        not _replaced(call).isdisjoint(names) for one in entered for call in calls_of_value(one)
    )


def _replaced_around(located: Located, index: Index) -> frozenset[str]:
    """The last words of the names that the function around a place and its set-up replace."""
    key = (_replaced_around, located.function, located.cls, index)
    return located.module.remember(key, lambda: _all_replaced(located, index))


def _all_replaced(located: Located, index: Index) -> frozenset[str]:
    found = _replaced_by(decorators(located))
    for function in preparations(located, index):
        found |= function.module.remember(
            (_all_replaced, function),
            lambda one=function: _replaced_in(one),  # type: ignore[misc]
        )
    return found


def _replaced_in(function: Function) -> frozenset[str]:
    """What a function that prepares replaces, its decorators included."""
    own = (_replaced(call) for call in own_calls(function))
    return _replaced_by(function.decorators).union(*own)


def _replaced_by(values: Iterable[Value]) -> frozenset[str]:
    return frozenset[str]().union(
        *(
            _replaced(call)
            for value in values
            if value.node.type == "call"
            for call in calls_of_value(value)
        )
    )


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


_MAX_HELPERS = 20

_PATCHING = frozenset(
    {"patch", "object", "setattr", "MockPatch", "MockPatchObject", "MonkeyPatch", "patch_object",
     "replace", "stub_out", "spy", "setitem", "multiple"}
)  # fmt: skip


def _replaced(call: Call) -> frozenset[str]:
    """The last words of the names that a call of a patching function replaces."""
    if call.method not in _PATCHING or (call.name in PATCHES and call.result_is_ignored):
        return frozenset()  # a patch that nobody enters or starts replaces nothing
    found = []
    for argument in call.arguments[:2]:
        text = argument.constant
        if isinstance(text, str):
            found.append(text.rpartition(".")[2])
        if argument.node.type == "attribute":
            found.append(argument.text.rpartition(".")[2])
    return frozenset(found)


def helpers_named(function: Function | None, module: Module, cls: Class | None, index: Index,
                  *words: str) -> list[str]:  # fmt: skip
    """Names of the helpers at hand whose name begins with one of these words."""
    own = "" if function is None else function.name
    found = module.remember(
        (helpers_named, cls, index, words), lambda: _helpers_named(module, cls, index, words)
    )
    return [name for name in found if name.removeprefix("self.") != own]


def _helpers_named(
    module: Module, cls: Class | None, index: Index, words: tuple[str, ...]
) -> list[str]:
    found: dict[str, None] = {}
    if cls is not None:
        for name in index.methods(cls):
            found.setdefault(f"self.{name}")
    for one in module.functions:
        if one.context.kind == "module":
            found.setdefault(one.name)
    named = (one for one in found if one.removeprefix("self.").lstrip("_").startswith(words))
    return list(itertools.islice(named, _MAX_HELPERS))
