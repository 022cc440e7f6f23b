"""The check ``missing-super-teardown``: an override that drops what its base class does."""

from __future__ import annotations

from collections.abc import Iterator

import tree_sitter

from checks.events import Class, Function, Module, Value, as_call
from checks.hygiene.shared.blocks import statements
from checks.hygiene.shared.supers import lost_super
from checks.languages.python.index import Index
from checks.model import Aspect, Confidence, Edit, Severity, Span
from checks.registry import CLASSES, TEST_ROLES, check
from checks.report import Report

_UP = ("setUp", "setUpClass", "asyncSetUp", "setUpTestData")
_DOWN = ("tearDown", "tearDownClass", "asyncTearDown")
_PLAIN = frozenset(
    {"object", "unittest.TestCase", "unittest.case.TestCase", "unittest.IsolatedAsyncioTestCase",
     "unittest.async_case.IsolatedAsyncioTestCase", "unittest2.TestCase", "abc.ABC",
     "typing.Generic", "typing.Protocol"}
)  # fmt: skip
"""Bases whose own methods do nothing."""

_FRAMEWORK = frozenset(
    {"django.test.SimpleTestCase", "django.test.TestCase", "django.test.TransactionTestCase",
     "django.test.LiveServerTestCase", "django.test.testcases.TestCase",
     "django.contrib.staticfiles.testing.StaticLiveServerTestCase",
     "rest_framework.test.APITestCase", "rest_framework.test.APISimpleTestCase",
     "rest_framework.test.APITransactionTestCase", "rest_framework.test.APILiveServerTestCase",
     "twisted.trial.unittest.TestCase", "twisted.trial.unittest.SynchronousTestCase"}
)  # fmt: skip
"""Bases that work around each test or class elsewhere: what is called for each *test* is empty in
them, as in unittest's; their ``setUpClass`` and ``tearDownClass`` are not."""

_OF_CLASS = ("setUpClass", "tearDownClass")
_PER_CLASS = frozenset(
    {"django.test.TestCase", "django.test.testcases.TestCase", "django.test.LiveServerTestCase",
     "rest_framework.test.APITestCase",
     "django.contrib.staticfiles.testing.StaticLiveServerTestCase"}
)  # fmt: skip
"""Test cases whose ``setUpClass`` and ``tearDownClass`` do something for certain."""

_MAX_CLASSES = 500
"""Classes of one file in which the first override of an unknown base is looked for."""


@check(
    id="missing-super-teardown",
    title="setUp or tearDown does not call that of its base class",
    aspect=Aspect.CLEANUP,
    severity=Severity.MEDIUM,
    confidence=Confidence.HIGH,
    roles=TEST_ROLES,
    on=CLASSES,
    # Whoever forgets it in one class of a file has most often forgotten it in all of them.
    once_a_file=True,
)
def missing_super_teardown(cls: Class, report: Report) -> None:
    """A test class overrides ``setUp`` or ``tearDown`` and leaves out what its base class does.

    Why:
        What the base class closes stays open, or what it prepares is missing, and tests that run
        later fail for reasons that are not theirs.
    Bad:
        # file: tests/test_limits.py
        import unittest

        class BaseLimitTest(unittest.TestCase):
            def tearDown(self):
                self.server.stop()

        class ProxyTest(BaseLimitTest):
            def tearDown(self):
                self.proxy.stop()
    Good:
        # file: tests/test_limits.py
        import unittest

        class BaseLimitTest(unittest.TestCase):
            def tearDown(self):
                self.server.stop()

        class ProxyTest(BaseLimitTest):
            def tearDown(self):
                self.proxy.stop()
                super().tearDown()
    Good:
        # file: tests/test_limits.py
        import unittest

        class LimitTest(unittest.TestCase):
            def tearDown(self):
                self.server.stop()
    Bad:
        # file: tests/test_shell.py
        import unittest

        class TempFile:
            def tearDown(self):
                self.file.unlink()

        class ShellTest(unittest.TestCase, TempFile):
            def test_run(self):
                self.assertEqual(run(self.file), 0)
    Suppress:
        Where the base class is replaced on purpose; say what of it is not wanted.
    """
    for name in (*_UP, *_DOWN):
        method = cls.methods.get(name)
        if method is None and (hidden := _hidden(cls, name, report.index)) is not None:
            _tell_hidden(cls, hidden, report)
            continue
        if method is None or _tell_lost(method, report) or _tell_other(cls, method, report):
            continue
        if _tell_skipping(cls, method, report) or _calls_base(method):
            continue
        base = _overridden(cls, name, report.index)
        if base is None and _opens_for_class(cls, name):
            _tell_class_wide(method, cls, report)
            continue
        unknown = base is None and _is_first_guess(cls, name, report.index)
        if base is None and not unknown:
            continue
        of_base = f" of `{base.cls.name}`" if base is not None and base.cls is not None else ""
        report(
            at=method.name_span,
            message=f"`{cls.name}.{name}` does not call the `{name}`{of_base} that it overrides.",
            why="What the base class prepares or closes there is left out."
            if base is not None
            else "What the base class does there, if anything, is left out.",
            fix=f"Call `super().{name}()` {'first' if name in _UP else 'last'}.",
            confidence=Confidence.HIGH if base is not None else Confidence.LOW,
            edits=_edits(method, name, report) if base is not None else [],
        )


def _tell_lost(method: Function, report: Report) -> bool:
    """Report a ``super`` by which nothing of the base class is called."""
    lost = lost_super(method)
    if lost is None:
        return False
    report(
        at=lost,
        message=f"`{lost.value().short}` does not call the `{method.name}` of the base class.",
        why="What the base class prepares or closes there is left out.",
        fix=f"Write `super().{method.name}()`.",
    )
    return True


def _hidden(cls: Class, name: str, index: Index) -> Function | None:
    """The method of a mixin that never runs, because a plain test case stands before the mixin.

    ``class A(unittest.TestCase, TempFile)``: Python finds ``tearDown`` in the test case, where it
    is empty and asks nobody else. A mixin that is a test case itself comes before that one.
    """
    bases = list(cls.bases)
    plain = [number for number, one in enumerate(bases) if _is_empty(cls, one, name, index)]
    if not plain:
        return None
    for one in bases[plain[0] + 1 :]:
        mixin = index.base_class(cls, one)
        if mixin is None or not index.complete(mixin):
            continue
        above = [*index.chain(mixin)]
        if any("TestCase" in base for base in index.base_names(mixin)):
            continue
        found = next((each.methods[name] for each in above if name in each.methods), None)
        if found is not None and _does_something(found):
            return found
    return None


def _is_empty(cls: Class, base: Value, method: str, index: Index) -> bool:
    """Whether a base is a test case in which the method of this name is empty."""
    own = index.base_class(cls, base)
    if own is not None:
        known = index.complete(own) and method not in index.methods(own)
        return known and any(_is_empty_of(one, method) for one in index.base_names(own))
    return _is_empty_of(base.name or base.text, method)


def _is_empty_of(base: str, method: str) -> bool:
    if base in ("unittest.TestCase", "unittest.case.TestCase", "unittest2.TestCase"):
        return True
    return base in _FRAMEWORK and method not in _OF_CLASS


def _tell_hidden(cls: Class, hidden: Function, report: Report) -> None:
    """Report a method of a mixin that the order of the bases hides."""
    owner = "the mixin" if hidden.cls is None else f"`{hidden.cls.name}`"
    report(
        at=cls.name_span,
        message=f"`{hidden.name}` of {owner} never runs in `{cls.name}`.",
        why="The test case stands before it among the bases, and its own one is empty.",
        fix=f"Put {owner} first among the bases.",
    )


def _opens_for_class(cls: Class, name: str) -> bool:
    """Whether the first base is Django's test case, which opens a transaction for each class."""
    if name not in _OF_CLASS or not cls.bases:
        return False
    return any((one.name or one.text) in _PER_CLASS for one in cls.bases)


def _tell_class_wide(method: Function, cls: Class, report: Report) -> None:
    """Report a ``setUpClass`` or ``tearDownClass`` that leaves out Django's own."""
    report(
        at=method.name_span,
        message=f"`{cls.name}.{method.name}` does not call the `{method.name}` of Django's.",
        why="Django opens there the transaction and the data of the class, and closes them again.",
        fix=f"Call `super().{method.name}()` {'first' if method.name in _UP else 'last'}.",
    )


def _tell_other(cls: Class, method: Function, report: Report) -> bool:
    """Report an override that calls another method of its base, ``setUp`` in ``tearDown``."""
    called = [
        (call, call.method)
        for one in method.own("call")
        if (call := as_call(one)) is not None
        and call.receiver is not None
        and call.receiver.text.startswith("super(")
        and call.method in (*_UP, *_DOWN)
    ]
    if not called or any(name == method.name for _, name in called):
        return False
    call, name = called[0]
    right = call.target.text.removesuffix(name) + method.name
    report(
        at=call,
        message=f"`{cls.name}.{method.name}` calls the `{name}` of its base class.",
        why=f"What the base class does in `{method.name}` is left out, and `{name}` runs twice.",
        fix=f"Call `{method.name}` there.",
        edits=[Edit(call.target.span, right)],
    )
    return True


def _tell_skipping(cls: Class, method: Function, report: Report) -> bool:
    """Report ``super(Base, self).setUp()`` in a class of ``Base``: its own is skipped."""
    for one in method.own("call"):
        call = as_call(one)
        receiver = None if call is None else call.receiver
        if call is None or receiver is None or call.method != method.name:
            continue
        named, _, after = receiver.text.removeprefix("super(").partition(",")
        if not receiver.text.startswith("super(") or not after or named == cls.name:
            continue
        above = [each for each in report.index.chain(cls) if each.node != cls.node]
        base = next((each for each in above if each.name == named.rpartition(".")[2]), None)
        skipped = None if base is None else base.methods.get(method.name)
        if skipped is None or not _does_something(skipped) or _replaces_all(method, skipped):
            continue
        if f"{named}.{method.name}(" in method.text:
            continue  # called by the name of the class, beside it
        report(
            at=call,
            message=f"`super({named}, …)` in `{cls.name}` skips the `{method.name}` of `{named}`.",
            why=f"The search begins behind `{named}`, so what it prepares or closes is left out.",
            fix=f"Call `super().{method.name}()`, or name `{cls.name}` there.",
            confidence=Confidence.HIGH,
        )
        return True
    return False


def _calls_base(method: Function) -> bool:
    """Whether the method calls that of a base: by ``super()``, by the class, or by a decorator."""
    return any(
        call.text.rpartition("(")[0].endswith(f".{method.name}")
        or f".{method.name}(" in call.text
        or "super" in call.text
        for call in method.own("call")
    )


def _overridden(cls: Class, name: str, index: Index) -> Function | None:
    """The nearest method of a base that does something."""
    for one in index.chain(cls):
        if one.node == cls.node and one.module is cls.module:
            continue
        method = one.methods.get(name)
        if method is not None:
            wanted = _does_something(method) and not _replaces_all(cls.methods[name], method)
            return method if wanted else None
    return None


def _does_something(method: Function) -> bool:
    body = [
        one
        for one in statements(method.body)
        if one.type not in ("pass_statement", "comment")
        and not (one.type == "expression_statement" and one.named_children[0].type in
                 ("string", "ellipsis"))
    ]  # fmt: skip
    if len(body) == 1:
        text = method.module.text_of(body[0])
        return not text.startswith(
            ("super", "raise NotImplementedError", "raise unittest.SkipTest")
        )
    return bool(body)


def _replaces_all(method: Function, base: Function) -> bool:
    """Whether the base only sets attributes, and the override sets every one of them itself."""
    body = statements(base.body)
    if any(one.type != "expression_statement" for one in body):
        return False
    theirs = {base.module.text_of(left) for left in _targets(base)}
    own = {method.module.text_of(left) for left in _targets(method)}
    calls = any(one.parent is not None and one.parent.kind == "expression_statement"
                for one in base.own("call"))  # fmt: skip
    return bool(theirs) and theirs <= own and not calls


def _targets(method: Function) -> Iterator[tree_sitter.Node]:
    for one in method.own("assignment"):
        left = one.child("left")
        if left is not None:
            yield left


def _is_first_guess(cls: Class, method: str, index: Index) -> bool:
    """Whether nothing but its name is known of a base, and no class before says the same of it.

    What the base does there is a guess: one line a file is enough to have it looked at.
    """
    unknown = _unknown_test_bases(cls, method, index)
    if not unknown:
        return False
    first = cls.module.remember((_is_first_guess, index), lambda: _first_guesses(cls.module, index))
    return any(first.get(base) == (cls.span.start, method) for base in unknown)


def _first_guesses(module: Module, index: Index) -> dict[str, tuple[int, str]]:
    """For each base of which only the name is known, where the first override of it stands."""
    found: dict[str, tuple[int, str]] = {}
    for one in sorted(module.classes, key=lambda cls: cls.span.start)[:_MAX_CLASSES]:
        for name in (*_UP, *_DOWN):
            method = one.methods.get(name)
            if method is None or _calls_base(method) or _overridden(one, name, index) is not None:
                continue
            for base in _unknown_test_bases(one, name, index):
                found.setdefault(base, (one.span.start, name))
    return found


def _unknown_test_bases(cls: Class, method: str, index: Index) -> list[str]:
    """The bases outside the change that may have such a method: all that is known is their name."""
    names = index.base_names(cls)
    own = {one.name for one in index.chain(cls)}
    plain = _PLAIN if method in _OF_CLASS else _PLAIN | _FRAMEWORK
    # A package may choose one of two libraries, ``from app.testing import unittest``.
    unknown = [
        name
        for name in names
        if name not in plain
        and not name.endswith(".unittest.TestCase")
        and name.rpartition(".")[2] not in own
    ]
    lasts = [name.rpartition(".")[2] for name in unknown]
    # What is mixed into a known test case as a rule has no set-up of its own.
    return unknown if any("Test" in last and "Mixin" not in last for last in lasts) else []


def _edits(method: Function, name: str, report: Report) -> list[Edit]:
    """The call as the first or the last statement, where it fits on a line of its own."""
    body = statements(method.body)
    if not body or method.is_async or "super" in method.text or method.decorators:
        return []
    first, last = body[0], body[-1]
    if report.source.line_of(first.start_byte) == report.source.line_of(method.span.start):
        return []
    indent = " " * first.start_point.column
    if name in _UP:
        if method.docstring is not None:
            end = first.end_byte
            return [Edit(Span(end, end), f"\n{indent}super().{name}()")]
        return [Edit(Span(first.start_byte, first.start_byte), f"super().{name}()\n{indent}")]
    return [Edit(Span(last.end_byte, last.end_byte), f"\n{indent}super().{name}()")]
