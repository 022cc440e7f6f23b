"""The check ``duplicate-test-name``: a test that another one of the same name replaces."""

from __future__ import annotations

from checks.events import UNKNOWN, Class, Function, ModuleEvent
from checks.model import Aspect, Confidence, Role, Severity
from checks.registry import MODULE, TEST_ROLES, check
from checks.report import Report

_REPLACING = ("overload", "setter", "getter", "deleter", "register", "singledispatch")
_BRANCHES = ("if_statement", "elif_clause", "else_clause", "try_statement", "except_clause",
             "finally_clause", "case_clause")  # fmt: skip


@check(
    id="duplicate-test-name",
    title="Two tests with one name: the first never runs",
    aspect=Aspect.ERRORS,
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    roles=TEST_ROLES,
    on=MODULE,
    cwe=(561,),
)
def duplicate_test_name(event: ModuleEvent, report: Report) -> None:
    """A second test of the same name in the same place replaces the first.

    Why:
        Python keeps the last definition of a name. The first test is never collected, and nobody
        notices when the code that it tested breaks.
    Bad:
        # file: tests/test_plug.py
        import unittest

        class Plug(unittest.TestCase):
            def test_plug(self):
                self.assertTrue(plug("a"))

            def test_plug(self):
                self.assertFalse(plug("b"))
    Bad:
        # file: tests/test_plug.py
        CASES = {
            "10.0.0.0/8": "ipv4",
            "10.0.0.0/8": "ipv6",
        }

        def test_plug():
            for address, kind in CASES.items():
                assert plug(address) != kind
    Good:
        # file: tests/test_plug.py
        import unittest

        class Plug(unittest.TestCase):
            def test_plug(self):
                self.assertTrue(plug("a"))

            def test_plug_unknown(self):
                self.assertFalse(plug("b"))
    Good:
        # file: tests/test_plug.py
        import sys

        if sys.platform == "win32":
            def test_plug():
                assert plug("COM1")
        else:
            def test_plug():
                assert plug("tty1")
    Suppress:
        There is no good reason to keep it: delete the one that does not run.
    """
    _entries(event, report)
    seen: dict[tuple[int, str], Function | Class] = {}
    definitions: list[Function | Class] = [*event.module.functions, *event.module.classes]
    if report.role is not Role.TEST:
        # Support has tests in classes that are to be derived from; its functions are no tests.
        definitions = [one for one in event.module.functions if one.is_method]
    for one in sorted(definitions, key=lambda found: found.span.start):
        if not _is_collected(one) or _is_conditional(one) or _replaces_on_purpose(one):
            continue
        key = (id(one.context.scope), one.name)
        first = seen.get(key)
        seen[key] = one
        if first is None or _is_used_between(first, one):
            continue
        line = event.module.lines(first.node).start
        report(
            at=one.name_span,
            message=f"`{one.name}` is defined a second time; the one in line {line} never runs.",
            why="Python keeps only the last definition, so what the first one tests is untested.",
            fix="Give one of them another name, or delete it.",
        )


def _is_collected(one: Function | Class) -> bool:
    if one.context.function is not None:
        return False
    if isinstance(one, Function):
        return one.name.startswith("test")
    return one.name.startswith("Test") or one.name.endswith(("Test", "Tests", "TestCase"))


def _is_conditional(one: Function | Class) -> bool:
    return any(context.kind in _BRANCHES for context in one.context.chain())


def _replaces_on_purpose(one: Function | Class) -> bool:
    return any(
        value.text.partition("(")[0].rpartition(".")[2] in _REPLACING for value in one.decorators
    )


def _is_used_between(first: Function | Class, second: Function | Class) -> bool:
    """Whether the first is read before it is replaced: ``add(TestA)``, a base class."""
    module = first.module
    text = module.source.data[first.span.end : second.span.end]
    word = first.name.encode()
    start = 0
    while (at := text.find(word, start)) >= 0:
        start = at + len(word)
        before, after = text[at - 1 : at], text[start : start + 1]
        whole = not (before.isalnum() or before == b"_" or after.isalnum() or after == b"_")
        if whole and not text[:at].rstrip().endswith((b"def", b"class", b'"', b"'", b"#")):
            return _is_code(first, first.span.end + at)
    return False


def _is_code(first: Function | Class, offset: int) -> bool:
    """Whether a byte is in the code and not in a comment or a text."""
    if any(span.start <= offset < span.end for span, _ in first.module.comments()):
        return False
    return not any(
        one.node.start_byte <= offset < one.node.end_byte for one in first.module.nodes("string")
    )


def _entries(event: ModuleEvent, report: Report) -> None:
    """Report a key that stands twice in a dictionary of the tests, with another value."""
    for one in event.module.nodes("dictionary"):
        first: dict[tuple[type, object], str] = {}
        for pair in one.children():
            if report.is_full:
                return
            parts = (pair.child_by_field_name("key"), pair.child_by_field_name("value"))
            if pair.type != "pair" or parts[0] is None or parts[1] is None:
                continue
            key = one.value(parts[0])
            if parts[0].type not in ("string", "integer") or key.constant is UNKNOWN:
                continue
            text = event.module.text_of(parts[1])
            known = first.setdefault((type(key.constant), key.constant), text)
            if known == text:
                continue
            report(
                at=key,
                message=f"The key `{key.short}` stands twice in this dictionary.",
                why="Python keeps the last value: what the first one was to test is never tried.",
                fix="Give each entry a key of its own, or use a list of pairs.",
                scope=one.scope,
            )
